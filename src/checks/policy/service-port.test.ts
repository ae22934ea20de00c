import { contacts, get } from '../../../test/build/contacts.ts'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ingress } from '../../../test/build/ingress.ts'
import { container, pod } from '../../../test/build/pod.ts'
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
import { port, service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { unknown } from '../../model/known.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import { podEnd, policyRules, probeEnd } from '../../relations/policy/policy-allows.ts'
import badAnswer from '../ingress/bad-answer.ts'
import check from './service-port.ts'

const pods = [pod('web-1'), pod('web-2', { ip: '10.2.1.10' }), pod('client-1', { ip: '10.2.1.11' })]
const services = [service('web')]
const namespaces = [namespace('shop'), namespace('ingress-nginx'), namespace('other')]
const endpointSlices = [slice('web', pods.slice(0, 2))]
const base = { pods, services, namespaces, endpointSlices }
const given = (...networkPolicies: NetworkPolicy[]) => ({ ...base, networkPolicies })
const web = { podSelector: labels({ app: 'web' }) }
const toWeb = peer({ podSelector: labels({ app: 'web' }) })
const onWeb = (...rules: NetworkPolicy['ingress']) => ingressPolicy('web', rules, web)
const controller = namespaceNamed('ingress-nginx')
const block = peer({ ipBlock: { cidr: '10.0.0.0/8', except: [] } })
const error = { subject: 'NetworkPolicy/shop/web', severity: 'error', confidence: 'inferred' } as const

describeCheck(check, [
  {
    it: 'lets all in by the port of the Service',
    given: given(onWeb(rule([], [onPort(80)]))),
    expect: [{ ...error, args: { port: '80', target: 8080, pods: 2, direction: 'Ingress' } }],
  },
  { it: 'lets the controller in by it', given: given(onWeb(rule([controller], [onPort(80)]))), expect: [error] },
  {
    it: 'by the name of it',
    given: {
      ...given(onWeb(rule([], [onPort('www')]))),
      services: [service('web', { ports: [port({ name: 'www' })] })],
      endpointSlices: [slice('web', pods.slice(0, 2), { ports: [{ name: 'www', port: 8080, protocol: 'TCP' }] })],
    },
    expect: [error],
  },
  {
    it: 'by its node port',
    given: {
      ...given(onWeb(rule([], [onPort(30080)]))),
      services: [service('web', { type: 'NodePort', ports: [port({ nodePort: 30080 })] })],
    },
    expect: [error],
  },
  {
    it: 'by a range that ends below the target',
    given: given(onWeb(rule([], [onPort(1, 'TCP', 1024)]))),
    expect: [error],
  },
  { it: 'by both ports', given: given(onWeb(rule([], [onPort(80), onPort(8080)]))), expect: 'ok' },
  { it: 'by the name of the container port', given: given(onWeb(rule([], [onPort('http')]))), expect: 'ok' },
  {
    it: 'another policy opens the right one',
    given: given(onWeb(rule([], [onPort(80)])), ingressPolicy('more', [rule([], [onPort(8080)])])),
    expect: 'ok',
  },
  {
    it: 'another opens it to others alone',
    given: given(
      onWeb(rule([controller], [onPort(80)])),
      ingressPolicy('more', [rule([namespaceNamed('other')], [onPort(8080)])]),
    ),
    expect: [error],
  },
  {
    it: 'a sidecar listens on 80',
    given: {
      ...given(onWeb(rule([], [onPort(80)]))),
      pods: pods.map((it) => ({
        ...it,
        containers: [container({ ports: [{ name: 'x', port: 80, protocol: 'TCP' }] })],
      })),
    },
    expect: 'ok',
  },
  {
    it: 'the Service maps nothing',
    given: { ...given(onWeb(rule([], [onPort(8080)]))), services: [service('web', { ports: [port({ port: 8080 })] })] },
    expect: 'ok',
  },
  {
    it: 'headless: clients go to the pods',
    given: { ...given(onWeb(rule([], [onPort(80)]))), services: [service('web', { clusterIP: 'None' })] },
    expect: 'ok',
  },
  {
    it: 'an ipBlock lets pods in, perhaps',
    given: given(onWeb(rule([controller], [onPort(80)]), rule([block], [onPort(8080)]))),
    expect: 'cannot-tell',
  },
  {
    it: 'out to the port of the Service',
    given: given(egressPolicy('web', [rule([toWeb], [onPort(80)])], { podSelector: labels({ app: 'client' }) })),
    expect: [{ ...error, args: { direction: 'Egress', pods: 1, target: 8080 } }],
  },
  {
    it: 'out to pods, some of which have that port',
    given: {
      ...given(egressPolicy('web', [rule([peer({ podSelector: labels() })], [onPort(80)])])),
      pods: [
        ...pods,
        pod('old-1', { containers: [container({ ports: [{ name: null, port: 80, protocol: 'TCP' }] })] }),
      ],
    },
    expect: [{ subject: 'NetworkPolicy/shop/web', severity: 'warning', confidence: 'possible' }],
  },
  { it: 'out to their own port', given: given(egressPolicy('web', [rule([toWeb], [onPort(8080)])])), expect: 'ok' },
  {
    it: 'out by blocks: for what is outside',
    given: given(egressPolicy('web', [rule([block], [onPort(80)])])),
    expect: 'ok',
  },
  {
    it: 'labels of namespaces unread',
    given: modelOf(
      { ...given(egressPolicy('web', [rule([peer({ namespaceSelector: labels({ team: 'a' }) })], [onPort(80)])])) },
      { namespaces: unknown('forbidden', 'list namespaces') },
    ),
    expect: 'cannot-tell',
  },
  {
    it: 'leads where nothing was read',
    given: given(egressPolicy('web', [rule([controller], [onPort(80)])])),
    scope: { namespace: 'shop' },
    expect: 'cannot-tell',
  },
  { it: 'no ports named', given: given(onWeb(rule([controller]))), expect: 'not-applicable' },
])

const anyPort = fc.constantFrom(onPort(80), onPort(8080), onPort('http'), onPort(443), onPort(1, 'TCP', 1024))
const anyPeer = fc.constantFrom(controller, toWeb, namespaceNamed('other'), peer({ podSelector: labels() }))
const anyRule = fc
  .tuple(fc.array(anyPeer, { maxLength: 2 }), fc.array(anyPort, { maxLength: 2 }))
  .map(([peers, ports]) => rule(peers, ports))
const anyPolicy = fc
  .tuple(
    fc.stringMatching(/^[a-z]{1,6}$/),
    fc.array(anyRule, { maxLength: 2 }),
    fc.constantFrom('web', 'client', 'none'),
  )
  .map(([name, rules, app]) => ingressPolicy(name, rules, { podSelector: labels({ app }) }))

test('whatever other policies there are, it is told exactly while the evaluator says that the peer is kept out', () => {
  fc.assert(
    fc.property(fc.array(anyPolicy, { maxLength: 4 }), (others) => {
      const all = [onWeb(rule([controller], [onPort(80)])), ...others.filter((it) => it.name !== 'web')]
      const [target] = pods
      if (target === undefined) throw new Error('no pod')
      const from = probeEnd({ namespace: 'ingress-nginx', labels: {} })
      const flow = { from, to: podEnd(target), port: 8080, protocol: 'TCP' } as const
      const isOut = policyRules(all, { known: true, value: namespaces })(flow).kind === 'denied'
      const result = diagnose(modelOf(given(...all)), { checks: [check] }).results[0]
      expect(result?.findings.some((it) => it.subject.name === 'web')).toBe(isOut)
    }),
    { numRuns: 300 },
  )
})

test('what the controller answers for the Service hangs under it', () => {
  const model = modelOf({
    ...given(onWeb(rule([controller], [onPort(80)]))),
    contacts: contacts([], [get('/', 504)]),
    ingresses: [ingress([['/', 'web', 80]])],
  })
  const { roots } = diagnose(model, { checks: [check, badAnswer] })
  expect(roots.map((it) => [it.finding.code, ...it.consequences.map((one) => one.code)])).toEqual([
    ['POL403', 'ING305'],
  ])
})
