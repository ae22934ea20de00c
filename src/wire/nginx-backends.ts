/**
 * One back end of ingress-nginx's own list, from 127.0.0.1:10246/configuration/backends (internal/ingress/types.go,
 * Backend): pods are in it and not in nginx.conf, since Lua balances.
 */
export interface ConfBackend {
  readonly upstream: string
  /** `10.2.1.5:8080`, in its order; an IPv6 address in brackets. */
  readonly endpoints: readonly string[]
  /** A canary, which stands behind another. */
  readonly weight: number | null
  readonly alternatives: readonly string[]
}

/** null for what is no such list. */
export function parseNginxBackends(json: string): readonly ConfBackend[] | null {
  let raw: unknown
  try {
    raw = JSON.parse(json)
  } catch {
    return null
  }
  if (!Array.isArray(raw)) return null
  return raw.flatMap((it: unknown) => {
    const upstream = field(it, 'name')
    if (typeof upstream !== 'string' || upstream === '') return []
    const weight = field(field(it, 'trafficShapingPolicy'), 'weight')
    return [
      {
        upstream: upstream.slice(0, 1024),
        endpoints: list(field(it, 'endpoints')).flatMap(addressOf),
        weight: field(it, 'noServer') === true && typeof weight === 'number' ? weight : null,
        alternatives: list(field(it, 'alternativeBackends')).filter((one) => typeof one === 'string'),
      },
    ]
  })
}

function addressOf(raw: unknown): readonly string[] {
  const [address, port] = [field(raw, 'address'), field(raw, 'port')]
  if (typeof address !== 'string' || (typeof port !== 'string' && typeof port !== 'number')) return []
  const host = address.includes(':') && !address.startsWith('[') ? `[${address}]` : address
  return [`${host.slice(0, 300)}:${String(port).slice(0, 10)}`]
}

function field(raw: unknown, name: string): unknown {
  return typeof raw === 'object' && raw !== null && Object.hasOwn(raw, name)
    ? (raw as Readonly<Record<string, unknown>>)[name]
    : undefined
}

function list(raw: unknown): readonly unknown[] {
  return Array.isArray(raw) ? raw : []
}
