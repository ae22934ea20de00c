import { failing, type Flavour, patched, plus, without } from './flavour.ts'
import {
  type Container,
  coreDns,
  corefile,
  ingress,
  kubeProxy,
  maker,
  type Manifest,
  node,
  nodes,
  object,
  service,
  shop,
} from './manifest.ts'

const workers = nodes(3, (index) => `worker-${index}`)
const base: readonly Manifest[] = [...workers, ...coreDns({ ip: '10.96.0.10' }), kubeProxy()]

function named(name: string, component: string): Readonly<Record<string, string>> {
  return {
    'app.kubernetes.io/name': name,
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/component': component,
  }
}

/**
 * As Envoy Gateway writes them, each with the status by which it is in force. Gateway, certificate, route and one of
 * its backends stand in namespaces of their own, so that every reference needs what another list holds.
 */
function envoyGateway(): readonly Manifest[] {
  const controllerName = 'gateway.envoyproxy.io/gatewayclass-controller'
  const group = 'gateway.networking.k8s.io'
  const good = (...types: readonly string[]): readonly object[] =>
    types.map((type) => ({ type, status: 'True', reason: type, message: '', observedGeneration: 1 }))
  const parent = { group, kind: 'Gateway', namespace: 'edge', name: 'web', sectionName: 'https' }
  const backend = { group: '', kind: 'Service', name: 'web', port: 80, weight: 1 }
  const grant = (at: string, from: object, kind: string): Manifest =>
    object('ReferenceGrant', at, { spec: { from: [{ group, ...from }], to: [{ group: '', kind }] } })
  const listener = {
    name: 'https',
    port: 443,
    protocol: 'HTTPS',
    hostname: '*.example.com',
    tls: { mode: 'Terminate', certificateRefs: [{ group: '', kind: 'Secret', namespace: 'certs', name: 'star' }] },
    allowedRoutes: {
      namespaces: { from: 'Selector', selector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } } },
    },
  }
  return [
    object('GatewayClass', 'eg', { spec: { controllerName }, status: { conditions: good('Accepted') } }),
    object('Gateway', 'edge/web', {
      spec: { gatewayClassName: 'eg', listeners: [listener] },
      status: {
        addresses: [{ type: 'IPAddress', value: '203.0.113.9' }],
        conditions: good('Accepted', 'Programmed'),
        listeners: [{ name: 'https', attachedRoutes: 1, conditions: good('Accepted', 'Programmed', 'ResolvedRefs') }],
      },
    }),
    object('HTTPRoute', 'shop/web', {
      spec: {
        parentRefs: [parent],
        hostnames: ['web.example.com'],
        rules: [{ backendRefs: [backend] }, { backendRefs: [{ ...backend, namespace: 'depot' }] }],
      },
      status: { parents: [{ parentRef: parent, controllerName, conditions: good('Accepted', 'ResolvedRefs') }] },
    }),
    grant('certs/gateways', { kind: 'Gateway', namespace: 'edge' }, 'Secret'),
    grant('depot/routes', { kind: 'HTTPRoute', namespace: 'shop' }, 'Service'),
    ...shop('depot'),
  ].map((it) => ({ ...it, metadata: { ...it.metadata, generation: 1 } }))
}

interface Controller {
  readonly at: string
  readonly labels: Readonly<Record<string, string>>
  readonly container: Container
  readonly class: string
  readonly controller: string
}

/** A Deployment, its LoadBalancer and its class. */
function controller(it: Controller): readonly Manifest[] {
  return [
    maker('Deployment', it.at, { labels: it.labels, replicas: 2, containers: [it.container] }),
    service(it.at, it.labels, ['http:80>http', 'https:443>https'], { type: 'LoadBalancer' }),
    object('IngressClass', it.class, { spec: { controller: it.controller } }),
  ]
}

const kong = controller({
  at: 'kong/kong-proxy',
  labels: { ...named('kong', 'app'), app: 'kong' },
  class: 'kong',
  controller: 'ingress-controllers.konghq.com/kong',
  container: { name: 'proxy', image: 'kong:3.9', ports: ['http:8000', 'https:8443'] },
})
const haproxy = controller({
  at: 'haproxy/haproxy-kubernetes-ingress',
  labels: named('kubernetes-ingress', 'controller'),
  class: 'haproxy',
  controller: 'haproxy.org/ingress-controller',
  container: {
    name: 'controller',
    image: 'haproxytech/kubernetes-ingress:3.1',
    args: ['--ingress.class=haproxy', '--publish-service=haproxy/haproxy-kubernetes-ingress'],
    ports: ['http:8080', 'https:8443'],
  },
})
const f5 = controller({
  at: 'nginx-ingress/nginx-ingress-controller',
  labels: named('nginx-ingress', 'controller'),
  class: 'nginx-inc',
  controller: 'nginx.org/ingress-controller',
  container: {
    name: 'nginx-ingress',
    image: 'nginx/nginx-ingress:5.0.0',
    args: ['-ingress-class=nginx-inc', '-nginx-plus=false'],
    ports: ['http:80', 'https:443'],
  },
})

function one(at: string, labels: Readonly<Record<string, string>>, container: Container): Manifest {
  return maker('Deployment', at, { labels, containers: [container] })
}

/** Strimzi makes its pods itself, by a StrimziPodSet. */
function strimzi(): readonly Manifest[] {
  const labels = { 'strimzi.io/cluster': 'events', 'strimzi.io/kind': 'Kafka', 'strimzi.io/name': 'events-kafka' }
  const container = {
    name: 'kafka',
    image: 'quay.io/strimzi/kafka:0.46.0-kafka-4.0.0',
    ports: [
      { name: 'tcp-replication', containerPort: 9091 },
      { name: 'tcp-clients', containerPort: 9092 },
    ],
  }
  const pods = [0, 1, 2].map((index) => {
    const it = object(
      'Pod',
      `events/events-kafka-${index}`,
      { spec: { nodeName: `worker-${index + 1}`, containers: [container] } },
      { ...labels, 'strimzi.io/pod-name': `events-kafka-${index}` },
    )
    return {
      ...it,
      metadata: {
        ...it.metadata,
        ownerReferences: [
          { apiVersion: 'core.strimzi.io/v1beta2', kind: 'StrimziPodSet', name: 'events-kafka', controller: true },
        ],
      },
    }
  })
  return [
    ...pods,
    service('events/events-kafka-bootstrap', labels, ['tcp-replication:9091>9091', 'tcp-clients:9092>9092']),
    service('events/events-kafka-brokers', labels, ['tcp-replication:9091>9091', 'tcp-clients:9092>9092'], {
      clusterIP: 'None',
      publishNotReadyAddresses: true,
    }),
  ]
}

const prometheusLabels = { 'app.kubernetes.io/name': 'prometheus', 'operator.prometheus.io/name': 'stack' }

const monitoring: readonly Manifest[] = [
  maker('StatefulSet', 'monitoring/prometheus-stack', {
    labels: prometheusLabels,
    containers: [
      { name: 'prometheus', image: 'quay.io/prometheus/prometheus:v3.4.0', ports: ['http-web:9090'] },
      {
        name: 'config-reloader',
        image: 'quay.io/prometheus-operator/prometheus-config-reloader:v0.82.2',
        ports: ['reloader-web:8080'],
      },
    ],
  }),
  service('monitoring/prometheus-operated', prometheusLabels, ['http-web:9090>http-web'], { clusterIP: 'None' }),
  service('monitoring/stack-prometheus', prometheusLabels, ['http-web:9090>9090', 'reloader-web:8080>reloader-web']),
  maker('DaemonSet', 'monitoring/node-exporter', {
    labels: { 'app.kubernetes.io/name': 'prometheus-node-exporter' },
    containers: [
      { name: 'node-exporter', image: 'quay.io/prometheus/node-exporter:v1.9.1', ports: ['http-metrics:9100'] },
    ],
    pod: { hostNetwork: true, tolerations: [{ operator: 'Exists' }] },
  }),
  service('monitoring/node-exporter', { 'app.kubernetes.io/name': 'prometheus-node-exporter' }, [
    'http-metrics:9100>9100',
  ]),
  service('kube-system/stack-coredns', { 'k8s-app': 'kube-dns' }, ['http-metrics:9153>9153'], { clusterIP: 'None' }),
  service('kube-system/stack-kubelet', null, ['https-metrics:10250>10250'], { clusterIP: 'None' }),
]

const consul: readonly Manifest[] = [
  maker('StatefulSet', 'consul/consul-server', {
    labels: { app: 'consul', component: 'server' },
    replicas: 3,
    containers: [
      {
        name: 'consul',
        image: 'hashicorp/consul:1.21',
        ports: ['http:8500', 'serflan:8301', 'dns-tcp:8600', 'dns-udp:8600/UDP'],
      },
    ],
  }),
  service('consul/consul-server', { app: 'consul', component: 'server' }, ['http:8500>8500', 'serflan:8301>8301'], {
    clusterIP: 'None',
    publishNotReadyAddresses: true,
  }),
  service('consul/consul-dns', { app: 'consul' }, [], {
    clusterIP: '10.96.7.53',
    ports: [
      { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 'dns-tcp' },
      { name: 'dns-udp', port: 53, protocol: 'UDP', targetPort: 'dns-udp' },
    ],
  }),
]

export const products: readonly Flavour[] = [
  {
    it: 'Kong, HAProxy and F5 beside each other',
    source: 'the charts kong/kong, haproxytech/kubernetes-ingress, nginxinc/nginx-ingress',
    objects: [
      ...base,
      ...kong,
      ...haproxy,
      ...f5,
      ...shop(),
      ...['kong', 'haproxy', 'nginx-inc'].map((it) => ingress(`shop/${it}`, { class: it, host: `${it}.example.com` })),
    ],
    broken: {
      it: 'the class of one is of no controller',
      but: patched('Ingress/shop/kong', { spec: { ingressClassName: 'kongg' }, status: null }),
      code: 'ING303',
      on: 'Ingress/shop/kong',
    },
  },
  {
    it: 'classes of controllers that carry no traffic here: Tailscale and a Cloudflare tunnel',
    source:
      'tailscale.com/kb/1439/kubernetes-operator-cluster-ingress; github.com/STRRL/cloudflare-tunnel-ingress-controller',
    objects: [
      ...base,
      ...shop(),
      object('IngressClass', 'tailscale', { spec: { controller: 'tailscale.com/ts-ingress' } }),
      object('IngressClass', 'cloudflare-tunnel', {
        spec: { controller: 'strrl.dev/cloudflare-tunnel-ingress-controller' },
      }),
      ingress('shop/inside', { class: 'tailscale', address: { hostname: 'web.tail1234.ts.net' } }),
      ingress('shop/outside', { class: 'cloudflare-tunnel', address: { hostname: '0123.cfargotunnel.com' } }),
    ],
    broken: {
      it: 'the backend of one is gone',
      but: without('Service/shop/web'),
      code: 'ING301',
      on: 'Ingress/shop/inside',
    },
  },
  {
    it: 'the Gateway API alone, by Envoy Gateway',
    source: 'gateway.envoyproxy.io/docs/concepts',
    objects: [
      ...base,
      ...shop(),
      one(
        'envoy-gateway-system/envoy-gateway',
        { 'control-plane': 'envoy-gateway' },
        {
          name: 'envoy-gateway',
          image: 'docker.io/envoyproxy/gateway:v1.4.0',
          ports: ['grpc:18000', 'ratelimit:18001', 'wasm:18002', 'metrics:19001'],
        },
      ),
      service('envoy-gateway-system/envoy-gateway', { 'control-plane': 'envoy-gateway' }, [
        'grpc:18000>18000',
        'ratelimit:18001>18001',
        'wasm:18002>18002',
        'metrics:19001>19001',
        'webhook:9443>9443',
      ]),
      one(
        'envoy-gateway-system/envoy-shop-web-5f',
        { 'gateway.envoyproxy.io/owning-gateway-name': 'web' },
        {
          name: 'envoy',
          image: 'docker.io/envoyproxy/envoy:distroless-v1.34.1',
          ports: ['http-80:10080', 'metrics:19001', 'readiness:19003'],
        },
      ),
      service(
        'envoy-gateway-system/envoy-shop-web-5f',
        { 'gateway.envoyproxy.io/owning-gateway-name': 'web' },
        ['http-80:80>10080'],
        { type: 'LoadBalancer', externalTrafficPolicy: 'Local' },
      ),
      ...envoyGateway(),
    ],
    broken: {
      it: 'the proxy crashes',
      but: failing('Deployment/envoy-gateway-system/envoy-shop-web-5f'),
      code: 'SVC205',
      on: 'Service/envoy-gateway-system/envoy-shop-web-5f',
    },
  },
  {
    it: 'Kafka by Strimzi: pods of an owner that is not listed, headless brokers',
    source: 'strimzi.io/docs/operators/latest/deploying: StrimziPodSet',
    objects: [...base, ...shop(), ...strimzi()],
    broken: {
      it: 'the bootstrap Service selects a cluster of another name',
      but: patched('Service/events/events-kafka-bootstrap', { spec: { selector: { 'strimzi.io/cluster': 'event' } } }),
      code: 'SVC201',
      on: 'Service/events/events-kafka-bootstrap',
    },
  },
  {
    it: 'a Prometheus stack: operated Services, exporters on the network of the nodes, a kubelet Service without a selector',
    source:
      'prometheus-operator/prometheus-operator pkg/prometheus/server/statefulset.go; prometheus-community/helm-charts',
    objects: [...base, ...shop(), ...monitoring],
    broken: {
      it: 'a targetPort of a name that only the old chart had',
      but: patched('Service/monitoring/stack-prometheus', {
        spec: { ports: [{ name: 'http-web', port: 9090, protocol: 'TCP', targetPort: 'web' }] },
      }),
      code: 'SVC203',
      on: 'Service/monitoring/stack-prometheus',
    },
  },
  {
    it: 'Consul: a DNS Service of its own, and a stub zone that leads to it',
    source: 'developer.hashicorp.com/consul/docs/manage/dns/forwarding/k8s',
    objects: [
      ...workers,
      ...coreDns({
        ip: '10.96.0.10',
        text: `${corefile()}consul:53 {\n    errors\n    cache 30\n    forward . 10.96.7.53\n}\n`,
      }),
      kubeProxy(),
      ...consul,
      ...shop(),
    ],
    broken: {
      it: 'the Consul servers do not become ready',
      but: failing('StatefulSet/consul/consul-server', 'NotReady'),
      code: 'SVC205',
      on: 'Service/consul/consul-dns',
    },
  },
  {
    it: 'a rollout under way: one pod of the new kind does not serve yet',
    source: 'kubernetes.io/docs/concepts/workloads/controllers/deployment: rolling update',
    objects: [
      ...base,
      ...shop(),
      {
        ...object(
          'Pod',
          'shop/web-7f8d9c5b6-new',
          {
            spec: {
              containers: [
                {
                  name: 'web',
                  image: 'registry.example.com/shop/web:4.3',
                  ports: [{ name: 'http', containerPort: 8080 }],
                },
              ],
            },
            status: {
              phase: 'Running',
              conditions: [
                {
                  type: 'Ready',
                  status: 'False',
                  reason: 'ContainersNotReady',
                  message: 'containers with unready status: [web]',
                },
              ],
              containerStatuses: [{ name: 'web', ready: false, restartCount: 0, state: { running: {} } }],
            },
          },
          { app: 'web' },
        ),
        metadata: {
          name: 'web-7f8d9c5b6-new',
          namespace: 'shop',
          labels: { app: 'web', 'pod-template-hash': '7f8d9c5b6' },
          ownerReferences: [{ kind: 'ReplicaSet', name: 'web-7f8d9c5b6', controller: true }],
        },
      },
    ],
    broken: {
      it: 'and the old ones are gone',
      but: failing('Deployment/shop/web', 'NotReady'),
      code: 'SVC205',
      on: 'Service/shop/web',
    },
  },
  {
    it: 'EKS Auto Mode: each node answers DNS itself, and there is no DNS Service',
    source: 'docs.aws.amazon.com/eks/latest/userguide/automode.html: CoreDNS runs as a service of the node',
    objects: [
      ...nodes(2, (index) => `i-0a1b2c3d4e5f6000${index}`, {
        os: 'Bottlerocket (EKS Auto, Standard) 2025.5.20',
        kernel: '6.1.134',
        kubelet: 'v1.33.0-eks-aeac579',
        labels: { 'eks.amazonaws.com/compute-type': 'auto' },
      }),
      ...shop(),
    ],
    answering: { nameserver: '172.20.0.10' },
    broken: {
      it: 'a Service of the shop selects nothing',
      but: plus(
        service('shop/cart', { app: 'carrt' }, ['http:80>8080']),
        one(
          'shop/cart',
          { app: 'cart' },
          { name: 'cart', image: 'registry.example.com/shop/cart:1', ports: ['http:8080'] },
        ),
      ),
      code: 'SVC201',
      on: 'Service/shop/cart',
    },
  },
  {
    it: 'Docker Desktop: one node, Ingresses at localhost',
    source: 'docs.docker.com/desktop/features/kubernetes; kubernetes.github.io/ingress-nginx/deploy/#docker-desktop',
    objects: [
      node('docker-desktop', { os: 'Docker Desktop', kernel: '6.10.14-linuxkit' }),
      ...coreDns({ ip: '10.96.0.10' }),
      kubeProxy(),
      object('Pod', 'kube-system/vpnkit-controller', {
        spec: {
          hostNetwork: true,
          containers: [{ name: 'vpnkit-controller', image: 'docker/desktop-vpnkit-controller:v4.0' }],
        },
      }),
      ...controller({
        at: 'ingress-nginx/ingress-nginx-controller',
        labels: named('ingress-nginx', 'controller'),
        class: 'nginx',
        controller: 'k8s.io/ingress-nginx',
        container: {
          name: 'controller',
          image: 'registry.k8s.io/ingress-nginx/controller:v1.12.2',
          args: ['/nginx-ingress-controller', '--ingress-class=nginx'],
          ports: ['http:80', 'https:443'],
        },
      }),
      ...shop(),
      ingress('shop/web', { class: 'nginx', address: { hostname: 'localhost' } }),
    ],
    broken: {
      it: 'CoreDNS crashes',
      but: failing('Deployment/kube-system/coredns'),
      code: 'DNS113',
      on: 'Deployment/kube-system/coredns',
    },
  },
]
