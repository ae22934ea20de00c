/** That the proxy, and not the API server, refused or was silent: whoever reads it looks there. */
export class ProxyError extends Error {
  constructor(proxy: URL, said: string, cause?: unknown) {
    super(`the proxy ${proxy.host}${said}`, { cause })
    this.name = 'ProxyError'
  }
}
