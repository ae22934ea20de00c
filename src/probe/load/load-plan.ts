import { ownServers } from '../../relations/dns/own-words.ts'
import type { Model } from '../../model/sources.ts'
import type { Pod } from '../../model/pod.ts'
import { planNodes } from '../plan/plan-nodes.ts'
import { loadBounds } from '../pod/load/load-ramp.ts'
import type { LoadServer, LoadSpec } from '../pod/spec.ts'
import { deadlineSeconds } from '../pods/pod-manifest.ts'
import { probeWants, type Wanted } from '../pods/pod-resources.ts'

export interface LoadOptions {
  readonly rate: number
  readonly run: string
  readonly namespace: string
  readonly image: string
  readonly nodes: readonly string[] | null
  readonly tolerateAll: boolean
}

/** All that a load will do, before it does any of it. */
export interface LoadPlan {
  readonly run: string
  readonly namespace: string
  readonly image: string
  readonly tolerateAll: boolean
  readonly node: string
  readonly spec: LoadSpec
}

/** One pod with one CPU makes some 20,000 queries a second; no cluster's DNS should be asked for more by a tool. */
export const mostRate = 20_000

/**
 * dnsperf's default, 100 under way, which a server's socket holds: 212,992 bytes (net.core.rmem_default) are some 270
 * small packets, so that even a server that is stopped by its CPU limit drops nobody's query for ours.
 */
const outstandingPerServer = 100
const socketsPerServer = 20
const canaryPerSecond = 10
const budgetMs = 95_000

/**
 * The request is there so that the servers are measured, and not how busy the load's own node is; with less than the
 * limit the ceiling would be the pod's own.
 */
export const loadWants: Wanted = {
  request: { ...probeWants.request, cpu: 250 },
  limit: { ...probeWants.limit, cpu: 1000 },
  least: { ...probeWants.least, cpu: 1000 },
}

/** The plan, or why there is none. Prefers a node without a DNS server: the load must not take that one's CPU. */
export function planLoad(
  model: Model,
  options: LoadOptions,
): LoadPlan | { readonly why: string; readonly hint: string | null } {
  const dns = model.sources.clusterDns
  if (!dns.known) return { why: `the cluster's DNS servers are not known: ${dns.why.detail}`, hint: null }
  const udp = dns.value.slices.flatMap((it) => it.ports).find((it) => it.protocol === 'UDP')?.port ?? 53
  const servers = ownServers(dns.value)
    .filter((it) => it.ready && !it.deleting && it.phase === 'Running')
    .flatMap((it) => serverOf(it, udp))
  if (servers.length === 0) return { why: 'no DNS server is ready', hint: 'hopscope dns says why' }
  const { nodes, skipped } = planNodes(model, {
    names: options.nodes,
    most: Number.POSITIVE_INFINITY,
    tolerateAll: options.tolerateAll,
  })
  const taken = new Set(dns.value.pods.map((it) => it.node))
  const node = nodes.find((it) => !taken.has(it)) ?? nodes[0]
  if (node === undefined)
    return {
      why:
        'no node can take the pod that makes the load' +
        (skipped[0] === undefined ? '' : `: ${skipped[0].node} is ${skipped[0].why}`),
      hint: '--node NAME, or --probe-tolerate-all',
    }
  const { run, namespace, image, tolerateAll, rate } = options
  return {
    run,
    namespace,
    image,
    tolerateAll,
    node,
    spec: {
      kind: 'load',
      servers,
      name: `kubernetes.default.svc.${dns.value.domain}.`,
      rate,
      p99Ms: loadBounds.p99Ms,
      socketsPerServer,
      outstandingPerServer,
      canaryPerSecond,
      timeoutMs: 1000,
      stepMs: stepMs(servers),
      budgetMs,
    },
  }
}

function serverOf(pod: Pod, udpPort: number): readonly LoadServer[] {
  const container = pod.containers.find((it) => it.name === 'coredns') ?? pod.containers[0]
  const metrics = pod.containers.flatMap((it) => it.ports).find((it) => it.name === 'metrics')?.port ?? 9153
  return pod.ip === null
    ? []
    : [{ pod: pod.name, ip: pod.ip, port: metrics, dnsPort: udpPort, cpuLimitMilli: container?.cpuLimitMilli ?? null }]
}

/**
 * process_cpu_seconds_total goes in steps of 10 ms: under a small limit a short step could not show its share to a
 * tenth.
 */
function stepMs(servers: readonly LoadServer[]): number {
  const tightest = Math.min(...servers.map((it) => it.cpuLimitMilli ?? 1000))
  return Math.round(Math.min(4000, Math.max(2000, 10 / (0.08 * (tightest / 1000)))))
}

/** What will be done, in words, before anybody says yes to it. */
export function announceLoad({ node, namespace, image, spec }: LoadPlan): readonly string[] {
  const { servers, rate, p99Ms, name, stepMs: step } = spec
  return [
    `creates 1 pod in namespace ${namespace} on ${node}, image ${image}, ` +
      'CPU request 250m (more where a LimitRange asks for more) and limit 1; ' +
      `removed at the end, ends itself after ${deadlineSeconds} s, ` +
      'and when this command is gone where it may exec in it',
    `asks ${servers.map((it) => it.pod).join(', ')} directly for ${name}: ` +
      `from ${Math.min(rate, 50)} up to ${rate} queries/s over all, ` +
      `in steps of ${step / 1000} s, never more than ${spec.outstandingPerServer} under way to one server`,
    `beside it ${spec.canaryPerSecond} queries/s to each server stand for the other clients`,
    `stops at the first lost or failed answer, when 1 in 100 takes more than ${p99Ms} ms, ` +
      `or, while others ask too, when a server uses ${Math.round(loadBounds.cpuShare * 100)} % of its CPU limit`,
    `takes up to ${Math.round((spec.budgetMs + 15_000) / 1000)} s. Other clients' answers may be slower meanwhile`,
  ]
}
