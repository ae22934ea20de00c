import type { Cluster } from '../../kube/cluster.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { type Known, known, unknown, type Why } from '../../model/known.ts'
import type { OwnLookup, ResolverWalk, ServerAnswer } from '../../model/resolution.ts'
import { candidates, settingsOf } from '../../wire/resolver-walk.ts'
import { endpointsOf } from '../plan/plan-dns.ts'
import type { ResolveSpec } from '../pod/spec.ts'
import { podLabels, type PodPlan } from '../pods/pod-manifest.ts'
import { podProgram } from '../pods/pod-program.ts'
import { runPod } from '../pods/pod-run.ts'
import { podLedger, removeLeftovers, watchPods } from '../pods/pods.ts'
import { isLoopback } from '../../wire/ip-family.ts'

/** All that a `resolve` will do in the cluster, before it does any of it. */
export interface ResolvePlan {
  readonly run: string
  readonly namespace: string
  readonly node: string
  readonly image: string
  readonly tolerateAll: boolean
  readonly spec: ResolveSpec
}

const mostEndpoints = 8

/** glibc waits 20 s for a dead server with a search list; the pod's own deadline is two minutes. */
const budgetMs = 45_000

/**
 * The lookup as a spec. `resolvConf` null = the probe pod's own. The replicas are asked by themselves when any
 * nameserver leads to them; the nameservers when there are several, loopback ones aside.
 */
export function resolveSpec(
  ask: { readonly typed: string; readonly types: readonly string[]; readonly resolvConf: string | null },
  dns: Known<ClusterDns>,
): ResolveSpec {
  const vip = dns.known ? (dns.value.service?.clusterIP ?? null) : null
  const listed = ask.resolvConf === null ? [vip ?? ''] : settingsOf('glibc', ask.resolvConf).nameservers
  const toCluster = listed.some((it) => it === vip || it.startsWith('169.254.'))
  const nameservers =
    listed.length > 1 ? listed.filter((it) => !isLoopback(it)).map((ip) => ({ ip, port: 53, pod: null })) : []
  const replicas = toCluster && dns.known ? endpointsOf(dns.value).slice(0, mostEndpoints) : []
  return { kind: 'resolve', ...ask, port: 53, servers: [...nameservers, ...replicas], budgetMs }
}

export function announceResolve(plan: ResolvePlan): readonly string[] {
  const { spec } = plan
  // Without another pod's resolv.conf: the three suffixes that Kubernetes itself lists.
  const names =
    spec.resolvConf === null ? 4 : candidates('glibc', settingsOf('glibc', spec.resolvConf), spec.typed).length
  const each = spec.types.length
  return [
    `creates 1 pod in namespace ${plan.namespace} on ${plan.node}, image ${plan.image}; removed at the end`,
    `asks up to ${names} name${names === 1 ? '' : 's'} as glibc does and as musl does, ` +
      `then ${spec.servers.length} server${spec.servers.length === 1 ? '' : 's'} one by one: ` +
      `about ${each * (2 * names + spec.servers.length)} queries in all, more only where none is answered; ` +
      `ends after ${budgetMs / 1000} s at the latest`,
  ]
}

export interface ResolveRun {
  readonly resolvConf: string | null
  /** getaddrinfo in the probe pod, when the resolv.conf is its own. */
  readonly own: OwnLookup | null
  readonly walks: Known<readonly ResolverWalk[]>
  readonly servers: readonly ServerAnswer[]
  readonly queries: number
  /** The probe pod's labels, so that policies can be judged. */
  readonly labels: Readonly<Record<string, string>>
  /** Pods that could not be removed. */
  readonly left: readonly string[]
}

/** Silence takes its time: each second is said, and when it ends. */
function ticking(progress: (line: string) => void, began: number): NodeJS.Timeout {
  const most = budgetMs / 1000
  const say = (): void => {
    const seconds = Math.round((performance.now() - began) / 1000)
    progress(`asking ... ${seconds} s; what has no answer after ${most} s is left`)
  }
  say()
  return setInterval(say, 1000)
}

/** One probe pod, from its creation to its removal, however it ends. */
export async function runResolve(
  cluster: Cluster,
  plan: ResolvePlan,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<ResolveRun> {
  const began = performance.now()
  const ledger = podLedger(cluster)
  const program = await podProgram()
  await removeLeftovers(cluster, plan.namespace)
  const watch = watchPods(cluster, plan.namespace, plan.run)
  const walks: ResolverWalk[] = []
  const servers: ServerAnswer[] = []
  let resolvConf: string | null = null
  let own: OwnLookup | null = null
  let queries = 0
  let why: Why | null = null
  let left: readonly string[] = []
  let asking: NodeJS.Timeout | undefined
  try {
    progress(`starting a probe pod on ${plan.node} ...`)
    const { run, namespace, node, image, tolerateAll, spec } = plan
    const pod: PodPlan = { run, namespace, node, image, program, spec, hostNetwork: false, tolerateAll }
    why = await runPod({ cluster, watch, now: () => performance.now() - began, ledger, signal }, pod, (record) => {
      if (record.t === 'hello') asking = ticking(progress, began)
      if (record.t === 'resolver') ({ resolvConf, own } = record)
      if (record.t === 'walk') walks.push(record.walk)
      if (record.t === 'server') servers.push(record.server)
      if (record.t === 'end') ({ queries } = record)
      return record.t === 'end'
    })
  } finally {
    clearInterval(asking)
    watch.end()
    left = await ledger.removeAll()
  }
  const missing = unknown(why?.reason ?? 'failed', why?.detail ?? 'the probe pod told nothing')
  return {
    resolvConf,
    own,
    walks: walks.length === 2 ? known(walks) : missing,
    servers,
    queries,
    labels: podLabels(plan.run),
    left,
  }
}
