import {
  blackHoleOn,
  cluster,
  dnsWithoutEndpoints,
  noEndpoints,
  pathToReplicaLost,
  raceOn,
  replicaDead,
  replicaLossy,
  serverBehindFirewall,
  workers,
} from '../../../test/build/dns-faults.ts'
import { answered, never } from '../../../test/build/lookups.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import check from './server-path-cut.ts'

const ip = '10.2.2.2'

describeCheck(check, [
  {
    it: 'one node can not reach one server: that node',
    given: cluster({ network: pathToReplicaLost(ip, 'worker-3') }),
    expect: [
      {
        subject: 'Node/worker-3',
        confidence: 'observed',
        args: { side: 'client', servers: 'coredns-1', wellNodes: 'worker-1, worker-2', of: 2 },
      },
    ],
  },
  {
    it: "every node but the server's own can not: the server's node",
    given: cluster({ network: serverBehindFirewall(ip, 'worker-2') }),
    expect: [
      { subject: 'Node/worker-2', args: { side: 'server', cutNodes: 'worker-1, worker-3', wellNodes: 'worker-2' } },
    ],
  },
  {
    it: 'a firewall between all nodes: each server is reached from its own node alone',
    given: cluster({
      network: ({ node, server }) =>
        (server.ip === ip && node === 'worker-1') || (server.ip === '10.2.0.2' && node === 'worker-2')
          ? never()
          : answered(),
      nodes: ['worker-1', 'worker-2'],
    }),
    expect: [{ subject: 'Service/kube-system/kube-dns', args: { side: 'between' } }],
  },
  {
    it: 'two nodes probed, one of them cut off from a server: the node that asks',
    given: cluster({ nodes: ['worker-1', 'worker-3'], network: pathToReplicaLost(ip, 'worker-3') }),
    expect: [{ subject: 'Node/worker-3' }],
  },

  {
    it: 'one node probed: the server may be as guilty',
    given: cluster({ nodes: ['worker-3'], network: pathToReplicaLost(ip, 'worker-3') }),
    expect: 'cannot-tell',
    says: /without --node/,
  },
  { it: 'no node reaches any server', given: cluster({ network: blackHoleOn(...workers) }), expect: 'cannot-tell' },
  { it: 'no lookups at all', given: modelOf({}), expect: 'cannot-tell', says: /--probe/ },

  {
    it: 'no server to ask',
    given: cluster({ network: noEndpoints, dns: dnsWithoutEndpoints(0) }),
    expect: 'not-applicable',
  },
  { it: 'silent to everybody: the server', given: cluster({ network: replicaDead(ip) }), expect: 'ok' },
  { it: 'lossy to everybody: the server', given: cluster({ network: replicaLossy(ip) }), expect: 'ok' },
  {
    it: 'one node cut off from all servers: that node',
    given: cluster({ network: blackHoleOn('worker-3') }),
    expect: 'ok',
  },
  { it: 'the race', given: cluster({ network: raceOn('worker-2') }), expect: 'ok' },
  { it: 'all well, from one node', given: cluster({ nodes: ['worker-1'] }), expect: 'ok' },
  { it: 'all well', given: cluster(), expect: 'ok' },
])
