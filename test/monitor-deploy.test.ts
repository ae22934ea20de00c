import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { type MonitorFact, nothingSeen, told } from '../src/answers/monitor/state.ts'
import { known } from '../src/model/known.ts'
import { monitorMetrics } from '../src/report/monitor/metrics.ts'

/** deploy/monitor: what it may do, what it runs as, and that alerts and dashboard speak of metrics that there are. */

const folder = join(import.meta.dirname, '../deploy')
const text = (name: string): string => readFileSync(join(folder, name), 'utf8')

interface Object {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly rules?: readonly unknown[]
  readonly roleRef?: { readonly name: string }
  readonly subjects?: readonly object[]
}
const objectsOf = (name: string): readonly Object[] => parseAllDocuments(text(name)).map((it) => it.toJS() as Object)
const has = (program: string, ...args: readonly string[]): boolean => spawnSync(program, args).error === undefined

test('its rights are those of rbac-read.yaml, for its own account', () => {
  const rules = (name: string) =>
    objectsOf(name)
      .filter((it) => it.kind === 'ClusterRole' || it.kind === 'Role')
      .map((it) => [it.kind, it.metadata.namespace ?? null, it.rules])
  expect(rules('monitor/rbac.yaml')).toEqual(rules('rbac-read.yaml'))
  const bindings = objectsOf('monitor/rbac.yaml').filter((it) => it.subjects !== undefined)
  expect(bindings.map((it) => it.roleRef?.name)).toEqual(['hopscope-monitor', 'hopscope-monitor-corefile'])
  for (const it of bindings)
    expect(it.subjects).toEqual([{ kind: 'ServiceAccount', namespace: 'hopscope-monitor', name: 'hopscope-monitor' }])
})

test('its Node takes what NODE_OPTIONS says, and makes no machine code', () => {
  const [, options = ''] = /name: NODE_OPTIONS\n +value: (.+)/.exec(text('monitor/deployment.yaml')) ?? []
  expect(options).toBe('--jitless --max-semi-space-size=1')
  // Whoever may make no code has no WebAssembly; nothing that a round needs may want it.
  const script = "console.log(typeof WebAssembly, require('v8').getHeapStatistics().heap_size_limit > 0)"
  const ran = spawnSync(process.execPath, ['-e', script], { env: { NODE_OPTIONS: options }, encoding: 'utf8' })
  expect([ran.status, ran.stdout, ran.stderr]).toEqual([0, 'undefined true\n', ''])
})

test('its pod asks for no privilege, and is bounded', () => {
  const deployment = parse(text('monitor/deployment.yaml')) as {
    readonly spec: {
      readonly template: {
        readonly spec: {
          readonly securityContext: object
          readonly hostNetwork?: boolean
          readonly containers: readonly {
            readonly args: readonly string[]
            readonly securityContext: object
            readonly resources: { readonly limits: object }
          }[]
        }
      }
    }
  }
  const { spec } = deployment.spec.template
  expect(spec).toMatchObject({
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    serviceAccountName: 'hopscope-monitor',
  })
  expect(spec.hostNetwork).toBeUndefined()
  expect(spec.containers).toHaveLength(1)
  expect(spec.containers[0]?.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  })
  expect(spec.containers[0]?.resources.limits).toMatchObject({ memory: '192Mi' })
  expect(spec.containers[0]?.args[0]).toBe('monitor')
})

const way = { role: 'service', server: '10.96.0.10' } as const
const facts: readonly MonitorFact[] = [
  { kind: 'ways', ways: [way] },
  { kind: 'lookup', way, lookup: { ms: 5001, a: 'ok', aaaa: 'ok', retries: 1, firstLost: 'a' } },
  {
    kind: 'round',
    round: {
      at: 1,
      by: 1,
      seconds: 1,
      outcome: 'done',
      why: null,
      requests: 1,
      facts: {
        standing: [{ code: 'SVC201', severity: 'error', kind: 'Service', namespace: 'a', name: 'b', unseen: 0 }],
        bySeverity: { error: 1, warning: 0, info: 0 },
        leftOut: 0,
        verdicts: { ok: 1, crashed: 0 },
      },
      servers: [
        {
          pod: 'coredns-1',
          node: 'worker-1',
          cpuLimitMilli: 100,
          rates: known({
            seconds: 1,
            requests: 1,
            cpuSeconds: 1,
            responses: { NOERROR: 1 },
            cacheHits: null,
            cacheMisses: null,
            residentBytes: null,
            upstream: null,
            p99Seconds: 0.1,
            durations: [],
          }),
        },
      ],
    },
  },
]
const page = monitorMetrics(facts.reduce(told, nothingSeen), {
  version: '1',
  everyMs: 60_000,
  startedAt: 1,
  cpuSeconds: 1,
  residentBytes: 1,
})
const served = new Set([...page.matchAll(/^(\w+?)(?:\{| )/gm)].map(([, name = '']) => name))
const spoken = (said: string): readonly string[] => [
  ...new Set(
    [...said.matchAll(/\b(?:hopscope|process)_\w+/g)]
      .map(([it]) => it)
      .filter((it) => !it.endsWith('_info') || served.has(it)),
  ),
]

describe('what is spoken of is served', () => {
  test.each(['monitor/alerts.yaml', 'monitor/alerts.test.yaml', 'monitor/dashboard.json'])('%s', (name) => {
    expect(spoken(text(name)).length).toBeGreaterThan(5)
    expect(spoken(text(name)).filter((it) => !served.has(it))).toEqual([])
  })
  test('docs/monitor.md, which has all of them', () => {
    const said = text('../docs/monitor.md')
    const families = [...page.matchAll(/^# TYPE (\w+)/gm)].map(([, name = '']) => name)
    expect(families.filter((it) => !said.includes(`\`${it}`))).toEqual([])
  })
})

interface Groups {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string }[] }[]
}

test('the operator gets the same rules', () => {
  const { spec } = parse(text('monitor/prometheus/rules.yaml')) as { readonly spec: Groups }
  expect(spec).toEqual(parse(text('monitor/alerts.yaml')))
})

test('each alert is raised by its test, and stands in docs/monitor.md', () => {
  const { groups } = parse(text('monitor/alerts.yaml')) as Groups
  const alerts = groups.flatMap((it) => it.rules.map((rule) => rule.alert))
  const { tests } = parse(text('monitor/alerts.test.yaml')) as {
    readonly tests: readonly {
      readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly object[] }[]
    }[]
  }
  const all = tests.flatMap((it) => it.alert_rule_test)
  const tested = (isRaised: boolean) => (name: string) =>
    all.some((it) => it.alertname === name && it.exp_alerts.length > 0 === isRaised)
  expect(alerts.filter((it) => !tested(true)(it))).toEqual([])
  expect(alerts.filter((it) => !tested(false)(it))).toEqual([])
  expect(alerts.filter((it) => !text('../docs/monitor.md').includes(it))).toEqual([])
})

test('promtool: the rules do what their tests say', ({ skip }) => {
  if (!has('promtool', '--version')) return skip('there is no promtool on this machine')
  const run = (...args: readonly string[]): string =>
    execFileSync('promtool', [...args], { cwd: join(folder, 'monitor'), stdio: 'pipe', encoding: 'utf8' })
  expect(run('check', 'rules', 'alerts.yaml')).toContain('SUCCESS')
  expect(run('test', 'rules', 'alerts.test.yaml')).toContain('SUCCESS')
})

test('promtool: the metrics are as Prometheus wants them', ({ skip }) => {
  if (!has('promtool', '--version')) return skip('there is no promtool on this machine')
  execFileSync('promtool', ['check', 'metrics'], { input: page, stdio: 'pipe' })
})

test('kustomize builds it, and leaves the Role where the Corefile is', ({ skip }) => {
  if (!has('kubectl', 'version', '--client')) return skip('there is no kubectl on this machine')
  const build = (path: string): readonly Object[] =>
    parseAllDocuments(execFileSync('kubectl', ['kustomize', join(folder, path)], { encoding: 'utf8' })).map(
      (it) => it.toJS() as Object,
    )
  const base = build('monitor')
  expect(base.map((it) => it.kind).toSorted()).toEqual(
    'ClusterRole ClusterRoleBinding Deployment Namespace Role RoleBinding Service ServiceAccount'.split(' '),
  )
  expect(base.find((it) => it.kind === 'Role')?.metadata.namespace).toBe('kube-system')
  expect(build('monitor/prometheus').map((it) => it.kind)).toEqual(['PrometheusRule', 'ServiceMonitor'])
})

test('the dashboard is one that Grafana takes: its panels are numbered apart and do not overlap', () => {
  const { panels } = JSON.parse(text('monitor/dashboard.json')) as {
    readonly panels: readonly {
      readonly id: number
      readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
    }[]
  }
  expect(new Set(panels.map((it) => it.id)).size).toBe(panels.length)
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`),
  )
  expect(new Set(cells).size).toBe(cells.length)
  expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true)
})
