import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '../../../test/build/effort.ts'
import { cluster } from '../../../test/build/dns-faults.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { answered, type Asked, type Fate, never } from '../../../test/build/lookups.ts'
import { pod } from '../../../test/build/pod.ts'
import { slice } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { checks } from '../registry.ts'

interface World {
  readonly v6: boolean
  readonly nodes: readonly string[]
  /** The node of each server. */
  readonly homes: readonly string[]
}

/** One lookup on its way: who asks, and the server that it is given to. */
interface Way {
  readonly asker: string
  readonly server: number
  readonly home: string
  readonly crosses: boolean
  readonly by: 'service' | 'direct'
  readonly transport: 'udp' | 'tcp'
  readonly zone: 'cluster' | 'external'
}

interface Fault {
  readonly name: string
  readonly hits: (way: Way) => boolean
  readonly which?: 'a' | 'aaaa'
  readonly subjects: readonly string[]
}

const service = 'Service/kube-system/kube-dns'
const workload = 'Deployment/kube-system/coredns'
const podOf = (server: number): string => `Pod/kube-system/coredns-${server}`

function dnsOf({ homes, v6 }: World): ClusterDns {
  const all = clusterDns()
  const [like] = all.pods
  const pods = homes.map((node, index) =>
    pod(`coredns-${index}`, {
      ...like,
      name: `coredns-${index}`,
      ip: v6 ? `fd00:2::${index}` : `10.2.${index}.2`,
      node,
    }),
  )
  const service = all.service === null ? null : { ...all.service, clusterIP: v6 ? 'fd00:96::a' : '10.96.0.10' }
  return { ...all, service, pods, slices: [slice('kube-dns', pods, { namespace: 'kube-system' })] }
}

function networkOf({ homes }: World, faults: readonly Fault[]): (asked: Asked) => Fate {
  return ({ node, server, index, transport, zone }) => {
    const at = server.role === 'service' ? index % homes.length : Number(/coredns-(\d+)/.exec(server.pod ?? '')?.[1])
    const home = homes[at] ?? ''
    const way: Way = {
      asker: node,
      server: at,
      home,
      crosses: node !== home,
      by: server.role === 'service' ? 'service' : 'direct',
      transport,
      zone,
    }
    const hits = faults.filter((it) => it.hits(way)).map((it) => it.which ?? 'both')
    const [first] = hits
    if (first === undefined) return answered()
    return never(hits.every((it) => it === first) ? first : 'both')
  }
}

/** Every fault that this world can have and that is told from every other one by what is seen. */
function faultsOf({ nodes, homes }: World, on?: string): readonly Fault[] {
  const others = nodes.filter((it) => !homes.includes(it))
  const places = new Set(homes)
  const many = homes.length > 1
  const all = [service, workload, ...(many ? [] : [podOf(0)]), ...(nodes.length > 1 ? [] : ['Node/worker-1'])]
  const either = others.length > 0 ? others : nodes
  const askers = nodes.length > 1 ? either : []
  return [
    { name: 'all lost', hits: () => true, subjects: all },
    { name: 'cluster zone lost', hits: ({ zone }) => zone === 'cluster', subjects: all },
    { name: 'udp lost', hits: ({ transport }) => transport === 'udp', subjects: all },
    { name: 'tcp lost', hits: ({ transport }) => transport === 'tcp', subjects: all },
    { name: 'aaaa lost', hits: ({ transport }) => transport === 'udp', which: 'aaaa' as const, subjects: all },
    {
      name: 'service lost',
      hits: ({ by }) => by === 'service',
      subjects: [service, ...(nodes.length > 1 ? [] : ['Node/worker-1'])],
    },
    ...(on === undefined ? askers.slice(0, 1) : [on]).flatMap((node): readonly Fault[] => [
      { name: 'asker', hits: ({ asker }) => asker === node, subjects: [`Node/${node}`] },
      {
        name: 'asker udp',
        hits: ({ asker, transport }) => asker === node && transport === 'udp',
        subjects: [`Node/${node}`],
      },
      {
        name: 'asker tcp',
        hits: ({ asker, transport }) => asker === node && transport === 'tcp',
        subjects: [`Node/${node}`],
      },
      {
        name: 'asker aaaa',
        hits: ({ asker, transport }) => asker === node && transport === 'udp',
        which: 'aaaa' as const,
        subjects: [`Node/${node}`],
      },
      {
        name: 'asker cluster zone',
        hits: ({ asker, zone }) => asker === node && zone === 'cluster',
        subjects: [`Node/${node}`],
      },
      {
        name: 'asker service',
        hits: ({ asker, by }) => asker === node && by === 'service',
        subjects: [`Node/${node}`],
      },
    ]),
    ...(many
      ? ([
          { name: 'server', hits: ({ server }) => server === 0, subjects: [podOf(0)] },
          {
            name: 'server udp',
            hits: ({ server, transport }) => server === 0 && transport === 'udp',
            subjects: [podOf(0)],
          },
          {
            name: 'server tcp',
            hits: ({ server, transport }) => server === 0 && transport === 'tcp',
            subjects: [podOf(0)],
          },
          {
            name: 'server aaaa',
            hits: ({ server, transport }) => server === 0 && transport === 'udp',
            which: 'aaaa',
            subjects: [podOf(0)],
          },
          {
            name: 'server cluster zone',
            hits: ({ server, zone }) => server === 0 && zone === 'cluster',
            subjects: [podOf(0)],
          },
        ] satisfies readonly Fault[])
      : []),
    ...(nodes.length > 2
      ? [
          {
            name: 'overlay',
            hits: ({ crosses }: Way) => crosses,
            subjects: places.size === 1 ? [`Node/${homes[0]}`] : [service, workload],
          },
        ]
      : []),
    ...(nodes.length > 2 && places.size > 1
      ? [
          {
            name: 'uplink of a server node',
            hits: ({ crosses, home, asker }: Way) => crosses && (home === homes[0] || asker === homes[0]),
            subjects: [`Node/${homes[0]}`],
          },
        ]
      : []),
    ...(nodes.length > 2 && places.size > 1 && places.size < nodes.length
      ? [
          {
            name: 'way into a node',
            hits: ({ crosses, home }: Way) => crosses && home === homes[0],
            subjects: [`Node/${homes[0]}`],
          },
        ]
      : []),
  ]
}

const world: fc.Arbitrary<World> = fc
  .record({ nodes: fc.integer({ min: 1, max: 6 }), servers: fc.integer({ min: 1, max: 4 }), v6: fc.boolean() })
  .chain(({ nodes: count, servers, v6 }) => {
    const nodes = Array.from({ length: count }, (_, index) => `worker-${index + 1}`)
    return fc
      .array(fc.constantFrom(...nodes), { minLength: servers, maxLength: servers })
      .map((homes) => ({ nodes, homes, v6 }))
  })

function errorsIn(given: World, faults: readonly Fault[]): readonly string[] {
  const model = modelOf(
    cluster({ nodes: given.nodes, dns: dnsOf(given), network: networkOf(given, faults) }),
    {},
    { target: { kind: 'dns' } },
  )
  return diagnose(model, { checks })
    .roots.filter(({ finding }) => finding.severity === 'error')
    .map(({ finding: { subject: on } }) => `${on.kind}/${on.namespace === null ? '' : `${on.namespace}/`}${on.name}`)
}

const planted = world.chain((of) => fc.constantFrom(...faultsOf(of)).map((fault) => ({ of, fault })))

test('whatever is planted, one error stands there, and on what was planted', () => {
  fc.assert(
    fc.property(planted, ({ of, fault }) => {
      expect({ fault: fault.name, errors: errorsIn(of, [fault]) }).toEqual({
        fault: fault.name,
        errors: [expect.toBeOneOf([...fault.subjects])],
      })
    }),
    { numRuns: runs(150) },
  )
})

/**
 * Two that leave each other alone: on two nodes without a server, or on such a node and at a server. A third node
 * without one is well: else what the two have in common could be that they have none.
 */
const pairOfFaults = fc
  .record({ count: fc.integer({ min: 5, max: 6 }), servers: fc.integer({ min: 2, max: 4 }), v6: fc.boolean() })
  .chain(({ count, servers, v6 }) => {
    const nodes = Array.from({ length: count }, (_, index) => `worker-${index + 1}`)
    const homes = Array.from({ length: servers }, (_, index) => nodes[3 + (index % (count - 3))] ?? '')
    const of: World = { nodes, homes, v6 }
    const names = ['asker', 'asker udp', 'asker tcp', 'asker aaaa', 'asker service', 'asker cluster zone']
    const at = (node: string): readonly Fault[] => faultsOf(of, node).filter((it) => names.includes(it.name))
    const atServer = faultsOf(of).filter((it) => it.name === 'server')
    return fc
      .tuple(fc.constantFrom(...at('worker-1')), fc.constantFrom(...at('worker-2'), ...atServer))
      .map(([one, other]) => ({ of, faults: [one, other] }))
  })

test('two faults that have nothing to do with each other are two', () => {
  fc.assert(
    fc.property(pairOfFaults, ({ of, faults }) => {
      const names = faults.map((it) => it.name).join(' and ')
      expect({ names, errors: errorsIn(of, faults).toSorted() }).toEqual({
        names,
        errors: faults.flatMap((it) => it.subjects[0] ?? []).toSorted(),
      })
    }),
    { numRuns: runs(100) },
  )
})
