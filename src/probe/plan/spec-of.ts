import { httpBudget, httpPerSecond, largeAsks } from './announce-http.ts'
import { onePathMs, resolvers } from './pace.ts'
import type { PlannedDirect, PlannedRouted, PlannedStranger, ProbePlan } from './plan.ts'
import { directTimes } from './plan-direct.ts'
import type { HttpSpec, ProbeSpec } from '../pod/spec.ts'

/** Linux sends a SYN again after 1 s: two of them are lost by then. */
const connectTimeoutMs = 3000

/**
 * What one node's pod is told to do. CoreDNS's metrics are the same from everywhere: two nodes read them twice, for
 * their differences, in case one gets no pod; the others read them once, to see a large answer arrive.
 */
export function probeSpec(plan: ProbePlan, node: string, own: Pick<ProbeSpec, 'mtu' | 'between'> = {}): ProbeSpec {
  const names =
    plan.names === null || plan.nodes.slice(0, 2).includes(node) ? plan.names?.spec : { ...plan.names.spec, names: [] }
  const contacts = plan.contactNodes.includes(node)
  return {
    kind: 'probe',
    resolver: resolvers[plan.pace],
    series: plan.series,
    ownNameserver:
      plan.series.length > 0 && plan.clusterName !== null
        ? { name: plan.clusterName, count: plan.counts.servicePairs, outstanding: 32 }
        : null,
    names: names ?? null,
    queriesPerSecond: plan.queriesPerSecondPerNode - (names?.queriesPerSecond ?? 0),
    budgetMs: plan.budgetMs,
    connects: contacts ? connectsOf(plan) : [],
    connectTries: plan.connectTries,
    connectTimeoutMs,
    connectsPerSecond: 100,
    http: contacts ? asksOf(plan) : [],
    httpPerSecond,
    httpBudgetMs: httpBudget(plan),
    ...(plan.pace === 'one-path' ? { httpEndMs: onePathMs.all } : {}),
    api: { endpoints: plan.api, timeoutMs: connectTimeoutMs },
    metrics: plan.metrics,
    metricsTwice: plan.nodes.slice(0, 2).includes(node),
    ...own,
  }
}

/**
 * One list for the pod, and its ids: hosts that nobody has, endpoints, Ingresses, a Service, routes; `contactsOf` reads
 * them so. What is asked once stands before what is asked often, so that a budget that ends costs repetitions first.
 */
function asksOf({ http, strangers, direct, through, routed, denied }: ProbePlan): readonly HttpSpec[] {
  const byController = (it: PlannedStranger & { readonly path: string }, times: number): Omit<HttpSpec, 'id'> => {
    const { via, scheme, host, path, ports } = it
    return {
      ip: via.ip,
      port: via.port,
      scheme,
      host,
      path,
      times,
      follow: true,
      plainPort: ports.plain,
      tlsPort: ports.tls,
      orTls: false,
    }
  }
  const byEndpoint = ({ ip, port, scheme, host, path }: PlannedDirect): Omit<HttpSpec, 'id'> => ({
    ip,
    port,
    scheme,
    host,
    path,
    times: directTimes({ direct, through }),
    follow: false,
    plainPort: port,
    tlsPort: port,
    orTls: true,
    direct: true,
  })
  const byRoute = ({ via, scheme, host, path, ports, times }: PlannedRouted): Omit<HttpSpec, 'id'> => ({
    ip: via.ip,
    port: via.port,
    scheme,
    host,
    path,
    times,
    // A redirect to a scheme that it does not serve leads elsewhere: to what stands before it.
    follow: ports.plain !== null && ports.tls !== null,
    plainPort: ports.plain ?? via.port,
    tlsPort: ports.tls ?? via.port,
    orTls: false,
  })
  const knocks = (it: { readonly ip: string; readonly port: number }): boolean => denied.has(`${it.ip}:${it.port}`)
  // Which endpoint it leads to is not known: where one is denied, it may be that one.
  const anyKnocks = direct.some(knocks)
  const asks: readonly Omit<HttpSpec, 'id'>[] = [
    ...strangers.map((it) => byController({ ...it, path: '/' }, 1)),
    ...direct.map(byEndpoint),
    ...http.map((it) => byController(it, it.times)),
    ...through.map((it) => ({ ...byEndpoint(it), ...(anyKnocks ? { knock: true as const } : {}) })),
    ...routed.map(byRoute),
  ]
  const filled = new Set(largeAsks({ direct, http }))
  return asks.map((it, id) => ({
    id,
    ...it,
    ...(filled.has(id - strangers.length) ? { large: true } : {}),
    ...(knocks(it) ? { knock: true } : {}),
  }))
}

/** NodePorts stand after the others; `contactsOf` reads them so. */
function connectsOf({ connects, nodePorts }: ProbePlan): ProbeSpec['connects'] {
  const all: readonly Omit<ProbeSpec['connects'][number], 'id'>[] = [
    ...connects.map(({ ip, port, times }) => (times === undefined ? { ip, port } : { ip, port, times })),
    ...nodePorts.map(({ at, port }) => ({ ip: at.ip, port })),
  ]
  return all.map((it, id) => ({ id, ...it }))
}
