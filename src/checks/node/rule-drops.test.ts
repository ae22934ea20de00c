import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { contacts, repeat, toPod } from '../../../test/build/contacts.ts'
import { pod } from '../../../test/build/pod.ts'
import { network, networks } from '../../../test/build/node-network.ts'
import { known, unknown } from '../../model/known.ts'
import type { DropRule } from '../../model/node-network.ts'
import check from './rule-drops.ts'

const drop = (about: Partial<DropRule> = {}): DropRule => ({
  family: 'v4',
  table: 'filter',
  chain: 'FORWARD',
  rule: '-s 10.2.0.0/16 -j DROP',
  target: 'DROP',
  packets: 12,
  total: 40,
  ...about,
})

const silent = drop({
  by: 'nft',
  table: 'ip edge',
  chain: 'pre',
  rule: 'iifname "eth0" ip daddr 10.2.2.0/24 tcp sport 45000-65535 tcp dport 1024-65535 drop',
  packets: null,
  total: null,
})
const stock = pod('stock-1', { node: 'worker-2', ip: '10.2.2.5' })
const byPort = [
  { result: 'open', ms: 1, sourcePort: 40_000 },
  { result: 'timeout', ms: 3000, sourcePort: 45_000 },
] as const

describeCheck(check, [
  {
    it: "Docker's policy",
    given: { nodeNetworks: networks({ 'worker-1': { drops: known([drop({ rule: 'policy' })]) } }) },
    expect: [
      { subject: 'Node/worker-1', args: { policy: true, packets: 12, total: 40 }, says: /policy of chain FORWARD/ },
    ],
  },
  {
    it: 'a rule of somebody’s, the one with the most packets first',
    given: {
      nodeNetworks: networks({
        'worker-1': { drops: known([drop({ packets: 2 }), drop({ rule: '-d 10.2.2.0/24 -j DROP', packets: 9 })]) },
      }),
    },
    expect: [{ subject: 'Node/worker-1', args: { policy: false, more: 1 }, says: /10\.2\.2\.0/ }],
  },
  {
    it: 'rules that took nothing, and rules whose work it is',
    given: {
      nodeNetworks: networks({
        'worker-1': {
          drops: known([
            drop({ packets: 0 }),
            drop({ chain: 'KUBE-FORWARD' }),
            drop({ chain: 'cali-FORWARD' }),
            drop({ chain: 'INPUT' }),
            drop({ rule: '-m conntrack --ctstate INVALID -j DROP' }),
          ]),
        },
      }),
    },
    expect: 'ok',
  },
  {
    it: 'a rule of nftables itself, which iptables-save does not show',
    given: {
      nodeNetworks: networks({
        'worker-1': {
          drops: known([
            drop({ by: 'nft', table: 'ip tfw', chain: 'f', rule: 'udp dport 53 @th,144,16 0x1 counter drop' }),
          ]),
          nftTables: known(['ip tfw']),
        },
      }),
    },
    expect: [
      {
        subject: 'Node/worker-1',
        args: { nft: true, packets: 12 },
        says: /@th,144,16 0x1.*[\s\S]*table ip tfw, chain f/,
      },
    ],
  },
  {
    it: 'a rule that counts nothing',
    given: {
      nodeNetworks: networks({
        'worker-2': { drops: known([drop({ by: 'nft', table: 'inet fw', chain: 'f', packets: null, total: null })]) },
      }),
    },
    expect: 'cannot-tell',
    says: /worker-2 has 1 rule that would drop.*table inet fw, chain f/,
  },
  {
    it: 'a rule that counts nothing, where connects fail as it would have them',
    given: {
      nodeNetworks: networks({ 'worker-2': { drops: known([silent]) } }),
      pods: [stock],
      contacts: contacts([
        toPod('stock', 'worker-1', stock, byPort),
        toPod('stock', 'worker-2', stock, repeat(5, 'open')),
      ]),
    },
    expect: [
      {
        subject: 'Node/worker-2',
        confidence: 'possible',
        severity: 'warning',
        args: { failed: 1, of: 2, pods: ['shop/stock-1'] },
        says: /may drop what shop\/stock-1 is sent: .*sport 45000-65535[\s\S]*it counts nothing · 1 of 2 connects failed/,
      },
    ],
  },
  {
    it: 'the same, where they are lost from other source ports',
    given: {
      nodeNetworks: networks({ 'worker-2': { drops: known([silent]) } }),
      pods: [stock],
      contacts: contacts([toPod('stock', 'worker-1', stock, [{ result: 'timeout', ms: 1, sourcePort: 40_000 }])]),
    },
    expect: 'cannot-tell',
  },
  {
    it: 'rules of nftables that every host has',
    given: {
      nodeNetworks: networks({
        'worker-2': {
          drops: known([
            drop({ by: 'nft', table: 'inet fw', rule: 'ct state invalid drop', packets: null, total: null }),
            drop({
              by: 'nft',
              table: 'inet fw',
              rule: 'ct state { invalid, untracked } drop',
              packets: null,
              total: null,
            }),
          ]),
        },
      }),
    },
    expect: 'ok',
  },
  {
    it: "kube-proxy's image has no nft: what iptables shows is not all",
    given: {
      nodeNetworks: networks({
        'worker-3': { nftTables: unknown('not-there', "there is no nft in kube-proxy's image") },
      }),
    },
    expect: 'cannot-tell',
    says: /not read on worker-3: there is no nft/,
  },
  {
    it: 'read but once: what a counter says of last year is nothing of now',
    given: {
      nodeNetworks: { ...networks(), nodes: [network('worker-1', { drops: known([drop({ packets: null })]) })] },
    },
    expect: 'cannot-tell',
  },
  {
    it: 'no privilege to see them',
    given: {
      nodeNetworks: { ...networks(), nodes: [network('worker-1', { drops: unknown('not-asked', 'no privilege') })] },
    },
    expect: 'cannot-tell',
    says: /--conntrack-from kube-proxy/,
  },
  {
    it: 'nodes were not read',
    given: modelOf({}, { nodeNetworks: unknown('not-asked', 'needs --node-access') }),
    expect: 'cannot-tell',
    says: /--node-access/,
  },
])
