import type { ClusterDns } from '../../model/cluster-dns.ts'
import { known, unknown } from '../../model/known.ts'
import type { DnsProbe, DnsServer, LookupSeries } from '../../model/lookups.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import type { Model } from '../../model/sources.ts'
import { lossOf } from '../dns/lookup-loss.ts'
import { type Decision, podEnd, policyNames, policyRules, probeEnd } from './policy-allows.ts'
import { targetPortIn } from '../service/service-endpoints.ts'
import { isOver } from '../service/service-selects-pod.ts'

type Transport = LookupSeries['transport']

/**
 * The model as checks may read it: questions of the probe's pods that a NetworkPolicy forbids, and that met silence,
 * are nobody's trouble, of whichever list they are. A namespace that denies by default, and allows its own pods by
 * their labels, closes the way of a pod that it has never heard of, as it should. Where such a lookup is answered later
 * on, the policy is not enforced, and all of them count.
 */
export function withoutForbiddenLookups(model: Model): Model {
  const { dnsProbe, nameAnswers, networkPolicies, clusterDns, namespaces } = model.sources
  if (!dnsProbe.known || !networkPolicies.known || !clusterDns.known) return model
  const probe = dnsProbe.value
  const rules = policyRules(networkPolicies.value, namespaces)
  const keeps = (transport: Transport, server: DnsServer): readonly NetworkPolicy[] =>
    denying(waysOf(probe, clusterDns.value, transport, server).map(rules))

  const shut = (['udp', 'tcp'] as const).flatMap((transport) => {
    const its = probe.series.filter((it) => it.transport === transport && keeps(transport, it.server).length > 0)
    const byNode = [...Map.groupBy(its, (it) => it.node).values()]
    return byNode.every(isShut) ? its : []
  })
  const [first] = shut
  if (first === undefined) return model
  const isForbidden = (transport: Transport, node: string, server: DnsServer): boolean =>
    shut.some((it) => it.transport === transport && it.node === node && it.server.ip === server.ip)
  const open = (of: readonly LookupSeries[]): readonly LookupSeries[] =>
    of.filter((it) => !isForbidden(it.transport, it.node, it.server))
  const by = policyNames(keeps(first.transport, first.server))
  const isKept = unknown('failed', `${by} keeps the probe's own pods from the cluster's DNS`)
  const series = open(probe.series)
  const { edns, named, farTcp } = probe
  const others = {
    ...(edns && { edns: open(edns) }),
    ...(named && { named: open(named) }),
    ...(farTcp && { farTcp: open(farTcp) }),
  }
  // Names are asked for over UDP, many of them once: what a few answers leave out is not known of the others.
  const isCut =
    nameAnswers.known &&
    nameAnswers.value.answers.some((it) => it.answer === 'timeout' && isForbidden('udp', it.node, it.server))
  return {
    ...model,
    sources: {
      ...model.sources,
      dnsProbe: series.length === 0 ? isKept : known({ ...probe, series, ...others }),
      nameAnswers: isCut ? isKept : nameAnswers,
    },
  }
}

/** A network learns of a new pod a moment after it starts: until then it lets through what it will not later. */
const settleMs = 1000

/** Silence from some moment on, and answers before it at the most. */
function isShut(series: readonly LookupSeries[]): boolean {
  const all = series.flatMap((it) =>
    it.lookups.map((lookup) => ({ at: lookup.at, loss: lossOf([{ ...it, lookups: [lookup] }]) })),
  )
  const silent = all.filter((it) => it.loss.silent === 1).map((it) => it.at)
  const answered = all.filter((it) => it.loss.silent === 0).map((it) => it.at)
  const since = silent.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY)
  return silent.length > answered.length && answered.every((at) => at <= since + settleMs)
}

/** As packets are after the Service's address was rewritten: any of the servers may be meant by it. */
function waysOf(probe: DnsProbe, dns: ClusterDns, transport: Transport, { role, ip }: DnsServer) {
  if (role !== 'service' && role !== 'endpoint') return []
  const protocol = transport === 'udp' ? 'UDP' : 'TCP'
  const port = dns.service?.ports.find((it) => it.port === 53 && it.protocol === protocol)
  const portOf = (pod: Pod): number => (port === undefined ? 53 : (targetPortIn(pod, port) ?? 53))
  return dns.pods
    .filter((it) => !isOver(it) && (role === 'service' || it.ip === ip))
    .map((it) => ({ from: probeEnd(probe.from), to: podEnd(it), port: portOf(it), protocol }) as const)
}

/** One that denies is enough: who asks through the Service meets each of the servers in turn. */
function denying(decisions: readonly Decision[]): readonly NetworkPolicy[] {
  return decisions.find((it) => it.kind === 'denied')?.by ?? []
}
