import { closest } from '../../closest.ts'
import type { GatewayApi } from '../../model/gateway.ts'
import type { HttpProxy, ProxyInclude, TlsDelegation } from '../../model/http-proxy.ts'
import type { Scope } from '../../model/sources.ts'
import { isListed } from './grants.ts'

/** What is wrong with how HTTPProxies hang together; each with the proxy on which it stands. */
export type IncludeFault =
  | {
      readonly kind: 'missing'
      readonly proxy: HttpProxy
      readonly include: ProxyInclude
      readonly namespace: string
      /** One of that namespace without a host that nobody includes: the one meant, by its name or as the only one. */
      readonly meant: HttpProxy | null
    }
  /** It includes, directly or through others, itself. */
  | {
      readonly kind: 'loop'
      readonly proxy: HttpProxy
      readonly include: ProxyInclude
      readonly through: readonly string[]
    }
  /** One with a host of its own may not be included (internal/dag/httpproxy_processor.go, RootIncludesRoot). */
  | { readonly kind: 'root'; readonly proxy: HttpProxy; readonly include: ProxyInclude; readonly namespace: string }
  | { readonly kind: 'orphan'; readonly proxy: HttpProxy }
  | { readonly kind: 'same-host'; readonly proxy: HttpProxy; readonly others: readonly HttpProxy[] }

const keyOf = (it: { readonly namespace: string; readonly name: string }): string => `${it.namespace}/${it.name}`

export function included(
  proxy: HttpProxy,
  include: ProxyInclude,
): { readonly namespace: string; readonly name: string } {
  return { namespace: include.namespace ?? proxy.namespace, name: include.name }
}

/** All of them, in time that grows with the number of includes. */
export function includeFaults(proxies: readonly HttpProxy[], scope: Scope): readonly IncludeFault[] {
  const byName = new Map(proxies.map((it) => [keyOf(it), it]))
  const isSeen = (namespace: string): boolean => scope.namespace === null || scope.namespace === namespace
  const hosts = Map.groupBy(
    proxies.filter((it) => it.host !== null && it.host.fqdn !== ''),
    (it) => `${it.className ?? ''} ${it.host?.fqdn.toLowerCase() ?? ''}`,
  )
  const looping = loops(proxies, byName)
  const reached = reachable(proxies, byName)
  const orphans = proxies.filter((it) => it.host === null && !reached.has(keyOf(it)))
  const gone = missingByNamespace(proxies, byName)
  return proxies.flatMap((proxy): readonly IncludeFault[] => {
    const alike = hosts.get(`${proxy.className ?? ''} ${proxy.host?.fqdn.toLowerCase() ?? ''}`) ?? []
    const others = alike.includes(proxy) ? alike.filter((it) => it !== proxy) : []
    const through = looping.get(keyOf(proxy))
    return [
      ...proxy.includes.flatMap((include): readonly IncludeFault[] => {
        const at = included(proxy, include)
        const child = byName.get(keyOf(at))
        if (child === undefined) {
          if (!isSeen(at.namespace)) return []
          const isOnly = gone.get(at.namespace)?.size === 1
          const meant = meantBy(at, orphans, isOnly)
          return [{ kind: 'missing', proxy, include, namespace: at.namespace, meant }]
        }
        if (through?.[0] === keyOf(at)) return [{ kind: 'loop', proxy, include, through }]
        return child.host !== null && child !== proxy ? [{ kind: 'root', proxy, include, namespace: at.namespace }] : []
      }),
      ...(others.length > 0 ? [{ kind: 'same-host', proxy, others } as const] : []),
      // In a namespace by itself, whoever includes it may be out of sight.
      ...(proxy.host === null && !reached.has(keyOf(proxy)) && scope.namespace === null && through === undefined
        ? [{ kind: 'orphan', proxy } as const]
        : []),
    ]
  })
}

function meantBy(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  orphans: readonly HttpProxy[],
  isOnlyMissing: boolean,
): HttpProxy | null {
  const near = orphans.filter((it) => it.namespace === namespace)
  // Each comparison costs the product of two names: a few tell what was meant, and of many none does.
  const [closestName] =
    near.length > 64
      ? []
      : closest(
          name,
          near.map((it) => it.name),
          1,
        )
  const alike = near.find((it) => it.name === closestName)
  // One include that leads nowhere and one that nobody includes belong together, whatever they are called.
  return alike ?? (isOnlyMissing && near.length === 1 ? near[0] : undefined) ?? null
}

/** Names that are included and are not there. */
function missingByNamespace(
  proxies: readonly HttpProxy[],
  byName: ReadonlyMap<string, HttpProxy>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const missing = new Map<string, Set<string>>()
  for (const proxy of proxies)
    for (const include of proxy.includes) {
      const at = included(proxy, include)
      if (byName.has(keyOf(at))) continue
      missing.set(at.namespace, (missing.get(at.namespace) ?? new Set()).add(at.name))
    }
  return missing
}

/** Those that some proxy with a host leads to. */
function reachable(proxies: readonly HttpProxy[], byName: ReadonlyMap<string, HttpProxy>): ReadonlySet<string> {
  const reached = new Set<string>()
  const next = proxies.filter((it) => it.host !== null)
  for (let proxy = next.pop(); proxy !== undefined; proxy = next.pop()) {
    if (reached.has(keyOf(proxy))) continue
    reached.add(keyOf(proxy))
    for (const include of proxy.includes) {
      const child = byName.get(keyOf(included(proxy, include)))
      if (child !== undefined) next.push(child)
    }
  }
  return reached
}

/** For each proxy that stands in a circle, the way round it from its own include on. */
function loops(
  proxies: readonly HttpProxy[],
  byName: ReadonlyMap<string, HttpProxy>,
): ReadonlyMap<string, readonly string[]> {
  const childrenOf = (key: string): readonly string[] => {
    const proxy = byName.get(key)
    if (proxy === undefined) return []
    return proxy.includes.map((it) => keyOf(included(proxy, it))).filter((it) => byName.has(it))
  }
  const found = new Map<string, readonly string[]>()
  const done = new Set<string>()
  for (const proxy of proxies) {
    // An own stack: a chain of ten thousand includes must not end the process.
    const path: string[] = []
    const on = new Map<string, number>()
    const stack: { readonly key: string; readonly children: readonly string[]; at: number }[] = []
    const enter = (key: string): void => {
      on.set(key, path.length)
      path.push(key)
      stack.push({ key, children: childrenOf(key), at: 0 })
    }
    if (!done.has(keyOf(proxy))) enter(keyOf(proxy))
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const child = top.children[top.at]
      top.at += 1
      if (child === undefined) {
        done.add(top.key)
        on.delete(top.key)
        path.pop()
        stack.pop()
        continue
      }
      const start = on.get(child)
      if (start !== undefined) {
        const circle = path.slice(start)
        for (const [index, key] of circle.entries())
          if (!found.has(key)) found.set(key, [...circle.slice(index + 1), ...circle.slice(0, index + 1)])
      } else if (!done.has(child)) enter(child)
    }
  }
  return found
}

/** Whether another namespace lets this proxy serve with its Secret; null where the proxy uses none of another's. */
export function isDelegated(
  proxy: HttpProxy,
  delegations: readonly TlsDelegation[],
  seen: { readonly api: GatewayApi; readonly scope: Scope },
): 'yes' | 'no' | 'maybe' | null {
  const tls = proxy.host?.tls ?? null
  if (tls === null || tls.namespace === null || tls.secret === null || tls.namespace === proxy.namespace) return null
  const { namespace, secret } = tls
  const allowed = delegations.some(
    (it) =>
      it.namespace === namespace &&
      it.delegations.some(
        (one) => one.secret === secret && (one.namespaces.includes('*') || one.namespaces.includes(proxy.namespace)),
      ),
  )
  if (allowed) return 'yes'
  return isListed('TLSCertificateDelegation', namespace, seen) ? 'no' : 'maybe'
}
