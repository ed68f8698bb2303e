/** Our own name in every table. */
export const OURS = 'omnicache'

/** The two stores of ours, where both are in one table. */
export const PACKED = 'omnicache, packed'
export const LIVE = 'omnicache, live'
