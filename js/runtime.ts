/**
 * Whether what a request begins ends with it, as on workerd (Cloudflare's Workers): when a request is answered or given
 * up, its timers are gone, what it waited for never comes, and another request that waits for it waits for ever.
 * At module scope there are no timers at all there, and time stands still.
 */
export const isRequestBound: boolean = 'WebSocketPair' in globalThis
