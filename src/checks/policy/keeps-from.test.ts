import { describe, expect, test } from 'vitest'
import { pod } from '../../../test/build/pod.ts'
import { ingressPolicy, egressPolicy, labels, namespace, onPort, peer, rule } from '../../../test/build/policy.ts'
import { crossing, traced } from '../../../test/build/trace.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import check from './keeps-from.ts'
import portNameMissing from './port-name-missing.ts'
import servicePort from './service-port.ts'

const cilium = { kind: 'CiliumNetworkPolicy', namespace: 'shop', name: 'web' } as const
const wanted = { subject: 'NetworkPolicy/shop/web', severity: 'error' } as const
const web = { podSelector: labels({ app: 'web' }) }
const client = { podSelector: labels({ app: 'client' }) }
const given = { ...traced.sources, namespaces: [namespace('shop')], otherPolicies: [] }
const { scope } = traced
const other = peer({ podSelector: labels({ app: 'other' }) })
const block = peer({ ipBlock: { cidr: '10.0.0.0/8', except: [] } })

describeCheck(check, [
  { it: 'no trace', given: { ...given, networkPolicies: [] }, expect: 'not-applicable' },
  { it: 'no policy', given: { ...given, networkPolicies: [] }, scope, expect: 'ok' },
  {
    it: 'no NetworkPolicy, and one of another kind',
    given: { ...given, networkPolicies: [], otherPolicies: [cilium] },
    scope,
    expect: 'cannot-tell',
    says: /CiliumNetworkPolicy shop\/web decides as well/,
  },
  {
    it: 'one of another kind, and each connection opened',
    given: {
      ...given,
      networkPolicies: [],
      otherPolicies: [cilium],
      crossings: [crossing('web-1', 'open'), crossing('web-2', 'open')],
    },
    scope,
    expect: 'ok',
  },
  {
    it: 'one of another kind, in another namespace',
    given: { ...given, networkPolicies: [], otherPolicies: [{ ...cilium, namespace: 'data' }] },
    scope,
    expect: 'ok',
  },
  {
    it: 'an endpoint is not known',
    given: { ...given, networkPolicies: [], endpointSlices: [] },
    scope,
    expect: 'not-applicable',
  },
  {
    it: 'in: the label that a rule wants stands on the workload, and not on its pod template',
    given: {
      ...given,
      networkPolicies: [ingressPolicy('web', [rule([peer({ podSelector: labels({ role: 'reader' }) })])], web)],
      workloads: [
        {
          kind: 'Deployment',
          namespace: 'shop',
          name: 'client',
          owner: null,
          desired: 1,
          ready: 1,
          templateLabels: { app: 'client' },
          outerLabels: { role: 'reader' },
        },
        {
          kind: 'ReplicaSet',
          namespace: 'shop',
          name: 'client-abc12',
          owner: { kind: 'Deployment', name: 'client' },
          desired: 1,
          ready: 1,
          templateLabels: { app: 'client' },
        },
      ],
    },
    scope,
    expect: [{ ...wanted, args: { slip: ['role: reader'], maker: 'Deployment client', wanting: 'shop/web' } }],
  },
  {
    it: 'in: nobody allows it',
    given: { ...given, networkPolicies: [ingressPolicy('web', [rule([other])], web)] },
    scope,
    expect: [
      { ...wanted, confidence: 'inferred', args: { direction: 'Ingress', denied: 2, of: 2, from: 'shop/client-1' } },
    ],
  },
  {
    it: 'out: nobody allows it',
    given: { ...given, networkPolicies: [egressPolicy('web', [rule([other])], client)] },
    scope,
    expect: [{ ...wanted, args: { direction: 'Egress' } }],
  },
  {
    it: 'on another port',
    given: { ...given, networkPolicies: [ingressPolicy('web', [rule([], [onPort(80)])], web)] },
    scope,
    expect: [{ ...wanted, args: { near: expect.stringContaining('let it have TCP 8080 among its ports') } }],
  },
  {
    it: 'on this port, over UDP',
    given: { ...given, networkPolicies: [ingressPolicy('web', [rule([], [onPort(8080, 'UDP')])], web)] },
    scope,
    expect: [{ ...wanted, args: { near: expect.stringContaining('make its protocol TCP') } }],
  },
  {
    it: 'and it failed',
    given: {
      ...given,
      networkPolicies: [ingressPolicy('web', [], web)],
      crossings: [crossing('web-1', 'timeout'), crossing('web-2', 'timeout')],
    },
    scope,
    expect: [{ ...wanted, confidence: 'observed' }],
  },
  {
    it: 'the tool did not say',
    given: { ...given, networkPolicies: [ingressPolicy('web', [], web)], crossings: [crossing('web-1', null)] },
    scope,
    expect: [{ ...wanted, confidence: 'inferred' }],
  },
  {
    it: 'it opens: POL411',
    given: {
      ...given,
      networkPolicies: [ingressPolicy('web', [], web)],
      crossings: [crossing('web-1', 'open'), crossing('web-2', 'open')],
    },
    scope,
    expect: 'ok',
  },
  {
    it: 'allowed by another policy',
    given: {
      ...given,
      networkPolicies: [ingressPolicy('web', [], web), ingressPolicy('more', [rule([], [onPort(8080)])], web)],
    },
    scope,
    expect: 'ok',
  },
  {
    it: 'a block over pods',
    given: { ...given, networkPolicies: [ingressPolicy('web', [rule([block])], web)] },
    scope,
    expect: 'cannot-tell',
  },
  {
    it: 'to a host outside',
    given: { ...given, networkPolicies: [egressPolicy('web', [rule([other])], client)] },
    scope: traced.toHost('192.0.2.7', 443),
    expect: [{ ...wanted, args: { to: '192.0.2.7:443' } }],
  },
  {
    it: 'to a pod',
    given: { ...given, networkPolicies: [ingressPolicy('web', [], web)] },
    scope: traced.toPod('web-1', 8080),
    expect: [{ ...wanted, args: { denied: 1, of: 1 } }],
  },
  {
    it: 'the pod that it starts from is gone',
    given: { ...given, pods: [pod('web-1')], networkPolicies: [ingressPolicy('web', [], web)] },
    scope,
    expect: 'not-applicable',
  },
])

describe('what is wrong with the port is told once', () => {
  const rootsWith = (port: string | number) =>
    diagnose(
      modelOf(
        {
          ...given,
          networkPolicies: [
            ingressPolicy('web', [rule([peer({ podSelector: labels({ app: 'client' }) })], [onPort(port)])], web),
          ],
        },
        {},
        scope,
      ),
      { checks: [check, portNameMissing, servicePort] },
    ).roots.map((it) => [it.finding.code, ...it.consequences.map((one) => one.code)])
  test.each([
    ['a name that the pods do not have', 'htpp', [['POL417', 'POL410']]],
    ["the Service's port", 80, [['POL403', 'POL410']]],
    ['a port of nobody', 9999, [['POL410']]],
  ])('%s', (_, port, expected) => expect(rootsWith(port)).toEqual(expected))
})
