import type { Trouble } from '../../findings/trouble.ts'
import type { InsideServer, InsideView } from '../../model/inside.ts'
import type { Answer } from '../../model/lookups.ts'
import type { Pod } from '../../model/pod.ts'
import type { Model } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { serviceLookupKeys } from '../dns/lookups-in-pod.ts'
import { isFailed, isLedAstray } from '../dns/inside-answers.ts'
import { lossOf, nearlyAll, seriesOf } from '../dns/lookup-loss.ts'
import { slicesOfServices } from '../service/service-endpoints.ts'
import { dnsServerInPod, nameInPod, nameWrong } from '../symptom.ts'
import { isDenied, slowIn, weightOf, whose } from './inside-sufferer.ts'

/** Names of Services as a program of the pod spells them: each must be found, soon, and be the Service's. */
export function namesInPod(model: Model, view: InsideView, pod: Pod | null): readonly Trouble[] {
  const { services, endpointSlices } = model.sources
  const slices = endpointSlices.known ? slicesOfServices(endpointSlices.value) : () => null
  return (view.resolving?.names ?? []).flatMap((it): readonly Trouble[] => {
    const base = whose(view, pod)
    const own = subject('Service', it.service.namespace, it.service.name)
    const keys = [
      ...base.keys,
      nameInPod({ namespace: view.namespace, name: view.pod }, it.service),
      ...serviceLookupKeys(view, it.typed),
    ]
    const about = {
      ...base,
      keys,
      involved: [...base.involved, own],
      asked: `${it.typed} with ${it.tool}`,
      bad: 1,
      of: 1,
      ms: it.ms,
    }
    const weight = isFailed(it) ? weightOf(it.result, pod, model) : null
    const denied = isDenied(it.result) ? [...keys, nameWrong(it.service)] : keys
    if (weight !== null) return [{ ...about, keys: denied, kind: 'lookup-failed', how: it.result, weight }]
    const service = services.known
      ? services.value.find((one) => one.namespace === it.service.namespace && one.name === it.service.name)
      : undefined
    if (service !== undefined && isLedAstray(it, pod, { service, slices: slices(service) })) {
      return [
        {
          ...about,
          keys: [...keys, nameWrong(it.service)],
          kind: 'lookup-wrong',
          how:
            `${it.addresses.join(', ')}, where the Service is ` +
            `${service.clusterIP === 'None' ? 'headless' : service.clusterIP}`,
          weight: 'outage',
        },
      ]
    }
    return it.ms >= slowIn(model, pod) ? [{ ...about, kind: 'lookup-slow', how: 'slow', weight: 'nuisance' }] : []
  })
}

/**
 * Nameservers of one list stand for each other: where another one knows the name, one that is silent or does not know
 * it costs time, and answers now and then. Where none knows it the pod's own lookup says what that means, and where
 * there is no lookup their silence is all that there is.
 */
export function serversInPod(view: InsideView, pod: Pod | null): readonly Trouble[] {
  const servers = view.resolving?.servers.known === true ? view.resolving.servers.value : []
  const isKnown = servers.some((it) => it.result === 'ok')
  return servers.flatMap((it): readonly Trouble[] => {
    if (it.result === null || it.result === 'ok' || it.result === 'not-asked') return []
    if (!isSilent(it) && !isKnown) return []
    const base = whose(view, pod)
    const keys = [...base.keys, dnsServerInPod({ namespace: view.namespace, name: view.pod }, it.ip)]
    const weight = servers.every(isSilent) && !view.lookup.known ? 'outage' : 'nuisance'
    return [
      {
        ...base,
        keys,
        kind: isSilent(it) ? 'lookup-failed' : 'lookup-wrong',
        asked: `nameserver ${it.ip} with ${it.tool}`,
        how: it.result,
        bad: 1,
        of: 1,
        ms: it.ms,
        weight,
      },
    ]
  })
}

/** Answers that say that a server has nobody to ask further, or does not say. */
const failed: ReadonlySet<Answer | null> = new Set<Answer | null>(['timeout', 'unreachable', 'servfail', 'refused'])

/**
 * A name outside of the cluster, asked of the servers that the pod itself asks: they may be others than those that the
 * probe pods measured. Where the probe pods find that name, the fault is of these.
 */
export function outsideInPod(model: Model, view: InsideView, pod: Pod | null): readonly Trouble[] {
  const { dnsProbe } = model.sources
  const outside = view.resolving?.outside
  if (outside === undefined || !dnsProbe.known) return []
  const probed = lossOf(seriesOf(dnsProbe.value, { zone: 'external' }))
  if (probed.of < 4 || !nearlyAll(probed.of - probed.unanswered, probed.of)) return []
  const told = outside.servers.filter((it) => it.result !== null && it.result !== 'not-asked')
  const bad = told.filter((it) => failed.has(it.result))
  const [first] = bad
  if (first === undefined) return []
  return [
    {
      ...whose(view, pod),
      kind: 'lookup-failed',
      asked: `${outside.name} of ${bad.map((it) => `nameserver ${it.ip}`).join(', ')} with ${first.tool}`,
      how: first.result ?? '',
      bad: bad.length,
      of: told.length,
      ms: first.ms,
      next: [
        'see which server that is and whom it asks: names outside the cluster are found by the other DNS servers',
        `hopscope resolve ${outside.name} -n ${view.namespace} --from pod/${view.pod}`,
        `kubectl get services -A -o wide | grep -F ${first.ip}`,
      ],
      weight: bad.length === told.length ? 'outage' : 'nuisance',
    },
  ]
}

export function isSilent({ result }: Pick<InsideServer, 'result'>): boolean {
  return result === 'timeout' || result === 'unreachable'
}
