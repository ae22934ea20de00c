// What `dns capacity` and the probe's own load must keep to, held against dnsperf and CoreDNS's own counters.
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import { CLUSTER_DNS } from '../breaks/ask-dns.ts'
import { COREDNS, corednsPods, corednsServes, setCorednsResources } from '../breaks/coredns.ts'
import { onNode, type RunningPod } from '../breaks/place.ts'
import { until } from '../breaks/until.ts'
import type { Lab } from '../lab.ts'
import { parsePrometheusText, sumOf } from '../../src/wire/prometheus-text.ts'
import { measured } from './calm.ts'
import { dnsperf } from './dnsperf.ts'
import { hopscope, type Ran } from './hopscope.ts'
import { expectThat, type Result } from './result.ts'
import { starvedCase } from './starved-case.ts'

const group = 'capacity'
type Case = (lab: Lab) => Promise<Result>

export async function capacityCases(lab: Lab, tell: (result: Result) => void): Promise<readonly Result[]> {
  const results: Result[] = []
  const keep = async (one: Case): Promise<void> => {
    const result = await one(lab)
    results.push(result)
    tell(result)
  }
  for (const outstanding of [100, 20]) await keep((it) => measured(() => clientCase(it, outstanding)))
  await keep((it) => measured(() => ownLoadCase(it)))
  await keep(interruptCase)
  await keep(killedCase)
  await keep(rightsCase)
  try {
    await limited(lab, '100m')
    await keep((it) => measured(() => ceilingCase(it)))
    await keep((it) => measured(() => nearLimitCase(it)))
  } finally {
    await limited(lab, null)
  }
  await keep((it) => measured(() => starvedCase(it)))
  return results
}

const rounds = 5
const roundSeconds = 2

/** In turns; whatever else the machine does only takes away, so the best round of each is what it can do. */
function clientCase(lab: Lab, outstanding: number): Promise<Result> {
  return expectThat(group, `the client's rate, ${outstanding} under way`, 'at least 0.9 x dnsperf', async () => {
    const [server] = await corednsPods(lab)
    if (server === undefined) throw new Error('no CoreDNS pod')
    const node = onNode(lab, server.node)
    const sockets = outstanding / 5
    const pairs: { readonly ours: number; readonly theirs: number }[] = []
    for (let round = 0; round < rounds; round++) {
      const theirs = await dnsperf(node, {
        server: server.ip,
        seconds: roundSeconds,
        outstanding,
        sockets,
        rate: null,
        timeoutSeconds: 2,
      })
      const child = await node.run([
        process.execPath,
        join(import.meta.dirname, 'load-child.ts'),
        server.ip,
        `${sockets}`,
        `${outstanding}`,
        `${roundSeconds}`,
      ])
      const ours = JSON.parse(child.stdout) as { readonly perSecond: number; readonly lost: number }
      if (ours.lost > 0) throw new Error(`${ours.lost} queries lost`)
      pairs.push({ ours: ours.perSecond, theirs: theirs.perSecond })
    }
    const ours = Math.max(...pairs.map((it) => it.ours))
    const theirs = Math.max(...pairs.map((it) => it.theirs))
    const ratio = ours / theirs
    const got = `${Math.round(ours)}/s, dnsperf ${Math.round(theirs)}/s: ${ratio.toFixed(2)} x`
    return {
      got,
      passed: ratio >= 0.9,
      detail: pairs.map((it) => `ours ${Math.round(it.ours)} dnsperf ${Math.round(it.theirs)}`).join('\n'),
    }
  })
}

/** The default probe: 200 pairs from each of three nodes, and never more than it said before it began. */
function ownLoadCase(lab: Lab): Promise<Result> {
  return expectThat(group, "the probe's own load", 'done in 15 s, within the cap it states', async () => {
    const servers = await corednsPods(lab)
    const idle = await requests(lab, servers)
    await sleep(3000)
    const samples = [await requests(lab, servers)]
    const background = (samples[0]?.count ?? 0) - idle.count
    const running = hopscope(['dns', '-o', 'json'], { kubeconfig: lab.kubeconfig })
    for (let over = false; !over;) {
      over = await Promise.race([sleep(900).then(() => false), running.then(() => true)])
      samples.push(await requests(lab, servers))
    }
    const ran = await running
    const { perSecond, most } = announced(ran.stderr, lab.nodes.length)
    const total = (samples.at(-1)?.count ?? 0) - (samples[0]?.count ?? 0)
    // Between the end of one reading and the start of the next, so that no uncertainty of when they were read helps.
    const peaks = samples
      .slice(1)
      .map((it, i) => (it.count - (samples[i]?.count ?? 0)) / ((it.until - (samples[i]?.from ?? 0)) / 1000))
    const peak = Math.max(...peaks)
    const inTime = ran.seconds <= 15
    const passed =
      ran.code === 0 && inTime && total >= 0.95 * most && total <= most && peak <= perSecond && background <= 10
    return {
      got:
        `${ran.seconds.toFixed(1)} s, ${total} of at most ${most} queries, ` +
        `peak ${Math.round(peak)} of ${perSecond}/s`,
      passed,
      detail: `exit ${ran.code}, background ${background}\n${peaks.map(Math.round).join(' ')}\n${ran.stderr}`,
    }
  })
}

/** What the probe said that it would send, before it began. */
function announced(stderr: string, nodes: number): { readonly perSecond: number; readonly most: number } {
  const cap = /at most (\d+) queries\/s per node, (\d+) per node in all/.exec(stderr)
  // The script in application containers is announced apart: one lookup each, A and AAAA.
  const inside = 2 * Number(/in (\d+) application container/.exec(stderr)?.[1] ?? 0)
  const names = Number(/at most (\d+) queries more per node/.exec(stderr)?.[1] ?? 0)
  return {
    perSecond: nodes * Number(cap?.[1] ?? Number.NaN),
    most: nodes * (Number(cap?.[2] ?? Number.NaN) + names) + inside,
  }
}

interface LoadReport {
  readonly end: { readonly kind: string; readonly why: string; readonly carried: number; readonly queries: number }
  readonly steps: readonly { readonly asked: number }[]
}

const ceilingRounds = 3

/**
 * dnsperf on both servers at once, as the load asks both. Again when they differ: the best of each counts, as above.
 */
function ceilingCase(lab: Lab): Promise<Result> {
  return expectThat(group, 'the ceiling by --load', 'within 15 % of dnsperf', async () => {
    const theirs = [await flatOut(lab)]
    const ours: number[] = []
    for (let round = 1; ; round++) {
      const ran = await hopscope(['dns', 'capacity', '--load', '20000', '--yes', '-o', 'json'], {
        kubeconfig: lab.kubeconfig,
      })
      theirs.push(await flatOut(lab))
      const { end } = loadReport(ran)
      ours.push(end.carried)
      const off = Math.abs(Math.max(...ours) / Math.max(...theirs) - 1)
      const right = ran.code === 1 && end.kind === 'saturated'
      if (right && off > 0.15 && round < ceilingRounds) continue
      return {
        got: `${Math.max(...ours)}/s, dnsperf ${Math.round(Math.max(...theirs))}/s: ${(off * 100).toFixed(0)} % off`,
        passed: right && off <= 0.15,
        detail: `ours ${ours.join(' ')}\ndnsperf ${theirs.join(' ')}\n${ran.stdout}${ran.stderr}`,
      }
    }
  })
}

async function flatOut(lab: Lab): Promise<number> {
  const place = onNode(lab, await freeNode(lab))
  const runs = await Promise.all(
    (await corednsPods(lab)).map((it) =>
      dnsperf(place, { server: it.ip, seconds: 5, outstanding: 100, sockets: 20, rate: null, timeoutSeconds: 2 }),
    ),
  )
  return runs.reduce((sum, it) => sum + it.perSecond, 0)
}

/**
 * Of what CoreDNS carries within its limit here: a quick machine's carries ten times what a slow one's does. Seen: at
 * a tenth of it 30 % of the limit is used, at a fifth 45 %, at three tenths 80 % of one server's.
 */
const clientShare = 0.2
const clientSeconds = 60

/**
 * Somebody else's lookups take about half of what CoreDNS may use; the load may end in any way but at their cost.
 */
function nearLimitCase(lab: Lab): Promise<Result> {
  return expectThat(group, 'near its limit, the watchdog ends it', 'no lookup of the other client fails', async () => {
    const ceiling = Math.round(await flatOut(lab))
    let over = false
    const other = dnsperf(onNode(lab, await freeNode(lab)), {
      server: CLUSTER_DNS,
      seconds: clientSeconds,
      outstanding: 100,
      sockets: 20,
      rate: Math.round(clientShare * ceiling),
      timeoutSeconds: 1,
    }).finally(() => (over = true))
    other.catch(() => {})
    await sleep(2000)
    const ran = await hopscope(['dns', 'capacity', '--load', `${Math.min(20_000, ceiling)}`, '--yes', '-o', 'json'], {
      kubeconfig: lab.kubeconfig,
    })
    const outlasted = !over
    const { end, steps } = loadReport(ran)
    const seen = await other
    const started = steps.some((it) => it.asked > 0)
    const passed =
      ran.code === 1 && end.kind === 'harm' && started && outlasted && seen.lost === 0 && seen.completed === seen.sent
    return {
      got:
        `ended at ${steps.at(-1)?.asked ?? 0}/s of ${ceiling} (${end.why}); ` +
        `the other client lost ${seen.lost} of ${seen.sent}`,
      passed,
      detail: `outlasted ${outlasted}\n${ran.stdout}${ran.stderr}`,
    }
  })
}

/** Ctrl-C in the middle of a load: the pod that makes it is gone when the command ends. */
function interruptCase(lab: Lab): Promise<Result> {
  return expectThat(group, 'Ctrl-C ends the load', 'exit 130, no pod', async () => {
    const interrupt = { signal: 'SIGINT', when: /^This puts load/m, delayMs: 6000 } as const
    const ran = await hopscope(['dns', 'capacity', '--load', '500', '--yes'], { kubeconfig: lab.kubeconfig, interrupt })
    const left = (
      await lab.kubectl(['get', 'pods', '-A', '-l', 'app.kubernetes.io/managed-by=hopscope', '-o', 'name'])
    ).trim()
    return { got: `exit ${ran.code}, ${left || 'no pod'}`, passed: ran.code === 130 && left === '', detail: ran.stderr }
  })
}

/** Nobody is left to take the pod away: it ends itself, and the load with it. */
function killedCase(lab: Lab): Promise<Result> {
  return expectThat(group, 'kill -9 ends the load', 'a pod that runs, none that runs after 14 s', async () => {
    const interrupt = { signal: 'SIGKILL', when: /^This puts load/m, delayMs: 6000 } as const
    const args = ['dns', 'capacity', '--load', '500', '--yes']
    const ran = await hopscope(args, { kubeconfig: lab.kubeconfig, interrupt })
    const what = 'jsonpath={.items[*].metadata.labels.hopscope\\.dev/run} {.items[*].status.phase}'
    const ours = ['get', 'pods', '-A', '-l', 'app.kubernetes.io/managed-by=hopscope']
    const phases = (): Promise<string> => lab.kubectl(ours.concat('-o', what))
    const before = await phases()
    await new Promise((resolve) => setTimeout(resolve, 14_000))
    const after = await phases()
    const [run = ''] = before.split(' ')
    await hopscope(['cleanup', '--run', run, '--yes'], { kubeconfig: lab.kubeconfig })
    return {
      got: `${before.trim() || 'no pod'}, then ${after.trim() || 'no pod'}`,
      passed: before.includes('Running') && !after.includes('Running'),
      detail: ran.stderr,
    }
  })
}

/** The shipped manifest is enough; without it the command says what is missing, and no number. */
function rightsCase(lab: Lab): Promise<Result> {
  return expectThat(group, 'rights for dns capacity', 'enough with rbac-capacity.yaml, named without', async () => {
    const [read, more] = ['rbac-read.yaml', 'rbac-capacity.yaml'].map((it) =>
      join(import.meta.dirname, '../../deploy', it),
    ) as [string, string]
    const ask = (): Promise<Ran> =>
      hopscope(['dns', 'capacity', '-o', 'json', '--as', 'hopscope'], { kubeconfig: lab.kubeconfig })
    try {
      await lab.kubectl(['apply', '-f', read])
      const without = await ask()
      await lab.kubectl(['apply', '-f', more])
      const granted = await ask()
      const named = without.code === 2 && without.stdout === '' && without.stderr.includes('pods/proxy')
      return {
        got: `exit ${granted.code} with it, exit ${without.code} without: ${without.stderr.split('\n')[0] ?? ''}`,
        passed: granted.code === 0 && named,
        detail: granted.stderr + without.stderr,
      }
    } finally {
      for (const file of [more, read]) await lab.kubectl(['delete', '--ignore-not-found', '-f', file])
    }
  })
}

function loadReport(ran: Ran): LoadReport {
  try {
    return JSON.parse(ran.stdout) as LoadReport
  } catch {
    throw new Error(`exit ${ran.code}: ${ran.stderr}`)
  }
}

async function freeNode(lab: Lab): Promise<string> {
  const taken = (await corednsPods(lab)).map((it) => it.node)
  return (lab.nodes.find((it) => !taken.includes(it.name)) ?? lab.nodes[0])?.netns ?? ''
}

interface Counted {
  readonly count: number
  readonly from: number
  readonly until: number
}

async function requests(lab: Lab, servers: readonly RunningPod[]): Promise<Counted> {
  const from = performance.now()
  const texts = await Promise.all(
    servers.map((it) =>
      lab.kubectl(['get', '--raw', `/api/v1/namespaces/${it.namespace}/pods/${it.name}:9153/proxy/metrics`]),
    ),
  )
  return {
    count: texts.reduce((sum, it) => sum + (sumOf(parsePrometheusText(it), 'coredns_dns_requests_total') ?? 0), 0),
    from,
    until: performance.now(),
  }
}

/** With a CPU limit the ceiling is CoreDNS's own, whatever else the machine does. null = as the lab ships it. */
async function limited(lab: Lab, cpu: string | null): Promise<void> {
  await setCorednsResources(lab, { limits: { cpu }, requests: { cpu: '100m' } })
  await corednsServes(lab)
  await until(
    'the former CoreDNS pods are gone',
    async () =>
      (await lab.kubectl(['-n', COREDNS.namespace, 'get', 'pods', '-l', COREDNS.selector, '-o', 'name']))
        .trim()
        .split('\n').length === 2,
  )
}
