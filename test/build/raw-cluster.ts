/**
 * A small cluster as the API server gives it, with a text in every field that a projection might read, and in some that
 * none should.
 */
const dnsLabels = { 'k8s-app': 'kube-dns' }

const meta = (namespace: string | null, name: string, labels: object = {}): object => ({
  metadata: {
    ...(namespace === null ? {} : { namespace }),
    name,
    labels,
    uid: `uid-${name}`,
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"spec":{}}', 'example.com/note': 'a note' },
  },
})

const container = (name: string): object => ({
  name,
  image: `registry.example/team/${name}:1`,
  args: ['--verbose', '--log-level=info'],
  command: [`/bin/${name}`],
  env: [{ name: 'MODE', value: 'production' }],
  ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
  readinessProbe: { httpGet: { path: '/ready', port: 8080, host: 'web.shop' } },
})

const pod = (namespace: string, name: string, labels: object, status: object = {}): object => ({
  ...meta(namespace, name, labels),
  spec: {
    nodeName: 'worker-1',
    dnsPolicy: 'ClusterFirst',
    dnsConfig: { nameservers: ['10.0.0.1'], searches: ['corp.example'], options: [{ name: 'ndots', value: '2' }] },
    containers: [container('app')],
  },
  status: {
    phase: 'Running',
    podIP: '10.2.0.5',
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [{ name: 'app', ready: true, restartCount: 0, state: { running: {} } }],
    ...status,
  },
})

const broken = {
  conditions: [
    { type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: 'containers with unready status: [app]' },
  ],
  containerStatuses: [
    {
      name: 'app',
      ready: false,
      restartCount: 3,
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off restarting' } },
      lastState: { terminated: { reason: 'Error', exitCode: 1, message: 'it failed' } },
    },
  ],
}

const workload = (namespace: string, name: string, labels: object): object => ({
  ...meta(namespace, name),
  spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels } } },
  status: { readyReplicas: 2 },
})

export const corefile = `.:53 {
    errors
    health :8080
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
    }
    forward . /etc/resolv.conf
    cache 30
    reload
}
`

export type RawCluster = Readonly<Record<string, readonly object[]>>

export const rawCluster: RawCluster = {
  nodes: [
    {
      ...meta(null, 'worker-1', { zone: 'a' }),
      spec: { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] },
      status: {
        addresses: [{ type: 'InternalIP', address: '192.168.0.4' }],
        conditions: [
          { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: 'the network is not ready' },
        ],
        nodeInfo: { kernelVersion: '6.1', operatingSystem: 'linux', kubeletVersion: 'v1.34.0' },
        capacity: { cpu: '2' },
      },
    },
  ],
  namespaces: [meta(null, 'shop'), meta(null, 'kube-system')],
  pods: [
    pod('shop', 'web-1', { app: 'web' }),
    pod('shop', 'cart-1', { app: 'cart' }, broken),
    pod('kube-system', 'coredns-1', dnsLabels, broken),
    pod('kube-system', 'coredns-2', dnsLabels),
    pod('kube-system', 'node-local-dns-1', { 'k8s-app': 'node-local-dns' }),
    pod('ingress-nginx', 'controller-1', {
      'app.kubernetes.io/name': 'ingress-nginx',
      'app.kubernetes.io/component': 'controller',
    }),
  ],
  services: [
    {
      ...meta('kube-system', 'kube-dns', dnsLabels),
      spec: {
        type: 'ClusterIP',
        clusterIP: '10.96.0.10',
        selector: dnsLabels,
        ports: [
          { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
          { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
        ],
      },
    },
    {
      ...meta('shop', 'web'),
      spec: {
        type: 'ClusterIP',
        clusterIP: '10.96.0.20',
        selector: { app: 'web' },
        ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'http' }],
      },
    },
    { ...meta('shop', 'out'), spec: { type: 'ExternalName', externalName: 'api.corp.example' } },
  ],
  endpointslices: [
    {
      ...meta('kube-system', 'kube-dns-x', { 'kubernetes.io/service-name': 'kube-dns' }),
      addressType: 'IPv4',
      ports: [{ name: 'dns', port: 53, protocol: 'UDP' }],
      endpoints: [
        {
          addresses: ['10.2.0.5'],
          conditions: { ready: true },
          nodeName: 'worker-1',
          targetRef: { kind: 'Pod', name: 'coredns-2' },
        },
      ],
    },
    {
      ...meta('shop', 'web-x', { 'kubernetes.io/service-name': 'web' }),
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      endpoints: [
        {
          addresses: ['10.2.0.6'],
          conditions: { ready: true },
          nodeName: 'worker-1',
          targetRef: { kind: 'Pod', name: 'web-1' },
        },
      ],
    },
  ],
  deployments: [workload('shop', 'web', { app: 'web' }), workload('kube-system', 'coredns', dnsLabels)],
  ingresses: [
    {
      ...meta('shop', 'web'),
      spec: {
        ingressClassName: 'nginx',
        tls: [{ hosts: ['web.shop.example'], secretName: 'tls' }],
        rules: [
          {
            host: 'web.shop.example',
            http: {
              paths: [
                { path: '/cart', pathType: 'Prefix', backend: { service: { name: 'web', port: { name: 'http' } } } },
              ],
            },
          },
        ],
      },
    },
    {
      metadata: { namespace: 'shop', name: 'old', annotations: { 'kubernetes.io/ingress.class': 'traefik' } },
      spec: { rules: [] },
    },
  ],
  ingressclasses: [{ ...meta(null, 'nginx'), spec: { controller: 'k8s.io/ingress-nginx' } }],
  networkpolicies: [
    {
      ...meta('shop', 'deny'),
      spec: {
        podSelector: {
          matchLabels: { app: 'web' },
          matchExpressions: [{ key: 'tier', operator: 'In', values: ['front'] }],
        },
        policyTypes: ['Egress'],
        egress: [
          {
            ports: [{ port: 'http', protocol: 'TCP' }],
            to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }],
          },
        ],
      },
    },
  ],
  configmaps: [
    { ...meta('kube-system', 'coredns'), data: { Corefile: corefile } },
    { ...meta('kube-system', 'coredns-custom'), data: { 'corp.server': 'corp.example { file db.corp }' } },
  ],
}
