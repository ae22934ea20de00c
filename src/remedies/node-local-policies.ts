import { selects } from '../relations/selector.ts'
import { contains } from '../relations/cidr-index.ts'
import { at, isObject, type Json, list, type Manifest, nameOf, namespaceOf, strings, text } from '../manifest/object.ts'
import type { Place } from './node-local-traps.ts'
import { notOffered, notSeen, type NotOffered } from './remedy.ts'

/** NetworkPolicies that were right without a cache and cut DNS off with one, on either side of it. */
export function closedPolicies(place: Place): NotOffered | null {
  const policies = place.objects.all('NetworkPolicy', null)
  if (!policies.known)
    return notSeen("the NetworkPolicies of all namespaces (would they block the cache's address?)", policies)
  return closedForClients(place, policies.value) ?? closedAtServers(place, policies.value)
}

/**
 * The cache answers at the node, so a rule that lets DNS out to the CoreDNS pods no longer matches: pods under such a
 * policy would lose DNS in the moment in which the cache starts.
 */
function closedForClients({ local, vip }: Place, policies: readonly Manifest[]): NotOffered | null {
  const open = (it: Manifest): boolean => lets(it, local) && lets(it, vip)
  // Rules of all policies of a pod add up: one that selects every pod and lets the cache through speaks for its
  // namespace.
  const openNamespaces = new Set(
    policies
      .filter((it) => open(it) && Object.keys((at(it, 'spec', 'podSelector') as object | undefined) ?? {}).length === 0)
      .map(namespaceOf),
  )
  const closed = policies.filter((it) => isolatesEgress(it) && !open(it) && !openNamespaces.has(namespaceOf(it)))
  if (closed.length === 0) return null
  const names = closed.slice(0, 5).map(full).join(', ')
  return notOffered(
    `${closed.length} NetworkPolic${closed.length === 1 ? 'y' : 'ies'} would keep pods from the cache: ` +
      `${names}${closed.length > 5 ? ', …' : ''}`,
    `let them out to ${local}/32 and ${vip}/32 on UDP and TCP 53 (ipBlock) first`,
  )
}

/** The cache asks from the node's own address, which no rule with a pod or namespace selector means. */
function closedAtServers({ ask, selector }: Place, policies: readonly Manifest[]): NotOffered | null {
  const { nodes } = ask.model.sources
  const ips = (nodes.known ? nodes.value : []).flatMap((it) => (it.ip === null ? [] : [it.ip]))
  const on = policies.filter(
    (it) =>
      namespaceOf(it) === 'kube-system' &&
      isolatesIngress(it) &&
      selects({ matchLabels: strings(at(it, 'spec', 'podSelector', 'matchLabels')), matchExpressions: [] }, selector),
  )
  const lets = (policy: Manifest): boolean =>
    list(at(policy, 'spec', 'ingress')).some(
      (rule) => allowsPort(rule, 'TCP') && ips.length > 0 && ips.every((ip) => allowsAddress(rule, ip, 'from')),
    )
  const [first] = on
  if (first === undefined || on.some(lets)) return null
  return notOffered(
    `NetworkPolicy ${full(first)} guards CoreDNS, and lets nobody in from the nodes' own addresses, ` +
      'from which the cache asks',
    'let the nodes in on TCP and UDP 53 (ipBlock) first',
  )
}

function isolatesIngress(policy: Manifest): boolean {
  const types = list(at(policy, 'spec', 'policyTypes'))
  return types.length === 0 || types.includes('Ingress')
}

function isolatesEgress(policy: Manifest): boolean {
  const types = list(at(policy, 'spec', 'policyTypes'))
  return types.length === 0 ? at(policy, 'spec', 'egress') !== undefined : types.includes('Egress')
}

function lets(policy: Manifest, ip: string): boolean {
  return list(at(policy, 'spec', 'egress')).some(
    (rule) => ['UDP', 'TCP'].every((protocol) => allowsPort(rule, protocol)) && allowsAddress(rule, ip),
  )
}

function allowsPort(rule: Json, protocol: string): boolean {
  const ports = list(at(rule, 'ports'))
  return (
    ports.length === 0 ||
    ports.some(
      (it) => (at(it, 'protocol') ?? 'TCP') === protocol && (at(it, 'port') === undefined || at(it, 'port') === 53),
    )
  )
}

function allowsAddress(rule: Json, ip: string, side: 'to' | 'from' = 'to'): boolean {
  const peers = list(at(rule, side))
  return (
    peers.length === 0 ||
    peers.some(
      (it) =>
        isObject(at(it, 'ipBlock')) &&
        contains(text(at(it, 'ipBlock', 'cidr')) ?? '', ip) &&
        !list(at(it, 'ipBlock', 'except')).some((one) => contains(text(one) ?? '', ip)),
    )
  )
}

function full(it: Manifest): string {
  return `${namespaceOf(it)}/${nameOf(it)}`
}
