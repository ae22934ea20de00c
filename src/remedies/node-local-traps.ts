import { type Subject, subjectKey } from '../model/subject.ts'
import { type CorefileServer } from '../wire/corefile.ts'
import { at, type Json, list, type Manifest, nameOf, namespaceOf, strings } from '../manifest/object.ts'
import { closedPolicies } from './node-local-policies.ts'
import { type Ask, notOffered, notSeen, type NotOffered, type Objects } from './remedy.ts'

export interface Place {
  readonly ask: Ask
  readonly objects: Objects
  readonly local: string
  readonly vip: string
  /** Pods of CoreDNS have these labels, by the DNS Service's selector. */
  readonly selector: Readonly<Record<string, string>>
  readonly corefile: readonly CorefileServer[]
  /** What the plan would create. */
  readonly own: readonly Subject[]
  readonly home: Subject
}

/** Each known way in which a node cache breaks a cluster, looked for before it is offered. null when none is there. */
export function trapIn(place: Place): NotOffered | null {
  const { objects } = place
  const daemonSets = objects.all('DaemonSet', null)
  if (!daemonSets.known)
    return notSeen('the DaemonSets of all namespaces (is there a node cache already, is this Cilium?)', daemonSets)
  const deployments = objects.all('Deployment', null)
  if (!deployments.known)
    return notSeen("the Deployments of all namespaces (is one of the cache's ports taken?)", deployments)
  return (
    otherCache(daemonSets.value) ??
    cilium(daemonSets.value) ??
    elsewhereAsked(place) ??
    addressRules(place) ??
    portTaken([...daemonSets.value, ...deployments.value]) ??
    nameTaken(place) ??
    podSecurity(place) ??
    addressTaken(place) ??
    closedPolicies(place)
  )
}

function otherCache(daemonSets: readonly Manifest[]): NotOffered | null {
  const found = daemonSets.find(
    (it) =>
      /^node-?local-?dns/.test(nameOf(it)) ||
      containers(it).some((container) => list(at(container, 'args')).includes('-localip')),
  )
  return found === undefined
    ? null
    : notOffered(
        `there is a DNS cache on the nodes already: DaemonSet ${full(found)}`,
        `kubectl -n ${namespaceOf(found)} describe daemonset ${nameOf(found)}`,
      )
}

/** Cilium redirects Service traffic in eBPF, before it reaches the address that the cache holds. */
function cilium(daemonSets: readonly Manifest[]): NotOffered | null {
  const found = daemonSets.find(
    (it) =>
      nameOf(it) === 'cilium' || strings(at(it, 'spec', 'template', 'metadata', 'labels'))['k8s-app'] === 'cilium',
  )
  return found === undefined
    ? null
    : notOffered(
        `the network is Cilium (DaemonSet ${full(found)}), where this layout has no effect`,
        'Cilium needs a CiliumLocalRedirectPolicy and a cache without hostNetwork: ' +
          'https://docs.cilium.io/en/stable/network/kubernetes/local-redirect-policy/',
      )
}

/**
 * kubelet's clusterDNS may name another server than the DNS Service: a cache of its own (AKS, NodeLocal with IPVS), a
 * company's.
 */
function elsewhereAsked({ ask, vip }: Place): NotOffered | null {
  const { dnsProbe } = ask.model.sources
  const other = (dnsProbe.known ? dnsProbe.value.series : []).find(
    (it) => it.method === 'getaddrinfo' && it.server.ip !== '' && it.server.ip !== vip,
  )
  return other === undefined
    ? null
    : notOffered(
        `pods on ${other.node} ask ${other.server.ip} (their kubelet's clusterDNS), ` +
          `and not the DNS Service ${vip}, whose address the cache takes`,
      )
}

/** Behind a cache CoreDNS sees the nodes' addresses: rules by client would refuse all pods, or let all in. */
function addressRules({ corefile }: Place): NotOffered | null {
  const found = corefile.flatMap((it) => it.plugins).find((it) => it.name === 'acl' || it.name === 'view')
  return found === undefined
    ? null
    : notOffered(
        `the Corefile has \`${found.name}\` (line ${found.line}), which goes by the client's address: ` +
          'behind a cache every client is a node',
      )
}

const ports: ReadonlySet<Json | undefined> = new Set([53, 8080, 9253, 9353])

function portTaken(workloads: readonly Manifest[]): NotOffered | null {
  for (const it of workloads) {
    if (at(it, 'spec', 'template', 'spec', 'hostNetwork') !== true) continue
    const port = containers(it)
      .flatMap((container) => list(at(container, 'ports')))
      .map((one) => at(one, 'containerPort'))
      .find((one) => ports.has(one))
    if (port !== undefined)
      return notOffered(
        `port ${port} of the nodes is taken by ${it['kind']} ${full(it)} (hostNetwork), and the cache needs it`,
      )
  }
  return null
}

function nameTaken({ objects, own }: Place): NotOffered | null {
  for (const it of own) {
    const found = objects.one(it)
    if (!found.known) return notSeen(subjectKey(it), found)
    if (found.value !== null)
      return notOffered(
        `there is a ${it.kind} ${it.namespace}/${it.name} already`,
        'left over from an earlier try? Look at it, and delete it',
      )
  }
  return null
}

/** Baseline forbids hostNetwork and hostPath (https://kubernetes.io/docs/concepts/security/pod-security-standards/). */
function podSecurity({ objects, home }: Place): NotOffered | null {
  const found = objects.one(home)
  if (!found.known) return notSeen('the Pod Security labels of namespace kube-system', found)
  const level = strings(at(found.value ?? {}, 'metadata', 'labels'))['pod-security.kubernetes.io/enforce']
  return level === 'baseline' || level === 'restricted'
    ? notOffered(
        `namespace kube-system enforces Pod Security \`${level}\`, which forbids hostNetwork: no cache pod would start`,
      )
    : null
}

function addressTaken({ ask, objects, local }: Place): NotOffered | null {
  const { nodes } = ask.model.sources
  const services = objects.all('Service', null)
  if (!services.known) return notSeen(`the Services of all namespaces (is ${local} in use?)`, services)
  const node = (nodes.known ? nodes.value : []).find((it) => it.ip === local)
  const service = services.value.find(
    (it) => at(it, 'spec', 'clusterIP') === local || list(at(it, 'spec', 'externalIPs')).includes(local),
  )
  if (node !== undefined) return notOffered(`address ${local} is that of node ${node.name}`)
  return service === undefined ? null : notOffered(`address ${local} is that of Service ${full(service)}`)
}

function containers(workload: Manifest): readonly Json[] {
  return list(at(workload, 'spec', 'template', 'spec', 'containers'))
}

function full(it: Manifest): string {
  return `${namespaceOf(it)}/${nameOf(it)}`
}
