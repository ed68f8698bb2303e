/** The name of a region, of what L2 calls it or the tokens of its tags: more may follow. */
export function regionName(stored: string): string {
  return stored.slice(0, stored.search(/[@:]|$/))
}
