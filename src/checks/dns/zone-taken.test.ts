import { clusterDns } from '../../../test/build/dns.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import check from './zone-taken.ts'

const root = '.:53 {\n  errors\n  kubernetes cluster.local\n  forward . 10.0.0.2\n}\n'
const given = (block: string) => ({ clusterDns: clusterDns({ corefile: known(`${root}${block}`) }) })
const lists = '.:53 {\n  kubernetes cluster.local {\n    namespaces kube-system default\n  }\n}\n'
const listed = { clusterDns: clusterDns({ corefile: known(lists) }) }
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
