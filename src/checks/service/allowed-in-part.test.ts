import { container, pod } from '../../../test/build/pod.ts'
import { egressPolicy, ingressPolicy, labels, namespace, onPort, peer, rule } from '../../../test/build/policy.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import check from './allowed-in-part.ts'

const listens = (number: number) => [container({ ports: [{ name: 'http', port: number, protocol: 'TCP' }] })]
const rates = (name: string, number: number, ip: string) =>
  pod(name, { labels: { grp: 'rates' }, ip, containers: listens(number) })
const [old, next] = [rates('rates-1', 8080, '10.2.1.1'), rates('rates-2', 9090, '10.2.1.2')]
const caller = pod('quote-1', { labels: { app: 'quote' }, ip: '10.2.1.3' })
const byName = service('rates', { selector: { grp: 'rates' }, ports: [port({ name: 'http', targetPort: 'http' })] })
const given = (...networkPolicies: readonly NetworkPolicy[]) => ({
  networkPolicies,
  services: [byName],
  pods: [old, next, caller],
  endpointSlices: [],
  namespaces: [namespace('shop')],
})
const toRates = peer({ podSelector: labels({ grp: 'rates' }) })
const out = (...rules: NetworkPolicy['egress']) =>
  egressPolicy('quote', rules, { podSelector: labels({ app: 'quote' }) })
const into = (...rules: NetworkPolicy['ingress']) =>
  ingressPolicy('rates', rules, { podSelector: labels({ grp: 'rates' }) })

describeCheck(check, [
  {
    it: 'out to the number of one version',
    given: given(out(rule([toRates], [onPort(8080)]))),
    expect: [
      {
        subject: 'Service/shop/rates',
        severity: 'error',
        confidence: 'inferred',
        args: { direction: 'Egress', open: [8080], shut: [9090], reached: 1, of: 2, kept: ['rates-2'] },
        says: /lets 1 pod of .* reach only 1 of 2 endpoints of Service shop\/rates/,
      },
    ],
  },
  {
    it: 'in at the number of one version',
    given: given(into(rule([peer({ podSelector: labels({ app: 'quote' }) })], [onPort(8080)]))),
    expect: [{ subject: 'Service/shop/rates', args: { direction: 'Ingress', who: '', reached: 1, of: 2 } }],
  },
  { it: 'by the name of the port', given: given(out(rule([toRates], [onPort('http')]))), expect: 'ok' },
  { it: 'both numbers', given: given(out(rule([toRates], [onPort(8080), onPort(9090)]))), expect: 'ok' },
  {
    it: 'another rule for the other one',
    given: given(out(rule([toRates], [onPort(8080)]), rule([toRates], [onPort(9090)]))),
    expect: 'ok',
  },
  {
    it: 'another policy for the other one',
    given: given(out(rule([toRates], [onPort(8080)])), { ...out(rule([toRates], [])), name: 'more' }),
    expect: 'ok',
  },
  { it: 'to anywhere: no Service is meant', given: given(out(rule([], [onPort(8080)]))), expect: 'ok' },
  {
    it: 'a port of neither: other checks tell of it',
    given: given(out(rule([toRates], [onPort(80)]))),
    expect: 'ok',
  },
  {
    it: 'one number for all',
    given: {
      ...given(out(rule([toRates], [onPort(8080)]))),
      pods: [old, rates('rates-2', 8080, '10.2.1.2'), caller],
    },
    expect: 'ok',
  },
  {
    it: 'the other one is not ready, and gets no connection',
    given: {
      ...given(out(rule([toRates], [onPort(8080)]))),
      pods: [old, { ...next, ready: false }, caller],
    },
    expect: 'ok',
  },
  {
    it: 'no target port has a name',
    given: { ...given(out(rule([toRates], [onPort(8080)]))), services: [service('rates')] },
    expect: 'not-applicable',
  },
  { it: 'no policy names a port', given: given(out(rule([toRates], []))), expect: 'not-applicable' },
  {
    it: 'policies forbidden',
    given: modelOf(
      { services: [byName], pods: [old] },
      { networkPolicies: unknown('forbidden', 'list networkpolicies') },
    ),
    expect: 'cannot-tell',
  },
  {
    it: 'the labels of namespaces are not known',
    given: modelOf(given(out(rule([peer({ namespaceSelector: labels({ team: 'rates' }) })], [onPort(8080)]))), {
      namespaces: unknown('forbidden', 'list namespaces'),
    }),
    expect: 'cannot-tell',
  },
])
