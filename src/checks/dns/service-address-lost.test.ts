import {
  blackHoleOn,
  cluster,
  dnsWithoutEndpoints,
  fullTables,
  noEndpoints,
  pathToReplicaLost,
  raceOn,
  replicaDead,
  serviceLostOn,
  serviceRejectedOn,
  tableFullOn,
  workers,
  wrongSourceOn,
} from '../../../test/build/dns-faults.ts'
import { conntrackOf } from '../../../test/build/lookups.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import check from './service-address-lost.ts'

const one = ['worker-1']
const stray = (packets: number) => ({ stray: [{ node: 'worker-1', packets }] })

describeCheck(check, [
  {
    it: 'the address leads nowhere on one node',
    given: cluster({ network: serviceLostOn('worker-3') }),
    expect: [{ subject: 'Node/worker-3', confidence: 'observed', args: { how: 'silent', directFailed: 0 } }],
  },
  {
    it: 'the address is refused',
    given: cluster({ nodes: one, network: serviceRejectedOn('worker-1') }),
    expect: [{ subject: 'Node/worker-1', args: { how: 'refuses' } }],
  },
  {
    it: 'on every node alike: the Service',
    given: cluster({ network: serviceLostOn(...workers) }),
    expect: [{ subject: 'Service/kube-system/kube-dns' }],
  },
  {
    it: 'half of it, and answers came from an address that was not asked',
    given: cluster({ nodes: one, network: wrongSourceOn('worker-1'), probed: stray(260) }),
    expect: [{ subject: 'Node/worker-1', args: { how: 'wrong-source' }, says: '50 % of lookups' }],
  },
  {
    it: 'half of it, and no stray answers: translated to a place where nobody is',
    given: cluster({ nodes: one, network: wrongSourceOn('worker-1'), probed: stray(2) }),
    expect: [{ subject: 'Node/worker-1', args: { how: 'loses' } }],
  },
  {
    it: 'stray answers on a node without a server',
    given: cluster({
      nodes: ['worker-3'],
      network: wrongSourceOn('worker-3'),
      probed: { stray: [{ node: 'worker-3', packets: 260 }] },
    }),
    expect: [{ subject: 'Node/worker-3', args: { how: 'loses' } }],
  },

  {
    it: 'a server that was not asked may be the dead one',
    given: cluster({ nodes: one, network: wrongSourceOn('worker-1'), dns: tenServers() }),
    expect: 'cannot-tell',
    says: /2 of its 10 servers were not asked/,
  },
  {
    it: 'a handful of lookups',
    given: cluster({
      nodes: one,
      network: serviceLostOn('worker-1'),
      counts: { servicePairs: 5, serviceSequential: 5 },
    }),
    expect: 'cannot-tell',
    says: /20 are needed/,
  },
  { it: 'no lookups at all', given: modelOf({}), expect: 'cannot-tell', says: /--probe/ },

  {
    it: 'no server to compare with',
    given: cluster({ network: noEndpoints, dns: dnsWithoutEndpoints(0) }),
    expect: 'not-applicable',
  },
  { it: 'a dead server', given: cluster({ network: replicaDead('10.2.2.2') }), expect: 'ok' },
  { it: 'the way to one server', given: cluster({ network: pathToReplicaLost('10.2.2.2', 'worker-2') }), expect: 'ok' },
  { it: 'a node that is cut off', given: cluster({ nodes: one, network: blackHoleOn('worker-1') }), expect: 'ok' },
  {
    it: 'the race, told by its counters',
    given: cluster({
      nodes: one,
      network: raceOn('worker-1'),
      conntrack: [conntrackOf('worker-1', { insert_failed: 21 })],
    }),
    expect: 'ok',
  },
  {
    it: 'the race, told by one of two alone',
    given: cluster({ nodes: one, network: raceOn('worker-1') }),
    expect: 'ok',
    says: /one of two/,
  },
  {
    it: 'whole lookups, and conntrack counted them',
    given: cluster({
      nodes: one,
      network: wrongSourceOn('worker-1'),
      conntrack: [conntrackOf('worker-1', { insert_failed: 300 })],
    }),
    expect: 'ok',
    says: /insert_failed \+300/,
  },
  {
    it: 'a full table loses flows to the servers as well',
    given: cluster({ nodes: ['worker-2'], network: tableFullOn('worker-2'), conntrack: fullTables('worker-2') }),
    expect: 'ok',
  },
  { it: 'all well', given: cluster(), expect: 'ok' },
])

/** More than the probe asks. */
function tenServers() {
  const dns = clusterDns()
  const [slice] = dns.slices
  const [first] = slice?.endpoints ?? []
  if (slice === undefined || first === undefined) throw new Error('no slice')
  return {
    ...dns,
    slices: [
      {
        ...slice,
        endpoints: Array.from({ length: 10 }, (_, index) => ({
          ...first,
          ip: `10.2.9.${index}`,
          pod: `coredns-${index}`,
        })),
      },
    ],
  }
}
