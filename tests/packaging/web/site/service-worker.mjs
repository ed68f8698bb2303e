import { answer } from './in-worker.mjs'

globalThis.onmessage = (event) => event.waitUntil(answer(event.ports[0]))
