import { egressPolicy, labels, namespace, onPort, peer, rule } from '../../../test/build/policy.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { NetworkPolicy, PolicyRule } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import type { Said } from '../../wire/program-words.ts'
import check from './keeps-from-api.ts'

const block = (cidr: string) => peer({ ipBlock: { cidr, except: [] } })
const web = rule([block('0.0.0.0/0')], [onPort(443)])
const toService = rule([block('10.96.0.1/32')], [onPort(443)])
const toServers = rule([block('192.168.10.0/24')], [onPort(6443)])
const dns = rule([], [onPort(53, 'UDP')])
const out = (...egress: readonly PolicyRule[]): NetworkPolicy => egressPolicy('operator', egress)
const ending = (host: string, kind: Said['kind'] = 'timed-out', ready = false): Pod =>
  pod('operator-1', { ready, containers: [container({ ready, endSaid: { kind, host, port: 443 } })] })
const quiet = pod('operator-1')
const api = {
  services: [service('kubernetes', { namespace: 'default', clusterIP: '10.96.0.1', selector: null })],
  endpointSlices: [
    slice('kubernetes', [pod('api-1', { namespace: 'default', ip: '192.168.10.10' })], {
      namespace: 'default',
      ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
    }),
  ],
  namespaces: [namespace('shop')],
  otherPolicies: [],
}
const given = (policy: NetworkPolicy, its: Pod) => ({ ...api, networkPolicies: [policy], pods: [its] })
const found = { subject: 'NetworkPolicy/shop/operator', severity: 'error', confidence: 'inferred' } as const

describeCheck(check, [
  {
    it: 'port 443 to anywhere, and the pod said at its end that the API server was silent',
    given: given(out(dns, web), ending('10.96.0.1')),
    expect: [{ ...found, args: { said: 1, at: '192.168.10.10:6443', port: 6443 }, says: /which it asks in vain/ }],
  },
  {
    it: 'nothing but DNS, and it names the API server by its endpoint',
    given: given(out(dns), ending('192.168.10.10')),
    expect: [found],
  },
  { it: 'by its name', given: given(out(dns), ending('kubernetes.default.svc')), expect: [found] },
  {
    it: "the Service's own address is let out to, and nobody was seen to ask",
    given: given(out(dns, toService), quiet),
    expect: [{ ...found, severity: 'warning', confidence: 'possible', says: /and the API server listens on 192/ }],
  },
  {
    it: 'port 443 to anywhere, and nobody was seen to ask: it is for the web, mostly',
    given: given(out(dns, web), quiet),
    expect: [{ ...found, severity: 'info', confidence: 'possible' }],
  },
  { it: 'no rule for it, and nobody asks', given: given(out(dns), quiet), expect: 'ok' },
  { it: 'the endpoints are let out to', given: given(out(toService, toServers), ending('10.96.0.1')), expect: 'ok' },
  { it: 'it ended on another host', given: given(out(dns), ending('db.example.com')), expect: 'ok' },
  {
    it: 'it ended so once, and is ready since',
    given: given(out(dns), ending('10.96.0.1', 'timed-out', true)),
    expect: 'ok',
  },
  { it: 'the name was not found: DNS is why', given: given(out(dns), ending('kubernetes', 'no-host')), expect: 'ok' },
  {
    it: 'a pod on the host network',
    given: given(out(dns), { ...ending('10.96.0.1'), hostNetwork: true }),
    expect: 'not-applicable',
  },
  {
    it: 'another pod is meant',
    given: given(egressPolicy('operator', [dns], { podSelector: labels({ app: 'cart' }) }), ending('10.96.0.1')),
    expect: 'not-applicable',
  },
  {
    it: 'a policy of another kind may let it through',
    given: {
      ...given(out(dns), ending('10.96.0.1')),
      otherPolicies: [{ kind: 'CiliumNetworkPolicy', namespace: 'shop', name: 'api' }],
    },
    expect: 'cannot-tell',
  },
  {
    it: 'the endpoints were not read',
    given: { ...given(out(dns), ending('kubernetes.default.svc')), endpointSlices: [] },
    expect: 'cannot-tell',
  },
  {
    it: 'policies forbidden',
    given: modelOf({ ...api, pods: [quiet] }, { networkPolicies: unknown('forbidden', 'list networkpolicies') }),
    expect: 'cannot-tell',
  },
])
