import type { Cluster, RawObject } from '../../kube/cluster.ts'
import { endpointSlices, nodes, pods, services } from '../../kube/resources.ts'
import { onePod, takenText } from '../../collect/one-pod.ts'
import { resolveTarget } from '../../collect/target.ts'
import type { Known } from '../../model/known.ts'
import type { End } from '../../probe/capture/plan-capture.ts'
import { ToolError } from '../../tool-error.ts'
import { asIpAddress, type IpAddress } from '../../wire/dns-name.ts'
import { asPodUid } from '../../wire/node-names.ts'

/** Who is at the other end. */
export interface Peers {
  readonly servers: readonly End[]
  /** Of a Service all of whose ready endpoints are among the servers. */
  readonly serviceAddresses: readonly IpAddress[]
  /** Of its ports those that lead to another number, and where they lead. */
  readonly movedPorts: readonly number[]
  /** For the reader: what was taken for the other end, and what was left out. */
  readonly words: string
}

/** Each is a pod on its node, and as many points. */
const mostServers = 4

const forms = 'the other end is pod/NAME, svc/NAME or an address; NAME.NAMESPACE for another namespace'

/** `taken`: which one, where a workload or a Service was named. */
export async function clientOf(
  text: string,
  cluster: Cluster,
  namespace: string,
): Promise<{ readonly client: End; readonly taken: string | null }> {
  const one = await onePod(
    text,
    cluster,
    namespace,
    'a capture is taken at one pod: hopscope capture pod/NAME, or deploy/, sts/, ds/ or svc/NAME for one of its',
  )
  const end = await podEnd(cluster, namespace, one.pod)
  if (typeof end === 'string') throw new ToolError('not-found', end, 'name a pod that runs: kubectl get pods')
  return { client: end, taken: takenText(text, one) }
}

/** null: the cluster's DNS servers, as whoever names nobody looks for lost lookups. */
export async function peersOf(text: string | null, cluster: Cluster, namespace: string): Promise<Peers> {
  if (text === null) return dnsServers(cluster)
  const address = asIpAddress(text)
  if (address !== null)
    return { servers: [], serviceAddresses: [address], movedPorts: [], words: `the address ${address}` }
  const [, kind = '', name = '', , other] =
    /^(po|pod|pods|svc|service|services)\/([^/.]+)(\.([^/.]+))?$/i.exec(text) ?? []
  if (name === '') throw new ToolError('usage', `\`${text}\` is no other end`, forms)
  const where = other ?? namespace
  if (!/^s/i.test(kind)) {
    await resolveTarget(`pod/${name}`, cluster, where)
    const end = await podEnd(cluster, where, name)
    if (typeof end === 'string') throw new ToolError('not-found', end, 'name a pod that runs')
    return { servers: [end], serviceAddresses: [], movedPorts: [], words: `pod ${where}/${name}` }
  }
  await resolveTarget(`svc/${name}`, cluster, where)
  return serviceEnds(cluster, where, name)
}

/** By the label that kubeadm, k3s, GKE, EKS and AKS give it. */
async function dnsServers(cluster: Cluster): Promise<Peers> {
  const found = needed(
    await cluster.list(services, { namespace: 'kube-system', labelSelector: 'k8s-app=kube-dns' }, (raw) => raw),
  )
  const [service] = found.filter((it) => addressesOf(it).length > 0)
  if (service === undefined)
    return {
      servers: [],
      serviceAddresses: [],
      movedPorts: [],
      words: 'nobody: no DNS Service is known by its label k8s-app=kube-dns',
    }
  return serviceEnds(cluster, 'kube-system', service.metadata.name)
}

async function serviceEnds(cluster: Cluster, namespace: string, name: string): Promise<Peers> {
  const service = needed(await cluster.get(services, namespace, name, (raw) => raw))
  const labelSelector = `kubernetes.io/service-name=${name}`
  const slices = needed(await cluster.list(endpointSlices, { namespace, labelSelector }, (raw) => raw))
  const targets = [...new Map(slices.flatMap(endpointsIn).map((it) => [it.address, it])).values()]
  const names = [...new Set(targets.flatMap((it) => (it.pod === null ? [] : [it.pod])))].toSorted()
  const ends = await Promise.all(names.slice(0, mostServers).map((it) => podEnd(cluster, namespace, it)))
  const servers = ends.filter((it): it is End => typeof it !== 'string')
  const known = new Set<string>(servers.flatMap((it) => it.addresses))
  const isWhole = targets.every((it) => known.has(it.address))
  const leftOut = new Set(targets.filter((it) => !known.has(it.address)).map((it) => it.pod ?? it.address)).size
  return {
    servers,
    serviceAddresses: isWhole ? addressesOf(service) : [],
    movedPorts: movedPortsOf(service, slices),
    words:
      `Service ${namespace}/${name}: ` +
      (servers.length === 0
        ? 'no ready pod behind it'
        : servers.map((it) => `pod ${it.name} on ${it.node}`).join(', ')) +
      (leftOut === 0 ? '' : ` (${leftOut} more endpoint${leftOut === 1 ? '' : 's'} left out)`),
  }
}

function needed<T>(it: Known<T>): T {
  if (it.known) return it.value
  throw new ToolError(
    it.why.reason === 'forbidden' ? 'forbidden' : 'unreachable',
    `the other end can't be looked up: ${it.why.detail}`,
    it.why.reason === 'forbidden' ? `this needs the right to ${it.why.detail}` : null,
  )
}

interface Fields {
  readonly [name: string]: unknown
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function addresses(values: readonly unknown[]): readonly IpAddress[] {
  const all = values.map((it) => asIpAddress(text(it))).filter((it): it is IpAddress => it !== null)
  return [...new Set(all)]
}

function addressesOf(service: RawObject): readonly IpAddress[] {
  const spec = fields(service['spec'])
  return addresses([spec['clusterIP'], ...list(spec['clusterIPs'])])
}

/** A port of a Service and those of its endpoints have one name; EndpointSlices say the numbers (named targetPorts). */
function movedPortsOf(service: RawObject, slices: readonly RawObject[]): readonly number[] {
  const portsOf = (value: unknown): readonly (readonly [name: string, port: unknown])[] =>
    list(value).map((it) => [text(fields(it)['name']), fields(it)['port']] as const)
  const targets = slices.flatMap((it) => portsOf(it['ports']))
  const moved = portsOf(fields(service['spec'])['ports']).flatMap(([name, port]) =>
    targets.flatMap(([its, target]) => (its === name && target !== port ? [port, target] : [])),
  )
  return [...new Set(moved.filter((it): it is number => typeof it === 'number'))]
}

function endpointsIn(slice: RawObject): readonly { readonly address: string; readonly pod: string | null }[] {
  return list(slice['endpoints']).flatMap((value) => {
    const endpoint = fields(value)
    if (fields(endpoint['conditions'])['ready'] === false) return []
    const target = fields(endpoint['targetRef'])
    const pod = target['kind'] === 'Pod' ? text(target['name']) : ''
    return addresses(list(endpoint['addresses'])).map((address) => ({ address, pod: pod === '' ? null : pod }))
  })
}

/** A pod that runs, or why it is no end. */
async function podEnd(cluster: Cluster, namespace: string, name: string): Promise<End | string> {
  const found = await cluster.get(pods, namespace, name, (raw) => endIn(raw, namespace))
  return found.known ? found.value : `pod ${namespace}/${name} can't be read: ${found.why.detail}`
}

function endIn(raw: RawObject, namespace: string): End | string {
  const [spec, status] = [fields(raw['spec']), fields(raw['status'])]
  const { name, uid, annotations } = raw.metadata
  const node = text(spec['nodeName'])
  const ips = addresses([status['podIP'], ...list(status['podIPs']).map((it) => fields(it)['ip'])])
  // The kubelet knows a static pod by the hash in this annotation, and names its cgroup after it.
  const its = asPodUid(annotations?.['kubernetes.io/config.hash'] ?? uid ?? '')
  if (text(status['phase']) !== 'Running' || node === '' || ips.length === 0)
    return `pod ${namespace}/${name} is not running: ${text(status['phase'])}`
  if (its === null) return `pod ${namespace}/${name} has no uid`
  return { namespace, name, uid: its, node, addresses: ips, hostNetwork: spec['hostNetwork'] === true }
}

/** Empty where nodes may not be read. */
export async function nodeAddresses(cluster: Cluster, node: string): Promise<readonly IpAddress[]> {
  const found = await cluster.get(nodes, null, node, (raw) =>
    addresses(
      list(fields(raw['status'])['addresses']).flatMap((it) =>
        fields(it)['type'] === 'InternalIP' ? [fields(it)['address']] : [],
      ),
    ),
  )
  return found.known ? found.value : []
}
