import { BlockList, isIP, type Socket } from 'node:net'
import { ToolError } from '../tool-error.ts'
import { http, https } from './node-http.ts'
import { type Dial, portOf } from './dial.ts'
import { ProxyError } from './proxy-error.ts'
import { dialSocks } from './socks.ts'
import { percentDecoded } from '../wire/percent.ts'

/**
 * The proxy to reach `server` through: the cluster's own `proxy-url`, else what HTTPS_PROXY, HTTP_PROXY and NO_PROXY
 * say, as in kubectl (Go's golang.org/x/net/http/httpproxy: loopback is never proxied). Null means directly.
 */
export function proxyFor(
  server: URL,
  proxyUrl: string | null,
  env: Readonly<Record<string, string | undefined>>,
): URL | null {
  if (proxyUrl !== null) return proxyAddress(proxyUrl, "the cluster's proxy-url")
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const value = env[name] || env[name.toLowerCase()]
  if (!value) return null
  const host = server.hostname.replace(/^\[|\]$/g, '')
  if (isLoopback(host) || excluded(host, portOf(server), env['NO_PROXY'] || env['no_proxy'] || '')) return null
  return proxyAddress(value.includes('://') ? value : `http://${value}`, `$${name}`)
}

function proxyAddress(text: string, where: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  // The text itself stays out of the message: it may hold a password.
  if (url === null || !['http:', 'https:', 'socks5:', 'socks5h:'].includes(url.protocol))
    throw new ToolError('bad-kubeconfig', `${where} is not the URL of a proxy`, 'use http://, https:// or socks5://')
  return url
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

function excluded(host: string, port: number, noProxy: string): boolean {
  return noProxy
    .split(',')
    .map((rule) => rule.trim().toLowerCase())
    .filter((rule) => rule !== '')
    .some((rule) => {
      if (rule === '*') return true
      const cidr = /^(.+)\/(\d+)$/.exec(rule)
      if (cidr !== null) return inSubnet(host, cidr[1] ?? '', Number(cidr[2]))
      const [, name = rule, rulePort] = /^([^:]+):(\d+)$/.exec(rule) ?? []
      if (rulePort !== undefined && Number(rulePort) !== port) return false
      if (name.startsWith('.') || name.startsWith('*.')) return host.endsWith(name.replace(/^\*/, ''))
      return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`))
    })
}

function inSubnet(host: string, network: string, prefix: number): boolean {
  const family = isIP(host) === 6 ? 'ipv6' : 'ipv4'
  if (isIP(host) === 0 || isIP(network) !== isIP(host) || prefix > (family === 'ipv6' ? 128 : 32)) return false
  const list = new BlockList()
  list.addSubnet(network, prefix, family)
  return list.check(host, family)
}

/** A dead `ssh -D` takes connections and says nothing: what a proxy has to say takes no longer than this. */
export const dialMs = 10_000

/** A connection to host:port through the proxy; the error says that it was the proxy that refused, or was silent. */
export async function dialThrough(proxy: URL, { host, port, signal }: Dial, limitMs = dialMs): Promise<Socket> {
  const limit = AbortSignal.timeout(limitMs)
  const dial = { host, port, signal: AbortSignal.any([signal, limit]) }
  try {
    return await (proxy.protocol === 'socks5:' || proxy.protocol === 'socks5h:'
      ? dialSocks(proxy, dial)
      : dialConnect(proxy, dial))
  } catch (error) {
    if (limit.aborted) throw new ProxyError(proxy, `: no answer within ${limitMs / 1000} s`, error)
    throw error
  }
}

async function dialConnect(proxy: URL, { host, port, signal }: Dial): Promise<Socket> {
  const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`
  const credentials = `${percentDecoded(proxy.username)}:${percentDecoded(proxy.password)}`
  const headers = {
    host: authority,
    ...(credentials === ':' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }),
  }
  return new Promise((resolve, reject) => {
    const request = (proxy.protocol === 'https:' ? https : http).request({
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: portOf(proxy),
      method: 'CONNECT',
      path: authority,
      headers,
      agent: false,
      signal,
    })
    request.once('connect', (response, socket) => {
      if (response.statusCode === 200) resolve(socket)
      else {
        socket.destroy()
        reject(new ProxyError(proxy, ` answered ${response.statusCode}`))
      }
    })
    request.once('response', (response) => {
      response.resume()
      reject(new ProxyError(proxy, ` answered ${response.statusCode}`))
    })
    request.once('error', (error) => reject(new ProxyError(proxy, `: ${error.message}`)))
    request.once('close', () => reject(new ProxyError(proxy, ': closed the connection')))
    request.end()
  })
}
