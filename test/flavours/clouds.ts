import { answered, rejected } from '../build/lookups.ts'
import { failing, type Flavour, patched, scaled } from './flavour.ts'
import {
  agent,
  type Container,
  coreDns,
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

const gkeNodes = nodes(3, (index) => `gke-prod-default-pool-1a2b3c4d-x${index}yz`, {
  labels: { 'cloud.google.com/gke-nodepool': 'default-pool', 'cloud.google.com/gke-os-distribution': 'cos' },
  os: 'Container-Optimized OS from Google',
  kernel: '6.6.72+',
  kubelet: 'v1.32.4-gke.1415000',
})

const kubeDnsContainers: readonly Container[] = [
  {
    name: 'kubedns',
    image: 'gke.gcr.io/k8s-dns-kube-dns:1.23.0-gke.9',
    args: ['--domain=cluster.local.', '--dns-port=10053'],
    ports: ['dns-local:10053/UDP', 'dns-tcp-local:10053', 'metrics:10055'],
    limits: { memory: '210Mi' },
  },
  { name: 'dnsmasq', image: 'gke.gcr.io/k8s-dns-dnsmasq-nanny:1.23.0-gke.9', ports: ['dns:53/UDP', 'dns-tcp:53'] },
  {
    name: 'sidecar',
    image: 'gke.gcr.io/k8s-dns-sidecar:1.23.0-gke.9',
    ports: ['metrics:10054'],
    limits: { cpu: '10m' },
  },
  { name: 'prometheus-to-sd', image: 'gke.gcr.io/prometheus-to-sd:v0.11.12' },
]

/** kube-proxy is a static pod of each node on GKE. */
const gkeProxies = gkeNodes.map(({ metadata: { name } }) => {
  const owner = [{ kind: 'Node', name, controller: true }]
  const it = object(
    'Pod',
    `kube-system/kube-proxy-${name}`,
    {
      spec: {
        nodeName: name,
        hostNetwork: true,
        containers: [{ name: 'kube-proxy', image: 'gke.gcr.io/kube-proxy-amd64:v1.32.4' }],
      },
    },
    { component: 'kube-proxy', tier: 'node' },
  )
  return { ...it, metadata: { ...it.metadata, ownerReferences: owner } }
})

function gkeKubeDns(replicas: number): readonly Manifest[] {
  const labels = { 'k8s-app': 'kube-dns' }
  const scaler = { name: 'autoscaler', image: 'gke.gcr.io/cluster-proportional-autoscaler:v1.8.9' }
  return [
    maker('Deployment', 'kube-system/kube-dns', {
      labels,
      containers: kubeDnsContainers,
      replicas,
      pod: { dnsPolicy: 'Default' },
    }),
    maker('Deployment', 'kube-system/kube-dns-autoscaler', {
      labels: { 'k8s-app': 'kube-dns-autoscaler' },
      containers: [scaler],
      replicas: replicas === 0 ? 0 : 1,
    }),
    object('ConfigMap', 'kube-system/kube-dns', { data: {} }),
    dnsService({
      ip: '34.118.224.10',
      more: {
        ports: [
          { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
          { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
        ],
      },
    }),
    service('kube-system/default-http-backend', { 'k8s-app': 'glbc' }, ['http:80>8080'], { type: 'NodePort' }),
    maker('Deployment', 'kube-system/l7-default-backend', {
      labels: { 'k8s-app': 'glbc' },
      containers: [
        {
          name: 'default-http-backend',
          image: 'gke.gcr.io/ingress-gce-404-server-with-metrics:v1.23.1',
          ports: ['http:8080'],
        },
      ],
    }),
  ]
}

function gkeNodeCache(addresses: string): readonly Manifest[] {
  const args = ['-localip', addresses, '-conf', '/etc/Corefile', '-upstreamsvc', 'kube-dns-upstream']
  const pod = { hostNetwork: true, dnsPolicy: 'Default', tolerations: [{ operator: 'Exists' }] }
  return [
    maker('DaemonSet', 'kube-system/node-local-dns', {
      labels: { 'k8s-app': 'node-local-dns' },
      containers: [
        {
          name: 'node-cache',
          image: 'gke.gcr.io/k8s-dns-node-cache:1.23.0-gke.9',
          args,
          ports: ['dns:53/UDP', 'dns-tcp:53', 'metrics:9253'],
        },
      ],
      pod,
    }),
    service('kube-system/kube-dns-upstream', { 'k8s-app': 'kube-dns' }, ['dns-tcp:53>53'], {
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
        { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
      ],
    }),
    object('ConfigMap', 'kube-system/node-local-dns', {
      data: {
        Corefile:
          'cluster.local:53 {\n    errors\n    cache 30\n    bind 169.254.20.10\n    forward . __PILLAR__CLUSTER__DNS__ { force_tcp }\n}\n',
      },
    }),
  ]
}

const neg = { 'cloud.google.com/neg': '{"ingress": true}' }

function withNeg(it: Manifest): Manifest {
  return it.kind === 'Service' ? { ...it, metadata: { ...it.metadata, annotations: neg } } : it
}

const eksNodes = nodes(3, (index) => `ip-10-0-${index}-17.eu-central-1.compute.internal`, {
  labels: { 'eks.amazonaws.com/nodegroup': 'main', 'topology.kubernetes.io/zone': 'eu-central-1a' },
  os: 'Amazon Linux 2023.7.20250512',
  kernel: '6.1.134-152.225.amzn2023.x86_64',
  kubelet: 'v1.33.1-eks-595af52',
})

const ecr = '602401143452.dkr.ecr.eu-central-1.amazonaws.com/eks'
const eksCoreDns = coreDns({ ip: '172.20.0.10', image: `${ecr}/coredns:v1.11.4-eksbuild.14` })
const vpcCni = agent('kube-system/aws-node', `${ecr.replace('/eks', '')}/amazon-k8s-cni:v1.19.5`)
const eksBase = [...eksCoreDns, vpcCni, kubeProxy(`${ecr}/kube-proxy:v1.33.0-minimal-eksbuild.2`)]

const albController: readonly Manifest[] = [
  maker('Deployment', 'kube-system/aws-load-balancer-controller', {
    labels: {
      'app.kubernetes.io/name': 'aws-load-balancer-controller',
      'app.kubernetes.io/instance': 'aws-load-balancer-controller',
    },
    replicas: 2,
    containers: [
      {
        name: 'aws-load-balancer-controller',
        image: 'public.ecr.aws/eks/aws-load-balancer-controller:v2.13.2',
        args: ['--cluster-name=prod', '--ingress-class=alb'],
        ports: ['webhook-server:9443', 'metrics-server:8080'],
      },
    ],
  }),
  service(
    'kube-system/aws-load-balancer-webhook-service',
    { 'app.kubernetes.io/name': 'aws-load-balancer-controller' },
    ['webhook-server:443>webhook-server'],
  ),
  object('IngressClass', 'alb', { spec: { controller: 'ingress.k8s.aws/alb' } }),
]

const albHost = { hostname: 'k8s-shop-web-0123456789-1234567.eu-central-1.elb.amazonaws.com' }

function albIngress(): Manifest {
  const it = ingress('shop/web', {
    class: 'alb',
    address: albHost,
    annotations: {
      'alb.ingress.kubernetes.io/actions.ssl-redirect':
        '{"Type":"redirect","RedirectConfig":{"Protocol":"HTTPS","Port":"443","StatusCode":"HTTP_301"}}',
      'alb.ingress.kubernetes.io/target-type': 'ip',
    },
  })
  const redirect = {
    path: '/',
    pathType: 'Prefix',
    backend: { service: { name: 'ssl-redirect', port: { name: 'use-annotation' } } },
  }
  const web = { path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { name: 'http' } } } }
  return {
    ...it,
    spec: { ingressClassName: 'alb', rules: [{ host: 'web.example.com', http: { paths: [redirect, web] } }] },
  }
}

const fargateTaint = { key: 'eks.amazonaws.com/compute-type', value: 'fargate', effect: 'NoSchedule' }

const aksNodes = nodes(3, (index) => `aks-nodepool1-31024562-vmss00000${index}`, {
  labels: { 'kubernetes.azure.com/cluster': 'MC_prod', 'kubernetes.azure.com/mode': 'system' },
  os: 'Ubuntu 22.04.5 LTS',
  kernel: '5.15.0-1089-azure',
  kubelet: 'v1.32.4',
})

const aksCorefile = `.:53 {
    errors
    ready
    health {
      lameduck 5s
    }
    kubernetes cluster.local in-addr.arpa ip6.arpa {
      pods insecure
      fallthrough in-addr.arpa ip6.arpa
      ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf
    cache 30
    loop
    reload
    loadbalance
    import custom/*.override
    template ANY ANY internal.cloudapp.net {
      match "^(?:[^.]+\\.){4,}internal\\.cloudapp\\.net\\.$"
      rcode NXDOMAIN
      fallthrough
    }
    template ANY ANY reddog.microsoft.com {
      rcode NXDOMAIN
    }
}
import custom/*.server
`

const aksBase: readonly Manifest[] = [
  ...coreDns({ ip: '10.0.0.10', text: aksCorefile, image: 'mcr.microsoft.com/oss/kubernetes/coredns:v1.9.4-hotfix' }),
  object('ConfigMap', 'kube-system/coredns-custom', {
    data: {
      'corp.server': 'corp.example:53 {\n    errors\n    cache 30\n    forward . 10.1.0.4\n}\n',
      'Puglife.override': 'hosts {\n  10.0.0.11 legacy.example\n  fallthrough\n}\n',
    },
  }),
  maker('Deployment', 'kube-system/coredns-autoscaler', {
    labels: { 'k8s-app': 'coredns-autoscaler' },
    containers: [
      {
        name: 'autoscaler',
        image: 'mcr.microsoft.com/oss/kubernetes/autoscaler/cluster-proportional-autoscaler:v1.8.9',
      },
    ],
  }),
  maker('Deployment', 'kube-system/konnectivity-agent', {
    labels: { app: 'konnectivity-agent' },
    replicas: 2,
    containers: [
      { name: 'konnectivity-agent', image: 'mcr.microsoft.com/oss/kubernetes/apiserver-network-proxy/agent:v0.30.3' },
    ],
  }),
]

export const clouds: readonly Flavour[] = [
  {
    it: 'GKE: kube-dns with dnsmasq and sidecar, a node cache, an Ingress without a class',
    source: 'cloud.google.com/kubernetes-engine/docs/how-to/kube-dns, …/nodelocal-dns-cache, …/concepts/ingress',
    version: 'v1.32.4-gke.1415000',
    objects: [
      ...gkeNodes,
      ...gkeProxies,
      ...gkeKubeDns(2),
      ...gkeNodeCache('169.254.20.10,34.118.224.10'),
      ...shop().map(withNeg),
      ingress('shop/web', { annotations: { 'ingress.kubernetes.io/backends': '{"k8s1-0123":"HEALTHY"}' } }),
    ],
    broken: {
      it: 'kube-dns does not start',
      but: failing('Deployment/kube-system/kube-dns'),
      code: 'DNS113',
      on: 'Deployment/kube-system/kube-dns',
    },
  },
  {
    it: 'GKE: Cloud DNS answers, kube-dns and its autoscaler are scaled to 0',
    source: 'cloud.google.com/kubernetes-engine/docs/how-to/cloud-dns: "Scale down kube-dns"',
    version: 'v1.32.4-gke.1415000',
    objects: [...gkeNodes, ...gkeProxies, ...gkeKubeDns(0), ...shop()],
    // The Service stands without a server; pods ask the metadata server.
    answering: {
      nameserver: '169.254.169.254',
      network: ({ method }) => (method === 'getaddrinfo' ? answered(2) : rejected),
    },
    broken: {
      it: 'the selector of a Service has a typo',
      but: patched('Service/shop/api', { spec: { selector: { app: 'apy' } } }),
      code: 'SVC201',
      on: 'Service/shop/api',
    },
  },
  {
    it: 'GKE: kube-dns alone at 0, its autoscaler at work: not on purpose (control of the one before)',
    source: 'the same',
    version: 'v1.32.4-gke.1415000',
    objects: [...gkeNodes, ...gkeProxies, ...gkeKubeDns(2), ...shop()],
    broken: {
      it: 'kube-dns is scaled to 0',
      but: scaled('Deployment/kube-system/kube-dns', 0),
      code: 'DNS107',
      on: 'Service/kube-system/kube-dns',
    },
  },
  {
    it: 'GKE: Ingresses of class gce and gce-internal by annotation, container-native',
    source: 'cloud.google.com/kubernetes-engine/docs/concepts/ingress: kubernetes.io/ingress.class is the only way',
    objects: [
      ...gkeNodes,
      ...gkeProxies,
      ...gkeKubeDns(2),
      ...shop().map(withNeg),
      ingress('shop/web', { annotations: { 'kubernetes.io/ingress.class': 'gce' } }),
      ingress('shop/inside', {
        host: 'api.inside.example.com',
        backend: 'api:http',
        annotations: { 'kubernetes.io/ingress.class': 'gce-internal' },
        address: { ip: '10.128.0.40' },
      }),
    ],
    broken: {
      it: 'the Ingress names a port that its Service does not have',
      but: patched('Ingress/shop/inside', {
        spec: {
          rules: [
            {
              host: 'api.inside.example.com',
              http: {
                paths: [
                  { path: '/', pathType: 'Prefix', backend: { service: { name: 'api', port: { number: 8443 } } } },
                ],
              },
            },
          ],
        },
      }),
      code: 'ING302',
      on: 'Ingress/shop/inside',
    },
  },
  {
    it: 'EKS: the coredns add-on, VPC CNI, an ALB Ingress with an action in an annotation',
    source:
      'kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations: actions, use-annotation',
    version: 'v1.33.1-eks-595af52',
    objects: [...eksNodes, ...eksBase, ...albController, ...shop(), albIngress()],
    broken: {
      it: 'the pods of the backend crash',
      but: failing('Deployment/shop/web'),
      code: 'SVC205',
      on: 'Service/shop/web',
    },
  },
  {
    it: 'EKS: Bottlerocket nodes, NodeLocal DNSCache on the link-local address alone, no kube-proxy rules for it',
    source:
      'kubernetes.io/docs/tasks/administer-cluster/nodelocaldns: IPVS mode; Bottlerocket settings.kubernetes.cluster-dns-ip',
    objects: [
      ...nodes(3, (index) => `ip-10-0-${index}-9.ec2.internal`, {
        os: 'Bottlerocket OS 1.39.1 (aws-k8s-1.33)',
        kernel: '6.12.25',
        kubelet: 'v1.33.1-eks-595af52',
      }),
      ...eksBase,
      ...gkeNodeCache('169.254.20.10'),
      ...shop(),
    ],
    broken: {
      it: 'the cache crashes on every node',
      but: failing('DaemonSet/kube-system/node-local-dns'),
      code: 'DNS173',
      on: 'DaemonSet/kube-system/node-local-dns',
    },
  },
  {
    it: 'EKS on Fargate alone: a node for each pod, no DaemonSets',
    source: 'docs.aws.amazon.com/eks/latest/userguide/fargate.html',
    objects: [
      ...nodes(6, (index) => `fargate-ip-10-0-${index}-77.eu-central-1.compute.internal`, {
        labels: { 'eks.amazonaws.com/compute-type': 'fargate' },
        os: 'Amazon Linux 2',
        kernel: '5.10.236-227.928.amzn2.x86_64',
        spec: { taints: [fargateTaint] },
      }),
      ...coreDns({
        ip: '172.20.0.10',
        image: `${ecr}/coredns:v1.11.4`,
        pod: { tolerations: [fargateTaint], schedulerName: 'fargate-scheduler' },
      }),
      ...shop().map((it) =>
        it.kind === 'Deployment'
          ? (patched('Deployment/shop/' + it.metadata.name, {
              spec: { template: { spec: { tolerations: [fargateTaint] } } },
            })([it])[0] ?? it)
          : it,
      ),
    ],
    broken: {
      it: 'CoreDNS keeps the annotation for EC2 and finds no node',
      but: patched('Deployment/kube-system/coredns', {
        spec: { template: { spec: { nodeSelector: { 'eks.amazonaws.com/compute-type': 'ec2' } } } },
      }),
      code: 'DNS107',
      on: 'Service/kube-system/kube-dns',
    },
  },
  {
    it: 'EKS with Windows nodes',
    source: 'docs.aws.amazon.com/eks/latest/userguide/windows-support.html',
    objects: [
      ...eksNodes,
      ...eksBase,
      ...shop(),
      node('ip-10-0-9-3.eu-central-1.compute.internal', {
        labels: { 'kubernetes.io/os': 'windows', 'node.kubernetes.io/windows-build': '10.0.20348' },
        os: 'Windows Server 2022 Datacenter',
        kernel: '10.0.20348.3692',
        kubelet: 'v1.33.1-eks-595af52',
      }),
      maker('Deployment', 'shop/iis', {
        labels: { app: 'iis' },
        containers: [
          {
            name: 'iis',
            image: 'mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022',
            ports: ['http:80'],
          },
        ],
        pod: { nodeSelector: { 'kubernetes.io/os': 'windows' } },
      }),
      service('shop/iis', { app: 'iis' }, ['http:80>80']),
    ],
    broken: {
      it: 'the Windows image cannot be pulled',
      but: failing('Deployment/shop/iis', 'ImagePullBackOff'),
      code: 'SVC205',
      on: 'Service/shop/iis',
    },
  },
  {
    it: 'AKS: coredns-custom, the Application Gateway class by annotation',
    source:
      'learn.microsoft.com/azure/aks/coredns-custom; azure/application-gateway-ingress-controller docs/annotations.md',
    objects: [
      ...aksNodes,
      ...aksBase,
      kubeProxy('mcr.microsoft.com/oss/kubernetes/kube-proxy:v1.32.4'),
      ...shop(),
      ingress('shop/web', {
        annotations: { 'kubernetes.io/ingress.class': 'azure/application-gateway' },
        address: { ip: '20.31.5.9' },
      }),
    ],
    broken: {
      it: 'a key of coredns-custom has the wrong ending',
      but: patched('ConfigMap/kube-system/coredns-custom', {
        data: { 'stub.conf': 'lab.example:53 {\n  forward . 10.9.0.4\n}\n' },
      }),
      code: 'DNS131',
      on: 'ConfigMap/kube-system/coredns-custom',
    },
  },
  {
    it: 'AKS: Azure CNI powered by Cilium, without kube-proxy; the application routing add-on',
    source: 'learn.microsoft.com/azure/aks/azure-cni-powered-by-cilium, …/app-routing',
    objects: [
      ...aksNodes,
      ...aksBase,
      agent('kube-system/cilium', 'mcr.microsoft.com/containernetworking/cilium/cilium:v1.16.6'),
      agent('kube-system/azure-cns', 'mcr.microsoft.com/containernetworking/azure-cns:v1.6.21'),
      ...shop(),
      maker('Deployment', 'app-routing-system/nginx', {
        labels: {
          app: 'nginx',
          'app.kubernetes.io/component': 'ingress-controller',
          'app.kubernetes.io/managed-by': 'aks-app-routing-operator',
        },
        replicas: 2,
        containers: [
          {
            name: 'controller',
            image: 'mcr.microsoft.com/oss/kubernetes/ingress/nginx-ingress-controller:v1.11.5',
            args: [
              '/nginx-ingress-controller',
              '--ingress-class=webapprouting.kubernetes.azure.com',
              '--controller-class=webapprouting.kubernetes.azure.com/nginx',
            ],
            ports: ['http:80', 'https:443'],
          },
        ],
      }),
      service('app-routing-system/nginx', { app: 'nginx' }, ['http:80>http', 'https:443>https'], {
        type: 'LoadBalancer',
        externalTrafficPolicy: 'Local',
      }),
      object('IngressClass', 'webapprouting.kubernetes.azure.com', {
        spec: { controller: 'webapprouting.kubernetes.azure.com/nginx' },
      }),
      ingress('shop/web', { class: 'webapprouting.kubernetes.azure.com', address: { ip: '20.31.5.10' } }),
    ],
    broken: {
      it: 'the routing nginx crashes',
      but: failing('Deployment/app-routing-system/nginx'),
      code: 'SVC205',
      on: 'Service/app-routing-system/nginx',
    },
  },
  {
    it: 'DigitalOcean: Cilium beside kube-proxy, CoreDNS of one replica set',
    source: 'docs.digitalocean.com/products/kubernetes/details/managed',
    objects: [
      ...nodes(2, (index) => `pool-a1b2c-x${index}yzk`, {
        os: 'Debian GNU/Linux 12 (bookworm)',
        kernel: '6.1.0-32-amd64',
        labels: { 'doks.digitalocean.com/node-pool': 'pool-a1b2c' },
      }),
      ...coreDns({ ip: '10.108.0.10', image: 'docker.io/coredns/coredns:1.12.1' }),
      kubeProxy(),
      agent('kube-system/cilium', 'ghcr.io/digitalocean-packages/cilium:v1.15.8'),
      agent('kube-system/konnectivity-agent', 'docker.io/digitalocean/konnectivity:v0.31'),
      ...shop(),
      service('shop/front', { app: 'web' }, ['http:80>http'], { type: 'LoadBalancer' }),
    ],
    broken: {
      it: 'a targetPort by a name that no container bears',
      but: patched('Service/shop/front', {
        spec: { ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'web' }] },
      }),
      code: 'SVC203',
      on: 'Service/shop/front',
    },
  },
  {
    it: 'a Prometheus stack on a managed control plane: Services for a scheduler that is not in the cluster',
    source:
      'prometheus-community/helm-charts kube-prometheus-stack values.yaml: kubeScheduler.enabled, kubeControllerManager.enabled, kubeEtcd.enabled are true',
    objects: [
      ...gkeNodes,
      ...gkeProxies,
      ...gkeKubeDns(2),
      ...shop(),
      ...['kube-scheduler', 'kube-controller-manager', 'etcd', 'kube-proxy'].map((it) =>
        service(
          `kube-system/prom-kube-prometheus-stack-${it}`,
          it === 'kube-proxy' ? { 'k8s-app': it } : { component: it },
          ['http-metrics:10259>10259'],
          { clusterIP: 'None' },
        ),
      ),
    ],
    broken: {
      it: 'a Service of the shop selects nothing',
      but: patched('Service/shop/web', { spec: { selector: { app: 'wbe' } } }),
      code: 'SVC201',
      on: 'Service/shop/web',
    },
  },
]
