import { contacts, repeat, toPod, toService } from '../../../test/build/contacts.ts'
import { networks } from '../../../test/build/node-network.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { NodeNetwork } from '../../model/node-network.ts'
import { unknown } from '../../model/known.ts'
import check from './rule-takes-elsewhere.ts'

const nodes = ['worker-1', 'worker-2', 'worker-3']
const cart = pod('cart-1', { ip: '10.2.1.5', node: 'worker-1' })
/** The Service and its pod from each node; lost from `from` where `lost` says so. */
const asked = (from: string | null, lost: 'service' | 'pod' | 'both' = 'service') =>
  contacts(
    nodes.flatMap((node) => [
      toService('cart', node, repeat(3, node === from && lost !== 'pod' ? 'timeout' : 'open')),
      toPod('cart', node, cart, repeat(3, node === from && lost !== 'service' ? 'refused' : 'open')),
    ]),
  )
const rules = (about: Pick<NodeNetwork, 'untracked' | 'leading'>, on = 'worker-2') =>
  networks(Object.fromEntries(nodes.map((it) => [it, { untracked: [], leading: [], ...(it === on ? about : {}) }])))
const raw = (rule: string) => rules({ untracked: [{ family: 'v4', chain: 'PREROUTING', rule }] })
const nat = (rule: string, chain = 'PREROUTING') => rules({ leading: [{ family: 'v4', chain, rule }] })
const notrack = '-s 10.2.2.0/24 -p tcp -m tcp --dport 80 -j CT --notrack'

describeCheck(check, [
  {
    it: 'packets to a port are left untracked',
    given: { contacts: asked('worker-2'), nodeNetworks: raw(notrack) },
    expect: [
      {
        subject: 'Node/worker-2',
        severity: 'error',
        confidence: 'observed',
        args: { table: 'raw', rule: notrack, lost: ['10.96.44.7:80'], more: 0 },
        says: /table raw that is not kube-proxy's/,
      },
    ],
  },
  {
    it: 'a port that was mapped for a pod that is gone',
    given: {
      contacts: asked('worker-2', 'pod'),
      nodeNetworks: nat('-p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.2.2.99:8080', 'CNI-HOSTPORT-DNAT'),
    },
    expect: [{ subject: 'Node/worker-2', args: { table: 'nat', lost: ['10.2.1.5:8080'] }, says: /CNI-HOSTPORT-DNAT/ }],
  },
  {
    it: 'by address, and by several ports',
    given: {
      contacts: asked('worker-2', 'both'),
      nodeNetworks: nat('-d 10.96.0.0/16 -p tcp -m multiport --dports 79:80,443 -j REDIRECT --to-ports 15001'),
    },
    expect: [{ subject: 'Node/worker-2', args: { lost: ['10.96.44.7:80'] } }],
  },
  {
    it: 'a rule that fits what comes through as well',
    given: { contacts: asked('worker-2', 'pod'), nodeNetworks: nat('-d 10.0.0.0/8 -p tcp -j DNAT --to 10.2.2.99') },
    expect: 'ok',
  },
  { it: 'nothing is lost', given: { contacts: asked(null), nodeNetworks: raw(notrack) }, expect: 'ok' },
  {
    it: 'lost from everywhere: it is no rule of one node',
    given: {
      contacts: contacts(nodes.map((node) => toService('cart', node, repeat(3, 'timeout')))),
      nodeNetworks: raw(notrack),
    },
    expect: 'ok',
  },
  ...['-p udp -m udp --dport 80 -j NOTRACK', '-j NOTRACK', '-p tcp -m tcp ! --dport 22 -j NOTRACK'].map((rule) => ({
    it: `a rule that says nothing of it: ${rule}`,
    given: { contacts: asked('worker-2'), nodeNetworks: raw(rule) },
    expect: 'ok' as const,
  })),
  {
    it: 'the rules of one node were not read',
    given: {
      contacts: asked('worker-2'),
      nodeNetworks: networks({ 'worker-1': { leading: [] }, 'worker-2': { leading: [] } }),
    },
    expect: 'cannot-tell',
    says: /worker-3/,
  },
  {
    it: 'no rules were read',
    given: { contacts: asked('worker-2'), nodeNetworks: networks() },
    expect: 'not-applicable',
  },
  {
    it: 'nothing was asked',
    given: modelOf({ nodeNetworks: raw(notrack) }, { contacts: unknown('not-asked', '--probe') }),
    expect: 'cannot-tell',
  },
])
