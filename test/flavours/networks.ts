import { answered, never } from '../build/lookups.ts'
import { failing, type Flavour, patched, plus, without } from './flavour.ts'
import {
  agent,
  coreDns,
  corefile,
  kubeProxy,
  maker,
  type Manifest,
  node,
  nodes,
  object,
  service,
  shop,
  type Spec,
} from './manifest.ts'

const workers = nodes(3, (index) => `worker-${index}`)
const base = [...workers, ...coreDns({ ip: '10.96.0.10' }), kubeProxy()]

const nodeCache = localCache('169.254.20.10,10.96.0.10')

function localCache(addresses: string): Manifest {
  return maker('DaemonSet', 'kube-system/node-local-dns', {
    labels: { 'k8s-app': 'node-local-dns' },
    containers: [
      {
        name: 'node-cache',
        image: 'registry.k8s.io/dns/k8s-dns-node-cache:1.25.0',
        args: ['-localip', addresses, '-conf', '/etc/Corefile', '-upstreamsvc', 'kube-dns-upstream'],
      },
    ],
    pod: { hostNetwork: true, dnsPolicy: 'Default', tolerations: [{ operator: 'Exists' }] },
  })
}

const dns53 = [
  { protocol: 'UDP', port: 53 },
  { protocol: 'TCP', port: 53 },
]
const kubeSystem = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }
const dnsPods = { ...kubeSystem, podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }

function policy(at: string, spec: Spec): Manifest {
  return object('NetworkPolicy', at, { spec: { podSelector: {}, ...spec } })
}

const denyAll = policy('shop/default-deny', { policyTypes: ['Ingress', 'Egress'] })
const inside = policy('shop/allow-inside', {
  policyTypes: ['Ingress', 'Egress'],
  ingress: [{ from: [{ podSelector: {} }] }],
  egress: [{ to: [{ podSelector: {} }] }],
})

function allowDns(to: readonly object[], ports: readonly object[] = dns53): Manifest {
  return policy('shop/allow-dns', { policyTypes: ['Egress'], egress: [{ to, ports }] })
}

const proxyAside = { spec: { template: { spec: { nodeSelector: { 'non-calico': 'true' } } } } }

export const networks: readonly Flavour[] = [
  {
    it: 'a namespace that denies by default, and lets DNS out to the pods of kube-system',
    source:
      'kubernetes.io/docs/concepts/services-networking/network-policies: default deny; kubernetes-network-policy-recipes 14',
    objects: [...base, ...shop(), denyAll, inside, allowDns([dnsPods])],
    broken: {
      it: 'the rule names a label that no DNS pod bears',
      but: patched('NetworkPolicy/shop/allow-dns', {
        spec: {
          egress: [{ to: [{ ...kubeSystem, podSelector: { matchLabels: { 'k8s-app': 'coredns' } } }], ports: dns53 }],
        },
      }),
      code: 'POL401',
      on: 'NetworkPolicy/shop/.*',
    },
  },
  {
    it: 'the same, to the whole namespace, and to any address',
    source: 'the same',
    objects: [...base, ...shop(), denyAll, inside, allowDns([kubeSystem, { ipBlock: { cidr: '0.0.0.0/0' } }])],
    broken: {
      it: 'over UDP alone',
      but: patched('NetworkPolicy/shop/allow-dns', {
        spec: { egress: [{ to: [kubeSystem], ports: [{ protocol: 'UDP', port: 53 }] }] },
      }),
      code: 'POL402',
      on: 'NetworkPolicy/shop/allow-dns',
    },
  },
  {
    it: 'a node cache, and a policy that lets DNS out to its addresses and to CoreDNS',
    source:
      'kubernetes.io/docs/tasks/administer-cluster/nodelocaldns; cloud.google.com/kubernetes-engine/docs/how-to/nodelocal-dns-cache: NetworkPolicy',
    objects: [
      ...base,
      nodeCache,
      ...shop(),
      denyAll,
      inside,
      allowDns([dnsPods, { ipBlock: { cidr: '169.254.20.10/32' } }, { ipBlock: { cidr: '10.96.0.10/32' } }]),
    ],
    broken: {
      it: 'no rule for DNS at all',
      but: (it) => it.filter((one) => one.metadata.name !== 'allow-dns'),
      code: 'POL401',
      on: 'NetworkPolicy/shop/.*',
    },
  },
  {
    it: 'a node cache that holds the address of the DNS Service, and a policy that lets DNS out to the cache alone',
    source: 'kubernetes/kubernetes#70555; kubernetes.io/docs/tasks/administer-cluster/nodelocaldns',
    ask: ['-n', 'shop'],
    objects: [
      ...base,
      nodeCache,
      ...shop(),
      denyAll,
      inside,
      allowDns([{ ipBlock: { cidr: '169.254.20.10/32' } }, { ipBlock: { cidr: '10.96.0.10/32' } }]),
    ],
    // The probe's pod is under the same policy: past the cache it reaches nobody.
    answering: { network: ({ server }) => (server.role === 'endpoint' ? never() : answered()) },
    broken: {
      it: 'the caches crash',
      but: failing('DaemonSet/kube-system/node-local-dns'),
      code: 'DNS173',
      on: 'DaemonSet/kube-system/node-local-dns',
    },
  },
  {
    it: 'kube-proxy in IPVS mode, and a node cache on the link-local address alone',
    source: 'kubernetes.io/docs/tasks/administer-cluster/nodelocaldns: "If kube-proxy is running in IPVS mode"',
    objects: [
      ...workers,
      ...coreDns({ ip: '10.96.0.10' }),
      kubeProxy(),
      object('ConfigMap', 'kube-system/kube-proxy', {
        data: {
          'config.conf': 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: ipvs\n',
        },
      }),
      ...shop(),
      localCache('169.254.20.10'),
    ],
    answering: { nameserver: '169.254.20.10' },
    broken: {
      it: "it claims the Service's address as well",
      but: (it) => [
        ...it.filter((one) => one.metadata.name !== 'node-local-dns'),
        localCache('169.254.20.10,10.96.0.10'),
      ],
      code: 'DNS173',
      on: 'DaemonSet/kube-system/node-local-dns',
    },
  },
  {
    it: 'Cilium in place of kube-proxy, with the node cache behind a local redirect',
    source: 'docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free, …/local-redirect-policy: node-local DNS cache',
    objects: [
      ...workers,
      ...coreDns({ ip: '10.96.0.10' }),
      agent('kube-system/cilium', 'quay.io/cilium/cilium:v1.17.4'),
      maker('Deployment', 'kube-system/cilium-operator', {
        labels: { name: 'cilium-operator' },
        replicas: 2,
        containers: [{ name: 'cilium-operator', image: 'quay.io/cilium/operator-generic:v1.17.4' }],
        pod: { hostNetwork: true },
      }),
      maker('DaemonSet', 'kube-system/node-local-dns', {
        labels: { 'k8s-app': 'node-local-dns' },
        containers: [
          {
            name: 'node-cache',
            image: 'registry.k8s.io/dns/k8s-dns-node-cache:1.25.0',
            args: [
              '-localip',
              '169.254.20.10,10.96.0.10',
              '-conf',
              '/etc/Corefile',
              '-upstreamsvc',
              'kube-dns-upstream',
              '-skipteardown=true',
              '-setupinterface=false',
              '-setupiptables=false',
            ],
            ports: ['dns:53/UDP', 'dns-tcp:53'],
          },
        ],
        pod: { dnsPolicy: 'Default' },
      }),
      object('CiliumLocalRedirectPolicy', 'kube-system/nodelocaldns', {
        spec: { redirectFrontend: { serviceMatcher: { serviceName: 'kube-dns', namespace: 'kube-system' } } },
      }),
      ...shop(),
    ],
    broken: {
      it: 'the redirect is gone',
      but: without('CiliumLocalRedirectPolicy/kube-system/nodelocaldns'),
      code: 'DNS173',
      on: 'DaemonSet/kube-system/node-local-dns',
    },
  },
  {
    it: 'Calico with eBPF: kube-proxy is there and runs nowhere',
    source: 'docs.tigera.io/calico/latest/operations/ebpf/enabling-ebpf: nodeSelector non-calico',
    objects: [
      ...workers,
      ...coreDns({ ip: '10.96.0.10' }),
      ...patched('DaemonSet/kube-system/kube-proxy', proxyAside)([kubeProxy()]),
      agent('calico-system/calico-node', 'docker.io/calico/node:v3.30.0'),
      maker('Deployment', 'calico-system/calico-typha', {
        labels: { 'k8s-app': 'calico-typha' },
        containers: [{ name: 'calico-typha', image: 'docker.io/calico/typha:v3.30.0', ports: ['calico-typha:5473'] }],
        pod: { hostNetwork: true },
      }),
      service('calico-system/calico-typha', { 'k8s-app': 'calico-typha' }, ['calico-typha:5473>calico-typha']),
      ...shop(),
    ],
    broken: {
      it: 'Typha crashes',
      but: failing('Deployment/calico-system/calico-typha'),
      code: 'SVC205',
      on: 'Service/calico-system/calico-typha',
    },
  },
  {
    it: 'kube-proxy in IPVS mode with a strict ARP for MetalLB',
    source: 'metallb.io/installation: Preparation',
    objects: [
      ...workers,
      ...coreDns({ ip: '10.96.0.10' }),
      kubeProxy('registry.k8s.io/kube-proxy:v1.33.1', ['kube-proxy', '--proxy-mode=ipvs', '--ipvs-strict-arp=true']),
      maker('Deployment', 'metallb-system/controller', {
        labels: { app: 'metallb', component: 'controller' },
        containers: [{ name: 'controller', image: 'quay.io/metallb/controller:v0.14.9', ports: ['monitoring:7472'] }],
      }),
      agent('metallb-system/speaker', 'quay.io/metallb/speaker:v0.14.9'),
      ...shop(),
      service('shop/front', { app: 'web' }, ['http:80>http'], {
        type: 'LoadBalancer',
        externalTrafficPolicy: 'Local',
        healthCheckNodePort: 31234,
      }),
    ],
    broken: {
      it: 'the front selects two labels of which one is of an old release',
      but: patched('Service/shop/front', { spec: { selector: { app: 'web', release: 'old' } } }),
      code: 'SVC201',
      on: 'Service/shop/front',
    },
  },
  {
    it: 'kubernetai and k8s_gateway in the Corefile',
    source: 'github.com/coredns/kubernetai; github.com/ori-edge/k8s_gateway README',
    objects: [
      ...workers,
      ...coreDns({
        ip: '10.96.0.10',
        image: 'registry.example.com/coredns-kubernetai:1.11.1',
        text: `${corefile().replace('kubernetes cluster.local in-addr.arpa ip6.arpa', 'kubernetai cluster.local in-addr.arpa ip6.arpa').replace('forward .', 'k8s_gateway apps.example.com {\n       resources Ingress Service\n       ttl 10\n    }\n    forward .')}`,
      }),
      kubeProxy(),
      ...shop(),
    ],
    broken: {
      it: 'two pods of the shop do not become ready',
      but: failing('Deployment/shop/web', 'NotReady'),
      code: 'SVC205',
      on: 'Service/shop/web',
    },
  },
  {
    it: 'a Corefile with stub zones, autopath, rewrite, template and an etcd of external-dns',
    source:
      'coredns.io/plugins: autopath, rewrite, template, etcd; kubernetes.io/docs/tasks/administer-cluster/dns-custom-nameservers',
    answering: { autopath: true },
    objects: [
      ...workers,
      ...coreDns({
        ip: '10.96.0.10',
        text: `${corefile().replace('pods insecure', 'pods verified').replace('forward .', 'autopath @kubernetes\n    rewrite name exact shop.example.com web.shop.svc.cluster.local\n    template ANY AAAA legacy.example {\n       rcode NOERROR\n    }\n    forward .')}corp.example:53 {\n    errors\n    cache 30\n    forward . 10.150.0.1 10.150.0.2 {\n       policy sequential\n    }\n}\next.example:53 {\n    etcd ext.example {\n       path /skydns\n       endpoint http://etcd.dns:2379\n    }\n    cache 30\n}\n`,
      }),
      kubeProxy(),
      ...shop(),
    ],
    broken: {
      it: 'a stub zone stands there twice',
      but: patched('ConfigMap/kube-system/coredns', {
        data: {
          Corefile: `${corefile()}corp.example:53 {\n    forward . 10.150.0.1\n}\ncorp.example:53 {\n    forward . 10.150.0.2\n}\n`,
        },
      }),
      code: 'DNS114',
      on: 'ConfigMap/kube-system/coredns',
    },
  },
  {
    it: 'a virtual node of Azure Container Instances and a cordoned, draining one',
    source: 'virtual-kubelet/virtual-kubelet; learn.microsoft.com/azure/aks/virtual-nodes; kubectl drain',
    objects: [
      ...base,
      node('virtual-node-aci-linux', {
        os: 'linux',
        kernel: '',
        kubelet: 'v1.25.0-vk-azure-aci-1.6.2',
        labels: { type: 'virtual-kubelet', 'kubernetes.azure.com/role': 'agent' },
        spec: { taints: [{ key: 'virtual-kubelet.io/provider', value: 'azure', effect: 'NoSchedule' }] },
      }),
      node('worker-4', {
        spec: { unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] },
      }),
      ...shop(),
      {
        ...object(
          'Pod',
          'shop/web-5d78c9869d-going',
          {
            spec: {
              nodeName: 'worker-4',
              containers: [
                {
                  name: 'web',
                  image: 'registry.example.com/shop/web:4.2',
                  ports: [{ name: 'http', containerPort: 8080 }],
                },
              ],
            },
          },
          { app: 'web', 'pod-template-hash': '5d78c9869d' },
        ),
        metadata: {
          name: 'web-5d78c9869d-going',
          namespace: 'shop',
          labels: { app: 'web', 'pod-template-hash': '5d78c9869d' },
          deletionTimestamp: '2026-11-28T06:00:00Z',
          ownerReferences: [{ kind: 'ReplicaSet', name: 'web-5d78c9869d', controller: true }],
        },
      },
    ],
    broken: {
      it: 'a node that carries pods stops reporting',
      but: (it) => [
        ...it.filter((one) => one.metadata.name !== 'worker-2'),
        node('worker-2', { ready: false, ip: '192.168.7.99' }),
      ],
      code: 'NOD501',
      on: 'Node/worker-2',
    },
  },
  {
    it: 'Istio: sidecars, an ingress gateway, Ingresses of class istio, waypoints without a selector of theirs',
    source: 'istio.io/latest/docs/tasks/traffic-management/ingress/kubernetes-ingress; …/ambient',
    objects: [
      ...base,
      maker('Deployment', 'istio-system/istiod', {
        labels: { app: 'istiod', istio: 'pilot' },
        containers: [
          {
            name: 'discovery',
            image: 'docker.io/istio/pilot:1.26.0',
            ports: ['http:8080', 'grpc-xds:15010', 'webhook:15017', 'monitoring:15014'],
          },
        ],
      }),
      service('istio-system/istiod', { app: 'istiod', istio: 'pilot' }, [
        'grpc-xds:15010>15010',
        'https-dns:15012>15012',
        'https-webhook:443>15017',
      ]),
      maker('Deployment', 'istio-system/istio-ingressgateway', {
        labels: { app: 'istio-ingressgateway', istio: 'ingressgateway' },
        containers: [
          {
            name: 'istio-proxy',
            image: 'docker.io/istio/proxyv2:1.26.0',
            ports: ['http2:8080', 'https:8443', 'status:15021'],
          },
        ],
      }),
      service(
        'istio-system/istio-ingressgateway',
        { app: 'istio-ingressgateway', istio: 'ingressgateway' },
        ['status-port:15021>15021', 'http2:80>8080', 'https:443>8443'],
        { type: 'LoadBalancer' },
      ),
      object('IngressClass', 'istio', { spec: { controller: 'istio.io/ingress-controller' } }),
      ...shop().map((it) =>
        it.kind === 'Deployment'
          ? (patched(`Deployment/shop/${it.metadata.name}`, {
              spec: {
                template: {
                  spec: {
                    initContainers: [
                      {
                        name: 'istio-proxy',
                        image: 'docker.io/istio/proxyv2:1.26.0',
                        restartPolicy: 'Always',
                        ports: [{ name: 'http-envoy-prom', containerPort: 15090 }],
                      },
                    ],
                  },
                },
              },
            })([it])[0] ?? it)
          : it,
      ),
      object('Ingress', 'shop/web', {
        spec: {
          ingressClassName: 'istio',
          rules: [
            {
              host: 'web.example.com',
              http: {
                paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }],
              },
            },
          ],
        },
        status: { loadBalancer: { ingress: [{ ip: '203.0.113.9' }] } },
      }),
    ],
    broken: {
      it: 'the gateway crashes',
      but: failing('Deployment/istio-system/istio-ingressgateway'),
      code: 'SVC205',
      on: 'Service/istio-system/istio-ingressgateway',
    },
  },
  {
    it: 'Linkerd: proxies as native sidecars, headless Services of its control plane',
    source: 'linkerd/linkerd2 charts/linkerd-control-plane/templates',
    objects: [
      ...base,
      maker('Deployment', 'linkerd/linkerd-destination', {
        labels: { 'linkerd.io/control-plane-component': 'destination' },
        containers: [
          {
            name: 'destination',
            image: 'cr.l5d.io/linkerd/controller:edge-25.5.2',
            ports: ['grpc:8086', 'admin-http:9996'],
          },
          {
            name: 'policy',
            image: 'cr.l5d.io/linkerd/policy-controller:edge-25.5.2',
            ports: ['policy-grpc:8090', 'policy-https:9443'],
          },
        ],
      }),
      service('linkerd/linkerd-dst', { 'linkerd.io/control-plane-component': 'destination' }, ['grpc:8086>8086']),
      service(
        'linkerd/linkerd-dst-headless',
        { 'linkerd.io/control-plane-component': 'destination' },
        ['grpc:8086>8086'],
        { clusterIP: 'None' },
      ),
      service('linkerd/linkerd-policy', { 'linkerd.io/control-plane-component': 'destination' }, ['grpc:8090>8090'], {
        clusterIP: 'None',
      }),
      ...shop(),
    ],
    broken: {
      it: 'a Service of the control plane selects a component of another name',
      but: plus(
        service('linkerd/linkerd-identity', { 'linkerd.io/control-plane-component': 'destinatin' }, ['grpc:8080>8080']),
      ),
      code: 'SVC201',
      on: 'Service/linkerd/linkerd-identity',
    },
  },
]
