import { contacts, get } from '../../../test/build/contacts.ts'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ingress } from '../../../test/build/ingress.ts'
import { deployment, pod } from '../../../test/build/pod.ts'
import {
  egressPolicy,
  ingressPolicy,
  labels,
  namespace,
  namespaceNamed,
  onPort,
  peer,
  rule,
} from '../../../test/build/policy.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { unknown } from '../../model/known.ts'
import type { NetworkPolicy, PolicyPeer } from '../../model/network-policy.ts'
import { podEnd, policyRules } from '../../relations/policy/policy-allows.ts'
import badAnswer from '../ingress/bad-answer.ts'
import check from './peers-not-there.ts'

const nginx = pod('nginx-1', { namespace: 'ingress-nginx', ip: '10.2.2.2' })
const pods = [pod('web-1'), pod('client-1', { ip: '10.2.1.11' }), nginx]
const base = {
  pods,
  services: [service('web')],
  workloads: [deployment('batch', 0)],
  ingresses: [ingress([['/', 'web', 80]])],
  namespaces: [namespace('shop'), namespace('ingress-nginx', { team: 'edge' }), namespace('kube-system')],
}
const given = (...networkPolicies: NetworkPolicy[]) => ({ ...base, networkPolicies })
const ofNamespace = (pairs: Readonly<Record<string, string>>) => peer({ namespaceSelector: labels(pairs) })
const ofPods = (pairs: Readonly<Record<string, string>>) => peer({ podSelector: labels(pairs) })
const onWeb = (...peers: PolicyPeer[]) => ingressPolicy('web', [rule(peers)], { podSelector: labels({ app: 'web' }) })
const byName = ofNamespace({ name: 'ingress-nginx' })
const inside = ingressPolicy('inside', [rule([peer({ podSelector: labels() })])])
const warning = { subject: 'NetworkPolicy/shop/web', severity: 'warning', confidence: 'possible' } as const

describeCheck(check, [
  {
    it: 'the name of a namespace under a label that it has not',
    given: given(onWeb(byName)),
    expect: [
      {
        ...warning,
        args: { meant: 'ingress-nginx', label: 'kubernetes.io/metadata.name: ingress-nginx', others: 'nobody' },
      },
    ],
  },
  {
    it: 'the same, and the own namespace may come in',
    given: given(onWeb(byName), inside),
    expect: [{ ...warning, args: { others: 'some' } }],
  },
  {
    it: 'the same beside a peer that is there',
    given: given(onWeb(byName, ofPods({ app: 'client' }))),
    expect: [warning],
  },
  {
    it: 'both labels, for clusters of all ages',
    given: given(onWeb(byName, namespaceNamed('ingress-nginx'))),
    expect: 'ok',
  },
  {
    it: 'a slip in the name',
    given: given(onWeb(namespaceNamed('ingres-nginx'))),
    expect: [{ ...warning, args: { meant: 'ingress-nginx' } }],
  },
  {
    it: 'a label that resembles nothing',
    given: given(onWeb(ofNamespace({ zone: 'far' }))),
    expect: [{ ...warning, args: { meant: '' } }],
  },
  { it: 'the same, while others come in', given: given(onWeb(ofNamespace({ zone: 'far' })), inside), expect: 'ok' },
  {
    it: 'pods that are not there',
    given: given(onWeb(ofPods({ app: 'klient' }))),
    expect: [{ ...warning, args: { lacks: 'pod' } }],
  },
  { it: 'pods of a workload that is scaled to zero', given: given(onWeb(ofPods({ app: 'batch' }))), expect: 'ok' },
  {
    it: 'pods in a namespace',
    given: given(onWeb({ ...namespaceNamed('ingress-nginx'), podSelector: labels({ app: 'nginx' }) })),
    expect: 'ok',
  },
  {
    it: 'other pods in a namespace',
    given: given(onWeb({ ...namespaceNamed('ingress-nginx'), podSelector: labels({ app: 'traefik' }) })),
    expect: [{ ...warning, args: { lacks: 'pod' } }],
  },
  {
    it: 'pods of a namespace that was not read',
    given: given(onWeb({ ...namespaceNamed('ingress-nginx'), podSelector: labels({ app: 'traefik' }) })),
    scope: { namespace: 'shop' },
    expect: 'cannot-tell',
    says: /among pods that were not read/,
  },
  {
    it: 'out to pods that are not there, and to DNS',
    given: given(
      egressPolicy('web', [rule([namespaceNamed('kube-system')], [onPort(53, 'UDP')]), rule([ofPods({ app: 'bd' })])]),
    ),
    expect: [{ ...warning, args: { direction: 'Egress' } }],
  },
  {
    it: 'DNS alone is for POL401',
    given: given(egressPolicy('web', [rule([ofNamespace({ name: 'kube-system' })], [onPort(53, 'UDP')])])),
    expect: 'ok',
  },
  { it: 'an ipBlock', given: given(onWeb(peer({ ipBlock: { cidr: '10.0.0.0/8', except: [] } }))), expect: 'ok' },
  {
    it: 'selects no pod itself',
    given: given(ingressPolicy('web', [rule([byName])], { podSelector: labels({ app: 'gone' }) })),
    expect: 'ok',
  },
  {
    it: 'workloads unread: the pods may be on their way',
    given: modelOf(given(onWeb(ofPods({ app: 'batch' }))), { workloads: unknown('forbidden', 'list deployments') }),
    expect: 'cannot-tell',
  },
  {
    it: 'namespaces unread',
    given: modelOf(given(onWeb(byName)), { namespaces: unknown('forbidden', 'list namespaces') }),
    expect: 'cannot-tell',
  },
  { it: 'default deny names nobody', given: given(ingressPolicy('web')), expect: 'not-applicable' },
])

const anyPeer = fc.constantFrom(
  byName,
  ofNamespace({ zone: 'far' }),
  namespaceNamed('nowhere'),
  ofPods({ app: 'klient' }),
  ofPods({ app: 'client' }),
  namespaceNamed('ingress-nginx'),
)
const anyPolicy = fc
  .tuple(
    fc.stringMatching(/^[a-z]{1,6}$/),
    fc.array(anyPeer, { minLength: 1, maxLength: 2 }),
    fc.constantFrom('web', 'client'),
  )
  .map(([name, peers, app]) => ingressPolicy(name, [rule(peers)], { podSelector: labels({ app }) }))

test('whatever policies there are: where the evaluator lets nobody in, it is told', () => {
  fc.assert(
    fc.property(fc.array(anyPolicy, { maxLength: 4 }), (others) => {
      const all = [onWeb(ofNamespace({ zone: 'far' })), ...others.filter((it) => it.name !== 'web')]
      const rules = policyRules(all, { known: true, value: base.namespaces })
      const [web, ...rest] = pods
      if (web === undefined) throw new Error('no pod')
      const comesIn = rest.some(
        (it) => rules({ from: podEnd(it), to: podEnd(web), port: 8080, protocol: 'TCP' }).kind !== 'denied',
      )
      const result = diagnose(modelOf(given(...all)), { checks: [check] }).results[0]
      expect(result?.findings.some((it) => it.subject.name === 'web')).toBe(!comesIn)
    }),
    { numRuns: 300 },
  )
})

test('what the controller answers for the Service hangs under it', () => {
  const model = modelOf({ ...given(onWeb(byName), inside), contacts: contacts([], [get('/', 504)]) })
  const { roots } = diagnose(model, { checks: [check, badAnswer] })
  expect(roots.map((it) => [it.finding.code, ...it.consequences.map((one) => one.code)])).toEqual([
    ['POL404', 'ING305'],
  ])
})
