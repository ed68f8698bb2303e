export { type CoreSource, init } from '../core/load-slim.ts'
export * from '../index.ts'
