/** What runtimes that import WebAssembly answer: a compiled module. */
declare module '*.wasm' {
  const module: WebAssembly.Module
  // biome-ignore lint/style/noDefaultExport: that is how these runtimes export it.
  export default module
}

declare module '*.wasm?module' {
  const module: WebAssembly.Module
  // biome-ignore lint/style/noDefaultExport: that is how these runtimes export it.
  export default module
}

/** What the build puts there: the bytes as hexadecimal digits. */
declare module '*.wasm?hex' {
  export const hex: string
}
