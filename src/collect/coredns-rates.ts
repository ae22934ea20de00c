import type { Cluster } from '../kube/cluster.ts'
import { known, type Known, unknown } from '../model/known.ts'
import type { Pod } from '../model/pod.ts'
import { type CoreDnsRates, coreDnsRates } from '../wire/coredns-metrics.ts'

/** CoreDNS's usual port for /metrics, where no container port is named so. */
const usualPort = 9153

export function metricsPort(pod: Pod): number {
  return pod.containers.flatMap((it) => it.ports).find((it) => it.name === 'metrics')?.port ?? usualPort
}

/**
 * Two readings of each pod's /metrics, `seconds` apart, through the API server's proxy: that needs no pod, only the
 * right to `get pods/proxy`. By pod name; a pod whose metrics could not be had says why.
 */
export async function readCoreDnsRates(
  cluster: Cluster,
  pods: readonly Pod[],
  seconds: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Known<CoreDnsRates>>> {
  const read = (pod: Pod): Promise<Reading> => reading(cluster, pod, signal)
  const before = await Promise.all(pods.map(read))
  if (before.every((it) => !it.text.known))
    return new Map(pods.map((pod, i) => [pod.name, before[i]?.text as Known<never>]))
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000)
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
  const after = await Promise.all(pods.map(read))
  return new Map(pods.map((pod, i) => [pod.name, between(before[i], after[i])]))
}

interface Reading {
  readonly at: number
  readonly text: Known<string>
}

async function reading(cluster: Cluster, pod: Pod, signal: AbortSignal): Promise<Reading> {
  const text = await cluster.raw(
    `/api/v1/namespaces/${pod.namespace}/pods/${pod.name}:${metricsPort(pod)}/proxy/metrics`,
    { signal },
  )
  return { at: performance.now(), text }
}

function between(before: Reading | undefined, after: Reading | undefined): Known<CoreDnsRates> {
  if (before === undefined || after === undefined) return unknown('failed', 'not read')
  if (!before.text.known) return before.text
  if (!after.text.known) return after.text
  const rates = coreDnsRates(before.text.value, after.text.value, (after.at - before.at) / 1000)
  return rates === null
    ? unknown(
        'failed',
        'these are no metrics of one and the same CoreDNS: it was started anew, or has no `prometheus` line',
      )
    : known(rates)
}
