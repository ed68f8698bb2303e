import type { Redis } from 'ioredis'

/** How often these servers have run a command, in scripts too, altogether since they started. */
export async function commandCalls(servers: readonly Redis[], command: string): Promise<number> {
  const counts = await Promise.all(
    servers.map(async (server) => {
      const stats = await server.info('commandstats').catch(() => '')
      return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
    }),
  )
  return counts.reduce((total, count) => total + count, 0)
}
