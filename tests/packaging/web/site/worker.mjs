import { answer } from './in-worker.mjs'

globalThis.onmessage = () => answer(globalThis)
