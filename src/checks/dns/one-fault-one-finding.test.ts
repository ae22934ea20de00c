import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cluster } from '../../../test/build/dns-faults.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { answered, type Asked, type Fate, never, refused } from '../../../test/build/lookups.ts'
import { pod } from '../../../test/build/pod.ts'
import { slice } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { checks } from '../registry.ts'

/** Servers on their nodes, behind one Service. */
function servers(homes: readonly string[]): ClusterDns {
  const all = clusterDns()
  const [like] = all.pods
  const pods = homes.map((node, index) =>
    pod(`coredns-${index}`, { ...like, name: `coredns-${index}`, ip: `10.2.${index}.2`, node }),
  )
  return { ...all, pods, slices: [slice('kube-dns', pods, { namespace: 'kube-system' })] }
}

interface Planted {
  readonly network: (asked: Asked) => Fate
  readonly blamed: RegExp
}

const nodesOf = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `worker-${index + 1}`)

/** What the failing lookups have in common, in a topology without other noise. */
const planted = fc.integer({ min: 3, max: 6 }).chain((count) => {
  const nodes = nodesOf(count)
  const homes = fc.shuffledSubarray([...nodes], { minLength: 1, maxLength: 2 })
  return homes.chain((on) =>
    fc.constantFrom('server', 'node', 'overlay', 'refusing').map((kind) => ({ kind, nodes, homes: on })),
  )
})

function plant(kind: string, nodes: readonly string[], homes: readonly string[]): Planted | null {
  const client = nodes.find((it) => !homes.includes(it)) ?? ''
  if (kind === 'node')
    return { network: ({ node }) => (node === client ? never() : answered()), blamed: new RegExp(`Node/${client}$`) }
  if (kind === 'refusing')
    return {
      network: ({ node, zone }) => (node === client && zone === 'cluster' ? refused() : answered()),
      blamed: /coredns$/,
    }
  if (kind === 'overlay' && homes.length === 1)
    return {
      network: ({ node }) => (homes.includes(node) ? answered() : never()),
      blamed: new RegExp(`Node/${homes[0]}$`),
    }
  if (kind === 'server' && homes.length > 1) {
    return {
      network: ({ server, index }) =>
        server.ip === '10.2.0.2' || (server.role === 'service' && index % homes.length === 0) ? never() : answered(),
      blamed: /Pod\/kube-system\/coredns-0$/,
    }
  }
  return null
}

test('the planted common factor is blamed, once', () => {
  fc.assert(
    fc.property(planted, ({ kind, nodes, homes }) => {
      const it = plant(kind, nodes, homes)
      if (it === null) return
      const { roots } = diagnose(
        modelOf(cluster({ nodes, dns: servers(homes), network: it.network }), {}, { target: { kind: 'dns' } }),
        { checks },
      )
      const errors = roots.filter(({ finding }) => finding.severity === 'error')
      expect(
        errors.map(
          ({ finding: { subject: on } }) => `${on.kind}/${on.namespace === null ? '' : `${on.namespace}/`}${on.name}`,
        ),
      ).toEqual([expect.stringMatching(it.blamed)])
    }),
    { numRuns: 60 },
  )
})

const lateCpu = fc.record({
  node: fc.constantFrom(...nodesOf(4)),
  every: fc.integer({ min: 1, max: 10 }),
  server: fc.constantFrom(null, '10.2.0.2', '10.2.1.2'),
  transport: fc.constantFrom(null, 'udp', 'tcp'),
})

test('a probe that got the CPU late finds no error, whatever it seemed to lose, and is not green', () => {
  fc.assert(
    fc.property(lateCpu, ({ node: busy, every, server, transport }) => {
      const network = ({ node, index, server: at, transport: over }: Asked): Fate =>
        node === busy && index % every === 0 && (server ?? at.ip) === at.ip && (transport ?? over) === over
          ? never()
          : answered()
      const dns = servers(['worker-1', 'worker-2'])
      const given = cluster({ nodes: nodesOf(4), dns, network, probed: { lag: [{ node: busy, p99Ms: 4000 }] } })
      const { roots, results } = diagnose(modelOf(given, {}, { target: { kind: 'dns' } }), { checks })
      expect(roots.filter(({ finding }) => finding.severity === 'error').map(({ finding }) => finding.code)).toEqual([])
      expect(results.find((it) => it.check.code === 'DNS110')?.verdict).toBe('cannot-tell')
    }),
    { numRuns: 40 },
  )
})
