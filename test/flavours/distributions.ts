import { answered, never } from '../build/lookups.ts'
import { failing, type Flavour, patched, scaled, without } from './flavour.ts'
import {
  agent,
  coreDns,
  coreDnsContainer,
  corefile,
  dnsService,
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

const controlPlane = {
  labels: { 'node-role.kubernetes.io/control-plane': '' },
  spec: { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] },
}
const tolerating = {
  tolerations: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
  dnsPolicy: 'Default',
}
const threeNodes = [node('cp-1', controlPlane), ...nodes(2, (index) => `worker-${index}`)]

/** openshift/cluster-dns-operator: pkg/operator/controller, controller_dns_configmap.go and assets/dns. */
const openShiftCorefile = `.:5353 {
    bufsize 1232
    errors
    log . {
        class error
    }
    health {
        lameduck 20s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
    }
    prometheus 127.0.0.1:9153
    forward . /etc/resolv.conf {
        policy sequential
    }
    cache 900 {
        denial 9984 30
    }
    reload
}
hostname.bind:5353 {
    chaos
}
`

const openShiftPorts = [
  { name: 'dns', port: 53, protocol: 'UDP', targetPort: 'dns' },
  { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 'dns-tcp' },
  { name: 'metrics', port: 9154, protocol: 'TCP', targetPort: 'metrics' },
]
const byDefault = { 'dns.operator.openshift.io/daemonset-dns': 'default' }

const openShift: readonly Manifest[] = [
  ...nodes(3, (index) => `ip-10-0-${index}-5.ec2.internal`, {
    os: 'Red Hat Enterprise Linux CoreOS 418.94.202505',
    kernel: '5.14.0-427.68.2.el9_4.x86_64',
    kubelet: 'v1.31.8',
  }),
  maker('DaemonSet', 'openshift-dns/dns-default', {
    labels: byDefault,
    pod: { dnsPolicy: 'Default', nodeSelector: { 'kubernetes.io/os': 'linux' } },
    containers: [
      {
        name: 'dns',
        image: 'quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:1f0e',
        command: ['coredns'],
        args: ['-conf', '/etc/coredns/Corefile'],
        ports: ['dns:5353/UDP', 'dns-tcp:5353'],
      },
      {
        name: 'kube-rbac-proxy',
        image: 'quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:2a1b',
        args: ['--secure-listen-address=:9154', '--upstream=http://127.0.0.1:9153/'],
        ports: ['metrics:9154'],
      },
    ],
  }),
  maker('DaemonSet', 'openshift-dns/node-resolver', {
    labels: { 'dns.operator.openshift.io/daemonset-node-resolver': '' },
    containers: [{ name: 'dns-node-resolver', image: 'quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:3c2d' }],
    pod: { hostNetwork: true, tolerations: [{ operator: 'Exists' }] },
  }),
  object('ConfigMap', 'openshift-dns/dns-default', { data: { Corefile: openShiftCorefile } }),
  dnsService({
    service: 'openshift-dns/dns-default',
    ip: '172.30.0.10',
    selector: byDefault,
    more: { ports: openShiftPorts },
  }),
  maker('Deployment', 'openshift-ingress/router-default', {
    labels: { 'ingresscontroller.operator.openshift.io/deployment-ingresscontroller': 'default' },
    replicas: 2,
    containers: [
      {
        name: 'router',
        image: 'quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:4d3e',
        ports: ['http:80', 'https:443', 'metrics:1936'],
      },
    ],
  }),
  service(
    'openshift-ingress/router-internal-default',
    { 'ingresscontroller.operator.openshift.io/deployment-ingresscontroller': 'default' },
    ['http:80>http', 'https:443>https', 'metrics:1936>metrics'],
  ),
  object('IngressClass', 'openshift-default', { spec: { controller: 'openshift.io/ingress-to-route' } }),
  ...shop(),
  object('Route', 'shop/web', { spec: { host: 'web.apps.example.com', to: { kind: 'Service', name: 'web' } } }),
  ingress('shop/web', { class: 'openshift-default', address: { hostname: 'router-default.apps.example.com' } }),
]

/** k3s-io/k3s: manifests/coredns.yaml. */
const k3sCorefile = `.:53 {
    errors
    health
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
      pods insecure
      fallthrough in-addr.arpa ip6.arpa
    }
    hosts /etc/coredns/NodeHosts {
      ttl 60
      reload 15s
      fallthrough
    }
    prometheus :9153
    cache 30
    loop
    reload
    loadbalance
    import /etc/coredns/custom/*.override
    forward . /etc/resolv.conf
}
import /etc/coredns/custom/*.server
`

const traefikLabels = { 'app.kubernetes.io/name': 'traefik', 'app.kubernetes.io/instance': 'traefik-kube-system' }

function traefik(): readonly Manifest[] {
  return [
    maker('Deployment', 'kube-system/traefik', {
      labels: traefikLabels,
      containers: [
        {
          name: 'traefik',
          image: 'rancher/mirrored-library-traefik:3.3.6',
          args: ['--providers.kubernetescrd', '--providers.kubernetesingress', '--entryPoints.web.address=:8000/tcp'],
          ports: ['web:8000', 'websecure:8443', 'metrics:9100'],
        },
      ],
    }),
    service('kube-system/traefik', traefikLabels, ['web:80>web', 'websecure:443>websecure'], {
      type: 'LoadBalancer',
      ipFamilyPolicy: 'PreferDualStack',
      ipFamilies: ['IPv4', 'IPv6'],
    }),
    maker('DaemonSet', 'kube-system/svclb-traefik-1b2c3d4e', {
      labels: { app: 'svclb-traefik-1b2c3d4e' },
      containers: [
        { name: 'lb-tcp-80', image: 'rancher/klipper-lb:v0.4.13', ports: ['lb-tcp-80:80'] },
        { name: 'lb-tcp-443', image: 'rancher/klipper-lb:v0.4.13', ports: ['lb-tcp-443:443'] },
      ],
    }),
    object('IngressClass', 'traefik', {
      metadata: { name: 'traefik', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
      spec: { controller: 'traefik.io/ingress-controller' },
    }),
    {
      ...object(
        'Pod',
        'kube-system/helm-install-traefik-l2f6p',
        {
          spec: { containers: [{ name: 'helm', image: 'rancher/klipper-helm:v0.9.5' }] },
          status: { phase: 'Succeeded', conditions: [{ type: 'Ready', status: 'False', reason: 'PodCompleted' }] },
        },
        { 'job-name': 'helm-install-traefik' },
      ),
    },
  ]
}

const rke2Name = 'rke2-coredns-rke2-coredns'
const rke2Labels = {
  'app.kubernetes.io/name': 'rke2-coredns',
  'app.kubernetes.io/instance': 'rke2-coredns',
  'k8s-app': 'kube-dns',
}

const rke2: readonly Manifest[] = [
  ...nodes(3, (index) => `rke2-${index}`, {
    os: 'SUSE Linux Enterprise Server 15 SP6',
    kernel: '6.4.0-150600.23.47-default',
    kubelet: 'v1.32.5+rke2r1',
  }),
  maker('Deployment', `kube-system/${rke2Name}`, {
    labels: rke2Labels,
    replicas: 2,
    containers: [{ ...coreDnsContainer, image: 'rancher/hardened-coredns:v1.12.1-build20250401' }],
  }),
  maker('Deployment', `kube-system/${rke2Name}-autoscaler`, {
    labels: { 'app.kubernetes.io/name': 'rke2-coredns-autoscaler' },
    containers: [{ name: 'autoscaler', image: 'rancher/hardened-cluster-autoscaler:v1.9.0' }],
  }),
  object('ConfigMap', `kube-system/${rke2Name}`, { data: { Corefile: corefile() } }),
  dnsService({ service: `kube-system/${rke2Name}`, ip: '10.43.0.10', selector: rke2Labels }),
  maker('DaemonSet', 'kube-system/rke2-ingress-nginx-controller', {
    labels: { 'app.kubernetes.io/name': 'rke2-ingress-nginx', 'app.kubernetes.io/component': 'controller' },
    containers: [
      {
        name: 'rke2-ingress-nginx-controller',
        image: 'rancher/nginx-ingress-controller:v1.12.1-hardened6',
        args: [
          '/nginx-ingress-controller',
          '--controller-class=k8s.io/ingress-nginx',
          '--ingress-class=nginx',
          '--watch-ingress-without-class=true',
        ],
        ports: ['http:80', 'https:443'],
      },
    ],
  }),
  agent('kube-system/rke2-canal', 'rancher/hardened-calico:v3.29.3-build20250407'),
  object('IngressClass', 'nginx', { spec: { controller: 'k8s.io/ingress-nginx' } }),
  ...shop(),
  ingress('shop/web', { class: 'nginx', address: { ip: '192.168.7.11' } }),
  ingress('shop/old', { host: 'old.example.com', address: { ip: '192.168.7.11' } }),
]

/** gardener/gardener: pkg/component/networking/coredns and nodelocaldns. */
const gardenerCorefile =
  corefile()
    .replace('.:53', '.:8053')
    .replace('loadbalance\n', 'loadbalance round_robin\n    import custom/*.override\n') + 'import custom/*.server\n'

const gardenerDnsPorts = {
  ports: [
    { name: 'dns', port: 53, protocol: 'UDP', targetPort: 8053 },
    { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 8053 },
    { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 },
  ],
}

const gardener: readonly Manifest[] = [
  ...nodes(3, (index) => `shoot--dev--one-worker-a1b2c-z1-6f7d8-${index}xk2`, {
    os: 'Garden Linux 1592.9',
    kernel: '6.6.89-cloud-amd64',
    kubelet: 'v1.32.4',
  }),
  ...coreDns({
    ip: '100.64.0.10',
    text: gardenerCorefile,
    service: gardenerDnsPorts,
    image: 'europe-docker.pkg.dev/gardener-project/releases/3rd/coredns/coredns:v1.12.1',
  }).map((it) =>
    it.kind === 'Deployment'
      ? (patched('Deployment/kube-system/coredns', {
          spec: {
            template: {
              spec: {
                containers: [
                  {
                    name: 'coredns',
                    image: 'coredns/coredns:1.12.1',
                    ports: [
                      { name: 'dns-udp', containerPort: 8053, protocol: 'UDP' },
                      { name: 'dns-tcp', containerPort: 8053, protocol: 'TCP' },
                      { name: 'metrics', containerPort: 9153 },
                    ],
                  },
                ],
              },
            },
          },
        })([it])[0] ?? it)
      : it,
  ),
  object('ConfigMap', 'kube-system/coredns-custom', {
    data: { 'changeme.server': '# not used\n', 'changeme.override': '# not used\n' },
  }),
  maker('DaemonSet', 'kube-system/node-local-dns-z1', {
    labels: { 'k8s-app': 'node-local-dns', 'gardener.cloud/role': 'system-component' },
    containers: [
      {
        name: 'node-cache',
        image: 'registry.k8s.io/dns/k8s-dns-node-cache:1.25.0',
        args: [
          '-localip',
          '169.254.20.10,100.64.0.10',
          '-conf',
          '/etc/Corefile',
          '-upstreamsvc',
          'kube-dns-upstream',
          '-health-port',
          '8099',
        ],
      },
    ],
    pod: { hostNetwork: true, dnsPolicy: 'Default', tolerations: [{ operator: 'Exists' }] },
  }),
  service('kube-system/kube-dns-upstream', { 'k8s-app': 'kube-dns' }, [], gardenerDnsPorts),
  kubeProxy('registry.k8s.io/kube-proxy:v1.32.4'),
  // pkg/component/networking/coredns: `gardener.cloud--allow-dns` and `…--allow-to-dns`, and a default that closes
  // kube-system.
  object('NetworkPolicy', 'kube-system/gardener.cloud--allow-dns', {
    spec: {
      podSelector: { matchExpressions: [{ key: 'k8s-app', operator: 'In', values: ['kube-dns'] }] },
      policyTypes: ['Egress', 'Ingress'],
      egress: [
        {
          ports: [
            { protocol: 'TCP', port: 443 },
            { protocol: 'TCP', port: 53 },
            { protocol: 'UDP', port: 53 },
          ],
        },
      ],
      ingress: [
        {
          ports: [
            { protocol: 'TCP', port: 8053 },
            { protocol: 'UDP', port: 8053 },
          ],
          from: [{ ipBlock: { cidr: '0.0.0.0/0' } }, { namespaceSelector: {}, podSelector: {} }],
        },
      ],
    },
  }),
  object('NetworkPolicy', 'kube-system/gardener.cloud--allow-to-dns', {
    spec: {
      podSelector: { matchLabels: { 'networking.gardener.cloud/to-dns': 'allowed' } },
      policyTypes: ['Egress'],
      egress: [
        {
          to: [{ podSelector: { matchExpressions: [{ key: 'k8s-app', operator: 'In', values: ['kube-dns'] }] } }],
          ports: [
            { protocol: 'UDP', port: 8053 },
            { protocol: 'TCP', port: 8053 },
          ],
        },
        {
          to: [{ ipBlock: { cidr: '0.0.0.0/0' } }],
          ports: [
            { protocol: 'UDP', port: 53 },
            { protocol: 'TCP', port: 53 },
          ],
        },
      ],
    },
  }),
  ...shop(),
]

const microLabels = { name: 'nginx-ingress-microk8s' }

export const distributions: readonly Flavour[] = [
  {
    it: 'kubeadm on three machines',
    source: 'kubernetes/kubernetes cmd/kubeadm/app/phases/addons',
    objects: [
      ...threeNodes,
      ...coreDns({ ip: '10.96.0.10', pod: tolerating }),
      kubeProxy(),
      agent('kube-flannel/kube-flannel-ds', 'ghcr.io/flannel-io/flannel:v0.26.7'),
      ...shop(),
    ],
    broken: {
      it: 'a DNS Service without TCP',
      but: patched('Service/kube-system/kube-dns', {
        spec: { ports: [{ name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 }] },
      }),
      code: 'DNS120',
      on: 'Service/kube-system/kube-dns',
    },
  },
  {
    it: 'kubeadm on one machine that runs everything',
    source: 'kubernetes.io/docs/setup/production-environment/tools/kubeadm: control plane node isolation',
    objects: [
      node('only', { labels: { 'node-role.kubernetes.io/control-plane': '' } }),
      ...coreDns({ ip: '10.96.0.10', pod: tolerating }),
      kubeProxy(),
      ...shop(),
    ],
    broken: {
      it: 'the machine stops reporting',
      but: (it) => [...it.filter((one) => one.kind !== 'Node'), node('only', { ready: false })],
      code: 'NOD501',
      on: 'Node/only',
    },
  },
  {
    it: 'kubeadm with IPv6 alone',
    source: 'kubernetes.io/docs/concepts/services-networking/dual-stack; kubeadm with podSubnet fd00:10:244::/56',
    families: ['IPv6'],
    objects: [...threeNodes, ...coreDns({ ip: 'fd00:10:96::a', pod: tolerating }), kubeProxy(), ...shop()],
    broken: {
      it: 'the selector of the DNS Service has a typo',
      but: patched('Service/kube-system/kube-dns', { spec: { selector: { 'k8s-app': 'kubedns' } } }),
      code: 'DNS107',
      on: 'Service/kube-system/kube-dns',
    },
  },
  {
    it: 'OpenShift: dns-default as a DaemonSet on port 5353, Routes, a router',
    source: 'openshift/cluster-dns-operator assets/dns; openshift/cluster-ingress-operator',
    objects: openShift,
    broken: {
      it: 'the DNS pods do not become ready',
      but: failing('DaemonSet/openshift-dns/dns-default', 'NotReady'),
      code: 'DNS107',
      on: 'Service/openshift-dns/dns-default',
    },
  },
  {
    it: 'k3s, dual stack: NodeHosts, ServiceLB, Traefik for Ingresses of its class and of none',
    source: 'k3s-io/k3s manifests/coredns.yaml, traefik.yaml; docs.k3s.io/networking',
    families: ['IPv4', 'IPv6'],
    version: 'v1.32.5+k3s1',
    // k3s#2768 and others: IPv6 between pods of two nodes is closed. The Service's address is IPv4, and so is its way.
    answering: {
      network: ({ server }) => (server.role === 'endpoint' && server.ip.includes(':') ? never() : answered()),
    },
    objects: [
      ...nodes(2, (index) => `k3s-${index}`, {
        os: 'Debian GNU/Linux 12 (bookworm)',
        kernel: '6.1.0-35-amd64',
        kubelet: 'v1.32.5+k3s1',
      }),
      ...coreDns({
        ip: '10.43.0.10',
        text: k3sCorefile,
        replicas: 1,
        image: 'rancher/mirrored-coredns-coredns:1.12.1',
        service: {
          ipFamilyPolicy: 'PreferDualStack',
          ipFamilies: ['IPv4', 'IPv6'],
          clusterIPs: ['10.43.0.10', '2001:cafe:43::a'],
        },
      }),
      object('ConfigMap', 'kube-system/coredns-custom', {
        data: { 'home.server': 'home.lan:53 {\n  errors\n  forward . 192.168.7.1\n}\n' },
      }),
      ...traefik(),
      ...shop(),
      ingress('shop/web', { class: 'traefik', address: { ip: '192.168.7.11' } }),
      ingress('shop/any', { host: 'any.example.com', address: { ip: '192.168.7.11' } }),
    ],
    broken: {
      it: 'Traefik does not become ready',
      but: failing('Deployment/kube-system/traefik', 'NotReady'),
      code: 'SVC205',
      on: 'Service/kube-system/traefik',
    },
  },
  {
    it: 'RKE2: CoreDNS under the names of its chart, with its autoscaler',
    source: 'rancher/rke2-charts charts/rke2-coredns, rke2-ingress-nginx; docs.rke2.io/networking',
    version: 'v1.32.5+rke2r1',
    objects: rke2,
    broken: {
      it: 'CoreDNS is scaled to 0',
      but: scaled(`Deployment/kube-system/${rke2Name}`, 0),
      code: 'DNS107',
      on: `Service/kube-system/${rke2Name}`,
    },
  },
  {
    it: 'kops: CoreDNS with its autoscaler, dns-controller, a domain of its own for the API',
    source: 'kubernetes/kops upup/models/cloudup/resources/addons/coredns.addons.k8s.io',
    objects: [
      ...threeNodes,
      ...coreDns({ ip: '100.64.0.10', pod: { dnsPolicy: 'Default', priorityClassName: 'system-cluster-critical' } }),
      kubeProxy(),
      maker('Deployment', 'kube-system/coredns-autoscaler', {
        labels: { 'k8s-app': 'coredns-autoscaler' },
        containers: [{ name: 'autoscaler', image: 'registry.k8s.io/cpa/cluster-proportional-autoscaler:v1.9.0' }],
      }),
      maker('Deployment', 'kube-system/dns-controller', {
        labels: { 'k8s-app': 'dns-controller' },
        containers: [{ name: 'dns-controller', image: 'registry.k8s.io/kops/dns-controller:1.32.0' }],
        pod: { hostNetwork: true, dnsPolicy: 'Default', tolerations: [{ operator: 'Exists' }] },
      }),
      ...shop(),
    ],
    broken: {
      it: 'CoreDNS has the pods of another namespace: its Deployment is gone',
      but: without('Deployment/kube-system/coredns'),
      code: 'DNS107',
      on: 'Service/kube-system/kube-dns',
    },
  },
  {
    it: 'Talos: host DNS on a link-local address as the upstream',
    source: 'talos.dev/v1.10/talos-guides/network/host-dns: forwardKubeDNSToHost, 169.254.116.108',
    objects: [
      ...nodes(3, (index) => `talos-${index}xz-q1w`, {
        os: 'Talos (v1.10.3)',
        kernel: '6.12.28-talos',
        kubelet: 'v1.33.1',
      }),
      ...coreDns({ ip: '10.96.0.10', image: 'registry.k8s.io/coredns/coredns:v1.12.1' }),
      kubeProxy(),
      agent('kube-system/kube-flannel', 'ghcr.io/siderolabs/flannel:v0.26.7'),
      ...shop(),
    ],
    broken: {
      it: "the node's own server does not know the registry",
      but: failing(
        'Deployment/shop/api',
        'ImagePullBackOff: Back-off pulling image "registry.example.com/shop/api:4.2": ErrImagePull: failed to do request: Head "https://registry.example.com/v2/": dial tcp: lookup registry.example.com on 127.0.0.53:53: server misbehaving',
      ),
      code: 'DNS176',
      on: 'Node/talos-.*',
    },
  },
  {
    it: 'MicroK8s: one CoreDNS, an ingress controller of class public at 127.0.0.1, no kube-proxy pods',
    source: 'canonical/microk8s-core-addons addons/dns/coredns.yaml, addons/ingress/ingress.yaml',
    objects: [
      node('micro', { kubelet: 'v1.32.3' }),
      ...coreDns({ ip: '10.152.183.10', replicas: 1, text: corefile('cluster.local', '8.8.8.8 8.8.4.4') }),
      maker('DaemonSet', 'ingress/nginx-ingress-microk8s-controller', {
        labels: microLabels,
        containers: [
          {
            name: 'nginx-ingress-microk8s',
            image: 'registry.k8s.io/ingress-nginx/controller:v1.11.5',
            args: [
              '/nginx-ingress-controller',
              '--configmap=$(POD_NAMESPACE)/nginx-load-balancer-microk8s-conf',
              '--publish-status-address=127.0.0.1',
              '--ingress-class=public',
            ],
            ports: ['http:80', 'https:443', 'health:10254'],
          },
        ],
      }),
      object('IngressClass', 'public', { spec: { controller: 'k8s.io/ingress-nginx' } }),
      object('IngressClass', 'nginx', { spec: { controller: 'k8s.io/ingress-nginx' } }),
      agent('kube-system/calico-node', 'docker.io/calico/node:v3.28.1'),
      ...shop(),
      ingress('shop/web', { class: 'public', address: { ip: '127.0.0.1' } }),
    ],
    broken: {
      it: 'the class has a typo',
      but: patched('Ingress/shop/web', { spec: { ingressClassName: 'pubic' }, status: null }),
      code: 'ING303',
      on: 'Ingress/shop/web',
    },
  },
  {
    it: 'kind: both CoreDNS pods on the control plane',
    source: 'kubernetes-sigs/kind pkg/cluster/internal/create/actions',
    objects: [
      node('kind-control-plane', { os: 'Debian GNU/Linux 12 (bookworm)' }),
      ...coreDns({ ip: '10.96.0.10', pod: tolerating }),
      kubeProxy(),
      agent('kube-system/kindnet', 'docker.io/kindest/kindnetd:v20250512'),
      maker('Deployment', 'local-path-storage/local-path-provisioner', {
        labels: { app: 'local-path-provisioner' },
        containers: [{ name: 'local-path-provisioner', image: 'docker.io/kindest/local-path-provisioner:v20250214' }],
      }),
      ...shop(),
    ],
    broken: {
      it: 'an Ingress of a class that nobody serves',
      but: (it) => [...it, ingress('shop/web', { class: 'nginx', address: null })],
      code: 'ING303',
      on: 'Ingress/shop/web',
    },
  },
  {
    it: 'minikube: one CoreDNS that logs, the host in its hosts block',
    source: 'kubernetes/minikube pkg/minikube/node/start.go: addCoreDNSEntry adds `log` and `hosts`',
    objects: [
      node('minikube'),
      ...coreDns({
        ip: '10.96.0.10',
        replicas: 1,
        pod: tolerating,
        text: corefile()
          .replace('errors\n', 'log\n    errors\n')
          .replace(
            'forward .',
            'hosts {\n       192.168.49.1 host.minikube.internal\n       fallthrough\n    }\n    forward .',
          ),
      }),
      kubeProxy(),
      ...shop(),
    ],
    broken: {
      it: 'a block of the Corefile is not closed',
      but: patched('ConfigMap/kube-system/coredns', {
        data: { Corefile: corefile().replace('       ttl 30\n    }', '       ttl 30') },
      }),
      code: 'DNS114',
      on: 'ConfigMap/kube-system/coredns',
    },
  },
  {
    it: 'Gardener: CoreDNS on port 8053, a node cache that holds the address, policies in kube-system',
    source: 'gardener/gardener pkg/component/networking/coredns, pkg/component/networking/nodelocaldns',
    objects: gardener,
    broken: {
      it: 'the DNS Service leads to port 53, where nobody listens',
      but: patched('Service/kube-system/kube-dns', {
        spec: {
          ports: [
            { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
            { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
          ],
        },
      }),
      code: 'DNS120',
      on: 'Service/kube-system/kube-dns',
    },
  },
  {
    it: 'Rancher (RKE1): the nginx controller on each node, Ingresses without a class',
    source: 'rancher/rke templates/nginx-ingress.go, templates/coredns.go',
    objects: [
      ...nodes(3, (index) => `rancher-${index}`, { kubelet: 'v1.27.16' }),
      ...coreDns({ ip: '10.43.0.10' }),
      maker('Deployment', 'kube-system/coredns-autoscaler', {
        labels: { 'k8s-app': 'coredns-autoscaler' },
        containers: [{ name: 'autoscaler', image: 'rancher/mirrored-cluster-proportional-autoscaler:v1.8.9' }],
      }),
      maker('DaemonSet', 'ingress-nginx/nginx-ingress-controller', {
        labels: {
          app: 'ingress-nginx',
          'app.kubernetes.io/name': 'ingress-nginx',
          'app.kubernetes.io/component': 'controller',
        },
        containers: [
          {
            name: 'controller',
            image: 'rancher/nginx-ingress-controller:nginx-1.9.6-rancher1',
            args: ['/nginx-ingress-controller', '--ingress-class=nginx', '--watch-ingress-without-class=true'],
            ports: ['http:80', 'https:443'],
          },
        ],
      }),
      maker('Deployment', 'ingress-nginx/default-http-backend', {
        labels: { app: 'default-http-backend' },
        containers: [
          {
            name: 'default-http-backend',
            image: 'rancher/mirrored-nginx-ingress-controller-defaultbackend:1.5-rancher1',
            ports: ['http:8080'],
          },
        ],
      }),
      service('ingress-nginx/default-http-backend', { app: 'default-http-backend' }, ['http:80>8080']),
      object('IngressClass', 'nginx', { spec: { controller: 'k8s.io/ingress-nginx' } }),
      ...shop(),
      ingress('shop/web', { address: { ip: '192.168.7.11' } }),
    ],
    broken: {
      it: 'the Ingress routes to a Service of another name',
      but: patched('Ingress/shop/web', {
        spec: { defaultBackend: { service: { name: 'weeb', port: { number: 80 } } } },
      }),
      code: 'ING301',
      on: 'Ingress/shop/web',
    },
  },
  {
    it: 'kubespray: Service coredns, nodelocaldns on 169.254.25.10, stub zone of its own domain',
    source: 'kubernetes-sigs/kubespray roles/kubernetes-apps/ansible/templates/coredns-*.j2, nodelocaldns-*.j2',
    objects: [
      ...threeNodes,
      ...coreDns({ ip: '10.233.0.3', text: corefile('k8s.corp.example') }).map((it) =>
        it.kind === 'Service' ? { ...it, metadata: { ...it.metadata, name: 'coredns' } } : it,
      ),
      maker('Deployment', 'kube-system/dns-autoscaler', {
        labels: { 'k8s-app': 'dns-autoscaler' },
        containers: [{ name: 'autoscaler', image: 'registry.k8s.io/cpa/cluster-proportional-autoscaler:v1.8.8' }],
      }),
      maker('DaemonSet', 'kube-system/nodelocaldns', {
        labels: { 'k8s-app': 'node-local-dns' },
        containers: [
          {
            name: 'node-cache',
            image: 'registry.k8s.io/dns/k8s-dns-node-cache:1.25.0',
            args: ['-localip', '169.254.25.10', '-conf', '/etc/coredns/Corefile', '-upstreamsvc', 'coredns'],
          },
        ],
        pod: { hostNetwork: true, dnsPolicy: 'Default', tolerations: [{ operator: 'Exists' }] },
      }),
      kubeProxy(),
      agent('kube-system/calico-node', 'quay.io/calico/node:v3.29.3'),
      ...shop(),
    ],
    broken: {
      it: 'CoreDNS crashes',
      but: failing('Deployment/kube-system/coredns'),
      code: 'DNS113',
      on: 'Deployment/kube-system/coredns',
    },
  },
  {
    it: "CoreDNS by Helm, under the release's names, in a namespace scope of its user",
    source: 'coredns/helm charts/coredns/templates: app.kubernetes.io/name: coredns',
    ask: ['-n', 'shop'],
    objects: [
      ...threeNodes,
      maker('Deployment', 'kube-system/dns-coredns', {
        labels: { 'app.kubernetes.io/name': 'coredns', 'app.kubernetes.io/instance': 'dns', 'k8s-app': 'dns' },
        replicas: 2,
        pod: { dnsPolicy: 'Default' },
        containers: [{ ...coreDnsContainer, image: 'coredns/coredns:1.12.1' }],
      }),
      object('ConfigMap', 'kube-system/dns-coredns', { data: { Corefile: corefile() } }),
      dnsService({
        service: 'kube-system/dns-coredns',
        ip: '10.96.0.10',
        selector: { 'app.kubernetes.io/name': 'coredns', 'app.kubernetes.io/instance': 'dns', 'k8s-app': 'dns' },
      }),
      kubeProxy(),
      ...shop(),
    ],
    broken: {
      it: 'its pods do not become ready',
      but: failing('Deployment/kube-system/dns-coredns', 'NotReady'),
      code: 'DNS107',
      on: 'Service/kube-system/dns-coredns',
    },
  },
]
