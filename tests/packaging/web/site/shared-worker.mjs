import { answer } from './in-worker.mjs'

globalThis.onconnect = ({ ports: [port] }) => {
  port.onmessage = () => answer(port)
}
