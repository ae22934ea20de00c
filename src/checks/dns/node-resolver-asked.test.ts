import { clusterDns, insideView } from '../../../test/build/dns.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import type { Container, Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import check from './node-resolver-asked.ts'

const calling = (host: string, about: Partial<Container> = {}): readonly Container[] => [
  container({ calls: [{ by: 'LEDGER_URL', host, port: 80 }], ...about }),
]
const web = (about: Partial<Pod>, host = 'ledger.pay.svc.cluster.local'): Pod =>
  pod('web-1', { dnsPolicy: 'Default', containers: calling(host), ...about })
const onHost = { hostNetwork: true, dnsPolicy: 'ClusterFirst' }
const ledger = service('ledger', { namespace: 'pay' })
const near = service('ledger')
const given = (one: Pod) => ({ pods: [one], services: [ledger, near], clusterDns: clusterDns() })
const ended = (server: string | null, name = 'ledger') =>
  calling('ledger', {
    ready: false,
    waiting: 'CrashLoopBackOff',
    endLookup: { name, server, how: 'no such host' },
  })
const found = { subject: 'Deployment/shop/web', severity: 'warning' as const, confidence: 'inferred' as const }

describeCheck(check, [
  {
    it: 'dnsPolicy Default, and told a name of the cluster',
    given: given(web({})),
    expect: [
      { ...found, args: { policy: 'Default', hostNetwork: false }, says: /told to call ledger\.pay\.svc.*, a Service/ },
    ],
  },
  {
    it: 'a short name: servers of the node may have one like it',
    given: given(web({}, 'ledger')),
    expect: [{ ...found, confidence: 'possible' }],
  },
  {
    it: "on the node's network with ClusterFirst",
    given: given(web(onHost)),
    expect: [{ ...found, args: { hostNetwork: true }, says: /hostNetwork with dnsPolicy ClusterFirst/ }],
  },
  {
    it: 'its last run says that it did not find it, and whom it asked',
    given: given(web({ ...onHost, ready: false, containers: ended('192.168.10.1:53') })),
    expect: [
      {
        ...found,
        severity: 'error',
        args: { server: '192.168.10.1:53', by: 'LEDGER_URL' },
        says: /does not find ledger: it asks its node's DNS servers, 192\.168\.10\.1:53/,
      },
    ],
  },
  {
    it: 'somebody asks about it',
    given: modelOf(
      given(web({})),
      {},
      { target: { kind: 'object', object: subject('Deployment', 'shop', 'web'), url: null } },
    ),
    expect: [{ ...found, severity: 'error' }],
  },
  {
    it: "its last run asked the cluster's DNS: then that is no reason, and it is told all the same",
    given: given(web({ ready: false, containers: ended('10.96.0.10:53') })),
    expect: [{ ...found, confidence: 'possible' }],
  },
  {
    it: 'its last run did not find a name outside',
    given: given(
      web({
        ready: false,
        containers: ended('192.168.10.1:53', 'example.com'),
        hostAliases: [{ ip: '10.0.0.1', names: ['ledger'] }],
      }),
    ),
    expect: 'ok',
  },
  {
    it: 'it was looked into, and the servers of its node know the cluster',
    given: {
      ...given(web({})),
      insideViews: [
        insideView('web-1', { lookup: known({ tool: 'getent', name: 'kubernetes.default', result: 'ok', ms: 4 }) }),
      ],
    },
    expect: 'ok',
  },
  {
    it: 'it was looked into, and the servers of its node do not know the cluster',
    given: {
      ...given(web({})),
      insideViews: [
        insideView('web-1', { lookup: known({ tool: 'nslookup', name: 'kubernetes.', result: 'nxdomain', ms: 4 }) }),
      ],
    },
    expect: [{ ...found, severity: 'error', confidence: 'observed', says: /inside, lookup of kubernetes\.: nxdomain/ }],
  },
  {
    it: 'the same for a short name, which the node may have in a domain of its own',
    given: {
      ...given(web(onHost, 'ledger')),
      insideViews: [
        insideView('web-1', { lookup: known({ tool: 'nslookup', name: 'kubernetes.', result: 'nxdomain', ms: 4 }) }),
      ],
    },
    expect: [{ ...found, confidence: 'inferred' }],
  },
  {
    it: 'the name is in its hosts',
    given: given(web({ hostAliases: [{ ip: '10.0.0.1', names: ['ledger'] }] }, 'ledger')),
    expect: 'ok',
  },
  { it: 'it is told a name outside', given: given(web({}, 'api.example.com')), expect: 'ok' },
  { it: 'it asks the cluster', given: given(web({ dnsPolicy: 'ClusterFirst' })), expect: 'not-applicable' },
  {
    it: "on the node's network, and asks the cluster",
    given: given(web({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' })),
    expect: 'not-applicable',
  },
  {
    it: 'it names servers of its own',
    given: given(web({ dnsConfig: { nameservers: ['10.96.0.10'], searches: [], options: [] } })),
    expect: 'not-applicable',
  },
  { it: 'a static pod', given: given(web({ owner: { kind: 'Node', name: 'n' } })), expect: 'not-applicable' },
  {
    it: 'a DNS server',
    given: { ...given(web({})), clusterDns: clusterDns({ pods: [web({})] }) },
    expect: 'not-applicable',
  },
  {
    it: 'Services forbidden',
    given: modelOf({ pods: [web({})] }, { services: unknown('forbidden', 'list services') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
