import type { ProbePlan } from './plan.ts'
import type { ProbeSpec } from './pod/spec.ts'

/**
 * What one node's pod is told to do. CoreDNS's metrics are the same from everywhere: two nodes read them twice, for their
 * differences, in case one gets no pod; the others read them once, to see a large answer arrive.
 */
export function probeSpec(plan: ProbePlan, node: string): ProbeSpec {
  const names = plan.names === null || plan.nodes.slice(0, 2).includes(node) ? plan.names?.spec : { ...plan.names.spec, names: [] }
  const contacts = plan.contactNodes.includes(node)
  return {
    kind: 'probe',
    resolver: { timeoutMs: 5000, attempts: 2 },
    series: plan.series,
    ownNameserver: plan.series.length > 0 && plan.clusterName !== null ? { name: plan.clusterName, count: plan.counts.servicePairs, outstanding: 32 } : null,
    names: names ?? null,
    queriesPerSecond: plan.queriesPerSecondPerNode - (names?.queriesPerSecond ?? 0),
    budgetMs: plan.budgetMs,
    connects: contacts ? plan.connects.map(({ ip, port }, id) => ({ id, ip, port })) : [],
    connectTries: plan.connectTries,
    connectTimeoutMs: 3000,
    connectsPerSecond: 100,
    http: contacts ? plan.http.map(({ via, host, path }, id) => ({ id, ip: via.ip, port: via.port, host, path })) : [],
    metrics: plan.metrics,
    metricsTwice: plan.nodes.slice(0, 2).includes(node),
  }
}
