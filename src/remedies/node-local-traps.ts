import { type Subject, subjectKey } from '../model/subject.ts'
import { contains } from '../relations/policy-allows.ts'
import { at, isObject, type Json, list, type Manifest, nameOf, namespaceOf, strings, text } from './manifest.ts'
import { type Ask, notOffered, notSeen, type NotOffered, type Objects } from './remedy.ts'

export interface Place {
  readonly ask: Ask
  readonly objects: Objects
  readonly local: string
  readonly vip: string
  /** What the plan would create. */
  readonly own: readonly Subject[]
  readonly home: Subject
}

/** Each known way in which a node cache breaks a cluster, looked for before it is offered. null when none is there. */
export function trapIn(place: Place): NotOffered | null {
  const { objects } = place
  const daemonSets = objects.all('DaemonSet', null)
  if (!daemonSets.known) return notSeen('the DaemonSets of all namespaces (is there a node cache already, is this Cilium?)', daemonSets)
  return otherCache(daemonSets.value) ?? cilium(daemonSets.value) ?? portTaken(daemonSets.value) ?? nameTaken(place) ?? podSecurity(place) ?? addressTaken(place) ?? closedPolicies(place)
}

function otherCache(daemonSets: readonly Manifest[]): NotOffered | null {
  const found = daemonSets.find((it) => /^node-?local-?dns/.test(nameOf(it)) || containers(it).some((container) => list(at(container, 'args')).includes('-localip')))
  return found === undefined ? null : notOffered(`there is a DNS cache on the nodes already: DaemonSet ${full(found)}`, `kubectl -n ${namespaceOf(found)} describe daemonset ${nameOf(found)}`)
}

/** Cilium redirects Service traffic in eBPF, before it reaches the address that the cache holds. */
function cilium(daemonSets: readonly Manifest[]): NotOffered | null {
  const found = daemonSets.find((it) => nameOf(it) === 'cilium' || strings(at(it, 'spec', 'template', 'metadata', 'labels'))['k8s-app'] === 'cilium')
  return found === undefined ? null : notOffered(`the network is Cilium (DaemonSet ${full(found)}), where this layout has no effect`, 'Cilium needs a CiliumLocalRedirectPolicy and a cache without hostNetwork: https://docs.cilium.io/en/stable/network/kubernetes/local-redirect-policy/')
}

function portTaken(daemonSets: readonly Manifest[]): NotOffered | null {
  for (const it of daemonSets) {
    if (at(it, 'spec', 'template', 'spec', 'hostNetwork') !== true) continue
    const port = containers(it).flatMap((container) => list(at(container, 'ports'))).map((one) => at(one, 'containerPort')).find((one) => one === 53 || one === 8080 || one === 9253)
    if (port !== undefined) return notOffered(`port ${port} of the nodes is taken by DaemonSet ${full(it)} (hostNetwork), and the cache needs it`)
  }
  return null
}

function nameTaken({ objects, own }: Place): NotOffered | null {
  for (const it of own) {
    const found = objects.one(it)
    if (!found.known) return notSeen(subjectKey(it), found)
    if (found.value !== null) return notOffered(`there is a ${it.kind} ${it.namespace}/${it.name} already`, 'left over from an earlier try? Look at it, and delete it')
  }
  return null
}

/** Baseline forbids hostNetwork and hostPath (https://kubernetes.io/docs/concepts/security/pod-security-standards/). */
function podSecurity({ objects, home }: Place): NotOffered | null {
  const found = objects.one(home)
  if (!found.known) return notSeen('the Pod Security labels of namespace kube-system', found)
  const level = strings(at(found.value ?? {}, 'metadata', 'labels'))['pod-security.kubernetes.io/enforce']
  return level === 'baseline' || level === 'restricted' ? notOffered(`namespace kube-system enforces Pod Security \`${level}\`, which forbids hostNetwork: no cache pod would start`) : null
}

function addressTaken({ ask, objects, local }: Place): NotOffered | null {
  const { nodes } = ask.model.sources
  const services = objects.all('Service', null)
  if (!services.known) return notSeen(`the Services of all namespaces (is ${local} in use?)`, services)
  const node = (nodes.known ? nodes.value : []).find((it) => it.ip === local)
  const service = services.value.find((it) => at(it, 'spec', 'clusterIP') === local || list(at(it, 'spec', 'externalIPs')).includes(local))
  if (node !== undefined) return notOffered(`address ${local} is that of node ${node.name}`)
  return service === undefined ? null : notOffered(`address ${local} is that of Service ${full(service)}`)
}

/**
 * The cache answers at the node, so a rule that lets DNS out to the CoreDNS pods no longer matches: pods under such a
 * policy would lose DNS in the moment in which the cache starts.
 */
function closedPolicies({ objects, local, vip }: Place): NotOffered | null {
  const policies = objects.all('NetworkPolicy', null)
  if (!policies.known) return notSeen("the NetworkPolicies of all namespaces (would they block the cache's address?)", policies)
  const open = (it: Manifest): boolean => lets(it, local) && lets(it, vip)
  // Rules of all policies of a pod add up: one that selects every pod and lets the cache through speaks for its namespace.
  const openNamespaces = new Set(policies.value.filter((it) => open(it) && Object.keys((at(it, 'spec', 'podSelector') as object | undefined) ?? {}).length === 0).map(namespaceOf))
  const closed = policies.value.filter((it) => isolatesEgress(it) && !open(it) && !openNamespaces.has(namespaceOf(it)))
  if (closed.length === 0) return null
  const names = closed.slice(0, 5).map(full).join(', ')
  return notOffered(
    `${closed.length} NetworkPolic${closed.length === 1 ? 'y' : 'ies'} would keep pods from the cache: ${names}${closed.length > 5 ? ', …' : ''}`,
    `let them out to ${local}/32 and ${vip}/32 on UDP and TCP 53 (ipBlock) first`,
  )
}

function isolatesEgress(policy: Manifest): boolean {
  const types = list(at(policy, 'spec', 'policyTypes'))
  return types.length === 0 ? at(policy, 'spec', 'egress') !== undefined : types.includes('Egress')
}

function lets(policy: Manifest, ip: string): boolean {
  return list(at(policy, 'spec', 'egress')).some((rule) => ['UDP', 'TCP'].every((protocol) => allowsPort(rule, protocol)) && allowsAddress(rule, ip))
}

function allowsPort(rule: Json, protocol: string): boolean {
  const ports = list(at(rule, 'ports'))
  return ports.length === 0 || ports.some((it) => (at(it, 'protocol') ?? 'TCP') === protocol && (at(it, 'port') === undefined || at(it, 'port') === 53))
}

function allowsAddress(rule: Json, ip: string): boolean {
  const peers = list(at(rule, 'to'))
  return peers.length === 0 || peers.some((it) => isObject(at(it, 'ipBlock')) && contains(text(at(it, 'ipBlock', 'cidr')) ?? '', ip) && !list(at(it, 'ipBlock', 'except')).some((one) => contains(text(one) ?? '', ip)))
}

function containers(workload: Manifest): readonly Json[] {
  return list(at(workload, 'spec', 'template', 'spec', 'containers'))
}

function full(it: Manifest): string {
  return `${namespaceOf(it)}/${nameOf(it)}`
}
