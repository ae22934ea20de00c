import { fields, list, stringMap, text, whole } from '../../src/collect/project/json.ts'
import type { Labels, Manifest, Spec } from './manifest.ts'

/** On a pod's template: what keeps its pods from being ready. A test's own word; it is taken off the pods. */
export const faultAnnotation = 'flavour/fault'

const tokens: Readonly<Record<string, string>> = { IPv4: '10.244', IPv6: 'fd00:10:244' }

/**
 * What the controllers, the scheduler and the kubelets make of what is applied: ReplicaSets, pods with addresses and
 * states, EndpointSlices, namespaces, a clusterIP for each Service. A test changes what people change, and this what
 * follows of it.
 */
export function settle(applied: readonly Manifest[], families: readonly string[] = ['IPv4']): readonly Manifest[] {
  const hosts = applied.filter((it) => it.kind === 'Node').map((it, index) => withAddress(it, index, families))
  const rest = applied.filter((it) => it.kind !== 'Node')
  const made = rest.flatMap((it) => [it, ...childrenOf(it)])
  const pods = new Placing(hosts, families).all(made)
  const services = made.filter((it) => it.kind === 'Service').map((it, index) => withClusterIp(it, index, families))
  const others = made.filter((it) => it.kind !== 'Service' && it.kind !== 'Pod' && it.kind !== 'Wanted')
  const all = [...hosts, ...others.map((it) => withStatus(it, pods)), ...services, ...pods]
  const slices = services.flatMap((it) => slicesOf(it, pods, families))
  return [...namespacesOf(all), ...all, ...slices]
}

/** A pod that somebody wants, before it has a place. */
interface Wanted {
  readonly name: string
  readonly owner: { readonly kind: string; readonly name: string }
  readonly template: Spec
  readonly each: 'node' | 'replica'
}

function wanted(it: Manifest, about: Omit<Wanted, 'template'>, extra: Labels = {}): Manifest {
  const template = fields(fields(it['spec'])['template'])
  const meta = fields(template['metadata'])
  const labels = { ...stringMap(meta['labels']), ...extra }
  return {
    kind: 'Wanted',
    metadata: {
      name: about.name,
      namespace: it.metadata.namespace ?? 'default',
      labels,
      annotations: stringMap(meta['annotations']),
    },
    owner: about.owner,
    each: about.each,
    spec: fields(template['spec']),
  }
}

function childrenOf(it: Manifest): readonly Manifest[] {
  const spec = fields(it['spec'])
  const { name, namespace = 'default' } = it.metadata
  const count = whole(spec['replicas']) ?? 1
  const indices = Array.from({ length: count }, (_, index) => index)
  switch (it.kind) {
    case 'Deployment': {
      const hash = '5d78c9869d'
      const set = `${name}-${hash}`
      const owner = [{ apiVersion: 'apps/v1', kind: 'Deployment', name, controller: true }]
      const metadata = { name: set, namespace, labels: { 'pod-template-hash': hash }, ownerReferences: owner }
      const made = indices.map((index) =>
        wanted(
          it,
          { name: `${set}-${suffix(index)}`, owner: { kind: 'ReplicaSet', name: set }, each: 'replica' },
          { 'pod-template-hash': hash },
        ),
      )
      return [{ kind: 'ReplicaSet', metadata, spec: { replicas: count, template: spec['template'] } }, ...made]
    }
    case 'StatefulSet':
      return indices.map((index) =>
        wanted(it, { name: `${name}-${index}`, owner: { kind: it.kind, name }, each: 'replica' }),
      )
    case 'DaemonSet':
      return [wanted(it, { name, owner: { kind: it.kind, name }, each: 'node' })]
    case 'Job':
      return [wanted(it, { name: `${name}-${suffix(1)}`, owner: { kind: it.kind, name }, each: 'replica' })]
    default:
      return []
  }
}

function suffix(index: number): string {
  return `${['x7q2', 'm4k9', 'z8v5', 'b6n3'][index % 4]}${String.fromCharCode(97 + Math.floor(index / 4))}`
}

function withAddress(it: Manifest, index: number, families: readonly string[]): Manifest {
  const status = fields(it['status'])
  if (list(status['addresses']).length > 0) return it
  const addresses = families.map((family) => ({
    type: 'InternalIP',
    address: family === 'IPv6' ? `2001:db8::${index + 11}` : `192.168.7.${index + 11}`,
  }))
  return { ...it, status: { ...status, addresses: [...addresses, { type: 'Hostname', address: it.metadata.name }] } }
}

class Placing {
  readonly #hosts: readonly Manifest[]
  readonly #families: readonly string[]
  #next = 0

  constructor(hosts: readonly Manifest[], families: readonly string[]) {
    this.#hosts = hosts
    this.#families = families
  }

  all(made: readonly Manifest[]): readonly Manifest[] {
    return made
      .filter((it) => it.kind === 'Wanted' || it.kind === 'Pod')
      .flatMap((it) => {
        if (it.kind === 'Pod') return [this.#placed(it, this.#fitting(it)[0])]
        if (it['each'] !== 'node')
          return [this.#placed(it, this.#fitting(it)[this.#next % Math.max(1, this.#fitting(it).length)])]
        return this.#fitting(it).map((host) =>
          this.#placed(
            { ...it, metadata: { ...it.metadata, name: `${it.metadata.name}-${suffix(this.#hosts.indexOf(host))}` } },
            host,
          ),
        )
      })
  }

  #fitting(it: Manifest): readonly Manifest[] {
    const spec = fields(it['spec'])
    const selector = stringMap(spec['nodeSelector'])
    const tolerant = list(spec['tolerations']).length > 0
    return this.#hosts.filter((host) => {
      const own = fields(host['spec'])
      const tainted = list(own['taints'])
        .map(fields)
        .some((taint) => taint['effect'] !== 'PreferNoSchedule')
      const labels = host.metadata.labels ?? {}
      const pinned = text(spec['nodeName'])
      if (pinned !== null) return host.metadata.name === pinned
      if (!Object.entries(selector).every(([key, value]) => labels[key] === value)) return false
      if (labels['kubernetes.io/os'] === 'windows' && selector['kubernetes.io/os'] !== 'windows') return false
      return tolerant || (!tainted && own['unschedulable'] !== true)
    })
  }

  #placed(it: Manifest, host: Manifest | undefined): Manifest {
    const index = this.#next++
    const { [faultAnnotation]: fault, ...annotations } = it.metadata.annotations ?? {}
    const owner = fields(it['owner'])
    const own =
      text(owner['name']) === null ? {} : { ownerReferences: [{ apiVersion: 'v1', ...owner, controller: true }] }
    const spec: Spec = {
      dnsPolicy: 'ClusterFirst',
      ...fields(it['spec']),
      ...(host === undefined ? {} : { nodeName: host.metadata.name }),
    }
    const metadata = { ...it.metadata, annotations, ...own }
    const given = fields(it['status'])
    const at = host === undefined ? -1 : this.#hosts.indexOf(host)
    const hostIp = text(fields(list(fields(host?.['status'])['addresses'])[0])['address'])
    const ips = this.#families.map((family) =>
      family === 'IPv6' ? `${tokens[family]}:${at}::${index + 2}` : `${tokens[family]}.${at}.${index + 2}`,
    )
    const podIPs = spec['hostNetwork'] === true && hostIp !== null ? [hostIp] : ips
    const status =
      host === undefined
        ? unscheduled()
        : { ...stateOf(spec, fault), podIP: podIPs[0], podIPs: podIPs.map((ip) => ({ ip })), hostIP: hostIp, ...given }
    return { kind: 'Pod', metadata, spec, status }
  }
}

function unscheduled(): Spec {
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message: '0/1 nodes are available.',
  }
  return { phase: 'Pending', conditions: [condition] }
}

function stateOf(spec: Spec, fault: string | undefined): Spec {
  const sidecars = list(spec['initContainers'])
    .map(fields)
    .filter((it) => it['restartPolicy'] === 'Always')
  const names = [...list(spec['containers']).map(fields), ...sidecars].map((it) => `${text(it['name'])}`)
  const [first = ''] = names
  const bad = fault === undefined ? '' : first
  const [reason, ...words] = (fault ?? '').split(': ')
  const said = words.length === 0 ? {} : { message: words.join(': ') }
  const waiting = fault !== undefined && fault !== 'NotReady'
  const state = (name: string): Spec => {
    if (name !== bad) return { name, ready: true, restartCount: 0, state: { running: {} } }
    if (!waiting) return { name, ready: false, restartCount: 0, state: { running: {} } }
    const lastState = { terminated: { reason: 'Error', exitCode: 1 } }
    return { name, ready: false, restartCount: 7, state: { waiting: { reason, ...said } }, lastState }
  }
  const message = `containers with unready status: [${bad}]`
  const unready = { type: 'Ready', status: 'False', reason: 'ContainersNotReady', message }
  return {
    phase: reason === 'ImagePullBackOff' ? 'Pending' : 'Running',
    conditions: [
      { type: 'PodScheduled', status: 'True' },
      fault === undefined ? { type: 'Ready', status: 'True' } : unready,
    ],
    containerStatuses: names.map(state),
  }
}

function isReady(pod: Manifest): boolean {
  const conditions = list(fields(pod['status'])['conditions']).map(fields)
  return conditions.some((it) => it['type'] === 'Ready' && it['status'] === 'True')
}

function withClusterIp(it: Manifest, index: number, families: readonly string[]): Manifest {
  const spec = fields(it['spec'])
  if (spec['type'] === 'ExternalName') return it
  const first = families[0] ?? 'IPv4'
  const ip = text(spec['clusterIP']) ?? (first === 'IPv6' ? `fd00:10:96::${index + 20}` : `10.96.8.${index + 20}`)
  return {
    ...it,
    spec: { type: 'ClusterIP', ipFamilies: [first], internalTrafficPolicy: 'Cluster', ...spec, clusterIP: ip },
  }
}

function withStatus(it: Manifest, pods: readonly Manifest[]): Manifest {
  const own = pods.filter((pod) => pod.metadata.namespace === it.metadata.namespace && isChild(pod, it))
  const ready = own.filter(isReady).length
  switch (it.kind) {
    case 'DaemonSet':
      return {
        ...it,
        status: { desiredNumberScheduled: own.length, currentNumberScheduled: own.length, numberReady: ready },
      }
    case 'Deployment':
    case 'StatefulSet':
    case 'ReplicaSet':
      return { ...it, status: { replicas: own.length, readyReplicas: ready, availableReplicas: ready } }
    default:
      return it
  }
}

function isChild(pod: Manifest, it: Manifest): boolean {
  const name = text(fields((pod.metadata.ownerReferences ?? [])[0])['name'])
  return name !== null && (name === it.metadata.name || name === `${it.metadata.name}-5d78c9869d`)
}

function slicesOf(it: Manifest, pods: readonly Manifest[], families: readonly string[]): readonly Manifest[] {
  const spec = fields(it['spec'])
  const selector = Object.entries(stringMap(spec['selector']))
  if (spec['type'] === 'ExternalName' || selector.length === 0) return []
  const { name, namespace = 'default' } = it.metadata
  const behind = pods.filter(
    (pod) =>
      pod.metadata.namespace === namespace && selector.every(([key, value]) => pod.metadata.labels?.[key] === value),
  )
  const live = behind.filter(
    (pod) =>
      ['Running', 'Pending'].includes(`${text(fields(pod['status'])['phase'])}`) &&
      text(fields(pod['status'])['podIP']) !== null,
  )
  const wantedFamilies = list(spec['ipFamilies']).map(String)
  return wantedFamilies
    .filter((family) => families.includes(family))
    .map((family) => ({
      kind: 'EndpointSlice',
      metadata: {
        name: `${name}-${family.toLowerCase()}`,
        namespace,
        labels: {
          'kubernetes.io/service-name': name,
          'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        },
      },
      addressType: family,
      ports: portsOf(spec, live[0]),
      endpoints: live.flatMap((pod) => endpoint(pod, family, spec['publishNotReadyAddresses'] === true)),
    }))
}

function endpoint(pod: Manifest, family: string, always: boolean): readonly object[] {
  const status = fields(pod['status'])
  const ip = list(status['podIPs'])
    .map((it) => `${text(fields(it)['ip'])}`)
    .find((it) => it.includes(':') === (family === 'IPv6'))
  if (ip === undefined) return []
  const terminating = pod.metadata.deletionTimestamp !== undefined
  const ready = (isReady(pod) && !terminating) || always
  const targetRef = { kind: 'Pod', name: pod.metadata.name, namespace: pod.metadata.namespace }
  return [
    {
      addresses: [ip],
      conditions: { ready, serving: isReady(pod), terminating },
      nodeName: fields(pod['spec'])['nodeName'],
      targetRef,
    },
  ]
}

/** A port whose name no container bears is left out (endpointslice/utils.go, getEndpointPorts). */
function portsOf(spec: Spec, pod: Manifest | undefined): readonly object[] {
  const containers = pod === undefined ? [] : list(fields(pod['spec'])['containers']).map(fields)
  const declared = containers.flatMap((it) => list(it['ports']).map(fields))
  return list(spec['ports'])
    .map(fields)
    .flatMap((it) => {
      const target = it['targetPort'] ?? it['port']
      const port =
        typeof target === 'string' ? declared.find((one) => one['name'] === target)?.['containerPort'] : target
      return port === undefined ? [] : [{ name: it['name'] ?? '', port, protocol: it['protocol'] ?? 'TCP' }]
    })
}

function namespacesOf(all: readonly Manifest[]): readonly Manifest[] {
  const given = new Set(all.filter((it) => it.kind === 'Namespace').map((it) => it.metadata.name))
  const used = new Set(['default', 'kube-system', ...all.flatMap((it) => it.metadata.namespace ?? [])])
  return [...used]
    .filter((it) => !given.has(it))
    .toSorted()
    .map((name) => ({ kind: 'Namespace', metadata: { name, labels: { 'kubernetes.io/metadata.name': name } } }))
}
