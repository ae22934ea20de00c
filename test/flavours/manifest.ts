/** Objects as people and installers apply them; `settle` makes of them what a cluster then holds. */
export type Labels = Readonly<Record<string, string>>

export interface Manifest {
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Labels
    readonly annotations?: Labels
    readonly ownerReferences?: readonly object[]
    readonly deletionTimestamp?: string
  }
  readonly [field: string]: unknown
}

export type Spec = Readonly<Record<string, unknown>>

const dnsPorts = [
  { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
  { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
]

export function object(kind: string, at: string, rest: Spec = {}, labels: Labels = {}): Manifest {
  const [name = '', namespace] = at.split('/').toReversed()
  return { kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels }, ...rest }
}

export interface NodeLook {
  readonly labels?: Labels
  readonly os?: string
  readonly kernel?: string
  readonly kubelet?: string
  readonly ip?: string
  readonly ready?: boolean
  readonly spec?: Spec
}

const conditions = ['MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => ({ type, status: 'False' }))

export function node(name: string, look: NodeLook = {}): Manifest {
  const {
    labels = {},
    os = 'Ubuntu 24.04.2 LTS',
    kernel = '6.8.0-60-generic',
    kubelet = 'v1.33.1',
    ready = true,
  } = look
  const message = ready ? 'kubelet is posting ready status' : 'Kubelet stopped posting node status.'
  const family = { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', 'kubernetes.io/hostname': name }
  const ready1 = { type: 'Ready', status: ready ? 'True' : 'Unknown', message }
  return object(
    'Node',
    name,
    {
      spec: look.spec ?? {},
      status: {
        capacity: { cpu: '4', memory: '16Gi', pods: '110' },
        conditions: [...conditions, ready1],
        ...(look.ip === undefined ? {} : { addresses: [{ type: 'InternalIP', address: look.ip }] }),
        nodeInfo: { kernelVersion: kernel, osImage: os, kubeletVersion: kubelet, kubeProxyVersion: kubelet },
      },
    },
    { ...family, ...labels },
  )
}

export function nodes(count: number, name: (index: number) => string, look: NodeLook = {}): readonly Manifest[] {
  return Array.from({ length: count }, (_, index) => node(name(index + 1), look))
}

export interface Container {
  readonly name: string
  readonly image: string
  readonly args?: readonly string[]
  readonly command?: readonly string[]
  /** `http:8080`, `dns:53/UDP`. */
  readonly ports?: readonly string[]
  readonly limits?: Labels
}

function container({ ports = [], limits, ...it }: Container): object {
  return {
    ...it,
    ports: ports.map((port) => {
      const [name = '', number = '', protocol = 'TCP'] = port.split(/[:/]/)
      return { name, containerPort: Number(number), protocol }
    }),
    resources: limits === undefined ? {} : { limits },
  }
}

export interface Maker {
  readonly labels: Labels
  readonly containers: readonly Container[]
  readonly replicas?: number
  /** More of the pod's spec: nodeSelector, hostNetwork, tolerations, dnsPolicy, initContainers. */
  readonly pod?: Spec
  readonly annotations?: Labels
  readonly more?: Spec
}

/** A Deployment, StatefulSet, DaemonSet or Job. */
export function maker(
  kind: string,
  at: string,
  { labels, containers, replicas = 1, pod = {}, annotations = {}, more = {} }: Maker,
): Manifest {
  const template = { metadata: { labels, annotations }, spec: { containers: containers.map(container), ...pod } }
  const count = kind === 'DaemonSet' || kind === 'Job' ? {} : { replicas }
  return object(kind, at, { spec: { ...count, selector: { matchLabels: labels }, template, ...more } }, labels)
}

/** `http:80>8080`: a port named http of the Service that leads to 8080 of the pods. */
export function service(at: string, selector: Labels | null, ports: readonly string[], more: Spec = {}): Manifest {
  const list = ports.map((port) => {
    const [, name = '', number = '', target = ''] = /^(.*):(\d+)>(.+)$/.exec(port) ?? []
    return { name, port: Number(number), protocol: 'TCP', targetPort: /^\d+$/.test(target) ? Number(target) : target }
  })
  return object('Service', at, { spec: { ...(selector === null ? {} : { selector }), ports: list, ...more } })
}

export interface Dns {
  readonly service?: string
  readonly ip: string
  readonly selector?: Labels
  readonly more?: Spec
}

export function dnsService({
  service: at = 'kube-system/kube-dns',
  ip,
  selector = { 'k8s-app': 'kube-dns' },
  more = {},
}: Dns): Manifest {
  const metrics = { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 }
  const spec = { clusterIP: ip, clusterIPs: [ip], selector, ports: [...dnsPorts, metrics], ...more }
  return object('Service', at, { spec }, { ...selector, 'kubernetes.io/name': 'CoreDNS' })
}

/**
 * What kubeadm's Corefile says (cmd/kubeadm/app/phases/addons/dns/manifests.go); `more` stands before the first block.
 */
export function corefile(domain = 'cluster.local', upstream = '/etc/resolv.conf'): string {
  return `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes ${domain} in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . ${upstream} {
       max_concurrent 1000
    }
    cache 30 {
       disable success ${domain}
       disable denial ${domain}
    }
    loop
    reload
    loadbalance
}
`
}

export const coreDnsContainer: Container = {
  name: 'coredns',
  image: 'registry.k8s.io/coredns/coredns:v1.12.1',
  args: ['-conf', '/etc/coredns/Corefile'],
  ports: ['dns:53/UDP', 'dns-tcp:53/TCP', 'metrics:9153'],
  limits: { memory: '170Mi' },
}

/** CoreDNS as kubeadm installs it, under another name or image where a distribution does. */
export function coreDns(about: {
  readonly ip: string
  readonly text?: string
  readonly replicas?: number
  readonly image?: string
  readonly pod?: Spec
  readonly service?: Spec
}): readonly Manifest[] {
  const labels = { 'k8s-app': 'kube-dns' }
  const containers = [{ ...coreDnsContainer, ...(about.image === undefined ? {} : { image: about.image }) }]
  const pod = { dnsPolicy: 'Default', ...about.pod }
  return [
    dnsService({ ip: about.ip, ...(about.service === undefined ? {} : { more: about.service }) }),
    maker('Deployment', 'kube-system/coredns', { labels, containers, replicas: about.replicas ?? 2, pod }),
    object('ConfigMap', 'kube-system/coredns', { data: { Corefile: about.text ?? corefile() } }),
  ]
}

export function kubeProxy(image = 'registry.k8s.io/kube-proxy:v1.33.1', command: readonly string[] = []): Manifest {
  const args = command.length > 0 ? command : ['/usr/local/bin/kube-proxy', '--config=/var/lib/kube-proxy/config.conf']
  const pod = {
    hostNetwork: true,
    tolerations: [{ operator: 'Exists' }],
    nodeSelector: { 'kubernetes.io/os': 'linux' },
  }
  const containers = [{ name: 'kube-proxy', image, command: args }]
  return maker('DaemonSet', 'kube-system/kube-proxy', { labels: { 'k8s-app': 'kube-proxy' }, containers, pod })
}

/** An agent on each node's own network: a CNI, a log shipper. */
export function agent(at: string, image: string): Manifest {
  const [name = ''] = at.split('/').toReversed()
  const pod = {
    hostNetwork: true,
    tolerations: [{ operator: 'Exists' }],
    nodeSelector: { 'kubernetes.io/os': 'linux' },
  }
  return maker('DaemonSet', at, { labels: { 'k8s-app': name }, containers: [{ name, image }], pod })
}

/** What everybody runs: a web Deployment that calls an api, each behind its Service. */
export function shop(namespace = 'shop'): readonly Manifest[] {
  return ['web', 'api'].flatMap((name) => [
    maker('Deployment', `${namespace}/${name}`, {
      labels: { app: name },
      replicas: 2,
      containers: [{ name, image: `registry.example.com/shop/${name}:4.2`, ports: ['http:8080'] }],
    }),
    service(`${namespace}/${name}`, { app: name }, ['http:80>http']),
  ])
}

export interface IngressLook {
  readonly class?: string
  readonly annotations?: Labels
  readonly host?: string
  readonly address?: object | null
  /** `web:80`, `web:http`. */
  readonly backend?: string
  readonly path?: string
  readonly pathType?: string
}

export function ingress(at: string, look: IngressLook = {}): Manifest {
  const [name = '', port = ''] = (look.backend ?? 'web:80').split(':')
  const backend = { service: { name, port: /^\d+$/.test(port) ? { number: Number(port) } : { name: port } } }
  const path = { path: look.path ?? '/', pathType: look.pathType ?? 'Prefix', backend }
  const it = object('Ingress', at, {
    spec: {
      ...(look.class === undefined ? {} : { ingressClassName: look.class }),
      rules: [{ host: look.host ?? 'web.example.com', http: { paths: [path] } }],
    },
    status: look.address === null ? {} : { loadBalancer: { ingress: [look.address ?? { ip: '203.0.113.9' }] } },
  })
  return { ...it, metadata: { ...it.metadata, annotations: look.annotations ?? {} } }
}
