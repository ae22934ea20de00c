import { type DnsCapacity, dnsCapacity } from '../../answers/dns-capacity.ts'
import { collect } from '../../collect/collect.ts'
import { readCoreDnsRates } from '../../collect/coredns-rates.ts'
import { readUntil } from '../../kube/read-until.ts'
import type { LoadEnd, LoadStep } from '../../model/load.ts'
import type { Model } from '../../model/sources.ts'
import { foreignPods, notHeard, ownServers } from '../../relations/dns/own-words.ts'
import { ToolError } from '../../tool-error.ts'
import type { ClusterAsk, PodAsk } from '../asks.ts'
import { type Caller, type SessionEvent, stepsOf } from '../events.ts'
import { type Ended, type Frame, withCluster } from '../with-cluster.ts'
import { loadUp } from './load.ts'

export interface CapacityAsk extends Omit<ClusterAsk, 'allNamespaces'>, PodAsk {
  /** Queries a second to ramp up to; undefined: nothing is loaded. */
  readonly load?: number
  /** How long the metrics are watched. */
  readonly window: number
  readonly node?: readonly string[]
  readonly probeTolerateAll?: boolean
  readonly timeout: number
}

export type CapacityEvent = SessionEvent | { readonly kind: 'load-step'; readonly step: LoadStep }

export interface CapacityCaller extends Caller<CapacityEvent> {
  /** Asked once all that the load will do has been announced. */
  readonly confirm: (signal: AbortSignal) => Promise<boolean>
}

export type CapacityAnswer =
  | { readonly kind: 'read'; readonly capacity: DnsCapacity }
  | { readonly kind: 'declined' }
  | {
      readonly kind: 'loaded'
      readonly steps: readonly LoadStep[]
      readonly end: LoadEnd
      /** Queries a second that were asked for. */
      readonly target: number
    }

/** What the cluster's DNS carries and needs. Reads only, unless a load is asked for and confirmed. */
export async function capacityOf(ask: CapacityAsk, caller: CapacityCaller): Promise<Ended<CapacityAnswer>> {
  return withCluster(ask, caller, async (frame) => {
    const model = await everything(frame)
    frame.signal.throwIfAborted()
    if (ask.load !== undefined) return loadUp({ ...frame, ...caller, signal: frame.signal }, model, ask, ask.load)
    const capacity = await measured(frame, model, ask.window)
    frame.signal.throwIfAborted()
    return { kind: 'read', capacity }
  })
}

/** Every namespace: CoreDNS holds the Pods and Services of all. What may not be read is unknown, not zero. */
function everything({ cluster, signal, tell }: Frame): Promise<Model> {
  const step = stepsOf(tell)
  step(`reading every namespace of ${cluster.context} ...`)
  return collect(readUntil(cluster, signal), {
    scope: { namespace: null, target: { kind: 'dns' }, level: 'read' },
    progress: step,
  })
}

async function measured({ cluster, signal, tell }: Frame, model: Model, windowMs: number): Promise<DnsCapacity> {
  const { clusterDns } = model.sources
  if (!clusterDns.known)
    throw new ToolError(
      'probe-failed',
      `the cluster's DNS servers are not known: ${clusterDns.why.detail}`,
      'hopscope dns',
    )
  const pods = ownServers(clusterDns.value).filter((it) => it.phase === 'Running' && !it.deleting)
  if (pods.length === 0) throw new ToolError('probe-failed', 'no DNS server runs', 'hopscope dns says why')
  const [foreign] = foreignPods(clusterDns.value)
  if (foreign !== undefined) stepsOf(tell)(`leaves out ${foreign}: ${notHeard}`)
  stepsOf(tell)(`reading the metrics of ${pods.length} DNS servers for ${windowMs / 1000} s ...`)
  const rates = await readCoreDnsRates(cluster, pods, windowMs / 1000, signal)
  const capacity = dnsCapacity(model, rates)
  if (capacity === null) throw new ToolError('internal', 'the DNS servers were known a moment ago')
  const reason = [...rates.values()].map((it) => (it.known ? null : it.why))[0]
  if (capacity.servers.every((it) => !it.rates.known) && reason !== null && reason !== undefined) {
    throw new ToolError(
      reason.reason === 'forbidden' ? 'forbidden' : 'probe-failed',
      `no DNS server's metrics could be read: ${reason.detail}`,
      'it takes the right to get pods/proxy in kube-system (deploy/rbac-capacity.yaml), ' +
        "and CoreDNS's `prometheus` plugin",
    )
  }
  return capacity
}
