import { asIpAddress } from './dns-name.ts'

/*
 * The ConfigMap of kube-dns (k8s.io/dns pkg/dns/config/config.go): stub domains with their servers, and the upstream
 * servers, each as JSON in a text. One that is wrong is refused as a whole, and the one before stays in force.
 */

export type KubeDnsFault = 'not-json' | 'no-object' | 'no-list' | 'no-domain' | 'no-address' | 'too-many'

interface Problem {
  readonly key: 'stubDomains' | 'upstreamNameservers'
  readonly is: KubeDnsFault
  readonly domain: string | null
  readonly server: string | null
}

export interface KubeDnsSettings {
  readonly stubDomains: readonly { readonly domain: string; readonly servers: readonly string[] }[]
  readonly upstreams: readonly string[]
  readonly problems: readonly Problem[]
}

/** config.go: `upstreamNameserver cannot have more than three entries`. */
const mostUpstreams = 3
const longest = 64 * 1024
const mostDomains = 200

/** null: neither is set. Linear; never throws. */
export function kubeDnsConfig(stubs: string | null, upstreams: string | null): KubeDnsSettings | null {
  if ((stubs ?? '').trim() === '' && (upstreams ?? '').trim() === '') return null
  const problems: Problem[] = []
  const stubDomains: { domain: string; servers: readonly string[] }[] = []
  const told = parsed(stubs)
  if (told === 'not-json') problems.push({ key: 'stubDomains', is: 'not-json', domain: null, server: null })
  else if (told !== null && !isObject(told))
    problems.push({ key: 'stubDomains', is: 'no-object', domain: null, server: null })
  else
    for (const [domain, servers] of Object.entries(told ?? {}).slice(0, mostDomains)) {
      if (!isDomain(domain)) problems.push({ key: 'stubDomains', is: 'no-domain', domain: null, server: null })
      stubDomains.push({ domain: isDomain(domain) ? domain : '', servers: serversIn(servers, 'stubDomains', domain) })
    }
  const own = parsed(upstreams)
  if (own === 'not-json') problems.push({ key: 'upstreamNameservers', is: 'not-json', domain: null, server: null })
  const list = own === null || own === 'not-json' ? [] : serversIn(own, 'upstreamNameservers', null)
  if (Array.isArray(own) && own.length > mostUpstreams)
    problems.push({ key: 'upstreamNameservers', is: 'too-many', domain: null, server: null })
  return { stubDomains: stubDomains.filter(({ domain }) => domain !== ''), upstreams: list, problems }

  function serversIn(value: unknown, key: Problem['key'], domain: string | null): readonly string[] {
    const of = domain !== null && isDomain(domain) ? domain : null
    if (!Array.isArray(value)) {
      problems.push({ key, is: 'no-list', domain: of, server: null })
      return []
    }
    return value.slice(0, mostDomains).flatMap((it: unknown) => {
      const [, host = '', inner] =
        /^\[?([^\]]*?)\]?(?::(\d{1,5}))?$/.exec(typeof it === 'string' ? it.slice(0, 300) : '') ?? []
      const ip = asIpAddress(host) ?? (typeof it === 'string' ? asIpAddress(it.slice(0, 60)) : null)
      if (ip !== null) return [inner === undefined || ip !== host ? ip : `${ip}:${inner}`]
      // Since 1.14.8 a stub domain may have servers by name; an upstream may not.
      if (key === 'stubDomains' && isDomain(host) && host.includes('.')) return []
      problems.push({ key, is: 'no-address', domain: of, server: isDomain(host) ? host : null })
      return []
    })
  }
}

function parsed(text: string | null): unknown {
  if (text === null || text.trim() === '') return null
  if (text.length > longest) return 'not-json'
  try {
    return JSON.parse(text) as unknown
  } catch {
    return 'not-json'
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isDomain(text: string): boolean {
  return (
    text.length <= 253 &&
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?){0,60}\.?$/i.test(text)
  )
}
