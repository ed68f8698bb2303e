/** The environment variable by which a contender learns where the server is. */
export const SERVER = 'OMNICACHE_BENCH_REDIS'
