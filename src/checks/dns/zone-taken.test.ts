import { clusterDns } from '../../../test/build/dns.ts'
import { nameAnswers, rightAnswers } from '../../../test/build/name-answers.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { known, unknown } from '../../model/known.ts'
import type { NameAnswer } from '../../model/name-answers.ts'
import check from './zone-taken.ts'

const root = '.:53 {\n  errors\n  kubernetes cluster.local\n  forward . 10.0.0.2\n}\n'
const given = (block: string) => ({ clusterDns: clusterDns({ corefile: known(`${root}${block}`) }) })
const lists = '.:53 {\n  kubernetes cluster.local {\n    namespaces kube-system default\n  }\n}\n'
const listed = { clusterDns: clusterDns({ corefile: known(lists) }) }
const cart = service('cart', { labels: { app: 'cart', tier: 'back' } })
const db = service('db', { clusterIP: 'None', labels: { tier: 'front' } })
const ready = slice('db', [pod('db-0', { ip: '10.2.1.5' })])
const all = ['cart.shop', 'db.shop']
const shop = (line: string, about: Partial<ClusterDns> = {}, more = '') => ({
  clusterDns: clusterDns({
    corefile: known(`.:53 {\n  kubernetes cluster.local {\n    ${line}\n  }\n}\n${more}`),
    ...about,
  }),
  services: [cart, db],
  endpointSlices: [ready],
  namespaces: [{ name: 'shop', labels: { team: 'shop' } }],
})
const calling = (host: string) => pod('web-1', { containers: [container({ calls: [{ host, port: 80, by: 'URL' }] })] })
const single = (before: string) =>
  clusterDns({ corefile: known(`.:53 {\n  ${before}\n  kubernetes cluster.local\n}\n`) })
/** The right ones, but for these names. */
const answers = (denied: readonly string[]): readonly NameAnswer[] =>
  [...rightAnswers(cart), ...rightAnswers(db, ['10.2.1.5'])].map((it) =>
    denied.some((name) => it.name.startsWith(`${name}.`))
      ? { ...it, answer: 'nxdomain', rcode: 'NXDOMAIN', addresses: [] }
      : it,
  )
const on = { subject: 'ConfigMap/kube-system/coredns', severity: 'warning', confidence: 'possible' } as const

describeCheck(check, [
  {
    it: 'the zone of a namespace',
    given: given('shop.svc.cluster.local:53 {\n  forward . 10.0.0.9\n}\n'),
    expect: [{ ...on, args: { zone: 'shop.svc.cluster.local', line: 6, takes: 'namespace', namespace: 'shop' } }],
  },
  {
    it: 'all Services',
    given: given('svc.cluster.local {\n  forward . 10.0.0.9\n}\n'),
    expect: [{ ...on, args: { takes: 'all-services' } }],
  },
  {
    it: 'the whole domain, in a block of its own',
    given: given('cluster.local {\n  forward . 10.0.0.9\n}\n'),
    expect: [{ ...on, args: { takes: 'all-services' } }],
  },
  {
    it: 'with kubernetes in it',
    given: given('shop.svc.cluster.local {\n  kubernetes cluster.local\n}\n'),
    expect: 'ok',
  },
  { it: 'a zone elsewhere', given: given('corp.example {\n  forward . 10.0.0.9\n}\n'), expect: 'ok' },
  { it: 'a zone that only ends alike', given: given('mycluster.local {\n  forward . 10.0.0.9\n}\n'), expect: 'ok' },
  { it: 'no other block', given: given(''), expect: 'ok' },
  {
    it: 'a list of namespaces, and a Service elsewhere',
    given: { ...listed, services: [service('cart')] },
    expect: [{ ...on, confidence: 'inferred', args: { list: ['kube-system', 'default'], services: 1, of: null } }],
  },
  {
    it: 'a list of namespaces: worth a line',
    given: listed,
    expect: [{ subject: on.subject, severity: 'info' }],
  },
  {
    it: 'a list, and another block that serves all',
    given: {
      clusterDns: clusterDns({
        corefile: known(`${lists}other.example {\n  kubernetes other.example\n}\n`),
      }),
    },
    expect: 'ok',
  },

  {
    it: 'labels that no Service bears, not even that of the API server',
    given: {
      ...shop('labels exposed=true'),
      services: [cart, service('kubernetes', { namespace: 'default', labels: {} })],
    },
    expect: [{ ...on, severity: 'error', confidence: 'inferred' }],
  },
  {
    it: 'labels that the one Service that was read does not bear',
    given: { ...shop('labels exposed=true'), services: [cart] },
    expect: [{ ...on, confidence: 'inferred' }],
  },
  ...[
    { it: 'headless Services', line: 'noendpoints', names: ['db.shop'] },
    { it: 'Services of another label', line: 'labels tier in (front, edge)', names: ['cart.shop'] },
    { it: 'Services without a label', line: 'labels app', names: ['db.shop'] },
    { it: 'namespaces of another label', line: 'namespace_labels team=pay,!old', names: ['cart.shop', 'db.shop'] },
    { it: "the cluster's own domain as a zone of ServiceImports", line: 'multicluster cluster.local', names: all },
  ].flatMap(({ it, line, names }) => [
    {
      it: `${it}, by reading`,
      given: shop(line),
      expect: [{ ...on, confidence: 'inferred' as const, args: { line: 3, names, asked: 0 } }],
    },
    {
      it: `${it}, and they are denied`,
      given: { ...shop(line), nameAnswers: nameAnswers(answers(names)) },
      expect: [
        { ...on, severity: 'error' as const, confidence: 'observed' as const, args: { names, wrong: names.length } },
      ],
    },
    {
      it: `${it}, and they are found: another text runs`,
      given: { ...shop(line), nameAnswers: nameAnswers(answers([])) },
      expect: [{ ...on, severity: 'warning' as const, confidence: 'inferred' as const, args: { wrong: 0 } }],
    },
  ]),
  { it: 'noendpoints, and no headless Service', given: { ...shop('noendpoints'), services: [cart] }, expect: 'ok' },
  {
    it: 'noendpoints, and a headless Service that has no name anyway',
    given: { ...shop('noendpoints'), endpointSlices: [slice('db', [pod('db-0', { ready: false, ip: '10.2.0.9' })])] },
    expect: 'ok',
  },
  {
    it: 'noendpoints, and a headless Service of another namespace',
    given: {
      ...shop('noendpoints', {
        elsewhere: known({ services: [{ ...db, namespace: 'pay' }], slices: [{ ...ready, namespace: 'pay' }] }),
      }),
      services: [cart],
    },
    expect: [{ ...on, confidence: 'inferred', args: { names: ['db.pay'] } }],
  },
  {
    it: 'labels that were not read',
    given: { ...shop('labels tier=front'), services: [service('cart')] },
    expect: [{ ...on, confidence: 'possible' }],
  },
  {
    it: 'labels that were not read, of a Service that is found',
    given: {
      ...shop('labels tier=front'),
      services: [service('cart')],
      nameAnswers: nameAnswers(rightAnswers(cart)),
    },
    expect: 'ok',
  },
  { it: 'labels that all bear', given: shop('labels tier'), expect: 'ok' },
  {
    it: 'an own address, an endpoint, and a line that denies Services without',
    given: {
      ...shop('ignore empty_service'),
      endpointSlices: [ready, slice('cart', [pod('cart-0', { ip: '10.2.1.7' })])],
    },
    expect: 'ok',
  },
  {
    it: 'an own address, no endpoint, and the line that denies it then',
    given: { ...shop('ignore empty_service'), endpointSlices: [ready] },
    expect: [{ ...on, severity: 'info' }],
  },
  {
    it: 'an API server by its address, and nothing was asked',
    given: shop('endpoint https://192.0.2.1:6443'),
    expect: [{ ...on, severity: 'info' }],
  },
  {
    it: 'an API server by its address, and all names are right',
    given: { ...shop('endpoint https://192.0.2.1:6443'), nameAnswers: nameAnswers(answers([])) },
    expect: 'ok',
  },
  {
    it: "another cluster's API server",
    given: { ...shop('kubeconfig /etc/other'), nameAnswers: nameAnswers(answers(all)) },
    expect: [{ ...on, severity: 'error', confidence: 'observed', args: { option: 'kubeconfig' } }],
  },
  {
    it: 'kubernetes in a block that no name of the cluster comes to',
    given: {
      clusterDns: clusterDns({
        corefile: known('.:53 {\n  forward . 10.0.0.2\n}\ncorp.example:53 {\n  kubernetes cluster.local\n}\n'),
      }),
    },
    expect: [{ ...on, args: { zone: '.', takes: 'all-services' } }],
  },
  {
    it: 'the zone of a namespace, and its names are denied',
    given: {
      ...shop('pods insecure', {}, 'shop.svc.cluster.local {\n  forward . 10.0.0.9\n}\n'),
      nameAnswers: nameAnswers(answers(['cart.shop'])),
    },
    expect: [{ ...on, severity: 'error', confidence: 'observed', args: { wrong: 1, asked: 2 } }],
  },
  ...[
    { it: 'a hosts entry', before: 'hosts {\n    10.1.2.3 cart.shop.svc.cluster.local\n    fallthrough\n  }', line: 3 },
    {
      it: 'a template for a pattern',
      before: 'template IN A cluster.local {\n    match ^cart[.]\n    fallthrough\n  }',
      line: 2,
    },
    {
      it: 'a template for a zone',
      before: 'template ANY ANY shop.svc.cluster.local {\n    rcode NXDOMAIN\n  }',
      line: 2,
    },
    { it: 'a rewrite', before: 'rewrite name suffix .shop.svc.cluster.local .shop.other.example', line: 2 },
    { it: 'a rewrite by pattern', before: 'rewrite name regex ^cart\\..* gone.example', line: 2 },
  ].flatMap(({ it, before, line }) => [
    {
      it: `${it} before kubernetes, by reading`,
      given: { clusterDns: single(before), services: [cart] },
      expect: [{ ...on, confidence: 'inferred' as const, args: { line, names: ['cart.shop'], asked: 0 } }],
    },
    {
      it: `${it} before kubernetes, and its Service was asked for: DNS165 tells`,
      given: { clusterDns: single(before), services: [cart], nameAnswers: nameAnswers(answers(['cart.shop'])) },
      expect: 'ok' as const,
    },
    {
      it: `${it} before kubernetes, for a Service that is not there`,
      given: { clusterDns: single(before), services: [service('other', { namespace: 'pay' })] },
      expect: 'ok' as const,
    },
  ]),
  {
    it: 'a rewrite that leads to another Service, as for a move',
    given: {
      clusterDns: single('rewrite name cart.shop.svc.cluster.local db.shop.svc.cluster.local'),
      services: [cart, db],
    },
    expect: [{ ...on, severity: 'info' }],
  },
  ...[
    'template IN AAAA . {\n    rcode NOERROR\n  }',
    'hosts {\n    10.96.44.7 cart.shop.svc.cluster.local\n    fallthrough\n  }',
    'rewrite name suffix .corp.example .shop.svc.cluster.local',
    'rewrite name regex (.*)[.]cluster[.]local {1}.cluster.local',
    'template IN A blocked.office {\n    rcode NXDOMAIN\n  }',
  ].map((before) => ({
    it: `before kubernetes, and takes no name: ${before}`,
    given: { clusterDns: single(before), services: [cart] },
    expect: 'ok' as const,
  })),
  ...['pods disabled', 'ttl 5'].map((line) => ({
    it: `a pod is to call a pod by its address, and there is ${line}`,
    given: { ...shop(line), pods: [calling('10-2-1-5.shop.pod.cluster.local')] },
    expect: [{ ...on, severity: 'info' as const, confidence: 'inferred' as const, args: { option: 'pods' } }],
  })),
  ...[
    ['pods insecure', '10-2-1-5.shop.pod.cluster.local'],
    ['pods disabled', 'cart.shop.svc.cluster.local'],
  ].map(([line = '', host = '']) => ({
    it: `a pod is to call ${host}, and there is ${line}`,
    given: { ...shop(line), pods: [calling(host)] },
    expect: 'ok' as const,
  })),
  ...['pods insecure', 'pods disabled', 'ttl 0', 'endpoint_pod_names', 'fallthrough', 'multicluster'].map((line) => ({
    it: `${line}: no name of a Service`,
    given: shop(line),
    expect: 'ok' as const,
  })),
  {
    it: 'a Corefile that does not parse',
    given: given('shop.svc.cluster.local {\n  forward . 10.0.0.9\n'),
    expect: 'not-applicable',
    says: /DNS114/,
  },
  {
    it: 'the Corefile forbidden',
    given: { clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmaps') }) },
    expect: 'cannot-tell',
    says: /was not read/,
  },
  {
    it: 'kube-system forbidden',
    given: modelOf({}, { clusterDns: unknown('forbidden', 'list pods in kube-system') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
