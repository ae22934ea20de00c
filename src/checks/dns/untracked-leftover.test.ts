import { cluster } from '../../../test/build/dns-faults.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { answered, never } from '../../../test/build/lookups.ts'
import { networks } from '../../../test/build/node-network.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { NodeNetworks } from '../../model/node-network.ts'
import check from './untracked-leftover.ts'

const udp = '-d 10.96.0.10/32 -p udp -m udp --dport 53 -j NOTRACK'
/** The rules of worker-2; the other nodes have none. */
const withRules = (...rules: readonly string[]): NodeNetworks => {
  const all = networks()
  return {
    ...all,
    nodes: all.nodes.map((it) => ({
      ...it,
      untracked:
        it.node === 'worker-2' ? rules.map((rule) => ({ family: 'v4' as const, chain: 'PREROUTING', rule })) : [],
    })),
  }
}
const given = (nodeNetworks: NodeNetworks, dns = clusterDns()) => ({ nodeNetworks, clusterDns: dns })
const onWorker2 = { subject: 'Node/worker-2' } as const
const cache = pod('node-local-dns-1', {
  namespace: 'kube-system',
  node: 'worker-2',
  containers: [container({ name: 'node-cache', args: ['-localip', '169.254.20.10,10.96.0.10'] })],
})

describeCheck(check, [
  {
    it: 'left by a cache that is gone, and nothing was measured',
    given: given(withRules(udp, udp.replaceAll('udp', 'tcp'))),
    expect: [{ ...onWorker2, severity: 'warning', confidence: 'inferred', args: { more: 1, of: 0 }, says: udp }],
  },
  {
    it: 'and no lookup through the address is answered',
    given: {
      ...cluster({
        network: ({ node, server }) => (node === 'worker-2' && server.role === 'service' ? never() : answered()),
      }),
      nodeNetworks: withRules(udp),
    },
    expect: [
      { ...onWorker2, severity: 'error', confidence: 'observed', says: /(\d+) of \1 lookups through that address/ },
    ],
  },
  {
    it: 'as `CT --notrack` has it, for all ports',
    given: given(withRules('-d 10.96.0.10/32 -j CT --notrack')),
    expect: [onWorker2],
  },
  {
    it: 'lookups are answered all the same: another hand translates',
    given: { ...cluster(), nodeNetworks: withRules(udp) },
    expect: 'ok',
  },
  {
    it: 'the cache is there, and answers at that address',
    given: given(withRules(udp), clusterDns({ nodeCaches: [cache] })),
    expect: 'ok',
  },
  {
    it: 'kube-proxy in IPVS mode does not ask conntrack',
    given: given({
      ...withRules(udp),
      nodes: withRules(udp).nodes.map((it) => ({ ...it, proxy: { ...it.proxy, mode: 'ipvs' as const } })),
    }),
    expect: 'ok',
  },
  { it: 'another address', given: given(withRules(udp.replace('10.96.0.10', '169.254.20.10'))), expect: 'ok' },
  { it: 'another port', given: given(withRules(udp.replace('53', '5353'))), expect: 'ok' },
  { it: 'no such rules', given: given(withRules()), expect: 'ok' },
  { it: 'the rules were not read', given: given(networks()), expect: 'cannot-tell', says: /--conntrack-from/ },
  {
    it: 'a headless DNS Service',
    given: given(withRules(udp), clusterDns({ service: null })),
    expect: 'not-applicable',
  },
  { it: 'nothing was read', given: modelOf({}), expect: 'cannot-tell' },
])
