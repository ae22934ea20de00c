import { expect, test } from 'vitest'
import { contacts, repeat, toPod } from '../../../test/build/contacts.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { answered, never, type Network, probe } from '../../../test/build/lookups.ts'
import { pod } from '../../../test/build/pod.ts'
import { egressPolicy } from '../../../test/build/policy.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Contact } from '../../model/contacts.ts'
import { diagnose } from '../../engine.ts'
import { dnsLossOnNode } from '../../relations/symptom.ts'
import check from './side-by-side.ts'

const [cart, web] = [pod('cart-1', { node: 'a', ip: '10.2.1.5' }), pod('web-1', { node: 'a', ip: '10.2.1.6' })]
const far = pod('db-1', { node: 'b', ip: '10.2.2.5' })
const connect = (from: string, to: typeof cart, result: 'open' | 'timeout'): Contact =>
  toPod(to.name.replace(/-1$/, ''), from, to, repeat(5, result), { port: to === web ? 80 : 8080 })
const all = (own: 'open' | 'timeout', about: Partial<Record<'in' | 'out', 'open' | 'timeout'>> = {}) => [
  connect('a', cart, own),
  connect('a', web, own),
  connect('b', cart, about.in ?? 'open'),
  connect('b', web, about.in ?? 'open'),
  connect('a', far, about.out ?? 'open'),
]
const given = (connects: readonly Contact[]) => ({
  contacts: contacts(connects),
  pods: [cart, web, far],
  services: [service('cart')],
  networkPolicies: [],
  namespaces: [],
  dnsProbe: probe({ nodes: ['a', 'b'] }),
  clusterDns: clusterDns({ pods: [] }),
})

const server = pod('coredns-1', { namespace: 'kube-system', node: 'a', ip: '10.2.1.53' })
const ports = (['UDP', 'TCP'] as const).map((protocol) => ({ name: 'dns', port: 53, protocol }))
const serverBeside = clusterDns({
  pods: [server],
  slices: [slice('kube-dns', [server], { namespace: 'kube-system', ports })],
})
const udpAlone: Network = ({ transport, node }) => (transport === 'tcp' && node === 'a' ? never() : answered())

describeCheck(check, [
  {
    it: 'two pods of one node do not answer its own, and answer others',
    given: given(all('timeout')),
    expect: [
      {
        subject: 'Node/a',
        severity: 'error',
        confidence: 'observed',
        args: { tried: 10, pods: 2, others: ['b'] },
        says: /Pods on node a do not reach each other; pods of b reach them/,
      },
    ],
  },
  {
    it: 'one pod alone: it may be that pod',
    given: given(all('timeout').filter((it) => it.ip !== web.ip)),
    expect: 'ok',
  },
  {
    it: 'connections alone are stopped there, and lookups over UDP cross',
    given: {
      ...given(all('timeout')),
      dnsProbe: probe({ nodes: ['a', 'b'], network: udpAlone, dns: serverBeside }),
      clusterDns: serverBeside,
    },
    expect: [{ subject: 'Node/a', args: { tried: 20, over: 'tcp' }, says: /UDP does/ }],
  },
  { it: 'they answer nobody', given: given(all('timeout', { in: 'timeout' })), expect: 'ok' },
  { it: 'the node reaches nobody', given: given(all('timeout', { out: 'timeout' })), expect: 'ok' },
  { it: 'all is well', given: given(all('open')), expect: 'ok' },
  {
    it: 'a policy keeps the probe from all',
    given: {
      ...given(all('timeout')),
      networkPolicies: [egressPolicy('deny', [], { namespace: 'shop' })],
    },
    expect: 'not-applicable',
  },
  {
    it: 'nothing was tried within a node',
    given: given(all('open').filter((it) => it.node !== 'a' || it.ip === far.ip)),
    expect: 'not-applicable',
  },
  {
    it: 'nothing was connected to',
    given: modelOf({ pods: [cart] }, { contacts: unknown('not-asked', 'needs --probe') }),
    expect: 'cannot-tell',
    says: /--probe/,
  },
])

test.each([
  ['a DNS server of that node is one of them', 'a', true],
  ['it is on another node', 'b', false],
])('lookups from there: %s', (_, node, isClaimed) => {
  const dns = clusterDns({ pods: [pod('coredns-1', { namespace: 'kube-system', node, ip: null })] })
  const [root] = diagnose(modelOf({ ...given(all('timeout')), clusterDns: dns }), { checks: [check] }).roots
  expect(root?.finding.causes.includes(dnsLossOnNode('a'))).toBe(isClaimed)
})
