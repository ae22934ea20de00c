import { expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { answered, lost, never, probe, servfail } from '../../../test/build/lookups.ts'
import {
  blackHoleOn,
  cluster,
  pathToReplicaLost,
  raceOn,
  slowButAnswering,
  someAaaaDroppedOn,
  tableFullOn,
  upstreamDead,
  upstreamSlow,
} from '../../../test/build/dns-faults.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { node } from '../../../test/build/node.ts'
import { diagnose } from '../../engine.ts'
import { unknown } from '../../model/known.ts'
import check from './lookups-lost.ts'

const onWorker2 = { subject: 'Node/worker-2', confidence: 'observed', severity: 'error' } as const

const all = clusterDns()
const oneServer = {
  ...all,
  pods: all.pods.slice(0, 1),
  slices: all.slices.map((it) => ({ ...it, endpoints: it.endpoints.slice(0, 1) })),
}

describeCheck(check, [
  {
    it: 'a loss without a name of its own',
    given: cluster({ network: tableFullOn('worker-2') }),
    expect: [
      {
        ...onWorker2,
        args: { zone: 'cluster', service: 'bad', direct: 'bad', tcp: 'bad', only: 'both', insertFailed: 0 },
        says: /cluster names .* lost a packet or failed, and \d+ of \d+ of outside names/,
      },
    ],
  },
  {
    it: 'one type alone, over UDP, whoever is asked',
    given: cluster({ nodes: ['worker-2'], network: someAaaaDroppedOn('worker-2') }),
    expect: [{ ...onWorker2, args: { service: 'bad', direct: 'bad', tcp: 'well', single: 'bad', only: 'AAAA' } }],
  },
  {
    it: 'over TCP a loss is a whole second: "none over TCP" is not said',
    given: cluster({
      nodes: ['worker-2'],
      network: ({ index }) => (index % 4 === 0 ? lost('both') : answered()),
    }),
    expect: [{ ...onWorker2, args: { tcp: 'late' } }],
  },
  {
    it: 'one of ten over TCP is lost: too few to blame TCP, and not "none"',
    given: cluster({
      nodes: ['worker-2'],
      network: ({ index, transport, server }) => {
        if (transport === 'udp') return index % 4 === 0 ? lost('both') : answered()
        return index === 0 && server.ip === '10.2.2.2' ? never() : answered()
      },
    }),
    expect: [{ ...onWorker2, args: { tcp: 'unknown', tcpLate: 0 } }],
  },
  {
    it: 'the path to one replica',
    given: cluster({ network: pathToReplicaLost('10.2.2.2', 'worker-2') }),
    expect: [onWorker2],
  },
  {
    it: 'a loss with a name is one too: it folds under that',
    given: cluster({ network: raceOn('worker-2') }),
    expect: [onWorker2],
  },
  {
    it: 'outside names alone',
    given: cluster({ nodes: ['worker-1'], network: upstreamDead }),
    expect: [{ subject: 'Node/worker-1', args: { zone: 'outside' } }],
  },
  {
    it: 'what crosses to the node of all servers is lost: one finding, there',
    given: cluster({
      dns: oneServer,
      nodes: ['worker-1', 'worker-2', 'worker-3'],
      network: ({ node: at, index }) => (at !== 'worker-1' && index % 5 === 0 ? lost('both') : answered()),
    }),
    expect: [{ subject: 'Node/worker-1', args: { towards: ['worker-2', 'worker-3'] } }],
  },
  {
    it: 'only what the probe asks past the Service is lost',
    given: cluster({
      nodes: ['worker-1'],
      network: ({ server }) => (server.role === 'endpoint' ? never() : answered()),
    }),
    expect: 'cannot-tell',
    says: /past the Service/,
  },
  {
    it: 'every lookup',
    given: cluster({
      nodes: ['worker-2'],
      network: blackHoleOn('worker-2'),
      counts: { externalService: 0, externalEndpoint: 0, libcExternal: 0 },
    }),
    expect: [{ ...onWorker2, says: '(100 %)' }],
  },
  {
    it: 'slow without a loss: DNS197',
    given: cluster({ nodes: ['worker-1'], network: ({ zone }) => answered(zone === 'cluster' ? 620 : 1) }),
    expect: 'ok',
  },
  {
    it: 'answered with errors: they fail, and nothing was lost',
    given: cluster({ nodes: ['worker-1'], network: ({ zone }) => (zone === 'cluster' ? answered() : servfail(3)) }),
    expect: [
      {
        subject: 'Node/worker-1',
        args: { zone: 'outside', trouble: 'failing' },
        says: /outside names from node worker-1 fail,[^]*were refused, or answered with an error/,
      },
    ],
  },
  {
    it: 'half of them lost, half with an error: lost',
    given: cluster({
      nodes: ['worker-1'],
      network: ({ zone, index }) => {
        if (zone === 'cluster') return answered()
        return index % 2 === 0 ? never() : servfail(3)
      },
    }),
    expect: [{ subject: 'Node/worker-1', args: { trouble: 'lost' } }],
  },
  {
    it: 'the probe got the CPU late, and no packet was lost: none was lost',
    given: cluster({
      nodes: ['worker-1'],
      network: () => answered(620),
      probed: { lag: [{ node: 'worker-1', p99Ms: 500 }] },
    }),
    expect: 'ok',
  },
  {
    it: 'one path lossy, among many that are not',
    given: cluster({
      nodes: ['worker-2'],
      network: ({ method, zone, index }) =>
        method === 'getaddrinfo' && zone === 'cluster' && index < 2 ? lost('a') : answered(),
    }),
    expect: [onWorker2],
  },

  {
    it: 'a node that could not be probed',
    given: {
      dnsProbe: probe({
        nodes: ['worker-1'],
        about: { missing: [{ node: 'control-1', why: 'tainted; --probe-tolerate-all' }] },
      }),
    },
    expect: 'cannot-tell',
    says: /node control-1: tainted/,
  },
  {
    it: 'a probe that stopped itself',
    given: { dnsProbe: probe({ nodes: ['worker-1'], about: { stopped: 'answers got worse' } }) },
    expect: 'cannot-tell',
    says: /answers got worse/,
  },
  {
    it: 'no lookup of outside names ended',
    given: {
      dnsProbe: probe({ nodes: ['worker-1'], counts: { externalService: 0, externalEndpoint: 0, libcExternal: 0 } }),
    },
    expect: 'cannot-tell',
    says: /no lookup of external names/,
  },
  { it: 'no lookups at all', given: modelOf({ nodes: [node('worker-1')] }), expect: 'cannot-tell', says: /--probe/ },

  { it: 'all answered', given: cluster(), expect: 'ok' },
  { it: 'slower than usual, but answering', given: cluster({ network: slowButAnswering }), expect: 'ok' },
  { it: 'a slow upstream', given: cluster({ network: upstreamSlow }), expect: 'ok' },
  {
    it: 'one lost packet in the whole probe',
    given: cluster({
      nodes: ['worker-1'],
      network: ({ index, method, zone, server }) =>
        index === 5 && method === 'pair' && zone === 'cluster' && server.role === 'service' ? lost('both') : answered(),
    }),
    expect: 'ok',
  },
])

test('the help does not send to the command that was just run', () => {
  for (const isRead of [true, false]) {
    const its = cluster({ network: tableFullOn('worker-2') })
    const given = isRead ? modelOf(its) : modelOf(its, { conntrack: unknown('not-asked', 'needs --node-access') })
    const found = diagnose(given, { checks: [check] }).roots.map((it) => it.finding)
    expect(found.length).toBeGreaterThan(0)
    for (const it of found)
      expect(check.words.help(it).some((line) => line?.includes('hopscope dns') === true)).toBe(!isRead)
  }
})
