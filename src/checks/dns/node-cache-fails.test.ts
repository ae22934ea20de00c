import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { diagnose } from '../../engine.ts'
import { cluster, workers } from '../../../test/build/dns-faults.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { answered, never, type Network, servfail } from '../../../test/build/lookups.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { checks } from '../registry.ts'
import check from './node-cache-fails.ts'

const cachesAt = (ips: string): ReturnType<typeof clusterDns> => ({
  ...clusterDns(),
  nodeCaches: workers.map((node, i) =>
    pod(`cache-${i + 1}`, {
      namespace: 'kube-system',
      node,
      hostNetwork: true,
      owner: { kind: 'DaemonSet', name: 'cache' },
      containers: [container({ name: 'c', args: ['-localip', ips] })],
    }),
  ),
})
const own = cachesAt('169.254.25.10')
const holding = cachesAt('169.254.25.10,10.96.0.10')
const isCache = ({ server, method }: Parameters<Network>[0]): boolean =>
  server.role === 'node-cache' || method === 'getaddrinfo'
const onNode2: Network = (it) => (it.node === 'worker-2' && isCache(it) ? never() : answered())
const tcpClosed: Network = (it) => (it.server.role === 'node-cache' && it.transport === 'tcp' ? never() : answered())
const errs: Network = (it) => (it.zone === 'cluster' && isCache(it) && it.index % 4 === 0 ? servfail(2000) : answered())
const deaf: Network = (it) => (it.zone === 'external' && isCache(it) ? never() : answered())
const held: Network = ({ server, zone }) => (server.role === 'endpoint' || zone === 'external' ? answered() : never())

test('every cache fails, and the DNS Service takes no TCP, by which caches ask: that is the cause', () => {
  const { service } = clusterDns()
  const udp = (service?.ports ?? []).filter((it) => it.protocol === 'UDP')
  const lacking = { ...own, service: service === null ? null : { ...service, ports: udp } }
  const lost: Network = ({ transport }) => (transport === 'tcp' ? never() : answered())
  const failing: Network = (it) => (isCache(it) ? servfail(3) : lost(it))
  const { roots } = diagnose(modelOf(cluster({ dns: lacking, network: failing })), { checks })
  expect(roots[0]?.finding.code).toBe('DNS120')
  expect(roots[0]?.consequences.map((it) => it.code)).toContain('DNS157')
})

describeCheck(check, [
  {
    it: 'one cache is dead',
    given: cluster({ dns: own, network: onNode2 }),
    expect: [{ subject: 'Pod/kube-system/cache-2', args: { how: 'silent', nodes: 'worker-2' } }],
  },
  {
    it: 'UDP alone',
    given: cluster({ dns: own, network: tcpClosed }),
    expect: [{ subject: 'DaemonSet/kube-system/cache', args: { how: 'tcp' } }],
  },
  {
    it: 'SERVFAIL of the caches alone',
    given: cluster({ dns: own, network: errs }),
    expect: [{ subject: 'DaemonSet/kube-system/cache', args: { how: 'erring', names: 'names of the cluster' } }],
  },
  {
    it: 'outside names alone',
    given: cluster({ dns: own, network: deaf }),
    expect: [{ subject: 'DaemonSet/kube-system/cache', args: { how: 'silent', names: 'outside names' } }],
  },
  {
    it: "it holds the Service's address",
    given: cluster({ dns: holding, network: held }),
    expect: [{ subject: 'DaemonSet/kube-system/cache', args: { how: 'silent' } }],
  },
  { it: 'the servers fail as well', given: cluster({ dns: own, network: () => never() }), expect: 'ok' },
  { it: 'all is well', given: cluster({ dns: own }), expect: 'ok' },
  { it: 'there is no cache', given: cluster(), expect: 'not-applicable' },
  { it: 'the DNS could not be read', given: modelOf({}), expect: 'cannot-tell' },
])

test('whichever caches fail, on whatever address and however: they are named, and no cause is said to be missing', () => {
  const way = fc.constantFrom(never(), servfail(2000))
  const ips = fc.constantFrom('169.254.25.10', '10.1.0.10', '169.254.20.10,10.96.0.10')
  fc.assert(
    fc.property(ips, fc.subarray<string>([...workers], { minLength: 1 }), way, (at, nodes, fate) => {
      const network: Network = (it) =>
        nodes.includes(it.node) &&
        it.server.role !== 'endpoint' &&
        (it.server.role !== 'service' || at.includes('10.96.0.10'))
          ? fate
          : answered()
      const model = modelOf(cluster({ dns: cachesAt(at), network }))
      const { roots } = diagnose(model, { checks })
      const said = roots
        .flatMap((it) => [it.finding, ...it.consequences])
        .map((it) => checks.find((one) => one.code === it.code)?.words.headline(it as never) ?? '')
      expect(roots.some((it) => it.finding.code === 'DNS157')).toBe(true)
      expect(said.join('\n')).not.toContain('no known cause')
    }),
    { numRuns: 40 },
  )
})
