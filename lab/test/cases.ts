// Every case there is, with the files that it is about: a commit that touches one of them wants it tried.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AnyCheck } from '../../src/findings/check.ts'
import { checks } from '../../src/checks/registry.ts'
import { faults } from '../faults/all.ts'
import type { Fault } from '../faults/fault.ts'
import type { Lab } from '../lab.ts'
import type { Case } from './budget.ts'
import { capacityCases } from './capacity-cases.ts'
import { captureCases } from './capture-cases.ts'
import { corefileCases } from './corefile-case.ts'
import { enforcerCases } from './enforcer-case.ts'
import { fixCases } from './fix-cases.ts'
import { foreignCases } from './foreign-cases.ts'
import { fixOthersCases } from './fix-others-cases.ts'
import { healthyCases } from './healthy-cases.ts'
import { hostileCases } from './hostile-cases.ts'
import { logsLiveCases } from './logs-cases.ts'
import { matrixCases } from './matrix-cases.ts'
import { monitorCases } from './monitor-cases.ts'
import { narrowCases } from './narrow-cases.ts'
import { refusalCases } from './refusal-cases.ts'
import { remedyCases } from './remedy-cases.ts'
import { resolveCases } from './resolve-cases.ts'
import type { Result } from './result.ts'
import { rightsCases } from './rights-cases.ts'
import { safetyCases } from './safety-cases.ts'
import { spansCases } from './spans-cases.ts'
import { traceCases } from './trace-cases.ts'
import { watchCases } from './watch-cases.ts'

export type Run = (lab: Lab, tell: (result: Result) => void) => Promise<readonly Result[]>

/** Cases that build on one another, and are tried, and counted, as one. */
export interface Group extends Case {
  readonly run: Run
  /** Harm is no accident: what hopscope leaves behind is not tried twice. */
  readonly tries: 'once' | 'twice'
  /** Seconds that it takes as far as anybody knows, until the table says better. */
  readonly guess: number
}

export interface FaultCase extends Case {
  readonly fault: Fault
}

const group = (it: Pick<Group, 'name' | 'run' | 'own' | 'guess'> & Partial<Group>): Group => ({
  rank: 'turn',
  family: null,
  reach: { kind: 'cluster' },
  shared: [],
  tries: 'twice',
  ...it,
})

const groups: readonly Group[] = [
  group({
    name: 'safety',
    guess: 40,
    rank: 'always',
    tries: 'once',
    run: safetyCases,
    own: ['lab/test/safety-cases.ts'],
  }),
  group({ name: 'rights', guess: 40, rank: 'always', run: rightsCases, own: ['lab/test/rights-cases.ts', 'deploy/'] }),
  group({ name: 'refusals', guess: 120, rank: 'always', run: refusalCases, own: ['lab/test/refusal-cases.ts'] }),
  group({
    name: 'narrow',
    guess: 300,
    tries: 'once',
    run: narrowCases,
    own: ['lab/test/narrow-cases.ts', 'src/probe/pods/', 'src/probe/watch/'],
  }),
  group({
    name: 'hostile',
    guess: 120,
    run: hostileCases,
    own: ['lab/test/hostile-cases.ts', 'lab/faults/controls/hostile-namespace.ts'],
    shared: ['src/wire/', 'src/kube/', 'src/report/', 'src/probe/inside/'],
  }),
  group({
    name: 'fix-others',
    guess: 220,
    tries: 'once',
    run: fixOthersCases,
    own: ['lab/test/fix-others-cases.ts', 'src/plan/'],
  }),
  group({
    name: 'remedies',
    guess: 300,
    run: remedyCases,
    own: [
      'lab/test/remedy-cases.ts',
      'lab/test/remedy-run.ts',
      'lab/test/small-remedy-cases.ts',
      'src/remedies/',
      'src/plan/',
    ],
    shared: ['src/cli/fix/', 'src/session/fix/'],
  }),
  group({
    name: 'trace',
    guess: 130,
    run: traceCases,
    own: [
      'lab/test/trace-cases.ts',
      'src/cli/trace.ts',
      'src/session/trace.ts',
      'src/answers/trace/trace.ts',
      'src/relations/path/',
      'src/probe/inside/crossings.ts',
      'src/probe/inside/crossing-script.ts',
    ],
  }),
  group({
    name: 'capture',
    guess: 200,
    // Two of them wait for retransmissions, one for lookups that are lost.
    run: captureCases,
    own: [
      'lab/test/capture-cases.ts',
      'src/answers/capture/',
      'src/checks/capture/',
      'src/cli/capture/',
      'src/probe/capture/',
      'src/session/capture/',
      'src/wire/pcap/',
    ],
  }),
  group({
    name: 'logs-live',
    guess: 210,
    run: logsLiveCases,
    own: [
      'lab/test/logs-cases.ts',
      'lab/test/log-summary-case.ts',
      'src/cli/logs/',
      'src/session/logs/',
      'src/answers/tail/',
      'src/kube/logs.ts',
      'src/wire/access-log/',
    ],
  }),
  group({
    name: 'spans-live',
    guess: 240,
    run: spansCases,
    own: [
      'lab/test/spans-cases.ts',
      'lab/go/traced/',
      'src/answers/spans/',
      'src/checks/spans/',
      'src/relations/spans/',
      'src/session/spans/',
      'src/wire/jaeger-json/',
    ],
  }),
  group({
    name: 'matrix',
    guess: 60,
    run: matrixCases,
    own: [
      'lab/test/matrix-cases.ts',
      'src/cli/matrix.ts',
      'src/session/matrix.ts',
      'src/answers/matrix.ts',
      'src/probe/plan/plan-matrix.ts',
      'src/probe/inside/matrix-crossings.ts',
      'src/relations/policy/',
    ],
  }),
  group({
    name: 'resolve',
    guess: 90,
    run: resolveCases,
    own: [
      'lab/test/resolve-cases.ts',
      'lab/test/resolve-place.ts',
      'src/cli/resolve.ts',
      'src/session/resolve/',
      'src/probe/resolve/resolve-run.ts',
      'src/answers/resolution.ts',
    ],
    shared: ['src/probe/'],
  }),
  group({ name: 'healthy-ten', guess: 120, run: healthyCases, own: ['lab/test/healthy-cases.ts'], shared: ['src/'] }),
  group({
    name: 'watch',
    guess: 180,
    run: watchCases,
    own: [
      'lab/test/watch-cases.ts',
      'src/cli/watch/',
      'src/session/watch/',
      'src/answers/dns-watch.ts',
      'src/probe/watch/watch-canary.ts',
    ],
  }),
  group({
    name: 'monitor',
    guess: 480,
    run: monitorCases,
    own: [
      'lab/test/monitor-cases.ts',
      'deploy/monitor/',
      'src/cli/monitor.ts',
      'src/monitor/',
      'src/session/monitor/',
      'src/answers/monitor/',
      'src/report/monitor/',
    ],
  }),
  group({
    name: 'corefiles',
    guess: 40,
    run: corefileCases,
    own: [
      'lab/test/corefile-case.ts',
      'lab/test/corefiles.ts',
      'src/relations/dns/corefile-options.ts',
      'src/relations/dns/corefile-refusals.ts',
      'src/wire/caddyfile.ts',
      'src/wire/corefile.ts',
      'src/wire/corefile-version.ts',
    ],
  }),
  group({
    name: 'foreign',
    guess: 240,
    run: foreignCases,
    own: [
      'lab/layout.ts',
      'lab/manifests/foreign/',
      'lab/test/foreign-cases.ts',
      'lab/test/foreign-faults.ts',
      'src/collect/cluster-dns.ts',
      'src/collect/service-proxy.ts',
      'src/relations/dns/node-cache.ts',
    ],
    shared: ['src/relations/dns/', 'src/probe/plan/'],
  }),
  group({ name: 'enforcer', guess: 180, run: enforcerCases, own: ['lab/test/enforcer-case.ts', 'lab/policy/'] }),
  group({
    name: 'fix',
    guess: 600,
    rank: 'last',
    run: fixCases,
    own: [
      'lab/test/fix-cases.ts',
      'lab/test/fix-safety-cases.ts',
      'lab/test/fix-rights-case.ts',
      'src/remedies/',
      'src/plan/',
      'src/cli/fix/run.ts',
      'src/session/fix/',
    ],
  }),
  group({
    name: 'capacity',
    guess: 500,
    rank: 'last',
    run: capacityCases,
    own: [
      'lab/test/capacity-cases.ts',
      'lab/test/starved-case.ts',
      'src/cli/dns-capacity.ts',
      'src/session/capacity/',
      'src/answers/dns-capacity.ts',
      'src/probe/load/load-run.ts',
      'src/probe/load/load-plan.ts',
    ],
  }),
]

const root = join(import.meta.dirname, '../..')
const faultFiles = readdirSync(join(root, 'lab/faults'), { recursive: true, encoding: 'utf8' })

function faultCaseOf(fault: Fault): FaultCase {
  const check = checks.find((it) => it.code === fault.cause?.code)
  const file = fileOf(fault)
  return {
    name: fault.name,
    rank: 'turn',
    family: fault.cause === null ? fault.kind : fault.cause.code.slice(0, 3),
    reach: fault.reach,
    own: [file, ...(check === undefined ? [] : [`src/checks/${check.slug}.ts`])],
    shared: [...importsOf(file), ...(check === undefined ? [] : readsOf(check))],
    fault,
  }
}

/** Named after the fault, in the folder of its family. */
function fileOf({ name }: Fault): string {
  const found = faultFiles.find((it) => it.endsWith(`/${name}.ts`))
  return found === undefined ? 'lab/faults/all.ts' : `lab/faults/${found}`
}

/** What its check asks others for: relations, evidence, and the probe where it needs one. */
function readsOf(check: AnyCheck): readonly string[] {
  const probes = check.needs.some((it) => ['dnsProbe', 'contacts', 'insideViews', 'conntrack'].includes(it))
  return [...importsOf(`src/checks/${check.slug}.ts`), ...(probes ? ['src/probe/'] : [])]
}

/** Files that a file imports by itself, from the folders that are about something. */
function importsOf(file: string): readonly string[] {
  let text: string
  try {
    text = readFileSync(join(root, file), 'utf8')
  } catch {
    return []
  }
  const found = [...text.matchAll(/from '(\.[^']+)'/g)].map(([, path]) => join(file, '..', path ?? ''))
  return found.filter(
    (it) => /^(?:lab\/breaks|lab\/faults|src\/checks|src\/relations)\//.test(it) && it !== 'lab/faults/fault.ts',
  )
}

/** Most faults are done in two thirds of that. */
const faultGuess = 30

export function guessOf(it: Group | FaultCase): number {
  return 'fault' in it ? faultGuess : it.guess
}

export function allCases(): readonly (Group | FaultCase)[] {
  return [...groups, ...faults.map(faultCaseOf)]
}
