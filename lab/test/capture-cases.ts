// `hopscope capture`: faults told apart by packets alone, taken at both ends at once; and that whatever ends it, it
// leaves nothing running.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { addRules, removeRules, type Rule } from '../breaks/firewall.ts'
import { nodeNamed } from '../breaks/node.ts'
import { onNode } from '../breaks/place.ts'
import raceLossy from '../faults/dns/dns-race-lossy.ts'
import type { Lab } from '../lab.ts'
import { run } from '../process.ts'
import { type Found, hopscope, type Ran, subjectOf } from './hopscope.ts'
import { expectThat, type Result } from './result.ts'

const group = 'capture'
const NAMESPACE = 'lab-capture'
const ours = 'app.kubernetes.io/managed-by=hopscope'
/** Nobody has it. */
const NOBODY = '198.18.102.250'

/** 9001 resets whoever speaks, 9002 never reads, 9003 answers with 200 kB. */
const server =
  "const n=require('net');const on=(p,o,f)=>n.createServer(o,s=>{s.on('error',()=>{});f(s)}).listen(p);" +
  "on(9001,{},s=>s.on('data',()=>s.resetAndDestroy()));on(9002,{pauseOnConnect:true},()=>{});" +
  "on(9003,{},s=>s.once('data',()=>s.end('x'.repeat(200000))))"

function pod(name: string, node: string, image: string, command: readonly string[]): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE, labels: { app: name } },
    spec: {
      nodeName: node,
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'main', image: `docker.io/library/${image}`, command }],
    },
  }
}

const objects = [
  pod('client', 'worker-1', 'busybox:1.36', ['sleep', '1000000']),
  pod('server', 'worker-2', 'node:24-slim', ['node', '-e', server]),
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'nobody', namespace: NAMESPACE },
    spec: { selector: { app: 'nobody' }, ports: [{ port: 80 }] },
  },
]

const deny = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'deny', namespace: NAMESPACE },
  spec: { podSelector: { matchLabels: { app: 'server' } }, policyTypes: ['Ingress'], ingress: [] },
}

interface Ends {
  readonly server: string
  readonly service: string
}

interface Told {
  readonly name: string
  readonly peer: (ends: Ends) => string
  /** In the client. */
  readonly does: (ends: Ends) => string
  /** Codes of the root causes, with the subject where it says which. */
  readonly expected: readonly string[]
  readonly broken?: (lab: Lab, ends: Ends) => Promise<() => Promise<unknown>>
}

const asks = (ip: string, port: number): string => `for i in 1 2; do echo hi | timeout 5 nc -w 4 ${ip} ${port}; done`

const cases: readonly Told[] = [
  {
    name: 'a server that answers',
    peer: () => 'pod/server',
    does: (it) => asks(it.server, 9003),
    expected: [],
  },
  {
    name: 'a policy drops',
    peer: () => 'pod/server',
    does: (it) => asks(it.server, 9003),
    expected: ['PKT731 Capture/capture:server-node..capture:server-veth'],
    async broken(lab) {
      await lab.kubectl(['apply', '-f', '-'], JSON.stringify(deny))
      await sleep(4000)
      return () => lab.kubectl(['delete', '-f', '-', '--ignore-not-found'], JSON.stringify(deny))
    },
  },
  { name: 'nobody listens', peer: () => 'pod/server', does: (it) => asks(it.server, 9009), expected: ['PKT712'] },
  { name: 'the server resets', peer: () => 'pod/server', does: (it) => asks(it.server, 9001), expected: ['PKT714'] },
  {
    name: 'the server does not read',
    peer: () => 'pod/server',
    does: (it) => `head -c 30000000 /dev/zero | timeout 6 nc -w 5 ${it.server} 9002`,
    expected: ['PKT716'],
  },
  { name: 'a REJECT', peer: () => 'svc/nobody', does: (it) => asks(it.service, 80), expected: ['PKT712'] },
  { name: 'a replica that is gone', peer: () => NOBODY, does: () => asks(NOBODY, 80), expected: ['PKT713'] },
  // The last, as what it leaves half said is said again for a while.
  {
    name: 'large packets vanish',
    peer: () => 'pod/server',
    does: (it) => asks(it.server, 9003),
    expected: ['PKT731 Capture/capture:server-node..capture:server-veth'],
    async broken(lab, ends) {
      const rule = ['-s', ends.server, '-m', 'length', '--length', '1301:', '-j', 'DROP']
      const rules: readonly Rule[] = [{ table: 'filter', chain: 'FORWARD', rule }]
      const place = onNode(lab, nodeNamed(lab, 'worker-2').netns)
      await addRules(place, rules)
      return () => removeRules(place, rules)
    },
  },
]

export async function captureCases(lab: Lab, tell: (result: Result) => void): Promise<readonly Result[]> {
  const results: Result[] = []
  const keep = async (result: Promise<Result>): Promise<void> => {
    results.push(await result)
    tell(await result)
  }
  await lab.kubectl(['create', 'namespace', NAMESPACE])
  const folder = await mkdtemp(join(tmpdir(), 'hopscope-capture-'))
  try {
    await lab.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
    await lab.kubectl(['-n', NAMESPACE, 'wait', '--for=condition=Ready', 'pod', '--all', '--timeout=60s'])
    const ask = (kind: string, path: string): Promise<string> =>
      lab.kubectl(['-n', NAMESPACE, 'get', ...kind.split('/'), '-o', `jsonpath={${path}}`])
    const ends = {
      server: await ask('pod/server', '.status.podIP'),
      service: await ask('svc/nobody', '.spec.clusterIP'),
    }
    for (const it of cases) await keep(toldApart(lab, ends, it))
    await keep(race(lab))
    for (const how of ['kill -9', 'Ctrl-C', 'its pods are removed'] as const) await keep(endsBy(lab, how, folder))
  } finally {
    await lab.kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=true'])
    await rm(folder, { recursive: true, force: true })
  }
  return results
}

function inClient(script: string): string {
  return `kubectl -n ${NAMESPACE} exec client -- sh -c '${script}'`
}

function capture(lab: Lab, args: readonly string[], more: Partial<Parameters<typeof hopscope>[1]> = {}): Promise<Ran> {
  return hopscope(['capture', 'pod/client', '-n', NAMESPACE, ...args], { kubeconfig: lab.kubeconfig, ...more })
}

function toldApart(lab: Lab, ends: Ends, { name, peer, does, expected, broken }: Told): Promise<Result> {
  return expectThat(group, name, expected.join(', ') || 'nothing wrong', async () => {
    const mend = await broken?.(lab, ends)
    try {
      const points = peer(ends) === 'pod/server' ? 'client,node,server' : 'client,node'
      const where = ['--peer', peer(ends), '--points', points]
      const ran = await capture(lab, [...where, '--during', inClient(does(ends)), '--analyze', '-o', 'json'])
      const errors = reportOf(ran)?.filter((it) => it.severity !== 'info')
      const all = [...new Set(errors?.map((it) => (it.code === 'PKT731' ? `PKT731 ${subjectOf(it)}` : it.code)))]
      const got = errors === undefined ? 'no report' : all.toSorted().join(', ')
      return { got, passed: errors !== undefined && got === expected.join(', '), detail: ran.stderr + ran.stdout }
    } finally {
      await mend?.()
    }
  })
}

/** The root causes; null where no report came. */
function reportOf({ stdout }: Ran): readonly Found[] | null {
  try {
    return (JSON.parse(stdout) as { readonly diagnosis: { readonly findings: readonly Found[] } }).diagnosis.findings
  } catch {
    return null
  }
}

/** The packet that left the pod and never left the node, by its number at each point. */
function race(lab: Lab): Promise<Result> {
  return expectThat(group, 'the lossy race', 'lost between veth and uplink, with its numbers', async () => {
    await raceLossy.inject(lab)
    try {
      const lookups = 'for i in $(seq 25); do timeout 6 wget -q -O /dev/null http://kubernetes.default.svc:1/; done'
      const ran = await capture(lab, ['--points', 'client,node,server', '--during', inClient(lookups), '--analyze'])
      const line = /the first DNS query: client packet \d+, client-veth packet \d+, client-node never,[^\n]*/.exec(
        ran.stdout,
      )
      const isBetween = /PKT731\][^\n]*client-veth\.\.\S*client-node/.test(ran.stdout)
      const isElsewhere = ran.stdout.includes('PKT707] ')
      return {
        got: `${line?.[0] ?? 'no such packet'}${isElsewhere ? '; PKT707' : ''}`,
        passed: line !== null && isBetween && !isElsewhere && ran.code === 1,
        detail: ran.stderr + ran.stdout,
      }
    } finally {
      await raceLossy.takeBack(lab)
    }
  })
}

function endsBy(lab: Lab, how: 'kill -9' | 'Ctrl-C' | 'its pods are removed', folder: string): Promise<Result> {
  return expectThat(
    group,
    how,
    'no capture after 10 s, no pod after 17 s, no object after cleanup, the file opens',
    async () => {
      const file = join(folder, `${how.replaceAll(/\W+/g, '-')}.pcapng`)
      let kill: ((signal: NodeJS.Signals) => void) | undefined
      const running = capture(lab, ['--filter', 'ip', '--duration', '60s', '-w', file], {
        started: (it) => (kill = it),
        timeoutMs: 90_000,
      })
      const busy = lab.kubectl([
        '-n',
        NAMESPACE,
        'exec',
        'client',
        '--',
        'sh',
        '-c',
        'for i in $(seq 20); do nslookup kubernetes.default >/dev/null; sleep 0.4; done',
      ])
      await sleep(9000)
      const before = await watchers()
      if (how === 'kill -9') kill?.('SIGKILL')
      else if (how === 'Ctrl-C') kill?.('SIGINT')
      else await lab.kubectl(['-n', NAMESPACE, 'delete', 'pod', '-l', ours, '--grace-period=0', '--force'])
      const ended = performance.now()
      await busy.catch(() => '')
      await sleep(Math.max(0, 10_000 - (performance.now() - ended)))
      const after = await watchers()
      if (how === 'its pods are removed') kill?.('SIGINT')
      const ran = await running
      const pods = (): Promise<string> => lab.kubectl(['get', 'pods', '-A', '-l', ours, '-o', 'name'])
      // Nobody is there to take them away: they end themselves, with all that they may do on the node.
      if (how === 'kill -9') await sleep(Math.max(0, 17_000 - (performance.now() - ended)))
      const phases = await lab.kubectl(['get', 'pods', '-A', '-l', ours, '-o', 'jsonpath={.items[*].status.phase}'])
      const isOver = phases.split(' ').every((it) => ['', 'Succeeded'].includes(it))
      const [, id] = /hopscope-([a-z0-9]{8})-/.exec(await pods()) ?? []
      if (id !== undefined) await hopscope(['cleanup', '--run', id, '--yes'], { kubeconfig: lab.kubeconfig })
      const left = await pods()
      const read = await run(['tcpdump', '-nn', '-r', file])
      const packets = read.stdout.split('\n').filter((it) => it !== '').length
      return {
        got:
          `${before} captures ran, ${after} after 10 s; pods ${phases === '' ? 'gone' : phases}; ` +
          `${left === '' ? 'no object' : left.trim()}; ` +
          `${packets} packets, tcpdump ends with ${read.code}`,
        passed: before > 0 && after === 0 && isOver && left === '' && packets > 0 && read.code === 0,
        detail: `${ran.stderr}\n${ran.stdout}\n${read.stderr}`,
      }
    },
  )
}

/** Processes that take packets, on all nodes: they share the machine's process ids. */
async function watchers(): Promise<number> {
  const { stdout } = await run(['ps', '-eo', 'args'])
  return stdout.split('\n').filter((it) => /^(?:\S*\/)?tcpdump |socket\(.*17, 3|setsockopt\(\$s, 1, 26/.test(it)).length
}
