import { clusterDns } from '../../../test/build/dns.ts'
import { mesh } from '../../../test/build/istio.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import {
  calling,
  ledger,
  of80,
  headless,
  listening,
  namespaces,
  given,
  withBack,
  found,
  plain,
  within,
  asking,
} from '../../../test/build/told-calls.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import type { Call, Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import check from './called-otherwise.ts'

const byUrl = (host: string, port: number, call: Partial<Call> = {}, about: Partial<Pod> = {}): Pod =>
  pod('web-1', { containers: [container({ calls: [{ by: 'PAY_URL', host, port, isUrl: true, ...call }] })], ...about })
const named = (name: string): Service => ({ ...ledger, ports: [{ ...of80, name }] })
const of514 = (...all: readonly ('TCP' | 'UDP')[]): Service => ({
  ...ledger,
  ports: all.map((protocol) => ({ ...of80, port: 514, protocol })),
})
const bySrv = (srv: string): Pod => {
  const call: Call = { by: 'STORE', host: 'ledger.shop.svc', port: null, srv }
  return pod('web-1', { containers: [container({ calls: [call] })] })
}
const guess = (args: Readonly<Record<string, string | null>>) => [
  { subject: 'Deployment/shop/web', severity: 'warning' as const, confidence: 'possible' as const, args },
]
const ofMongo = pod('mongo-0', {
  hostname: 'mongo-0',
  containers: [container({ ports: [{ name: 'db', port: 27_017, protocol: 'TCP' }] })],
  owner: { kind: 'StatefulSet', name: 'mongo' },
  subdomain: 'mongo',
})
const belowOwn = ({
  host = 'mongo-0.mongo',
  pods = [ofMongo],
  services = [],
  more = [],
  call,
  clusterIP = 'None',
}: Own) => ({
  ...given(byUrl(host, 27_017, call), [service('mongo', { clusterIP }), ...services]),
  pods: [byUrl(host, 27_017, call), ...pods],
  namespaces: [...namespaces, ...more.map((name) => ({ name, labels: {} }))],
  clusterDns: clusterDns({ corefile: known('.:53 {\n kubernetes cluster.local\n}') }),
})
interface Own {
  readonly host?: string
  readonly pods?: readonly Pod[]
  readonly services?: readonly Service[]
  readonly more?: readonly string[]
  readonly call?: Partial<Call>
  readonly clusterIP?: string
}

describeCheck(check, [
  ...(
    [
      [
        'two domains of one kubernetes line',
        'k8s.corp',
        plain.replace('cluster.local', 'cluster.local k8s.corp'),
        'ok',
      ],
      ['a block of its own', 'k8s.corp', `${plain}\nk8s.corp:53 {\n forward . 10.9.0.10\n}`],
      ['a block of a zone above', 'k8s.corp', `${plain}\ncorp:53 {\n forward . 10.9.0.10\n}`],
      ['a rule makes it a name of the cluster', 'k8s.corp', within('rewrite name suffix .k8s.corp .cluster.local')],
      ['a rule by pattern', 'k8s.corp', within('rewrite name regex (.*)\\.svc\\.k8s\\..* {1}.svc.cluster.local')],
      ['forwarded by its zone', 'k8s.corp', within('forward corp 10.9.0.10')],
      ['a line of hosts', 'k8s.corp', within('hosts {\n 10.9.0.1 ledger.shop.svc.k8s.corp\n fallthrough\n}')],
      ['a template for all names', 'k8s.corp', within('template IN A {\n answer "x"\n}')],
      ['files that are imported', 'k8s.corp', `${plain}\nimport custom/*.server`],
      ['a plugin nobody knows', 'k8s.corp', within('gslb k8s.corp')],
      ['the set of clusters', 'clusterset.local', within('multicluster clusterset.local')],
      ['without svc, and a rule', 'cluster.local', within('rewrite name regex (.*)\\.shop\\.cluster\\.local {1}.x')],
    ] as const
  ).map(([it, domain, corefile, expected = 'not-applicable' as const]) => ({
    it: `answered by the DNS, or maybe: ${it}`,
    given: asking(`ledger.shop.${domain === 'cluster.local' ? '' : 'svc.'}${domain}`, corefile),
    expect: expected,
  })),
  {
    it: 'another domain, and no such Service is here: another cluster',
    given: asking('fraud.shop.svc.k8s.corp', plain),
    expect: 'not-applicable',
  },
  {
    it: 'another domain, and the Corefile was not read',
    given: {
      ...asking('ledger.shop.svc.k8s.corp', plain),
      clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmaps') }),
    },
    expect: 'not-applicable',
  },
  {
    it: 'another domain, that the kubelet gives to pods: DNS116',
    given: asking('ledger.shop.svc.k8s.corp', plain, { kubeletDomain: 'k8s.corp' }),
    expect: 'not-applicable',
  },
  {
    it: 'another domain, of a pod that asks other servers',
    given: {
      ...asking('ledger.shop.svc.k8s.corp', plain),
      pods: [calling('ledger.shop.svc.k8s.corp', 80, { dnsPolicy: 'Default' })],
    },
    expect: 'not-applicable',
  },
  {
    it: 'another domain, and a ServiceEntry has the name',
    given: {
      ...asking('ledger.shop.svc.k8s.corp', plain),
      mesh: mesh({ serviceEntries: [{ namespace: 'shop', name: 'b', hosts: ['*.svc.k8s.corp'] }] }),
    },
    expect: 'not-applicable',
  },
  {
    it: 'another domain, a stub zone of kube-dns',
    given: asking('ledger.shop.svc.k8s.corp', plain, {
      kubeDns: { stubDomains: [{ domain: 'corp', servers: ['10.9.0.10'] }], upstreams: [], problems: [] },
    }),
    expect: 'not-applicable',
  },
  {
    it: 'somebody asks about the caller',
    given: modelOf(
      given(calling('ledger', 8080)),
      {},
      { target: { kind: 'object', object: subject('Deployment', 'shop', 'web'), url: null } },
    ),
    expect: [{ subject: 'Deployment/shop/web', severity: 'error' }],
  },
  {
    it: 'somebody asks about the Service that is called',
    given: modelOf(
      given(calling('ledger', 8080)),
      {},
      { target: { kind: 'object', object: subject('Service', 'shop', 'ledger'), url: null } },
    ),
    expect: [{ subject: 'Deployment/shop/web', severity: 'warning' }],
  },
  ...(['stock', 'stock.shop', 'mongo-0.mongo'] as const).map((host) => ({
    it: `a URL with its port, of nobody here: ${host}`,
    given: given(byUrl(host, 8080)),
    expect: guess({ is: 'no-service', host: `${host}:8080`, near: null }),
  })),
  ...(
    [
      ['its pods are there', belowOwn({}), 'ok'],
      ['its pods are not there now', belowOwn({ pods: [] }), 'ok'],
      ['and a namespace has the name of the Service', belowOwn({ more: ['mongo'] }), 'ok'],
      [
        'and that one has a Service of that name, with another port: the own namespace comes first',
        belowOwn({ more: ['mongo'], services: [{ ...service('mongo-0'), namespace: 'mongo' }] }),
        'ok',
      ],
      ['by a mounted text', belowOwn({ call: { map: 'conf', key: 'a.yaml', line: 1 } }), 'ok'],
      ["behind a Service with an address: its ports are not the pod's", belowOwn({ clusterIP: '10.96.0.9' }), 'ok'],
    ] as const
  ).map(([it, about, expected]) => ({
    it: `a URL of a pod below a Service of the caller's namespace: ${it}`,
    given: about,
    expect: expected,
  })),
  {
    it: 'a pod below a Service of the own namespace, with a number that its StatefulSet does not reach',
    given: belowOwn({ host: 'mongo-7.mongo' }),
    expect: found({ is: 'no-pod', near: 'mongo-0.mongo.shop' }),
  },
  {
    it: 'no such pod, and a namespace has that name: its Service is asked, and has another port',
    given: belowOwn({ pods: [], more: ['mongo'], services: [{ ...service('mongo-0'), namespace: 'mongo' }] }),
    expect: found({ is: 'no-port' }),
  },
  {
    it: 'the same, and somebody asks about the caller: a guess is no error',
    given: modelOf(
      given(byUrl('stock', 8080)),
      {},
      { target: { kind: 'object', object: subject('Deployment', 'shop', 'web'), url: null } },
    ),
    expect: guess({ is: 'no-service' }),
  },
  ...(['stock.dev', 'a.b.shop', 'mongo-0.internal'] as const).map((host) => ({
    it: `a URL that may be of the world: ${host}`,
    given: given(byUrl(host, 8080)),
    expect: 'not-applicable' as const,
  })),
  ...(
    [
      ['of a proxy', byUrl('squid', 3128, { by: 'HTTPS_PROXY' })],
      ['of a mounted text, which may be an example', byUrl('stock', 8080, { map: 'conf', key: 'a.yaml', line: 1 })],
      ["of a pod that has its node's names", byUrl('stock', 8080, {}, { dnsPolicy: 'Default' })],
      [
        'of a pod with names of its own',
        byUrl('stock', 8080, {}, { dnsConfig: { nameservers: [], searches: ['corp.example'], options: [] } }),
      ],
    ] as const
  ).map(([it, caller]) => ({
    it: `a URL with its port, of nobody here, ${it}`,
    given: given(caller),
    expect: 'not-applicable' as const,
  })),
  {
    it: 'the same, and a ServiceEntry has the name',
    given: {
      ...given(byUrl('stock', 8080)),
      mesh: mesh({ serviceEntries: [{ namespace: 'shop', name: 'b', hosts: ['stock'] }] }),
    },
    expect: 'not-applicable',
  },
  {
    it: 'a URL with a port that neither a headless Service nor its pods have',
    given: withBack(byUrl('ledger', 3306), headless),
    expect: guess({ is: 'no-port', near: 'ledger:80' }),
  },
  {
    it: 'the same, and its pods have it',
    given: withBack(byUrl('ledger', 3306), headless, [...listening, { name: 'x', port: 3306, protocol: 'TCP' }]),
    expect: 'ok',
  },
  { it: 'the same, and its pods declare nothing', given: withBack(byUrl('ledger', 3306), headless, []), expect: 'ok' },
  {
    it: "a pod with a number, behind a Service of a Deployment's pods",
    given: {
      ...withBack(calling('ledger-0.ledger', 26_379), ledger),
      clusterDns: clusterDns({ corefile: known('.:53 {\n kubernetes cluster.local\n}') }),
    },
    expect: found({ is: 'no-pod-name', near: null }),
  },
  { it: 'there, and the port', given: given(calling('ledger', 80)), expect: 'ok' },
  {
    it: 'a name of the set of clusters, which no line serves',
    given: asking('ledger.shop.svc.clusterset.local', plain),
    expect: guess({ is: 'other-domain' }),
  },
  {
    it: 'the same, of a pod whose lookups a proxy takes on their way',
    given: {
      ...asking('ledger.shop.svc.clusterset.local', plain),
      pods: [calling('ledger.shop.svc.clusterset.local', 80, { dnsHop: { by: 'istio-proxy', sign: 'DNS' } })],
    },
    expect: 'not-applicable',
  },
  {
    it: 'an SRV record of a port by a name that none has',
    given: given(bySrv('_grpc._tcp'), [named('store-api')]),
    expect: found({ is: 'no-srv', srv: 'grpc', near: '_store-api._tcp.ledger.shop.svc' }),
  },
  {
    it: 'of a port of another protocol',
    given: given(bySrv('_api._udp'), [named('api')]),
    expect: found({ is: 'no-srv', near: null }),
  },
  { it: 'of a port without a name', given: given(bySrv('_mongodb._tcp')), expect: found({ is: 'no-srv', near: null }) },
  { it: 'of a port that is there', given: given(bySrv('_api._tcp'), [named('api')]), expect: 'ok' },
  {
    it: 'of endpoints that somebody wrote down, who named their ports',
    given: given(bySrv('_api._tcp'), [{ ...headless, selector: null }]),
    expect: 'ok',
  },
  {
    it: 'a rule may make another name of it',
    given: {
      ...given(bySrv('_grpc._tcp'), [named('api')]),
      clusterDns: clusterDns({ corefile: known(within('rewrite name regex _grpc\\._tcp\\.(.*) _api._tcp.{1}')) }),
    },
    expect: 'ok',
  },
  {
    it: 'by TCP, and the port is of UDP',
    given: given(byUrl('ledger', 514, { over: 'TCP' }), [of514('UDP')]),
    expect: found({ is: 'other-protocol', over: 'TCP' }),
  },
  {
    it: 'by http, and the port is of UDP',
    given: given(byUrl('ledger', 514, { scheme: 'http' }), [of514('UDP')]),
    expect: found({ is: 'other-protocol', over: 'TCP' }),
  },
  {
    it: 'by UDP, and the port is of TCP',
    given: given(byUrl('ledger', 514, { over: 'UDP' }), [of514('TCP')]),
    expect: found({ is: 'other-protocol', over: 'UDP' }),
  },
  {
    it: 'by UDP, and the port is of both',
    given: given(byUrl('ledger', 514, { over: 'UDP' }), [of514('TCP', 'UDP')]),
    expect: 'ok',
  },
  { it: 'nobody says by what', given: given(byUrl('ledger', 514), [of514('UDP')]), expect: 'ok' },
  { it: 'there, and no port told', given: given(calling('ledger.shop')), expect: 'ok' },
  {
    it: 'headless: any port of its pods',
    given: given(calling('ledger', 9999), [{ ...ledger, clusterIP: 'None' }]),
    expect: 'ok',
  },
  { it: 'a pod of a StatefulSet', given: given(calling('ledger-0.ledger.shop.svc', 80)), expect: 'ok' },
  { it: 'a name of the world', given: given(calling('api.example.com', 443)), expect: 'not-applicable' },
  { it: 'a domain spelled as a namespace is', given: given(calling('example.dev', 443)), expect: 'not-applicable' },
  { it: 'a short name that is nothing here', given: given(calling('mainframe', 80)), expect: 'not-applicable' },
  { it: 'a peer by its own name', given: given(calling('ledger-0', 80)), expect: 'not-applicable' },
  {
    it: 'another cluster by its domain',
    given: given(calling('ledger.shop.svc.clusterset.local', 80)),
    expect: 'not-applicable',
  },
  {
    it: 'hostAliases have it',
    given: given(calling('legder', 80, { hostAliases: [{ ip: '10.0.0.1', names: ['legder'] }] })),
    expect: 'not-applicable',
  },
  {
    it: 'a namespace that was not read',
    given: modelOf(given(calling('fraud.pay.svc')), {}, { namespace: 'shop' }),
    expect: 'not-applicable',
  },
  { it: 'a pod that is over', given: given(calling('legder', 80, { phase: 'Failed' })), expect: 'not-applicable' },
  {
    it: 'Services forbidden',
    given: modelOf({ pods: [calling('legder')] }, { services: unknown('forbidden', 'list services in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
