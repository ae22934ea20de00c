import type { Cluster } from '../../kube/cluster.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { type Known, known, type Why } from '../../model/known.ts'
import type { LookupRow } from '../pod/records.ts'
import type { CanarySpec } from '../pod/spec.ts'
import { podProgram } from '../pods/pod-program.ts'
import { runPod } from '../pods/pod-run.ts'
import { newRunId, podLedger, removeLeftovers, watchPods } from '../pods/pods.ts'

export interface CanaryPlan {
  readonly namespace: string
  readonly node: string
  readonly image: string
  readonly tolerateAll: boolean
  readonly dns: ClusterDns
}

/** One lookup a second, two questions each: a thousandth of what one CoreDNS answers. */
const everyMs = 1000
export const queriesPerSecond = 2

/** A pod's life; the next one takes over a little before, so that a killed run leaves one for ten minutes at most. */
const lifeSeconds = 600
const handOverSeconds = 30

/** Its state matters at its start and its end alone, and the watch tells of both. */
export const listEveryMs = 10_000

export interface Canary {
  /** The lookups that ended since the last call; unknown while no pod tells any. */
  readonly take: () => Known<readonly LookupRow[]>
  /** Ends the lookups, removes the pod, and says which could not be removed. */
  readonly end: () => Promise<readonly string[]>
}

/** Starts a pod that looks up a name of the cluster through the DNS Service, again and again, until `end`. */
export function startCanary(cluster: Cluster, plan: CanaryPlan): Canary {
  const ending = new AbortController()
  const ledger = podLedger(cluster)
  const began = performance.now()
  let rows: LookupRow[] = []
  let why: Why | null = { reason: 'not-asked', detail: 'its pod is starting' }

  const vip = plan.dns.service?.clusterIP ?? null
  const series = {
    server: { role: 'service' as const, ip: vip ?? '', pod: null },
    port: 53,
    transport: 'udp' as const,
    method: 'pair' as const,
    name: `kubernetes.default.svc.${plan.dns.domain}.`,
    zone: 'cluster' as const,
    count: 0,
    outstanding: 1,
  }
  const spec: CanarySpec = { kind: 'canary', series, everyMs, forMs: 1000 * (lifeSeconds - handOverSeconds) }

  const one = async (program: string): Promise<Why | null> => {
    const run = newRunId()
    const watch = watchPods(cluster, plan.namespace, run, listEveryMs)
    try {
      return await runPod(
        { cluster, watch, now: () => performance.now() - began, ledger, signal: ending.signal },
        {
          run,
          namespace: plan.namespace,
          node: plan.node,
          image: plan.image,
          program,
          spec,
          hostNetwork: false,
          tolerateAll: plan.tolerateAll,
          deadlineSeconds: lifeSeconds,
        },
        (record) => {
          if (record.t === 'hello') {
            why = null
          }
          if (record.t === 'lookups') rows.push(...record.rows)
          return record.t === 'end'
        },
      )
    } finally {
      watch.end()
      await ledger.removeAll()
    }
  }
  const going = (async () => {
    if (vip === null || vip === 'None') {
      why = { reason: 'failed', detail: 'the cluster has no DNS Service to ask' }
      return
    }
    await removeLeftovers(cluster, plan.namespace)
    const program = await podProgram()
    while (!ending.signal.aborted) {
      why = await one(program)
      if (why === null || ending.signal.aborted) continue
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 15_000)
        ending.signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
      })
    }
  })()

  return {
    take() {
      const taken = rows
      rows = []
      if (taken.length > 0) return known(taken)
      return why === null ? known([]) : { known: false, why }
    },
    async end() {
      ending.abort()
      await going.catch(() => undefined)
      return ledger.removeAll()
    },
  }
}
