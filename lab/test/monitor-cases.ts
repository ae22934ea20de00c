// `hopscope monitor` as a pod of the cluster, from deploy/monitor, scraped by the real Prometheus with the alerts of
// deploy/monitor: a race that loses packets is told within two minutes, and no longer once it is cured.
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseAllDocuments } from 'yaml'
import { defaultImage } from '../../src/model/probe-image.ts'
import { nodeNamed } from '../breaks/node.ts'
import { pods, type RunningPod } from '../breaks/place.ts'
import { until } from '../breaks/until.ts'
import race from '../faults/dns/dns-race-lossy.ts'
import { type Lab, LabError } from '../lab.ts'
import { logSize, requests, writes } from './audit.ts'
import { expectThat, type Result } from './result.ts'

const group = 'monitor'
const NAMESPACE = 'hopscope-monitor'
/** Where the race is made, and the only node whose pods see it. */
const NODE = 'worker-1'
const root = join(import.meta.dirname, '../..')
const deploy = join(root, 'deploy/monitor')
const DAEMON = 'prometheus'
const PORT = 9099

const withinSeconds = 120
const cureSeconds = 240
/** Where it settles is some 90 to 100 MiB, of which 44 are pages of files, and Node by itself has 42. */
const mostResident = 115 * 2 ** 20

export async function monitorCases(lab: Lab, tell: (result: Result) => void): Promise<readonly Result[]> {
  const results: Result[] = []
  const keep = async (result: Promise<Result>): Promise<void> => {
    results.push(await result)
    tell(await result)
  }
  const from = await logSize(lab.auditLog)
  const began = performance.now()
  try {
    await keep(upCase(lab))
    await keep(raceCase(lab))
    await keep(quietCase(lab, from, began))
    await keep(endCase(lab))
  } finally {
    await remove(lab)
  }
  return results
}

interface Object {
  readonly kind: string
  readonly metadata: { readonly labels?: object }
  readonly spec?: { readonly template: { readonly spec: PodSpec } }
}
interface PodSpec {
  readonly containers: readonly { readonly volumeMounts: readonly object[]; readonly resources: object }[]
  readonly volumes: readonly object[]
}

/** As they are shipped. */
async function manifests(): Promise<readonly Object[]> {
  const files = ['namespace.yaml', 'rbac.yaml', 'deployment.yaml', 'service.yaml']
  const texts = await Promise.all(files.map((it) => readFile(join(deploy, it), 'utf8')))
  return texts.flatMap((it) => parseAllDocuments(it).map((one) => one.toJS() as Object))
}

/**
 * The same, but for the program: the lab's image of Node with this checkout's bundle mounted, which Pod Security
 * `restricted` does not allow, on the node of the race.
 */
function inLab(it: Object, program: string): object {
  if (it.kind === 'Namespace')
    return { ...it, metadata: { ...it.metadata, labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } }
  if (it.kind !== 'Deployment' || it.spec === undefined) return it
  const { spec } = it.spec.template
  const [container] = spec.containers
  const inside = {
    ...container,
    image: defaultImage,
    // The lab's nodes count no storage.
    resources: { requests: { cpu: '20m', memory: '96Mi' }, limits: { memory: '192Mi' } },
    imagePullPolicy: 'IfNotPresent',
    command: ['/usr/local/bin/node', '/hopscope/dist/hopscope.js'],
    args: ['monitor', '--all-namespaces', '--every=15s', '--listen=:9467', '--keep=/moments'],
    volumeMounts: [...(container?.volumeMounts ?? []), { name: 'program', mountPath: '/hopscope', readOnly: true }],
  }
  const changed = {
    ...spec,
    nodeName: NODE,
    containers: [inside],
    volumes: [...spec.volumes, { name: 'program', hostPath: { path: program, type: 'Directory' } }],
  }
  return { ...it, spec: { ...it.spec, template: { ...it.spec.template, spec: changed } } }
}

/** A copy, for the pod is nobody, and a checkout may be for its owner alone. */
async function makeProgram(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o755 })
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  await cp(join(root, 'dist'), join(folder, 'dist'), { recursive: true })
}

function programOf(lab: Lab): string {
  return join(lab.stateDir, 'monitor-program')
}

async function thePod(lab: Lab): Promise<RunningPod | undefined> {
  return (await pods(lab, NAMESPACE, 'app.kubernetes.io/name=hopscope-monitor')).find((it) => it.ready)
}

function upCase(lab: Lab): Promise<Result> {
  return expectThat(group, 'from its manifests to its metrics', 'ready, scraped, hopscope_up 1', async () => {
    await remove(lab)
    await makeProgram(programOf(lab))
    const shipped = await manifests()
    const list = (items: readonly object[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
    await lab.kubectl(['apply', '-f', '-'], list(shipped.filter((it) => it.kind !== 'Deployment')))
    // As it is shipped, a namespace that is `restricted` takes its pod; it throws where that does not.
    const pod = shipped.find((it) => it.kind === 'Deployment')?.spec?.template
    const asked = { apiVersion: 'v1', kind: 'Pod', ...pod, metadata: { namespace: NAMESPACE, name: 'as-shipped' } }
    await until("the account's pods are admitted", () => isAdmitted(lab, JSON.stringify(asked)), { seconds: 20 })
    await lab.kubectl(['apply', '-f', '-'], list(shipped.map((it) => inLab(it, programOf(lab)))))
    await until('the monitor is ready', async () => (await thePod(lab)) !== undefined, { seconds: 90 })
    await startPrometheus(lab, (await thePod(lab))?.ip ?? '')
    await until('its metrics are scraped', async () => (await value(lab, 'hopscope_up')) === 1, { seconds: 60 })
    const ways = await value(lab, 'hopscope_lookup_ways')
    const read = await value(lab, 'sum(hopscope_dns_server_read)')
    const firing = await alerts(lab)
    return {
      got: `up, ${ways} ways, metrics of ${read} DNS servers, ${firing.length} alerts`,
      passed: (ways ?? 0) >= 3 && (read ?? 0) >= 2 && !firing.some((it) => /Lookups|Absent|Stale|Blind/.test(it)),
      detail: firing.join('\n'),
    }
  })
}

async function isAdmitted(lab: Lab, pod: string): Promise<boolean> {
  try {
    await lab.kubectl(['create', '--dry-run=server', '-f', '-'], pod)
    return true
  } catch (error) {
    // Its account is made a moment after the namespace.
    if (error instanceof LabError && !error.message.includes('PodSecurity')) return false
    throw error
  }
}

function raceCase(lab: Lab): Promise<Result> {
  const expected = `told within ${withinSeconds} s, gone within ${cureSeconds} s of the cure`
  return expectThat(group, 'the race that loses packets', expected, async () => {
    const isTold = async (): Promise<boolean> =>
      (await alerts(lab)).some((it) => it.startsWith('HopscopeLookupsRepeated service'))
    const seconds = async (yes: () => Promise<boolean>, most: number): Promise<number | null> => {
      const began = performance.now()
      while (!(await yes())) {
        if (performance.now() - began > most * 1000) return null
        await sleep(2000)
      }
      return Math.round((performance.now() - began) / 1000)
    }
    if (await isTold()) return { got: 'told before it was there', passed: false }
    let told: number | null = null
    let single: number | null = null
    let both: number | null = null
    try {
      await race.inject(lab)
      told = await seconds(isTold, withinSeconds)
      single = await value(lab, 'sum(increase(hopscope_lookups_repeated_total{role="service",question!="both"}[3m]))')
      both = await value(lab, 'sum(increase(hopscope_lookups_repeated_total{role="service",question="both"}[3m]))')
    } finally {
      await race.remove(lab)
    }
    const gone = told === null ? null : await seconds(async () => !(await isTold()), cureSeconds)
    const kept = await value(lab, 'hopscope_moments_kept_total')
    const after = (what: string, at: number | null): string => (at === null ? `not ${what}` : `${what} after ${at} s`)
    return {
      got:
        `${after('told', told)}, ${after('gone', gone)}; ` +
        `one of the two lost ${Math.round(single ?? 0)} times, both ${Math.round(both ?? 0)}; ${kept} kept`,
      passed: told !== null && gone !== null && (single ?? 0) > (both ?? 0) && (kept ?? 0) >= 1,
      detail: (await alerts(lab)).join('\n'),
    }
  })
}

/** What the API server's own log says of its account, and what it takes. */
function quietCase(lab: Lab, from: number, began: number): Promise<Result> {
  return expectThat(group, 'what it costs', 'no write, nothing refused, < 2 % CPU, < 115 MiB', async () => {
    const account = `system:serviceaccount:${NAMESPACE}:hopscope-monitor`
    const made = (await requests(lab.auditLog, from)).filter((it) => it.user === account)
    const refused = made.filter((it) => it.code === 403)
    const rounds = (await value(lab, 'sum(hopscope_rounds_total)')) ?? 0
    const failed = await value(lab, 'sum(hopscope_rounds_total{outcome!="done"})')
    const resident = (await value(lab, 'process_resident_memory_bytes')) ?? Infinity
    const cpu = (await value(lab, 'rate(process_cpu_seconds_total[3m])')) ?? Infinity
    const perRound = new Set(made.map((it) => it.id)).size / Math.max(1, rounds)
    return {
      got:
        `${writes(made).length} writes, ${refused.length} refused, ` +
        `${rounds} rounds of ${perRound.toFixed(0)} requests in ` +
        `${Math.round((performance.now() - began) / 1000)} s, ${(100 * cpu).toFixed(1)} % CPU, ` +
        `${Math.round(resident / 2 ** 20)} MiB resident`,
      passed:
        rounds >= 5 &&
        failed === 0 &&
        writes(made).length === 0 &&
        refused.length === 0 &&
        resident < mostResident &&
        cpu < 0.02,
      detail: refused.map((it) => `${it.verb} ${it.resource} ${it.namespace ?? ''}`).join('\n'),
    }
  })
}

/** The kubelet waits for its grace period, 5 s, where a process does not end. */
function endCase(lab: Lab): Promise<Result> {
  return expectThat(group, 'deleted', 'gone within 4 s, and no restart before', async () => {
    const args = ['-n', NAMESPACE, 'get', 'pods', '-o', 'jsonpath={.items[*].status.containerStatuses[0].restartCount}']
    const restarts = await lab.kubectl(args)
    const name = (await thePod(lab))?.name ?? 'none'
    await lab.kubectl(['-n', NAMESPACE, 'scale', 'deployment', 'hopscope-monitor', '--replicas=0'])
    const began = performance.now()
    await lab.kubectl(['-n', NAMESPACE, 'wait', '--for=delete', `pod/${name}`, '--timeout=20s'])
    const took = (performance.now() - began) / 1000
    return { got: `${took.toFixed(1)} s, ${restarts} restarts`, passed: took < 4 && restarts === '0' }
  })
}

/** In the network of the node, whose bridge leads to its pods. */
async function startPrometheus(lab: Lab, ip: string): Promise<void> {
  const folder = join(lab.stateDir, DAEMON)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const config = {
    global: { scrape_interval: '15s', evaluation_interval: '15s' },
    rule_files: [join(deploy, 'alerts.yaml')],
    scrape_configs: [{ job_name: 'hopscope', honor_labels: true, static_configs: [{ targets: [`${ip}:9467`] }] }],
  }
  const file = join(folder, 'prometheus.yml')
  // JSON is YAML.
  await writeFile(file, JSON.stringify(config))
  const argv = [
    '/usr/bin/prometheus',
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${PORT}`,
  ]
  await lab.spawn(netnsOf(lab), DAEMON, argv)
}

function netnsOf(lab: Lab): string {
  return nodeNamed(lab, NODE).netns
}

async function asked<T>(lab: Lab, path: string): Promise<T | null> {
  const { code, stdout } = await lab.run(netnsOf(lab), [
    'curl',
    '--silent',
    '--max-time',
    '5',
    `http://127.0.0.1:${PORT}/api/v1/${path}`,
  ])
  return code === 0 ? ((JSON.parse(stdout) as { readonly data?: T }).data ?? null) : null
}

async function value(lab: Lab, query: string): Promise<number | null> {
  const data = await asked<{ readonly result: readonly { readonly value: readonly [number, string] }[] }>(
    lab,
    `query?query=${encodeURIComponent(query)}`,
  )
  const text = data?.result[0]?.value[1]
  return text === undefined ? null : Number(text)
}

/** Those that fire, by their names and the role that they are of. */
async function alerts(lab: Lab): Promise<readonly string[]> {
  const data = await asked<{
    readonly alerts: readonly { readonly state: string; readonly labels: Readonly<Record<string, string>> }[]
  }>(lab, 'alerts')
  return (data?.alerts ?? [])
    .filter((it) => it.state === 'firing')
    .map(({ labels }) => `${labels['alertname']} ${labels['role'] ?? labels['code'] ?? ''} ${labels['server'] ?? ''}`)
}

async function remove(lab: Lab): Promise<void> {
  await lab.stop(DAEMON).catch(() => undefined)
  await lab.kubectl(['delete', '--ignore-not-found', '-f', join(deploy, 'rbac.yaml')]).catch(() => undefined)
  await lab.kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--timeout=60s'])
  await rm(programOf(lab), { recursive: true, force: true })
}
