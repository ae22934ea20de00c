import { describe, expect, test } from 'vitest'
import { localCluster } from '../../../test/fakes/local-cluster.ts'
import { dnsAnswer, dnsQuery, pcapOf, udp } from '../../../test/build/packets.ts'
import type { Cluster } from '../../kube/cluster.ts'
import { known, unknown } from '../../model/known.ts'
import { createPcapAnalysis } from '../../session/pcap.ts'
import { readFilter } from '../../wire/capture-filter.ts'
import { asIpAddress } from '../../wire/dns-name.ts'
import { asPodUid } from '../../wire/node-names.ts'
import { type CaptureCaller, type CaptureRun, runCapture } from './capture-run.ts'
import { type End, planCapture } from './plan-capture.ts'

const found = [
  'pid 77',
  'pod eth0 9',
  'node eth0 2',
  'node veth9 9',
  'route eth0 00000000 00000000 0003',
  'tool perl',
  'tool nsenter',
  'end',
].join('\n')

function endOf(name: string, node: string, address: string): End {
  const [uid, ip] = [asPodUid('11111111-2222-3333-4444-555555555555'), asIpAddress(address)]
  if (uid === null || ip === null) throw new Error('no end')
  return { namespace: 'shop', name, uid, node, addresses: [ip], hostNetwork: false }
}

const client = endOf('web', 'n0', '10.1.0.5')
const server = endOf('dns', 'n1', '10.1.1.2')
const ends = { from: '10.1.0.5', to: '10.1.1.2', sport: 4000, dport: 53 }
const asked = (id: number, at: number) => ({
  at,
  ip: udp({ ...ends, sport: 4000 + id, ipId: id, payload: dnsQuery(id, 'a.shop') }),
})
const answered = (id: number, at: number) => ({
  at,
  ip: udp({ from: ends.to, to: ends.from, sport: 53, dport: 4000 + id, ipId: id, payload: dnsAnswer(id, 'a.shop') }),
})
const now = Date.now()
/** The third query leaves the veth and never the node. */
const [well, lost] = [[1, 2, 4, 5], [3]].map((ids) =>
  ids.flatMap((id) => [asked(id, now + 10 * id), answered(id, now + 10 * id + 4)]),
)
const atPod = [...(well ?? []), ...(lost ?? []).slice(0, 1)].toSorted((one, other) => one.at - other.at)

interface Node {
  readonly finds?: string
  readonly refuses?: string
}

/** Pods of the fake are real processes; what is run in them is answered here. */
function world(nodes: Readonly<Record<string, Node>> = {}) {
  const local = localCluster()
  const held = new Set<string>()
  const heldOnce = new Set<string>()
  const exec: Cluster['exec'] = async (_, pod, { command, live, signal }) => {
    const its = nodes[/n\d/.exec(pod)?.[0] ?? ''] ?? {}
    if (live === undefined) return known({ code: 0, stdout: its.finds ?? found, stderr: '' })
    // That which holds the pod has no values but its time.
    if (command.length === 5) {
      held.add(pod)
      heldOnce.add(pod)
      await new Promise((resolve) => signal?.addEventListener('abort', resolve))
      held.delete(pod)
      return known({ code: null, stdout: '', stderr: '' })
    }
    if (its.refuses !== undefined) return known({ code: 1, stdout: '', stderr: its.refuses })
    const isNode = command[5] === '0' && command[6] === 'eth0'
    live.out(pcapOf(isNode ? (well ?? []) : atPod))
    await new Promise<void>((resolve) => {
      if (live.enough.aborted || signal?.aborted === true) resolve()
      live.enough.addEventListener('abort', () => resolve(), { once: true })
    })
    return known({ code: 0, stdout: '', stderr: '0 packets dropped by kernel' })
  }
  const cluster: Cluster = { ...local.cluster, exec }
  return { cluster, left: () => local.pods.size, held: () => held.size, heldOnce: () => heldOnce.size }
}

function runOf(more: Partial<CaptureRun> = {}): CaptureRun {
  const read = readFilter('port 53')
  const plan = planCapture({
    client,
    servers: [server],
    serviceAddresses: [],
    movedPorts: [],
    nodeAddresses: [],
    places: new Set(['client', 'node']),
    filter: read.kind === 'filter' ? read.filter : null,
    snaplen: 256,
  })
  if (plan.kind === 'refused') throw new Error(plan.why)
  return {
    run: 'aaaa0000',
    namespace: 'shop',
    image: 'node',
    points: plan.points,
    packets: 1000,
    bytes: 2 ** 20,
    snaplen: 256,
    seconds: 60,
    application: 'hopscope',
    ...more,
  }
}

async function captured(cluster: Cluster, run: CaptureRun, more: Partial<CaptureCaller> = {}) {
  const analysis = createPcapAnalysis({}, 'x')
  const announced: string[] = []
  const end = await runCapture(cluster, run, {
    step: () => {},
    announce: (line) => announced.push(line),
    sink: analysis.push,
    during: () => Promise.resolve(),
    signal: new AbortController().signal,
    ...more,
  })
  return { end, announced, ...analysis.end() }
}

describe('a capture', { timeout: 60_000 }, () => {
  test('has its points in one file, in their order, and says where a query was lost', async () => {
    const { cluster, left, held, heldOnce } = world()
    const { end, announced, capture, diagnosis } = await captured(cluster, runOf())
    expect([heldOnce(), held()]).toEqual([1, 0])
    expect(capture.points.map((it) => [it.name, it.packets, it.end, it.dropped])).toEqual([
      ['x:client', 9, 'whole', 0],
      ['x:client-veth', 9, 'whole', 0],
      ['x:client-node', 8, 'whole', 0],
    ])
    expect(announced).toEqual(['capturing at client (eth0), client-veth (veth9), client-node (eth0)'])
    const lost = diagnosis.roots.find((it) => it.finding.code === 'PKT731')
    expect(lost?.finding.args).toMatchObject({ what: 'query', seenAt: 'x:client-veth', missedAt: 'x:client-node' })
    expect(lost?.finding.evidence.map((it) => (it.kind === 'fact' ? it.value : ''))).toContainEqual(
      expect.stringMatching(/^client packet \d+, client-veth packet \d+, client-node never$/),
    )
    expect(end).toMatchObject({ endedBy: 'time', left: [] })
    expect(left()).toBe(0)
  })

  test('goes on without a point that can not be opened, and says why', async () => {
    const { cluster, left } = world({ n0: { finds: found.replace('node veth9 9', 'node veth9 8') } })
    const { end, announced, capture } = await captured(cluster, runOf())
    expect(capture.points.map((it) => it.name)).toEqual(['x:client', 'x:client-node'])
    expect(announced[0]).toMatch(/no capture at client-veth: the other end of eth0 is no device of node n0/)
    expect(end.points.find((it) => it.name === 'client-veth')?.why).not.toBeNull()
    expect(left()).toBe(0)
  })

  test.each([
    ['a tool that is refused', { n0: { refuses: "tcpdump: eth0: You don't have permission" } }, /permission/],
    ['an image without a tool', { n0: { finds: found.replace('tool perl\n', '') } }, /neither tcpdump nor perl/],
    [
      'a pod that is not found',
      {
        n0: {
          finds: found
            .replace('pid 77\n', '')
            .replace('node eth0 2\n', '')
            .replace(/^route.*\n/m, ''),
        },
      },
      /no process of pod|no route/,
    ],
    ['half an answer', { n0: { finds: found.replace('\nend', '') } }, /did not say what devices/],
  ])('of which nothing comes has its reason: %s', async (_, nodes, why) => {
    const { cluster, left } = world(nodes)
    const { end } = await captured(cluster, runOf())
    expect(end.bytes).toBe(0)
    for (const it of end.points) expect(it.why).toMatch(why)
    expect(left()).toBe(0)
  })

  test('ends with whoever wants it, and its file is whole', async () => {
    const { cluster, left } = world()
    const stop = new AbortController()
    const running = captured(cluster, runOf(), {
      during: null,
      signal: stop.signal,
      announce: (line) => void (line.startsWith('capturing') && setTimeout(() => stop.abort(), 200)),
    })
    const { end, capture } = await running
    expect(end.endedBy).toBe('caller')
    expect(capture.points.map((it) => it.end)).toEqual(['whole', 'whole', 'whole'])
    expect(left()).toBe(0)
  })

  test('ends with the pod that it is taken at', async () => {
    const { cluster, left } = world()
    const gone = new AbortController()
    const { end, capture } = await captured(cluster, runOf(), {
      during: null,
      gone: gone.signal,
      announce: (line) => void (line.startsWith('capturing') && setTimeout(() => gone.abort(), 200)),
    })
    expect(end.endedBy).toBe('pod')
    expect(capture.points.map((it) => it.end)).toEqual(['whole', 'whole', 'whole'])
    expect(left()).toBe(0)
  })

  test('ends at its bytes', async () => {
    const { cluster } = world()
    const { end } = await captured(cluster, runOf({ bytes: 1500 }), { during: null })
    // And what each point says at its end.
    expect(end.bytes).toBeLessThanOrEqual(1500 + 3 * 100)
  })

  test('that may make no pod has the reason', async () => {
    const { cluster } = world()
    const create: Cluster['create'] = () => Promise.resolve(unknown('forbidden', 'create pods in namespace shop'))
    const { end } = await captured({ ...cluster, create }, runOf())
    expect(end.bytes).toBe(0)
    for (const it of end.points) expect(it.why).toMatch(/not allowed: create pods/)
  })
})
