import * as fc from 'fast-check'
import {
  backendTlsPolicy,
  gateway,
  gatewayApi,
  gatewayClass,
  gatewayRoute,
  httpProxy,
  referenceGrant,
  tlsDelegation,
} from './any-gateway.ts'
import { anyBeside } from './any-beside.ts'
import { anyMesh } from './any-mesh.ts'
import { type Capture, signKinds } from '../../src/model/capture.ts'
import { phases, type Spans } from '../../src/model/spans.ts'
import { refusedFields } from '../../src/wire/kube-proxy-config.ts'
import { leadingPrograms } from '../../src/wire/leads-to-tls.ts'
import { listenHosts } from '../../src/wire/listens.ts'
import { speeches } from '../../src/wire/speeches.ts'
import { failures } from '../../src/wire/jaeger-json/span.ts'
import {
  type ClusterDns,
  kubeDnsProblems,
  lackingBys,
  neededByDns,
  type ServiceProxy,
} from '../../src/model/cluster-dns.ts'
import type { Contact, Contacts, HttpEnd, LargeRequest } from '../../src/model/contacts.ts'
import type { ConntrackWindow, CoreDnsWindow } from '../../src/model/counters.ts'
import type { Crossing } from '../../src/model/crossing.ts'
import type { Ingress, IngressClass, IngressController } from '../../src/model/ingress.ts'
import type { IngressConfigs } from '../../src/model/ingress-config.ts'
import type { NginxConf } from '../../src/wire/nginx-conf.ts'
import { lineTroubles } from '../../src/wire/access-log/line-trouble.ts'
import { requestTroubles } from '../../src/wire/access-log/nginx-error.ts'
import type { InsideView } from '../../src/model/inside.ts'
import type { Known, Why } from '../../src/model/known.ts'
import type { DnsProbe } from '../../src/model/lookups.ts'
import type { NameAnswers } from '../../src/model/name-answers.ts'
import { lackWords } from '../../src/wire/lack-words.ts'
import { complaintKinds } from '../../src/wire/program-words.ts'
import type { ProgramLog } from '../../src/model/program-log.ts'
import type { ProxyLog } from '../../src/model/proxy-log.ts'
import type { DnsServerLog } from '../../src/model/server-log.ts'
import {
  type Namespace,
  type NetworkPolicy,
  type OtherPolicy,
  type TierPeer,
  type TierRules,
  otherPolicyKinds,
  type Selector,
} from '../../src/model/network-policy.ts'
import type { NodeNetworks } from '../../src/model/node-network.ts'
import type { Node } from '../../src/model/node.ts'
import type { Outside, OutsideAnswer } from '../../src/model/outside.ts'
import type { PodWays } from '../../src/model/pod-ways.ts'
import type { Pod } from '../../src/model/pod.ts'
import { type EndpointSlice, internalClouds, leavingOut, type Service } from '../../src/model/service.ts'
import type { Model, Scope } from '../../src/model/sources.ts'
import type { WeaveTc } from '../../src/model/weave-tc.ts'
import type { Workload } from '../../src/model/workload.ts'

/** For tests: any model at all, with names that repeat, so that objects refer to each other. */

const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constantFrom('', '\n', '"', '\u2028'))
const name = fc.constantFrom('a', 'shop', 'cart', 'checkout-db', 'db-0', 'kube-system', 'kube-dns', 'web.1')
const key = fc.constantFrom(
  'app',
  'k8s-app',
  'constructor',
  'tier',
  'app.kubernetes.io/name',
  'kubernetes.io/metadata.name',
  'corp.example/team',
)
const ip = fc.ipV4()
const count = fc.nat(70_000)
const ms = fc.double({ min: 0, max: 1e7, noNaN: true }).map((it) => it + 0)
const flag = fc.boolean()
const labels = fc.dictionary(key, name, { maxKeys: 3, noNullPrototype: true })
const protocol = fc.constantFrom('TCP' as const, 'UDP' as const, 'SCTP' as const)
const few = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(item, { maxLength: 2 })
const maybe = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(item, { nil: null })
const owner = maybe(fc.record({ kind: fc.constantFrom('ReplicaSet', 'Node'), name }))
const answer = fc.constantFrom(
  'ok' as const,
  'nodata' as const,
  'nxdomain' as const,
  'timeout' as const,
  'not-asked' as const,
)

const why: fc.Arbitrary<Why> = fc.record({
  reason: fc.constantFrom('forbidden', 'not-asked', 'not-there', 'timed-out', 'cut-off', 'failed'),
  detail: text,
})
const known = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Known<T>> =>
  fc.oneof(
    fc.record({ known: fc.constant(true as const), value }),
    fc.record({ known: fc.constant(false as const), why }),
  )

const terms = few(
  few(fc.record({ key: name, operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'), values: few(name) })),
)
const toleration = fc.record({ key: maybe(name), value: maybe(name), effect: maybe(fc.constant('NoSchedule')) })
const pod: fc.Arbitrary<Pod> = fc.record({
  namespace: name,
  name,
  labels,
  node: maybe(name),
  ip: maybe(ip),
  phase: fc.constantFrom('Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'),
  ready: flag,
  notReadyReason: maybe(text),
  deleting: flag,
  hostNetwork: flag,
  dnsPolicy: fc.constantFrom('ClusterFirst', 'Default'),
  noSidecar: fc.constant('asked' as const),
  sidecarTraffic: fc.record({
    notToPorts: fc.subarray([80, 443, 8080]),
    notToRanges: fc.subarray(['10.96.0.0/12', '10.0.0.0/8']),
    toRanges: fc.option(fc.subarray(['10.96.0.0/12', '192.0.2.0/24']), { nil: null }),
    toPorts: fc.subarray([80, 443]),
    notFromPorts: fc.subarray([80, 8080]),
    fromPorts: fc.option(fc.subarray([80, 8080]), { nil: null }),
  }),
  computeType: fc.constantFrom('ec2' as const, 'fargate' as const),
  ownInterface: fc.constant(true as const),
  interfaces: fc.record({
    mode: fc.constantFrom('strict' as const, 'standard' as const),
    earlyDemux: fc.constantFrom('on' as const, 'off' as const),
  }),
  serviceLinks: fc.constant('off' as const),
  turnedSeconds: fc.nat(600),
  dnsConfig: maybe(
    fc.record({
      nameservers: few(ip),
      searches: few(name),
      options: few(fc.record({ name: fc.constant('ndots'), value: maybe(fc.constant('2')) })),
    }),
  ),
  hostname: name,
  held: fc.record({ finalizers: few(name), seconds: maybe(count) }),
  subdomain: name,
  owner,
  containers: few(
    fc.record({
      name,
      image: fc.constantFrom('registry.corp.example/team/cart:1', 'coredns/coredns:1.11.1'),
      ports: few(fc.record({ name: maybe(name), port: count, protocol, hostPort: count })),
      args: few(text),
      calls: few(
        fc.record(
          {
            by: maybe(name),
            host: name,
            port: maybe(count),
            portBy: name,
            map: name,
            key: name,
            line: count,
            otlp: fc.constantFrom('grpc' as const, 'http' as const),
            tls: fc.constantFrom('on' as const, 'off' as const),
            over: fc.constantFrom('TCP' as const, 'UDP' as const),
            srv: name,
            speaks: fc.constantFrom(...speeches),
            replicaSet: name,
          },
          { requiredKeys: ['by', 'host', 'port'] },
        ),
      ),
      replicaSet: name,
      advertises: few(
        fc.record(
          {
            by: name,
            host: name,
            port: maybe(count),
            map: name,
            key: name,
            line: count,
            own: fc.constant(true as const),
          },
          { requiredKeys: ['by', 'host', 'port'] },
        ),
      ),
      addresses: few(fc.record({ by: name, ip, port: maybe(count) })),
      fromSecrets: count,
      secures: fc.constantFrom('on' as const, 'off' as const),
      balances: fc.constantFrom('on' as const, 'off' as const),
      unread: count,
      unasked: fc.record({ probe: fc.constantFrom('readiness' as const, 'startup' as const), delay: count }),
      hostList: name,
      nearby: few(fc.record({ by: maybe(name), of: fc.constantFrom('pod' as const, 'node' as const), port: count })),
      listens: few(
        fc.record(
          {
            by: name,
            host: maybe(fc.constantFrom(...listenHosts)),
            port: maybe(count),
            portBy: name,
            map: name,
            key: name,
            line: count,
            isGuess: fc.constant(true as const),
            only: fc.constantFrom('IPv4' as const, 'IPv6' as const),
          },
          { requiredKeys: ['by', 'host', 'port'] },
        ),
      ),
      refusals: few(
        fc.record({
          by: fc.constantFrom('deny' as const, 'return' as const, 'https' as const),
          status: fc.constantFrom(401, 403, 503),
          rules: few(fc.record({ is: fc.constantFrom('allow' as const, 'deny' as const), of: maybe(ip) })),
          line: count,
          port: count,
          map: name,
          key: name,
        }),
      ),
      lookups: few(
        fc.record(
          {
            host: name,
            line: count,
            by: name,
            servers: maybe(few(name)),
            map: name,
            key: name,
            isGuess: fc.constant(true as const),
          },
          { requiredKeys: ['host', 'line', 'by', 'servers', 'map', 'key'] },
        ),
      ),
      leadsToTls: fc.record({ program: fc.constantFrom(...leadingPrograms), port: count }),
      endLink: fc.record({ variable: maybe(name), ip: maybe(ip), port: maybe(count) }),
      endStart: fc.constantFrom('exec-format' as const, 'no-program' as const),
      endSaid: fc.record({ kind: fc.constantFrom(...complaintKinds), host: maybe(name), port: maybe(fc.nat(65_535)) }),
      endLookup: fc.record({ name, server: maybe(ip), how: text }),
      endDenied: fc.record({
        account: fc.record({ namespace: name, name }),
        verb: fc.constant('list' as const),
        resource: fc.constant('services'),
        group: fc.constant(''),
        namespace: maybe(name),
      }),
      pages: fc.record(
        { base: fc.record({ by: name, path: fc.constant('/api') }), port: fc.record({ by: name, port: count }) },
        { requiredKeys: [] },
      ),
      proxy: fc.record({
        http: maybe(name),
        https: maybe(name),
        except: maybe(
          few(
            fc.oneof(
              name,
              name.map((it) => `${it}:8080`),
            ),
          ),
        ),
        by: maybe(fc.constantFrom('NO_PROXY' as const, 'no_proxy' as const)),
        ranges: few(ip.map((it) => `${it}/16`)),
        capitals: few(name),
      }),
      proxyElsewhere: fc.constant(true as const),
      probeHosts: fc.record({ readiness: name, liveness: name }, { requiredKeys: [] }),
      cpuLimitMilli: maybe(count),
      cpuRequestMilli: maybe(count),
      memoryLimitBytes: maybe(count),
      readinessProbe: maybe(fc.constantFrom('exec', 'http-get :80/')),
      ready: flag,
      restarts: count,
      waiting: maybe(fc.constant('CrashLoopBackOff')),
      lastTermination: maybe(fc.constant('OOMKilled')),
      message: text,
      exitCode: count,
      livenessProbe: fc.constantFrom('exec', 'http-get :80/'),
      startupProbe: fc.constantFrom('exec', 'http-get :80/'),
      started: flag,
    }),
  ),
  scheduling: text,
  placement: fc.record({
    selector: labels,
    terms,
    tolerations: few(toleration),
    volumes: few(fc.record({ claim: name, volume: name, terms })),
  }),
  gates: few(name),
  gateWords: few(fc.record({ gate: name, said: name })),
  init: fc.record({
    name,
    waiting: maybe(fc.constant('CrashLoopBackOff')),
    message: maybe(text),
    exitCode: maybe(count),
    last: maybe(fc.constant('Error')),
    restarts: count,
    waitsFor: few(fc.record({ host: name, port: maybe(count) })),
  }),
})

const azureProbe = fc.record({
  port: count,
  scheme: fc.constantFrom('http' as const, 'https' as const),
  path: fc.constant('/'),
})
const service: fc.Arbitrary<Service> = fc.record(
  {
    namespace: name,
    name,
    type: fc.constantFrom('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'),
    clusterIP: maybe(fc.oneof(ip, fc.constant('None'))),
    selector: maybe(labels),
    ports: few(
      fc.record({
        name: maybe(name),
        port: count,
        protocol,
        targetPort: fc.oneof(count, name),
        nodePort: maybe(count),
      }),
    ),
    externalName: maybe(name),
    internalTrafficPolicy: fc.constantFrom('Cluster', 'Local'),
    exportTo: fc.subarray(['.', '*', 'shop']),
    externalDns: fc.record({
      by: fc.constantFrom('it' as const, 'others' as const),
      hosts: few(fc.constant('web.example')),
      target: fc.constant('named' as const),
    }),
    albHealthPort: maybe(fc.oneof(count, name)),
    publishNotReadyAddresses: flag,
    sessionAffinity: fc.constant('ClientIP' as const),
    loadBalancer: fc.record({
      addresses: few(ip),
      class: maybe(fc.constant('service.k8s.aws/nlb')),
      problem: maybe(text),
      refused: text,
      sourceRanges: few(ip.map((it) => `${it}/24`)),
      internal: few(
        fc.record(
          {
            by: name,
            cloud: fc.constantFrom(...internalClouds),
            wants: fc.constantFrom('internal' as const, 'public' as const, 'unread' as const),
            written: name,
          },
          { requiredKeys: ['by', 'cloud', 'wants'] },
        ),
      ),
      nodePorts: fc.constant('none' as const),
      handedTo: fc.constant('aws' as const),
      sendsTo: fc.constant('pods' as const),
      azureProbes: few(azureProbe),
      keepsClients: fc.constant(true as const),
      tlsEnded: fc.record({
        ports: few(count),
        header: fc.constantFrom('sent' as const, 'none' as const, 'unsure' as const),
      }),
    }),
    externalIPs: few(ip),
    serversScheme: fc.constantFrom('http' as const, 'h2c' as const),
    families: fc.subarray(['IPv4' as const, 'IPv6' as const]),
    familyPolicy: fc.constantFrom('SingleStack', 'PreferDualStack', 'RequireDualStack'),
    trafficDistribution: fc.constant('PreferClose'),
    labels,
    deleting: few(fc.constant('service.kubernetes.io/load-balancer-cleanup')),
  },
  {
    requiredKeys: [
      'namespace',
      'name',
      'type',
      'clusterIP',
      'selector',
      'ports',
      'externalName',
      'internalTrafficPolicy',
      'publishNotReadyAddresses',
    ],
  },
)

const slice: fc.Arbitrary<EndpointSlice> = fc.record({
  namespace: name,
  name,
  service: maybe(name),
  addressType: fc.constantFrom('IPv4', 'IPv6', 'FQDN'),
  ports: few(fc.record({ name: maybe(name), port: maybe(count), protocol })),
  endpoints: few(
    fc.record({
      ip,
      ready: flag,
      serving: flag,
      terminating: flag,
      node: maybe(name),
      pod: maybe(name),
      hostname: name,
    }),
  ),
  leftOut: fc.constantFrom(...leavingOut),
  from: fc.constant('Endpoints' as const),
  unmirrored: fc.constant(true as const),
})

const workload: fc.Arbitrary<Workload> = fc.record(
  {
    kind: fc.constantFrom('Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob'),
    namespace: name,
    name,
    owner,
    desired: count,
    ready: count,
    templateLabels: labels,
    outerLabels: labels,
    run: fc.record({
      end: maybe(fc.constantFrom('complete', 'failed')),
      reason: maybe(fc.constantFrom('BackoffLimitExceeded', 'DeadlineExceeded')),
      started: maybe(count),
      failedPods: count,
    }),
    cron: fc.record({ suspended: fc.boolean(), lastSuccess: maybe(count) }),
    refused: text,
    paused: fc.constant(true as const),
    held: fc.record({
      by: fc.constantFrom('paused' as const, 'OnDelete' as const, 'partition' as const),
      pods: count,
      ports: few(fc.record({ name: maybe(name), port: count })),
    }),
    serviceName: maybe(name),
    order: fc.record({ parallel: fc.boolean(), minReadySeconds: count, start: count }),
    serves: fc.record({ controllers: few(name), classNames: few(name) }),
    next: pod.map(({ hostNetwork, dnsPolicy, dnsConfig, hostAliases, containers }) => ({
      idle: 'scheduled' as const,
      hostNetwork,
      dnsPolicy,
      dnsConfig,
      ...(hostAliases === undefined ? {} : { hostAliases }),
      containers,
    })),
  },
  { requiredKeys: ['kind', 'namespace', 'name', 'owner', 'desired', 'ready', 'templateLabels'] },
)

const host = fc.constantFrom('web.shop.example', '*.shop.example', 'cart')
const backend = fc.record({
  service: name,
  port: maybe(fc.oneof(count, name)),
  path: fc.constant('spec.rules[0].http.paths[0].backend'),
})
const ingress: fc.Arbitrary<Ingress> = fc.record({
  statusBy: few(fc.constantFrom('glbc', 'controller')),
  changedAt: count,
  vendors: few(fc.constantFrom('alb', 'nginx')),
  allowed: few(ip.map((it) => `${it}/24`)),
  externalDns: fc.record({ by: fc.constantFrom('it', 'others'), hosts: few(host), target: fc.constant('named') }),
  healthPort: fc.record({ by: fc.constantFrom('alb', 'appgw'), port: fc.oneof(count, name) }),
  denied: few(ip.map((it) => `${it}/24`)),
  redirect: fc.record({
    by: fc.constantFrom('permanent-redirect', 'temporal-redirect', 'app-root'),
    to: maybe(fc.record({ scheme: fc.constantFrom('http', 'https'), host, port: count })),
    path: maybe(fc.constantFrom('/', '/cart')),
  }),
  aliases: few(host),
  sslRedirect: fc.constantFrom('forced' as const, 'off' as const),
  fromToWww: fc.constant(true as const),
  secrets: few(
    fc.record({
      by: fc.constantFrom('auth-secret', 'auth-tls-secret', 'proxy-ssl-secret'),
      namespace: maybe(name),
      name,
      key: maybe(fc.constant('auth')),
    }),
  ),
  allowHttp: fc.constant('off' as const),
  snippets: few(
    fc.record({
      by: fc.constantFrom('server-snippet' as const, 'configuration-snippet' as const),
      does: fc.constantFrom('return' as const, 'deny' as const),
      status: fc.constantFrom(403, 503),
    }),
  ),
  middlewares: few(name.map((it) => `${it}@kubernetescrd`)),
  entryPoints: few(name),
  actions: few(
    fc.record({
      name,
      type: fc.constantFrom('forward', 'redirect', 'fixed-response', 'other', 'unreadable'),
      services: few(fc.record({ service: name, port: maybe(fc.oneof(count, name)) })),
    }),
  ),
  nginx: fc.record({
    rewrite: maybe(fc.constant('/$2')),
    regex: flag,
    canary: flag,
    idle: flag,
    passthrough: fc.constant(true as const),
    protocol: maybe(fc.constant('HTTPS')),
    vhost: host,
    noUpgrade: fc.record({
      by: fc.constantFrom('connection-proxy-header' as const, 'proxy-http-version' as const),
      value: fc.constantFrom('keep-alive', '1.0'),
    }),
    isLong: fc.constant(true as const),
  }),
  auth: fc.record({ host, port: count }),
  asks: fc.record({ namespace: maybe(name), name: maybe(name), host: maybe(host), port: maybe(count), field: name }),
  namespace: name,
  name,
  className: maybe(name),
  classFrom: fc.constantFrom('spec', 'annotation', 'default'),
  rules: few(
    fc.record({
      host: maybe(host),
      paths: few(fc.record({ path: fc.constantFrom('/', '/cart'), pathType: fc.constant('Prefix'), backend })),
    }),
  ),
  defaultBackend: maybe(backend),
  tls: few(fc.record({ hosts: few(host), secret: maybe(name) })),
  addresses: few(ip),
})
const ingressClass: fc.Arbitrary<IngressClass> = fc.record({
  name,
  controller: fc.constant('k8s.io/ingress-nginx'),
  isDefault: flag,
})
const ingressController: fc.Arbitrary<IngressController> = fc.record({
  namespace: name,
  pod: name,
  ip: maybe(ip),
  labels,
  ready: flag,
  controller: fc.constant('k8s.io/ingress-nginx'),
  classNames: few(name),
  annotationPrefixes: few(name),
  entryPoints: few(name),
  tlsEntryPoints: few(name),
  redirectingEntryPoints: few(name),
  externalNames: fc.constant('refused' as const),
  fronts: few(
    fc.record({
      namespace: name,
      name,
      type: fc.constantFrom('NodePort' as const, 'LoadBalancer' as const),
      addresses: few(ip),
      ports: few(
        fc.record({
          port: count,
          nodePort: maybe(count),
          targetPort: fc.oneof(count, name),
          declared: fc.constantFrom('yes' as const, 'no' as const, 'as-name' as const),
          told: fc.record({ by: name, host: maybe(fc.constantFrom(...listenHosts)), port: maybe(count) }),
        }),
      ),
      azureProbes: few(azureProbe),
      keepsClients: fc.constant(true as const),
      tlsEnded: fc.record({
        ports: few(count),
        header: fc.constantFrom('sent' as const, 'none' as const, 'unsure' as const),
      }),
      wants: few(text),
      ready: maybe(count),
      localOn: few(name),
    }),
  ),
})

const selector: fc.Arbitrary<Selector> = fc.record({
  matchLabels: labels,
  matchExpressions: few(
    fc.record({ key, operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'), values: few(name) }),
  ),
})
const cidr = ip.map((it) => `${it}/32`)
const policyPort = fc.record({ protocol, port: maybe(fc.oneof(count, name)), endPort: maybe(count) })
const rules = few(
  fc.record({
    peers: few(
      fc.record({
        podSelector: maybe(selector),
        namespaceSelector: maybe(selector),
        ipBlock: maybe(fc.record({ cidr, except: few(ip) })),
      }),
    ),
    ports: few(policyPort),
  }),
)
const policy: fc.Arbitrary<NetworkPolicy> = fc.record({
  namespace: name,
  name,
  podSelector: selector,
  types: fc.subarray(['Ingress', 'Egress']),
  ingress: rules,
  egress: rules,
})
const tierPeer: fc.Arbitrary<TierPeer> = fc.record({ namespaces: selector, pods: selector })
const tier: fc.Arbitrary<TierRules> = fc.record({
  tier: fc.constantFrom('admin', 'baseline'),
  priority: fc.constantFrom(-1, 0, 5),
  subject: maybe(tierPeer),
  rules: few(
    fc.record({
      direction: fc.constantFrom('Ingress', 'Egress'),
      action: fc.constantFrom('Allow', 'Deny', 'Pass'),
      name: maybe(name),
      peers: few(tierPeer),
      networks: few(cidr),
      others: fc.constantFrom('none', 'outside', 'maybe'),
      ports: few(policyPort),
    }),
  ),
})
const otherPolicy: fc.Arbitrary<OtherPolicy> = fc.record(
  { kind: fc.constantFrom(...otherPolicyKinds), namespace: maybe(name), name, tier },
  { requiredKeys: ['kind', 'namespace', 'name'] },
)
const namespace: fc.Arbitrary<Namespace> = fc.record({ name, labels, deleting: few(text) })

const node: fc.Arbitrary<Node> = fc.record({
  madeSeconds: count,
  agent: fc.record(
    {
      namespace: name,
      pod: name,
      state: fc.constantFrom('ready', 'not-ready'),
      why: maybe(text),
      policies: fc.record({
        by: fc.constantFrom('flannel', 'cilium'),
        are: fc.constantFrom('unheeded', 'needed'),
      }),
      unserved: fc.record(
        { kind: fc.constantFrom('cilium', 'flannel'), replacement: fc.constantFrom('false', 'disabled', null) },
        { requiredKeys: ['kind'] },
      ),
    },
    { requiredKeys: ['namespace', 'pod', 'state', 'why'] },
  ),
  name,
  labels,
  ip: maybe(ip),
  ready: fc.constantFrom('True', 'False', 'Unknown'),
  readyMessage: maybe(text),
  readyUnsaid: fc.constant(true as const),
  unschedulable: flag,
  taints: few(fc.record({ key, value: maybe(name), effect: fc.constant('NoSchedule') })),
  kernel: fc.constant('6.1.0'),
  os: fc.constant('Debian'),
  kubelet: fc.constant('v1.33.1'),
  cpus: maybe(count),
  networkUnavailable: text,
  podCidrs: few(ip.map((it) => `${it}/24`)),
  ips: few(ip),
  tunnel: fc.record({ by: fc.constantFrom('flannel' as const, 'calico' as const), ip }),
  provider: fc.constantFrom('gce', 'aws'),
  proxy: fc.constantFrom('ready' as const, 'not-ready' as const, 'none' as const),
  proxySet: fc.constant({ namespace: 'net-system', name: 'service-proxy' }),
  proxyConfig: known(
    fc.record({
      namespace: fc.constant('kube-system'),
      name: fc.constantFrom('kube-proxy', 'kube-proxy-config'),
      config: fc.record({
        mode: maybe(fc.constantFrom('iptables', 'ipvs', 'iptable')),
        nodePortRanges: few(fc.constantFrom('127.0.0.1/32', '10.0.0.0/8', 'fd00::/8')),
        detectLocalMode: fc.constantFrom('ClusterCIDR', 'NodeCIDR'),
        clusterRanges: few(ip.map((it) => `${it}/16`)),
        maxPerCore: maybe(count),
        min: maybe(count),
        refused: few(fc.constantFrom(...refusedFields)),
      }),
      api: fc.record({ host: ip, port: count }),
    }),
  ),
})

const corefile = fc.constantFrom(
  '',
  '.:53 {\n  errors\n  kubernetes cluster.local\n  forward corp.example 10.0.0.2\n}\n',
)
const weaveTc: fc.Arbitrary<WeaveTc> = fc.record({
  workload: fc.record({ kind: fc.constant('DaemonSet' as const), namespace: name, name }),
  container: fc.constant('weave-tc'),
  index: count,
  privileged: flag,
  hostNetwork: flag,
  overlay: maybe(fc.constant('weave')),
  dnsPort: maybe(fc.constant('53')),
  mounts: few(
    fc.record({
      volume: fc.constantFrom('lib-tc', 'xtables-lock'),
      mountPath: fc.constantFrom('/lib/tc', '/usr/lib/tcvolumes:'),
    }),
  ),
  volumes: few(
    fc.record({ volume: fc.constantFrom('lib-tc', 'xtables-lock'), hostPath: maybe(fc.constant('/usr/lib/tc')) }),
  ),
})
const custom = fc.record({
  configMap: fc.constant('coredns-custom'),
  keys: few(fc.record({ name, mentioned: flag })),
  refused: few(fc.record({ key: name, line: count, text })),
  doubts: few(text),
  unasked: few(fc.record({ key: name, line: count, zone: host, to: few(text), before: few(text) })),
})

const serviceProxy: fc.Arbitrary<ServiceProxy> = fc.oneof(
  fc.record({ kind: fc.constant('kube-proxy' as const), mode: fc.constantFrom('iptables', 'ipvs') }),
  fc.record({ kind: fc.constant('cilium' as const), redirects: known(few(name)) }),
)
const clusterDns: fc.Arbitrary<ClusterDns> = fc.record({
  service: maybe(service),
  slices: few(slice),
  pods: few(pod),
  workload: maybe(workload),
  workloadPods: few(name),
  corefile: known(corefile),
  corefileMap: fc.constantFrom('coredns', 'dns-coredns'),
  corefileKeys: fc.record({ configMap: name, wanted: fc.constantFrom('Corefile', 'other'), keys: few(name) }),
  corefileHash: fc.constantFrom('ab', 'cd'),
  domain: fc.constant('cluster.local'),
  weaveTc: few(weaveTc),
  nodeCaches: few(pod),
  custom: known(custom),
  scaler: workload,
  lacking: few(
    fc.record({
      by: fc.constantFrom(...lackingBys),
      file: fc.constant('/etc/hosts.d/extra'),
      line: maybe(count),
      beside: maybe(fc.record({ at: fc.constant('/etc/coredns'), files: few(fc.constant('Corefile')) })),
    }),
  ),
  serviceProxy: known(serviceProxy),
  forwardedTo: known(fc.record({ services: few(service), slices: few(slice) })),
  handedOut: known(few(ip)),
  kubeletDomain: name,
  cacheForwards: few(fc.record({ line: count, zones: few(name), to: few(ip), isTcp: fc.boolean() })),
  cacheBehind: known(fc.record({ services: few(service), slices: few(slice) })),
  cacheBinds: few(fc.record({ line: count, ips: few(ip) })),
  cacheRewrites: few(fc.record({ line: count, from: name, to: name, zones: few(name), forwards: few(ip) })),
  kubeDns: fc.record({
    stubDomains: few(fc.record({ domain: name, servers: few(ip) })),
    upstreams: few(ip),
    problems: few(
      fc.record({
        key: fc.constantFrom('stubDomains' as const, 'upstreamNameservers' as const),
        is: fc.constantFrom(...kubeDnsProblems),
        domain: maybe(name),
        server: maybe(name),
      }),
    ),
  }),
  rights: fc.record({ account: name, role: maybe(name), lacks: few(fc.constantFrom(...neededByDns)) }),
  placeholders: few(
    fc.record({ word: fc.constantFrom('__PILLAR__LOCAL__DNS__', '__PILLAR__OTHER__WORD__'), line: count }),
  ),
  elsewhere: known(fc.record({ services: few(service), claiming: few(service), slices: few(slice) })),
})

const from = fc.record({ namespace: name, labels })
const server = fc.record({
  role: fc.constantFrom('service', 'endpoint', 'node-cache', 'upstream'),
  ip,
  pod: maybe(name),
})
const series = few(
  fc.record({
    node: name,
    server,
    transport: fc.constantFrom('udp', 'tcp'),
    method: fc.constantFrom('pair', 'sequential', 'getaddrinfo'),
    libc: maybe(fc.constantFrom('glibc', 'musl')),
    name: fc.constantFrom('cart.shop.svc.cluster.local', 'example.com'),
    zone: fc.constantFrom('cluster', 'external'),
    lookups: few(
      fc.record({
        at: ms,
        ms,
        a: answer,
        aaaa: answer,
        retries: count,
        firstLost: fc.constantFrom('none', 'a', 'aaaa', 'both'),
      }),
    ),
  }),
)
const dnsProbe: fc.Arbitrary<DnsProbe> = fc.record(
  {
    from,
    nodes: few(name),
    missing: few(fc.record({ node: name, why: text })),
    series,
    edns: series,
    named: series,
    farTcp: series,
    queriesSent: count,
    cap: fc.record({ queriesPerSecondPerNode: count, lookupsPerSeries: count }),
    stopped: maybe(text),
    lag: few(fc.record({ node: name, p99Ms: ms, maxMs: ms }, { requiredKeys: ['node', 'p99Ms'] })),
    stray: few(fc.record({ node: name, packets: count })),
    large: few(
      fc.record({
        node: name,
        ip,
        pod: name,
        result: fc.constantFrom('complete', 'stalled', 'unreachable', 'other'),
        bytes: count,
      }),
    ),
  },
  { requiredKeys: ['from', 'nodes', 'missing', 'series', 'queriesSent', 'cap', 'stopped'] },
)

const asked = fc.record({ namespace: name, name })
const suffix = fc.constantFrom('shop.svc.cluster.local', 'corp.example')
const nameAnswers: fc.Arbitrary<NameAnswers> = fc.record({
  from,
  answers: few(
    fc.record({
      node: name,
      server,
      reason: fc.oneof(
        fc.record({ kind: fc.constant('service' as const), service: asked }),
        fc.record({ kind: fc.constant('way' as const), service: asked, typed: fc.constant('cart.shop'), suffix }),
        fc.record({ kind: fc.constant('outside' as const), typed: fc.constant('example.com'), suffix: maybe(suffix) }),
        fc.record({ kind: fc.constant('random' as const), suffix }),
        fc.record({ kind: fc.constant('upstream' as const) }),
        fc.record({ kind: fc.constant('member' as const), service: asked, pod: name }),
      ),
      name: fc.constantFrom('cart.shop.svc.cluster.local.', 'example.com.corp.example.'),
      type: fc.constantFrom('A', 'AAAA'),
      answer,
      rcode: maybe(fc.constantFrom('NOERROR', 'NXDOMAIN')),
      addresses: few(ip),
      aliases: few(fc.constantFrom('db.corp.example')),
      ttl: maybe(count),
    }),
  ),
  searches: few(fc.record({ node: name, suffixes: few(suffix), ndots: fc.nat(15) })),
  notAsked: count,
})

const tries: fc.Arbitrary<Contact['tries']> = few(
  fc.record(
    {
      result: fc.constantFrom('open', 'refused', 'timeout', 'no-route', 'no-source', 'error'),
      ms,
      hungUpMs: maybe(ms),
      refusal: fc.constantFrom('full', 'not-welcome'),
      sourcePort: count,
    },
    { requiredKeys: ['result', 'ms'] },
  ),
)
const ofPort = fc.record({ namespace: name, name, port: count })
const via = fc.record({ controllerPod: name, ip, port: count })
const basis = fc.constantFrom('url' as const, 'declared' as const, 'guessed' as const)
const httpEnd: fc.Arbitrary<HttpEnd> = fc.record(
  {
    status: maybe(count),
    error: maybe(text),
    ms,
    location: text,
    redirects: few(fc.record({ status: count, location: text })),
    unended: fc.constantFrom('stream', 'long'),
    scheme: fc.constantFrom('http', 'https'),
    certificate: fc.record({
      names: few(host),
      subject: host,
      issuer: text,
      covers: flag,
      validity: fc.constantFrom('now', 'expired', 'not-yet'),
      validFrom: text,
      validTo: text,
      trust: fc.constantFrom('public', 'unknown-issuer', 'self-signed'),
    }),
    page: fc.record(
      {
        body: fc.constantFrom('aaaa', 'bbbb'),
        head: fc.constantFrom('cccc', 'dddd'),
        by: fc.constantFrom('haproxy', 'nginx'),
      },
      { requiredKeys: ['body', 'head'] },
    ),
  },
  { requiredKeys: ['status', 'error', 'ms'] },
)
function withEnd<T extends object>(record: { readonly [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T & HttpEnd> {
  return fc.tuple(fc.record<T>(record), httpEnd).map(([about, end]) => ({ ...about, ...end }))
}

const routeName = fc.record({
  kind: fc.constantFrom('HTTPRoute' as const, 'GRPCRoute' as const, 'HTTPProxy' as const),
  namespace: name,
  name,
})

const contacts: fc.Arbitrary<Contacts> = fc.record({
  from,
  connects: few(
    fc.record({
      node: name,
      service: fc.record({ namespace: name, name, port: count }),
      via: fc.oneof(
        fc.record({ kind: fc.constant('service' as const) }),
        fc.record({ kind: fc.constant('endpoint' as const), pod: maybe(name) }),
      ),
      ip,
      port: count,
      tries,
    }),
  ),
  http: few(withEnd({ node: name, ingress: fc.record({ namespace: name, name }), host, path: fc.constant('/'), via })),
  nodePorts: few(fc.record({ node: name, service: ofPort, at: fc.record({ node: name, ip }), port: count, tries })),
  direct: few(
    withEnd({ node: name, service: ofPort, pod: maybe(name), ip, port: count, host, path: fc.constant('/'), basis }),
  ),
  through: few(
    withEnd({ node: name, service: ofPort, pod: maybe(name), ip, port: count, host, path: fc.constant('/'), basis }),
  ),
  large: few(
    withEnd<Omit<LargeRequest, keyof HttpEnd>>({
      node: name,
      of: fc.oneof(
        fc.record({ kind: fc.constant('endpoint' as const), service: ofPort, pod: maybe(name) }),
        fc.record({
          kind: fc.constant('controller' as const),
          ingress: fc.record({ namespace: name, name }),
          pod: name,
        }),
      ),
      ip,
      port: count,
      host,
      path: fc.constant('/'),
      bytes: count,
      smallAgain: maybe(flag),
    }),
  ),
  strangers: few(withEnd({ node: name, host, via })),
  routed: few(
    withEnd({
      node: name,
      route: routeName,
      host,
      path: fc.constant('/'),
      basis,
      via: fc.record({ namespace: name, name, ip, port: count }),
      backends: few(ofPort),
    }),
  ),
  unrouted: few(fc.record({ route: routeName, why: fc.constantFrom('no-plane', 'not-http', 'deed', 'bound') })),
  unasked: few(
    fc.record({ service: ofPort, protocol, why: fc.constantFrom('not-http', 'not-tcp', 'mesh', 'bound', 'guarded') }),
  ),
  eased: few(fc.record({ node: name, ip, port: count, why: text })),
})

const carried = fc.record({ asked: fc.constant(3), small: fc.nat(3), there: fc.nat(3), back: fc.nat(3) })

const podWays: fc.Arbitrary<PodWays> = fc.record({
  from,
  api: few(fc.record({ node: name, via: fc.constantFrom('service', 'endpoint'), ip, port: count, tries })),
  between: few(
    fc.record({ node: name, to: name, ip, mtu: maybe(count), datagrams: maybe(carried), streams: maybe(carried) }),
  ),
  missing: few(fc.record({ node: name, why: text })),
})

const crossing: fc.Arbitrary<Crossing> = fc.record(
  {
    from: fc.record({ namespace: name, pod: name, container: name }),
    to: fc.oneof(
      fc.record({ kind: fc.constant('service' as const), namespace: name, name, port: count }),
      fc.record({ kind: fc.constant('endpoint' as const), namespace: name, service: maybe(name), pod: maybe(name) }),
      fc.record({ kind: fc.constant('host' as const) }),
    ),
    host: ip,
    port: count,
    tool: maybe(fc.constantFrom('nc', 'bash')),
    result: maybe(
      fc.constantFrom('open' as const, 'refused' as const, 'timeout' as const, 'no-route' as const, 'no-name' as const),
    ),
    ms,
    hungUp: flag,
  },
  { requiredKeys: ['from', 'to', 'host', 'port', 'tool', 'result', 'ms'] },
)

const outside: fc.Arbitrary<Outside> = fc.record({
  lookupError: maybe(fc.constant('ENOTFOUND')),
  answers: few(
    withEnd<Omit<OutsideAnswer, keyof HttpEnd>>({
      by: fc.constantFrom('dns', 'lb'),
      ip,
      port: count,
      host,
      path: fc.constant('/'),
    }),
  ),
})

const route = fc.record({ to: ip.map((it) => `${it}/24`), via: maybe(ip), dev: maybe(name) })
const insideServer = fc.record({ ip, tool: fc.constant('nslookup'), result: maybe(answer), ms })
const insideView: fc.Arbitrary<InsideView> = fc.record(
  {
    namespace: name,
    pod: name,
    container: name,
    resolvConf: known(
      fc.constant(
        'search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n',
      ),
    ),
    lookup: known(
      fc.record({ tool: fc.constant('getent'), name: fc.constant('kubernetes.default'), result: answer, ms }),
    ),
    tcp53: known(fc.constantFrom('open' as const, 'refused' as const, 'timeout' as const)),
    libc: fc.constantFrom('glibc', 'musl', null),
    resolvConfUnread: fc.record({ uid: maybe(count) }),
    fullFiles: few(fc.record({ limit: count, open: count })),
    listeners: known(
      few(
        fc.record(
          { ip, port: count, sockets: count, v4: fc.constantFrom('open' as const, 'refused' as const) },
          { requiredKeys: ['ip', 'port'] },
        ),
      ),
    ),
    sockets: known(
      fc.record({
        connecting: few(fc.record({ ip, port: count, sockets: count, ms, reads: fc.constantFrom(1, 2) })),
        unacknowledged: few(fc.record({ ip, port: count, own: maybe(count), sockets: count, again: count })),
        unaccepted: few(fc.record({ ip, port: count, waits: count, stay: count, ms })),
        ports: maybe(fc.record({ from: count, to: count })),
        crowds: few(fc.record({ ip, port: count, sockets: count })),
      }),
    ),
    routes: known(few(route)),
    resolving: fc.record({
      hosts: known(fc.constant('127.0.0.1\tlocalhost\n10.2.1.9\tweb-1\n')),
      nsswitch: known(fc.constantFrom('files dns', 'files', 'files mdns4_minimal [NOTFOUND=return] dns')),
      glibc: fc.constantFrom('2.17', '2.31', null),
      programs: few(fc.constantFrom('nscd', 'dnsmasq')),
      servers: known(few(insideServer)),
      outside: fc.record({ name: fc.constant('www.corp.example.'), servers: few(insideServer) }),
      names: few(
        fc.record({
          service: fc.record({ namespace: name, name }),
          typed: host,
          tool: fc.constant('getent'),
          result: answer,
          addresses: few(ip),
          ms,
        }),
      ),
    }),
  },
  { requiredKeys: ['namespace', 'pod', 'container', 'resolvConf', 'lookup', 'tcp53'] },
)

const nodeNetworks: fc.Arbitrary<NodeNetworks> = fc.record({
  nodes: few(
    fc.record({
      node: name,
      way: fc.constantFrom('kube-proxy-exec', 'host-network-pod'),
      links: few(
        fc.record({
          name,
          kind: fc.constantFrom('loopback', 'bridge', 'tunnel', 'other'),
          mtu: maybe(count),
          addresses: few(ip.map((it) => `${it}/24`)),
          reversePath: fc.constantFrom('off', 'strict', 'loose', 'unknown'),
          forwards: maybe(flag),
        }),
      ),
      ruled: fc.record({
        rules: fc.constantFrom('none', 'added', 'unknown'),
        others: few(fc.record({ table: fc.constant('100'), to: ip.map((it) => `${it}/24`), refuses: flag })),
      }),
      fixed: few(fc.record({ ip, mac: fc.constant('02:00:00:00:00:99'), dev: name })),
      routes: maybe(few(route)),
      forwards: fc.record({ v4: maybe(flag), v6: maybe(flag) }),
      bridgeCalls: fc.constantFrom('on', 'off', 'no-module', 'unknown'),
      proxy: fc.record(
        {
          health: fc.constantFrom('well', 'unwell', 'mute', 'nobody', 'unknown'),
          metrics: fc.constantFrom('answers', 'mute', 'nobody', 'unknown'),
          said: text,
          mode: maybe(fc.constantFrom('iptables', 'ipvs')),
        },
        { requiredKeys: ['health', 'said', 'mode'] },
      ),
      reversePathDrops: maybe(count),
      drops: known(
        few(
          fc.record({
            family: fc.constantFrom('v4', 'v6', 'inet'),
            table: fc.constantFrom('filter', 'inet firewalld'),
            chain: name,
            rule: text,
            target: fc.constantFrom('DROP', 'REJECT'),
            packets: maybe(count),
            total: maybe(count),
          }),
        ),
      ),
      nftTables: known(few(fc.constantFrom('inet firewalld', 'ip tfw'))),
      untracked: few(fc.record({ family: fc.constantFrom('v4', 'v6'), chain: name, rule: text })),
    }),
  ),
  paths: few(
    fc.record({
      node: name,
      to: name,
      ip,
      mtu: count,
      asked: fc.constant(3),
      small: fc.nat(3),
      large: fc.nat(3),
      back: fc.nat(3),
    }),
  ),
  missing: few(fc.record({ node: name, why: text })),
})

const conntrack: fc.Arbitrary<ConntrackWindow> = fc.record(
  {
    node: name,
    windowMs: ms,
    delta: fc.record({
      insert_failed: count,
      drop: count,
      early_drop: count,
      invalid: count,
      clash_resolve: maybe(count),
    }),
    entries: maybe(count),
    max: maybe(count),
    forwarding: fc.record({
      all: maybe(fc.boolean()),
      off: few(fc.constantFrom('eth0', 'cni0')),
      routes: maybe(
        few(
          fc.record({
            to: fc.constantFrom('0.0.0.0/0', '10.2.1.0/24', '10.2.2.0/24'),
            via: maybe(fc.constantFrom('192.0.2.1', '192.0.2.2')),
            device: fc.constantFrom('eth0', 'cni0'),
          }),
        ),
      ),
    }),
  },
  { requiredKeys: ['node', 'windowMs', 'delta', 'entries', 'max'] },
)
const programLog: fc.Arbitrary<ProgramLog> = fc.record({
  namespace: name,
  pod: name,
  container: name,
  seconds: count,
  during: count,
  lines: count,
  cut: count,
  complaints: few(
    fc.record(
      {
        kind: fc.constantFrom(...complaintKinds),
        host: fc.option(fc.oneof(name, ip)),
        port: fc.option(fc.integer({ min: 1, max: 65_535 })),
        times: count,
        during: count,
        words: few(fc.constantFrom(...lackWords)),
      },
      { requiredKeys: ['kind', 'host', 'port', 'times', 'during'] },
    ),
  ),
})

const dnsServerLog: fc.Arbitrary<DnsServerLog> = fc.record({
  pod: name,
  container: name,
  run: fc.constantFrom('now', 'before'),
  lines: count,
  signs: few(
    fc.record({
      kind: fc.constantFrom(
        'loop',
        'forbidden',
        'api-unreachable',
        'watch-ended',
        'unsynced',
        'corefile-refused',
        'reload-failed',
        'cannot-listen',
      ),
      times: count,
      said: fc.constant('Loop (127.0.0.1:55953 -> :53) detected for zone "."'),
    }),
  ),
})

const rcodes = fc.dictionary(fc.constantFrom('NOERROR', 'SERVFAIL'), count, { noNullPrototype: true })
const coreDnsWindow: fc.Arbitrary<CoreDnsWindow> = fc.record(
  {
    pod: name,
    ip,
    windowMs: ms,
    cpuSeconds: maybe(ms),
    requests: maybe(count),
    responses: rcodes,
    slowShare: maybe(ms),
    forwardFailures: maybe(count),
    upstreams: few(fc.record({ to: ip, sent: count, answers: rcodes, seconds: ms })),
  },
  { requiredKeys: ['pod', 'ip', 'windowMs', 'cpuSeconds', 'requests', 'responses', 'slowShare', 'forwardFailures'] },
)

const scope: fc.Arbitrary<Scope> = fc.record(
  {
    namespace: maybe(name),
    target: fc.oneof(
      fc.record({ kind: fc.constantFrom('everything' as const, 'dns' as const) }),
      fc.record({
        kind: fc.constant('object' as const),
        object: fc.record({ kind: fc.constant('Service'), namespace: maybe(name), name }),
        url: maybe(fc.constant('https://web.shop.example/cart')),
      }),
    ),
    serviceUrl: fc.constant('http://cart.shop/items'),
    level: fc.constantFrom('read', 'probe', 'node'),
    trace: fc.record({ from: fc.record({ namespace: name, pod: name }), host: maybe(name), port: maybe(count) }),
  },
  { requiredKeys: ['namespace', 'target', 'level'] },
)

const owned = fc.record({ namespace: name, name })
const place = { line: count, end: count, settings: few(fc.record({ line: count, setting: text })), hidden: count }
const liveConf: fc.Arbitrary<NginxConf> = fc.record({
  checksum: maybe(text),
  complete: flag,
  upstreams: few(fc.record({ name, addresses: few(ip) })),
  servers: few(
    fc.record({
      ...place,
      serverNames: few(fc.constantFrom('_', 'web.example.com', '*.example.com')),
      tls: flag,
      locations: few(
        fc.record({
          ...place,
          modifier: fc.constantFrom('', '=', '~*'),
          path: fc.constantFrom('/', '/cart', '^/a(/|$)(.*)'),
          ingress: maybe(owned),
          service: maybe(name),
          servicePort: maybe(fc.constantFrom('80', 'http')),
          declared: maybe(fc.constantFrom('/', '/cart')),
          upstream: maybe(name),
          denied: maybe(text),
          timeouts: fc.record({ connect: maybe(count), send: maybe(count), read: maybe(count) }),
          rewrite: maybe(fc.constant('/$2')),
          internal: flag,
        }),
      ),
    }),
  ),
})

const spread = maybe(fc.record({ count, p50: ms, p99: ms, max: ms }))
const captureClock = fc.record({
  back: count,
  backMs: count,
  packet: maybe(count),
  across: count,
  gapMs: count,
  copied: count,
  copiedMs: count,
  timeless: count,
})
const traceId = fc.constant('0af7651916cd43dd8448eb211c80319c')
const hopEnds = { from: maybe(name), to: name }
const anySpans: fc.Arbitrary<Spans> = fc.record(
  {
    asked: fc.record({
      where: text,
      service: maybe(name),
      trace: maybe(traceId),
      sinceMs: maybe(ms),
      slowMs: ms,
      byLength: flag,
    }),
    traces: count,
    recent: count,
    slow: count,
    spans: count,
    isLimited: flag,
    samplers: few(fc.constantFrom('const true', 'probabilistic 0.001')),
    doubts: fc.record({
      orphans: count,
      cycles: count,
      duplicates: count,
      skewed: count,
      unread: count,
      cutOff: count,
    }),
    hops: few(
      fc.record({
        ...hopEnds,
        kind: fc.constantFrom('service', 'database', 'messaging', 'call'),
        system: maybe(fc.constantFrom('postgresql', 'redis')),
        calls: count,
        failures: few(
          fc.record({
            kind: fc.constantFrom(...failures, 'status' as const, 'other' as const),
            status: maybe(count),
            count,
            trace: traceId,
          }),
        ),
        times: few(
          fc.record({
            phase: fc.constantFrom(...phases),
            count,
            p50: ms,
            p95: ms,
            max: ms,
            sum: ms,
            slow: count,
            dnsTeeth: count,
            synTeeth: count,
            trace: traceId,
            operation: text,
            instance: maybe(name),
          }),
        ),
        busiest: count,
        waiting: count,
      }),
    ),
    scattered: few(
      fc.record({
        ...hopEnds,
        phase: fc.constantFrom(...phases),
        traces: count,
        calls: count,
        sum: ms,
        ms,
        trace: traceId,
      }),
    ),
    slowest: few(
      fc.record({
        trace: traceId,
        ms,
        spans: count,
        failed: flag,
        steps: few(fc.record({ at: ms, ms, ...hopEnds, phase: fc.constantFrom(...phases), operation: text })),
        leftOutMs: ms,
      }),
    ),
    places: few(
      fc.record({
        name,
        namespace: name,
        services: few(name),
        workloads: few(fc.record({ kind: fc.constantFrom('Deployment', 'StatefulSet'), name })),
        nodes: few(name),
        asked: flag,
        sure: flag,
      }),
    ),
  },
  {
    requiredKeys: [
      'asked',
      'traces',
      'recent',
      'slow',
      'spans',
      'isLimited',
      'samplers',
      'doubts',
      'hops',
      'scattered',
      'slowest',
    ],
  },
)

const capture: fc.Arbitrary<Capture> = fc.record({
  points: few(
    fc.record(
      {
        name: text,
        comment: maybe(text),
        end: fc.constantFrom('whole', 'cut-off', 'damaged'),
        why: maybe(text),
        packets: count,
        shortened: count,
        unread: count,
        dropped: maybe(count),
        seconds: maybe(ms),
        ways: fc.constantFrom('none', 'one', 'both'),
        clock: captureClock,
        notFollowed: count,
        dns: fc.record({ lookups: count, unanswered: count }),
        tcp: fc.record({ connections: count }),
        times: fc.record({ lookup: spread, handshake: spread, firstByte: spread }),
        signs: few(
          fc.record({
            kind: fc.constantFrom(...signKinds),
            server: ip,
            port: count,
            count,
            of: count,
            clients: count,
            client: maybe(ip),
            detail: text,
            name: maybe(name),
            ms: maybe(ms),
            packets: few(count),
          }),
        ),
      },
      {
        requiredKeys: [
          'name',
          'comment',
          'end',
          'why',
          'packets',
          'shortened',
          'unread',
          'dropped',
          'seconds',
          'ways',
          'notFollowed',
          'dns',
          'tcp',
          'times',
          'signs',
        ],
      },
    ),
  ),
  comparisons: few(
    fc.record({
      near: text,
      far: text,
      common: count,
      gone: few(
        fc.record({
          what: fc.constantFrom('query', 'answer', 'syn', 'syn-ack', 'data', 'segment'),
          way: fc.constantFrom('forth', 'back'),
          count,
          of: count,
          from: ip,
          to: ip,
          packets: few(count),
          trails: few(few(fc.record({ point: text, packet: maybe(count) }))),
        }),
      ),
      cannotTell: maybe(
        fc.constantFrom('no-overlap', 'nothing-common', 'too-many', 'clock', 'filter', 'dropped', 'cut-short'),
      ),
    }),
  ),
})

const proxyLog: fc.Arbitrary<ProxyLog> = fc.record({
  namespace: name,
  pod: name,
  container: name,
  dialect: fc.constantFrom('envoy' as const, 'haproxy' as const, 'traefik' as const),
  lately: known(
    fc.record({
      lines: count,
      requests: count,
      unread: count,
      from: maybe(count),
      until: maybe(count),
      cutOff: flag,
      unplaced: count,
      failed: few(
        fc.record({
          object: fc.record({
            kind: fc.constantFrom('Ingress', 'HTTPRoute', 'GRPCRoute', 'HTTPProxy', 'IngressRoute'),
            namespace: name,
            name,
          }),
          service: maybe(owned),
          trouble: fc.constantFrom(...lineTroubles),
          status: fc.constantFrom(502, 503),
          upstream: maybe(ip.map((it) => `${it}:8080`)),
          times: count,
          last: maybe(count),
          of: count,
          after: count,
          over: count,
        }),
      ),
    }),
  ),
})

const ingressConfigs: fc.Arbitrary<IngressConfigs> = fc.record({
  controllers: few(
    fc.record({
      namespace: name,
      pod: name,
      container: name,
      product: fc.constantFrom('ingress-nginx' as const, 'f5-nginx' as const),
      conf: known(liveConf),
      backends: known(
        few(fc.record({ upstream: name, endpoints: few(ip), weight: maybe(count), alternatives: few(name) })),
      ),
      refused: known(
        maybe(
          fc.record({
            line: maybe(count),
            directive: maybe(fc.constant('proxy_buffers')),
            host: maybe(name),
            path: maybe(fc.constant('/cart')),
            ingress: maybe(owned),
          }),
        ),
      ),
      api: known(fc.constantFrom('answers' as const, 'silent' as const)),
      lately: known(
        fc.record({
          lines: count,
          from: maybe(count),
          until: maybe(count),
          cutOff: flag,
          unplaced: count,
          requests: few(
            fc.record({
              ingress: owned,
              service: maybe(name),
              host,
              path: fc.constantFrom('/cart', '/'),
              line: count,
              trouble: fc.constantFrom(...requestTroubles),
              upstream: maybe(ip.map((it) => `${it}:8080`)),
              times: count,
              last: maybe(count),
              largest: maybe(count),
              over: count,
            }),
          ),
        }),
      ),
      failed: known(
        few(
          fc.record({
            host,
            upstream: maybe(ip.map((it) => `${it}:8080`)),
            trouble: fc.constantFrom(...requestTroubles),
            times: count,
          }),
        ),
      ),
      log: known(
        fc.record({
          lines: count,
          lastLoad: maybe(fc.constantFrom('done' as const, 'refused' as const)),
          signs: few(
            fc.record(
              {
                kind: fc.constantFrom(
                  'refused' as const,
                  'api-unreachable' as const,
                  'default-certificate' as const,
                  'ingress-ignored' as const,
                  'unsynced' as const,
                ),
                times: count,
                said: text,
                ingress: owned,
                tls: owned,
                line: count,
              },
              { requiredKeys: ['kind', 'times', 'said'] },
            ),
          ),
        }),
      ),
    }),
  ),
  changed: known(
    few(fc.record({ kind: fc.constantFrom('Ingress' as const, 'Service' as const), namespace: name, name })),
  ),
})

export const anyModel: fc.Arbitrary<Model> = fc.record({
  scope,
  cluster: fc.record({ context: text, version: fc.constant('v1.33.1'), tool: fc.constant('1.0.0') }),
  sources: fc.record({
    nodes: known(few(node)),
    namespaces: known(few(namespace)),
    pods: known(few(pod)),
    services: known(few(service)),
    endpointSlices: known(few(slice)),
    workloads: known(few(workload)),
    ingresses: known(few(ingress)),
    ingressesBeside: known(few(ingress)),
    ingressClasses: known(few(ingressClass)),
    ingressControllers: known(few(ingressController)),
    middlewares: known(
      few(
        fc.record(
          {
            namespace: name,
            name,
            does: fc.constantFrom('forwardAuth', 'rateLimit'),
            asks: fc.record({ host: name, port: count }),
            pages: fc.record({ namespace: maybe(name), name, port: maybe(fc.oneof(count, name)) }),
          },
          { requiredKeys: ['namespace', 'name'] },
        ),
      ),
    ),
    events: known(
      few(
        fc.record({
          namespace: name,
          object: fc.record({ kind: fc.constant('Pod'), name }),
          reason: fc.constant('Unhealthy'),
          said: text,
          times: count,
        }),
      ),
    ),
    statuses: known(
      few(
        fc.record(
          {
            kind: fc.constant('Certificate'),
            group: fc.constant('cert-manager.io'),
            namespace: fc.option(name),
            name,
            type: fc.constant('Ready'),
            state: fc.constantFrom('True', 'False'),
            wrong: fc.boolean(),
            reason: fc.constantFrom('Expired', ''),
            said: text,
            age: count,
            host,
            secret: name,
            store: fc.record({ kind: fc.constant('ClusterSecretStore'), name }),
          },
          { requiredKeys: ['kind', 'group', 'namespace', 'name', 'type', 'state', 'wrong', 'reason', 'said'] },
        ),
      ),
    ),
    gatewayApi: known(gatewayApi),
    gatewayClasses: known(few(gatewayClass)),
    gateways: known(few(gateway)),
    gatewayRoutes: known(few(gatewayRoute)),
    referenceGrants: known(few(referenceGrant)),
    backendTlsPolicies: known(few(backendTlsPolicy)),
    httpProxies: known(few(httpProxy)),
    tlsDelegations: known(few(tlsDelegation)),
    mesh: known(anyMesh),
    beside: known(anyBeside),
    networkPolicies: known(few(policy)),
    otherPolicies: known(few(otherPolicy)),
    clusterDns: known(clusterDns),
    apiSlices: known(few(slice)),
    dnsProbe: known(dnsProbe),
    nameAnswers: known(nameAnswers),
    contacts: known(contacts),
    podWays: known(podWays),
    insideViews: known(few(insideView)),
    crossings: known(few(crossing)),
    capture: known(capture),
    spans: known(anySpans),
    outside: known(outside),
    coreDnsWindows: known(few(coreDnsWindow)),
    dnsServerLogs: known(few(dnsServerLog)),
    programLogs: known(few(programLog)),
    ingressConfigs: known(ingressConfigs),
    proxyLogs: known(few(proxyLog)),
    conntrack: known(few(conntrack)),
    nodeNetworks: known(nodeNetworks),
  }),
})
