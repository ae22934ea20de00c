// `hopscope logs`, followed live: 50 pods that each count, through container ends with restarts and a rollout. What
// they counted to stands in files of their own, so that a run of which no line came is missed too.
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Lab } from '../lab.ts'
import { hopscope } from './hopscope.ts'
import { logSummaryCases } from './log-summary-case.ts'
import { expectThat, type Result } from './result.ts'

const NAMESPACE = 'lab-logs'
const PODS = 50

/** A line of `-o json`, as far as it is judged here. */
interface Told {
  readonly t: 'line' | 'joined' | 'left' | 'restarted' | 'gap' | 'unread' | 'waiting'
  readonly podName: string
  readonly message?: string
  readonly why?: string | null
}

/** One run of one container: how far it counted. */
interface Counted {
  readonly pod: string
  readonly run: string
  readonly upTo: number
}

interface Judged {
  readonly lines: number
  /** In no gap that was told. */
  readonly lost: readonly string[]
  readonly repeated: readonly string[]
  readonly disordered: readonly string[]
  /** Lines that no writer wrote. */
  readonly foreign: readonly string[]
  /** Lines of the runs in whose pods gaps were told. */
  readonly inGaps: number
  readonly gaps: number
  readonly restarts: number
}

/** Each line is `POD RUN N`, N counted from 1. */
export function judged(told: readonly Told[], counted: readonly Counted[]): Judged {
  const lines = told.filter((it) => it.t === 'line')
  const byRun = Map.groupBy(lines, (it) => (it.message ?? '').split(' ').slice(0, 2).join(' '))
  const withGap = new Set(told.filter((it) => it.t === 'gap' || it.t === 'unread').map((it) => it.podName))
  const result = { lost: [] as string[], repeated: [] as string[], disordered: [] as string[], inGaps: 0 }
  for (const { pod, run, upTo } of counted) {
    const key = `${pod} ${run}`
    const came = (byRun.get(key) ?? []).map((it) => Number(it.message?.split(' ')[2]))
    byRun.delete(key)
    const all = new Set(came)
    const missed = Array.from({ length: upTo }, (_, at) => at + 1).filter((it) => !all.has(it))
    if (all.size < came.length) result.repeated.push(`${key}: ${came.length - all.size}`)
    if (came.some((it, at) => it < (came[at - 1] ?? 0))) result.disordered.push(key)
    if (missed.length > 0 && withGap.has(pod)) result.inGaps += missed.length
    else if (missed.length > 0) result.lost.push(`${key}: ${missed.length} of ${upTo}, the first ${missed[0]}`)
  }
  const foreign = [...byRun.values()].flat().map((it) => `${it.podName}: ${it.message}`)
  const count = (t: Told['t']): number => told.filter((it) => it.t === t).length
  return { ...result, foreign, lines: lines.length, gaps: count('gap') + count('unread'), restarts: count('restarted') }
}

/** Counts to 40 and ends, twice, and then counts until it is told to stop; `/counted` knows of each line at once. */
const script = `id=$(head -c 4 /proc/sys/kernel/random/uuid)$(date +%s); f=/counted/$(hostname)..$id; i=0
stop() { exit 0; }
trap stop TERM
n=$(ls /counted/$(hostname)..* 2>/dev/null | wc -l)
while [ $n -gt 1 ] || [ $i -lt 40 ]; do
  i=$((i+1)); echo "$(hostname) $id $i"; echo $i > $f; usleep 300000
done
exit 3`

function writers(folder: string, version: number): string {
  const container = {
    name: 'writer',
    image: 'docker.io/library/busybox:1.36',
    command: ['sh', '-c', script],
    env: [{ name: 'VERSION', value: String(version) }],
    volumeMounts: [{ name: 'counted', mountPath: '/counted' }],
    resources: { requests: { cpu: '1m', memory: '4Mi' } },
  }
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'writer', namespace: NAMESPACE },
    spec: {
      replicas: PODS,
      selector: { matchLabels: { app: 'writer' } },
      strategy: { rollingUpdate: { maxSurge: 10, maxUnavailable: 10 } },
      template: {
        metadata: { labels: { app: 'writer' } },
        spec: {
          terminationGracePeriodSeconds: 5,
          containers: [container],
          volumes: [{ name: 'counted', hostPath: { path: folder, type: 'Directory' } }],
        },
      },
    },
  })
}

export async function logsLiveCases(lab: Lab, tell: (result: Result) => void): Promise<readonly Result[]> {
  const name = `${PODS} writers through restarts and a rollout`
  const expected = 'each line once, or in a gap that is told'
  const result = await expectThat('logs', name, expected, () => followed(lab))
  tell(result)
  return [result, ...(await logSummaryCases(lab, tell))]
}

async function followed(
  lab: Lab,
): Promise<{ readonly got: string; readonly passed: boolean; readonly detail: string }> {
  const folder = join(lab.stateDir, 'counted')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { mode: 0o777 })
  const kubectl = (...args: readonly string[]): Promise<string> => lab.kubectl(['-n', NAMESPACE, ...args])
  await lab.kubectl(['create', 'namespace', NAMESPACE])
  try {
    await lab.kubectl(['apply', '-f', '-'], writers(folder, 1))
    let stop: (() => void) | undefined
    const args = ['logs', 'deploy/writer', '-n', NAMESPACE, '-o', 'json', '--max-log-requests', '150']
    await firstPod(kubectl)
    const running = hopscope(args, { kubeconfig: lab.kubeconfig, started: (kill) => (stop = () => kill('SIGINT')) })
    await kubectl('rollout', 'status', 'deploy/writer', '--timeout=90s')
    // Until the first have ended and were started again.
    await sleep(15_000)
    await lab.kubectl(['apply', '-f', '-'], writers(folder, 2))
    await kubectl('rollout', 'status', 'deploy/writer', '--timeout=120s')
    await kubectl('scale', 'deploy/writer', '--replicas=0')
    await kubectl('wait', '--for=delete', 'pod', '-l', 'app=writer', '--timeout=60s')
    await sleep(3000)
    stop?.()
    const ran = await running
    const told = ran.stdout.split('\n').flatMap((it) => (it === '' ? [] : [JSON.parse(it) as Told]))
    const counted = await countedIn(folder)
    const it = judged(told, counted)

    const pods = new Set(counted.map(({ pod }) => pod)).size
    const bad = [...it.lost, ...it.repeated, ...it.disordered, ...it.foreign]
    return {
      got:
        `${it.lines} lines of ${counted.length} runs in ${pods} pods, ${it.lost.length} runs with lost lines, ` +
        `${it.repeated.length} with repeated, ${it.disordered.length} out of order, ${it.foreign.length} foreign; ` +
        `${it.gaps} gaps told with ${it.inGaps} lines, ${it.restarts} restarts, exit ${ran.code}`,
      passed:
        bad.length === 0 &&
        ran.code === 130 &&
        pods >= 2 * PODS &&
        it.restarts >= PODS / 2 &&
        // Whoever tells gaps of everything has followed nothing.
        it.inGaps <= it.lines / 20,
      detail: [
        ...bad.slice(0, 40),
        ...told.filter((one) => one.t === 'gap').map((one) => JSON.stringify(one)),
        ran.stderr,
      ].join('\n'),
    }
  } finally {
    await lab.kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=true'])
    await rm(folder, { recursive: true, force: true })
  }
}

async function firstPod(kubectl: (...args: readonly string[]) => Promise<string>): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    if ((await kubectl('get', 'pods', '-o', 'name')) !== '') return
    await sleep(200)
  }
}

async function countedIn(folder: string): Promise<readonly Counted[]> {
  const files = await readdir(folder)
  return Promise.all(
    files.map(async (file) => {
      const [pod = '', run = ''] = file.split('..')
      return { pod, run, upTo: Number((await readFile(join(folder, file), 'utf8')).trim()) }
    }),
  )
}
