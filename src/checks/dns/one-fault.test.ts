import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '../../../test/build/effort.ts'
import { diagnose } from '../../engine.ts'
import { model } from '../../model/build.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { known } from '../../model/known.ts'
import { subjectKey } from '../../model/subject.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { cluster } from '../../../test/build/dns-faults.ts'
import { answered, type Asked, type Fate, never, rejected, servfail } from '../../../test/build/lookups.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { slice } from '../../../test/build/service.ts'
import { checks } from '../registry.ts'

const corefile = `.:53 {
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa
    forward . 192.0.2.53
    cache 30
}
`
const ports = (['UDP', 'TCP'] as const).map((protocol) => ({ name: protocol.toLowerCase(), port: 53, protocol }))

/** One DNS server on each of these nodes, which may be named more than once. */
function serversOn(homes: readonly string[]): ClusterDns {
  const namespace = 'kube-system'
  const pods = homes.map((node, at) =>
    pod(`coredns-${at}`, { namespace, ip: `10.2.${at}.2`, node, containers: [container({ name: 'coredns', ports })] }),
  )
  return clusterDns({ corefile: known(corefile), pods, slices: [slice('kube-dns', pods, { namespace, ports })] })
}

interface Way {
  readonly asked: Asked
  /** Where the server runs that this packet goes to, and its address. */
  readonly home: string
  readonly ip: string
}

interface Fault {
  readonly what: string
  readonly hits: (way: Way) => boolean
  readonly fates: readonly Fate[]
  /** Root causes that name it, as `CODE Kind/name`. */
  readonly named: readonly string[]
}

const service = 'Service/kube-system/kube-dns'
const everywhere: readonly Fault[] = [
  {
    what: 'UDP is closed',
    hits: ({ asked }) => asked.transport === 'udp',
    fates: [never(), rejected],
    named: [`DNS141 ${service}`],
  },
  {
    what: 'TCP is closed',
    hits: ({ asked }) => asked.transport === 'tcp',
    fates: [never(), rejected],
    named: [`DNS109 ${service}`],
  },
  { what: 'nothing is answered', hits: () => true, fates: [never(), rejected], named: [`DNS110 ${service}`] },
  {
    what: 'all is answered with errors',
    hits: () => true,
    fates: [servfail(2)],
    named: ['DNS160 Deployment/kube-system/coredns'],
  },
  {
    what: 'names of the cluster are lost',
    hits: ({ asked }) => asked.zone === 'cluster',
    fates: [never()],
    named: [`DNS110 ${service}`],
  },
  {
    what: 'outside names are lost',
    hits: ({ asked }) => asked.zone === 'external',
    fates: [never()],
    named: ['DNS108 ConfigMap/kube-system/coredns'],
  },
  {
    what: 'the address of the Service is lost',
    hits: ({ asked }) => asked.server.role === 'service',
    fates: [never()],
    named: [`DNS142 ${service}`],
  },
]

const onNode = (node: string): readonly Fault[] => [
  {
    what: `${node} hears nothing`,
    hits: (it) => it.asked.node === node,
    fates: [never()],
    named: [`DNS105 Node/${node}`],
  },
  {
    what: `UDP is closed on ${node}`,
    hits: (it) => it.asked.node === node && it.asked.transport === 'udp',
    fates: [never()],
    named: [`DNS141 Node/${node}`],
  },
  {
    what: `TCP is closed on ${node}`,
    hits: (it) => it.asked.node === node && it.asked.transport === 'tcp',
    fates: [never()],
    named: [`DNS109 Node/${node}`],
  },
]

/** What is lost between nodes, for servers on two nodes at least, of three nodes at least. */
const between = (home: string): readonly Fault[] => [
  {
    what: 'nothing crosses between nodes',
    hits: (it) => it.asked.node !== it.home,
    fates: [never()],
    named: [`DNS140 ${service}`],
  },
  {
    what: `nothing enters or leaves ${home}`,
    hits: (it) => (it.asked.node === home) !== (it.home === home),
    fates: [never()],
    named: [`DNS140 Node/${home}`],
  },
  {
    what: `nothing enters ${home}`,
    hits: (it) => it.home === home && it.asked.node !== home,
    fates: [never()],
    named: [`DNS140 Node/${home}`],
  },
]

const placed = fc
  .record({ nodes: fc.integer({ min: 2, max: 5 }), homes: fc.array(fc.nat(4), { minLength: 2, maxLength: 4 }) })
  .map(({ nodes, homes }) => ({
    names: Array.from({ length: nodes }, (_, at) => `worker-${at + 1}`),
    homes: homes.map((it) => `worker-${(it % nodes) + 1}`),
  }))

const planted = placed.chain(({ names, homes }) => {
  const [home = ''] = homes
  const crossing = names.length > 2 && new Set(homes).size > 1 ? between(home) : []
  return fc.constantFrom(...everywhere, ...names.flatMap(onNode), ...crossing).chain((fault) =>
    fc.record({
      names: fc.constant(names),
      homes: fc.constant(homes),
      fault: fc.constant(fault),
      fate: fc.constantFrom(...fault.fates),
    }),
  )
})

/** A connection to the Service goes to one of its servers, one after the other. */
function wayOf(dns: ClusterDns, asked: Asked): Way {
  const to =
    asked.server.role === 'endpoint'
      ? dns.pods.find((it) => it.ip === asked.server.ip)
      : dns.pods[asked.index % dns.pods.length]
  return { asked, home: to?.node ?? '', ip: to?.ip ?? '' }
}

test('one fault, one finding, on what is broken, and no healthy node is blamed', () => {
  fc.assert(
    fc.property(planted, ({ names, homes, fault, fate }) => {
      const dns = serversOn(homes)
      const network = (asked: Asked): Fate => (fault.hits(wayOf(dns, asked)) ? fate : answered())
      const sources = Object.entries(cluster({ nodes: names, dns, network })).map(([name, it]) => [name, known(it)])
      const { roots } = diagnose(
        model(Object.fromEntries(sources), { scope: { namespace: null, target: { kind: 'dns' }, level: 'node' } }),
        { checks },
      )
      const worse = roots.filter((it) => it.finding.severity !== 'info')
      expect(
        worse.map(({ finding: it }) => `${it.code} ${subjectKey(it.subject)}`),
        `${fault.what}, ${fate.kind}, ${names.length} nodes, servers on ${homes.join(' ')}`,
      ).toEqual(fault.named)
    }),
    { numRuns: runs(150) },
  )
})
