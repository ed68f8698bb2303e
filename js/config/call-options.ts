/** What is told of an option that a call alone can have. */
export interface CallOption {
  readonly doc: string
  readonly allowed: string
  readonly fallback: string
}

/** The options of calls that regions do not have, or mean otherwise. Those of one tier have its name before them. */
export const callOptions = {
  tags: option('What the entry can be deleted or expired by', 'up to 64 texts', 'none'),
  'l1.ttl': option('How long memory serves the entry at the most, before it asks L2 again', 'a duration', '`ttl`'),
  'l1.skip': option('Whether memory is neither read nor written', 'true, false', 'false'),
  'l2.ttl': option('How long the entry is fresh in L2', 'a duration', '`ttl`'),
  'l2.timeout': option('The limit of one operation in L2', 'a duration', "the region's"),
  'l2.skip': option('Whether L2 is neither read nor written, and others are told nothing', 'true, false', 'false'),
  forceFresh: option(
    'Whether the factory runs whatever is stored, and nothing stale is handed out',
    'true, false',
    'false',
  ),
  signal: option('Leaves the call when it aborts; others that wait for the same value stay', 'an AbortSignal', 'none'),
  waitUntil: option('Told of work that the call may leave behind, while it is made', 'a function', 'none'),
  chunk: option('`getOrSetMany`: the most keys in one call of the factory', 'a whole number from 1 up', 'Infinity'),
  onProgress: option('`warm`: told after each batch', 'a function', 'none'),
} as const satisfies Readonly<Record<string, CallOption>>

function option(doc: string, allowed: string, fallback: string): CallOption {
  return { doc, allowed, fallback }
}
