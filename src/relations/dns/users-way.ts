import type { DnsProbe, LookupSeries } from '../../model/lookups.ts'
import type { Model } from '../../model/sources.ts'
import { familyOf } from '../../wire/ip-family.ts'
import { lossOf, troubled } from './lookup-loss.ts'
import { podEnd, policyRules, probeEnd } from '../policy/policy-allows.ts'

/**
 * Whether pods of that node ask the DNS Service's address: by what stands in the probe pod's own resolv.conf, which the
 * kubelet wrote as it writes theirs. Where another server stands there and answers, whatever the Service's address does
 * reaches no user.
 */
export function usersAskService(probe: DnsProbe, node: string): boolean {
  const here = probe.series.filter((it) => it.node === node)
  const own = here.filter((it) => it.method === 'getaddrinfo')
  const addresses = new Set(
    here.filter((it) => it.server.role === 'service' && it.method !== 'getaddrinfo').map((it) => it.server.ip),
  )
  const elsewhere = own.length > 0 && own.every((it) => !addresses.has(it.server.ip))
  const { of, failed } = lossOf(own)
  return !elsewhere || of === 0 || failed > 0
}

/**
 * Lookups that the probe makes past the Service, on a way that is closed to it and not to users: to an address of the
 * family that the Service does not have, or to pods that a NetworkPolicy keeps from the probe's own pod.
 */
export function closedToProbe(model: Model, { node, server, transport }: LookupSeries): boolean {
  const { clusterDns, dnsProbe, networkPolicies, namespaces } = model.sources
  if (server.role !== 'endpoint' || !clusterDns.known || !dnsProbe.known) return false
  const vip = clusterDns.value.service?.clusterIP ?? null
  if (vip !== null && vip !== 'None' && familyOf(vip) !== familyOf(server.ip)) return true
  const pod = clusterDns.value.pods.find((it) => it.name === server.pod)
  if (pod === undefined || !networkPolicies.known) return false
  const from = probeEnd(dnsProbe.value.from, node)
  const decision = policyRules(
    networkPolicies.value,
    namespaces,
  )({ from, to: podEnd(pod), port: 53, protocol: transport === 'tcp' ? 'TCP' : 'UDP' })
  return decision.kind !== 'allowed'
}

/** Below this many lookups on the way of users, their being answered says little. */
const enough = 20

/**
 * A server that is asked past the Service and silent, as all of them are from that node, while whoever goes through the
 * Service is answered there without a loss: the servers are well, and the probe's own way to them is closed.
 */
export function answeredOtherwise(probe: DnsProbe, { node, server }: LookupSeries): boolean {
  if (server.role !== 'endpoint') return false
  const here = probe.series.filter((it) => it.node === node)
  const direct = lossOf(here.filter((it) => it.server.role === 'endpoint'))
  const users = here.filter((it) => it.server.role !== 'endpoint' && it.server.role !== 'upstream')
  const theirs = lossOf(users)
  return direct.of > 0 && direct.silent === direct.of && theirs.of >= enough && troubled(users) === 0
}
