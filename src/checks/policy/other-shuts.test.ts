import { beside } from '../../../test/build/beside.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { ingressPolicy, rule } from '../../../test/build/policy.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { OtherPolicy, OtherPolicyWords } from '../../model/network-policy.ts'
import { known, unknown } from '../../model/known.ts'
import type { Sources } from '../../model/sources.ts'
import check from './other-shuts.ts'

const words = (about: Partial<OtherPolicyWords> = {}): OtherPolicyWords => ({
  types: ['Ingress', 'Egress'],
  allows: [],
  selects: {},
  fqdns: 'none',
  lookups: 'unwatched',
  ...about,
})
const global = (about: Partial<OtherPolicyWords> = {}, name = 'deny-all'): OtherPolicy => ({
  kind: 'CalicoGlobalNetworkPolicy',
  namespace: null,
  name,
  says: words(about),
})
const web = pod('web-1', {
  labels: { app: 'web' },
  containers: [container({ calls: [{ host: 'db', port: 5432, by: 'DB' }] })],
})
const worker = pod('worker-1', { labels: { app: 'worker' } })
const given = (otherPolicies: readonly OtherPolicy[], more: Partial<Sources> = {}): Partial<Sources> => ({
  otherPolicies,
  networkPolicies: [],
  pods: [web, worker],
  services: [service('web', { selector: { app: 'web' } })],
  beside: beside(),
  ...more,
})
const found = (args: object = {}) => [
  { subject: 'CalicoGlobalNetworkPolicy/deny-all', confidence: 'inferred' as const, args: { ...args } },
]

describeCheck(check, [
  { it: 'all, without a rule', given: given([global()]), expect: found({ dns: true }) },
  { it: 'what comes in alone', given: given([global({ types: ['Ingress'] })]), expect: found({ dns: false }) },
  {
    it: 'another one may let something through',
    given: given([
      global({ types: ['Ingress'] }),
      global({ types: ['Ingress'], allows: ['Ingress'], selects: { app: 'web' } }, 'web'),
    ]),
    expect: 'ok',
  },
  {
    it: 'one that is for other pods lets nothing through here',
    given: given([global({ types: ['Ingress'] }), global({ allows: ['Ingress'], selects: { app: 'db' } }, 'db')]),
    expect: found(),
  },
  {
    it: 'one that chooses in a way that is not evaluated',
    given: given([global({ types: ['Ingress'] }), global({ allows: ['Ingress'], selects: null }, 'some')]),
    expect: 'ok',
  },
  {
    it: 'a NetworkPolicy lets somebody in',
    given: given([global({ types: ['Ingress'] })], {
      networkPolicies: [ingressPolicy('web', [rule()])],
    }),
    expect: 'ok',
  },
  {
    it: 'of pods that serve nobody and call nobody',
    given: given([global({ selects: { app: 'worker' } })]),
    expect: 'ok',
  },
  { it: 'of other pods', given: given([global({ selects: { app: 'db' } })]), expect: 'ok' },
  {
    it: 'by the namespace',
    given: given([global({ selects: { 'projectcalico.org/namespace': 'shop' } })]),
    expect: found(),
  },
  { it: 'by another', given: given([global({ selects: { 'projectcalico.org/namespace': 'db' } })]), expect: 'ok' },
  {
    it: "pods on their node's network",
    given: given([global()], { pods: [pod('x', { hostNetwork: true })] }),
    expect: 'not-applicable',
  },
  {
    it: 'of Cilium, in its namespace',
    given: given([{ kind: 'CiliumNetworkPolicy', namespace: 'shop', name: 'deny', says: words() }]),
    expect: [{ subject: 'CiliumNetworkPolicy/shop/deny', confidence: 'inferred' }],
  },
  {
    it: 'kinds that the file does not hold may let something through',
    given: {
      ...modelOf(given([global()])),
      sources: {
        ...modelOf(given([global()])).sources,
        beside: known(beside({ policiesNotHeld: ['CalicoNetworkPolicy', 'CiliumNetworkPolicy'] })),
      },
    },
    expect: [{ subject: 'CalicoGlobalNetworkPolicy/deny-all', confidence: 'possible', says: /that was seen/ }],
  },
  {
    it: 'kinds of which nothing is read',
    given: given([{ kind: 'AntreaNetworkPolicy', namespace: 'shop', name: 'x' }]),
    expect: 'not-applicable',
  },
  {
    it: 'a NetworkPolicy that was not seen may let something in',
    given: modelOf(
      { otherPolicies: [global()], pods: [web], services: [service('web', { selector: { app: 'web' } })] },
      { networkPolicies: unknown('forbidden', 'list networkpolicies'), beside: known(beside()) },
    ),
    expect: [
      {
        subject: 'CalicoGlobalNetworkPolicy/deny-all',
        confidence: 'possible',
        severity: 'warning',
        says: /that was seen/,
      },
    ],
  },
])
