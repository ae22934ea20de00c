import { contacts, repeat, toPod } from '../../../test/build/contacts.ts'
import { networks } from '../../../test/build/node-network.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { probe } from '../../../test/build/lookups.ts'
import { pod } from '../../../test/build/pod.ts'
import { egressPolicy } from '../../../test/build/policy.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { ConnectResult, Contact } from '../../model/contacts.ts'
import { unknown } from '../../model/known.ts'
import check from './pod-kept-in.ts'

const [cart, web] = [
  pod('cart-1', { node: 'worker-1', ip: '10.2.1.5' }),
  pod('web-1', { node: 'worker-1', ip: '10.2.1.6' }),
]
const connect = (from: string, to: typeof cart, result: ConnectResult): Contact =>
  toPod(to === cart ? 'cart' : 'web', from, to, repeat(5, result))
const all = (far: ConnectResult, own: ConnectResult = 'open', beside: ConnectResult = 'open') => [
  connect('worker-1', cart, own),
  connect('worker-2', cart, far),
  connect('worker-1', web, 'open'),
  connect('worker-2', web, beside),
]
const given = (connects: readonly Contact[]) => ({
  contacts: contacts(connects),
  pods: [cart, web],
  services: [service('cart')],
  networkPolicies: [],
  namespaces: [],
  dnsProbe: probe({ nodes: ['worker-1', 'worker-2'] }),
  clusterDns: clusterDns({ pods: [] }),
})
const found = { subject: 'Pod/shop/cart-1', severity: 'error', confidence: 'observed' } as const

describeCheck(check, [
  {
    it: 'its own node reaches it, and no other does, where one beside it is reached',
    given: given(all('timeout')),
    expect: [
      {
        ...found,
        args: { others: ['worker-2'], tries: 5, isSpread: false, table: null },
        says: /answers its own node worker-1 and no other/,
      },
    ],
  },
  {
    it: 'they left from ports far apart',
    given: given(
      all('timeout').map((it) => ({
        ...it,
        tries: it.tries.map((one, at) => ({ ...one, sourcePort: 33_000 + at * 5_600 })),
      })),
    ),
    expect: [{ ...found, args: { isSpread: true } }],
  },
  {
    it: 'a table beside the main one refuses all that leaves the node',
    given: {
      ...given(all('timeout')),
      nodeNetworks: networks({
        'worker-1': { ruled: { rules: 'added', others: [{ table: '100', to: '0.0.0.0/0', refuses: true }] } },
      }),
    },
    expect: [{ ...found, args: { table: '100' }, says: /table 100 of worker-1 refuses 0\.0\.0\.0\/0/ }],
  },
  { it: 'the one beside it is not reached either', given: given(all('timeout', 'open', 'timeout')), expect: 'ok' },
  { it: 'nobody reaches it', given: given(all('timeout', 'timeout')), expect: 'ok' },
  { it: 'it refuses: it was reached', given: given(all('refused')), expect: 'ok' },
  { it: 'all is well', given: given(all('open')), expect: 'ok' },
  {
    it: 'a policy decides',
    given: { ...given(all('timeout')), networkPolicies: [egressPolicy('deny', [], { namespace: 'shop' })] },
    expect: 'not-applicable',
  },
  {
    it: 'nothing was connected to',
    given: modelOf({ pods: [cart] }, { contacts: unknown('not-asked', 'needs --probe') }),
    expect: 'cannot-tell',
    says: /--probe/,
  },
])
