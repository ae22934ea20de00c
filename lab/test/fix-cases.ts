// The cure, end to end: a fault that is really there, a plan, its apply and what it changed by measure, and the way
// back.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import dnsRaceLossy from '../faults/dns/dns-race-lossy.ts'
import raceHealed from '../faults/controls/race-healed.ts'
import type { Lab } from '../lab.ts'
import { differences, everything } from './everything.ts'
import { both, desk, type Desk } from './fix-desk.ts'
import { fixWithItsRights } from './fix-rights-case.ts'
import { fixSafetyCases } from './fix-safety-cases.ts'
import { hopscope } from './hopscope.ts'
import { expectThat, type Result } from './result.ts'

const group = 'fix'
const namespace = 'f-race'
const workload = `Deployment/${namespace}/web`

export async function fixCases(lab: Lab, tell: (result: Result) => void): Promise<readonly Result[]> {
  const results: Result[] = []
  const keep = async (name: string, expected: string, run: Parameters<typeof expectThat>[3]): Promise<void> => {
    const result = await expectThat(group, name, expected, run)
    results.push(result)
    tell(result)
  }
  const folder = await mkdtemp(join(tmpdir(), 'hopscope-fix-'))
  try {
    await dnsRaceLossy.inject(lab)
    await makeWorkload(lab)
    await keep('dns: the race is seen', 'DNS101 observed, 5 s named, counters of worker-1', async () => {
      const ran = await hopscope(['dns', '--node-access', '--node', 'worker-1'], { kubeconfig: lab.kubeconfig })
      const told = [
        /error\[DNS101\].*observed/,
        /5 s .*one resolver timeout/,
        /conntrack on worker-1.*insert_failed \+[1-9]/,
      ].filter((it) => it.test(ran.stdout))
      return {
        got: `exit ${ran.code}, ${told.length} of 3`,
        passed: ran.code === 1 && told.length === 3,
        detail: both(ran),
      }
    })
    for (const remedy of remedies) {
      const told = await cure(lab, await desk(lab, join(folder, remedy.id)), remedy, keep)
      // The README shows one that went well, and no other.
      if (remedy.id === 'node-local-dns' && results.every((it) => it.passed))
        await writeFile(join(import.meta.dirname, '../../docs/cure.txt'), told)
    }
    results.push(
      ...(await fixSafetyCases(lab, folder, { nodeLocal: remedies[0].plan, options: remedies[1].plan }, tell)),
    )
    await keep('rbac-fix: the manifests are enough', 'exit 0, nothing forbidden, nothing spare', () =>
      fixWithItsRights(lab, folder, [remedies[0].plan, remedies[1].plan]),
    )
    await dnsRaceLossy.takeBack(lab)
    await healed(lab, keep)
  } catch (error) {
    // A plan that cannot be made is a failure of its own, and the other groups go on.
    await keep('the cases of fix', 'to be run to their end', () =>
      Promise.reject(error instanceof Error ? error : new Error(String(error))),
    )
  } finally {
    await dnsRaceLossy.remove(lab)
    await lab.kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--timeout=120s'])
    await rm(folder, { recursive: true, force: true })
  }
  return results
}

interface Cure {
  readonly id: string
  readonly plan: readonly string[]
  /** Places in the table that --verify prints; all of them must have had their 500 lookups. */
  readonly places: readonly string[]
}

const remedies = [
  {
    id: 'node-local-dns',
    plan: ['fix', 'DNS101', '--node-access', '--plan'],
    places: ['worker-1', 'worker-2', 'worker-3'],
  },
  {
    id: 'resolver-options',
    plan: [
      'fix',
      'DNS101',
      '--remedy',
      'resolver-options',
      '--subject',
      workload,
      '--node-access',
      '--node',
      'worker-1',
      '--plan',
    ],
    places: ['lookups > 1 s'],
  },
] as const satisfies readonly Cure[]

type Keep = (name: string, expected: string, run: Parameters<typeof expectThat>[3]) => Promise<void>

/** Returns what was typed and printed. */
async function cure(lab: Lab, at: Desk, { id, plan, places }: Cure, keep: Keep): Promise<string> {
  const before = await everything(lab)
  const told = [scene(plan, (await at.plan(plan)).stdout)]
  await keep(
    `${id}: applied and verified`,
    'exit 0, 500 lookups at each place before and after, none over 1 s after',
    async () => {
      const apply = ['fix', '--apply', at.id(), '--yes-context', 'hopscope-lab']
      const ran = await at.run(apply)
      told.push(scene(apply, ran.stdout))
      const rows = places.map((it) => slowIn(ran.stdout, it))
      const enough = rows.every((it) => it !== null && it.before.of >= 500 && it.after.of >= 500)
      const [slowBefore, slowAfter] = [
        rows.reduce((sum, it) => sum + (it?.before.slow ?? 0), 0),
        rows.reduce((sum, it) => sum + (it?.after.slow ?? 0), 0),
      ]
      const of = rows.map((it) => `${it?.before.of ?? 0} and ${it?.after.of ?? 0}`).join(', ')
      return {
        got: `exit ${ran.code}, over 1 s: ${slowBefore} before, ${slowAfter} after, of ${of}`,
        passed: ran.code === 0 && enough && slowBefore >= 10 && slowAfter === 0,
        detail: both(ran),
      }
    },
  )
  await keep(`${id}: undone`, 'exit 0, no object differs', async () => {
    const undo = ['fix', '--undo', at.id()]
    const ran = await at.run(undo)
    told.push(scene(undo, ran.stdout))
    const left = await differences(lab, before)
    return {
      got: `exit ${ran.code}, ${left.length} differ`,
      passed: ran.code === 0 && left.length === 0,
      detail: [both(ran), ...left].join('\n'),
    }
  })
  await keep(`${id}: without it the fault is back`, 'exit 1, lookups over 1 s', async () => {
    const again = ['fix', '--verify', at.id()]
    const ran = await at.run(again)
    told.push(scene(again, ran.stdout))
    const slow = slowIn(ran.stdout, places[0] ?? '')?.after.slow ?? 0
    return { got: `exit ${ran.code}, ${slow} over 1 s`, passed: ran.code === 1 && slow >= 10, detail: both(ran) }
  })
  return told.join('\n')
}

/** As a terminal shows it, without the new objects' manifests. */
function scene(args: readonly string[], stdout: string): string {
  const lines = stdout
    .trimEnd()
    .split('\n')
    .filter((it) => !it.startsWith('      + '))
  return `$ kubectl hopscope ${args.join(' ')}\n${lines.join('\n')}\n`
}

/** Of a row of the table: `worker-1   79 of 570 > 1 s, p99 5.03 s   0 of 604 > 1 s, p99 137 ms`. */
function slowIn(table: string, place: string): { readonly before: Count; readonly after: Count } | null {
  const row = table.split('\n').find((it) => it.trim().startsWith(place)) ?? ''
  const [before, after] = [...row.slice(row.indexOf(place) + place.length).matchAll(/(\d+) of (\d+)/g)].map(
    ([, slow, of]) => ({ slow: Number(slow), of: Number(of) }),
  )
  return before === undefined || after === undefined ? null : { before, after }
}

interface Count {
  readonly slow: number
  readonly of: number
}

/** The same race on the same kernel, which heals it: nothing may be recommended, and why must be said. */
async function healed(lab: Lab, keep: Keep): Promise<void> {
  try {
    await raceHealed.inject(lab)
    await keep('healed race: ruled out in words', 'dns: exit 0, "ruled out"', async () => {
      const ran = await hopscope(['dns', '--node-access', '--node', 'worker-1'], { kubeconfig: lab.kubeconfig })
      const words = ran.stdout.split('\n').find((it) => it.includes('ruled out')) ?? 'nothing said'
      return {
        got: `exit ${ran.code}, ${words.trim()}`,
        passed: ran.code === 0 && /race: ruled out/.test(words),
        detail: both(ran),
      }
    })
    await keep('healed race: no plan', 'exit 0, no plan, the reason', async () => {
      const ran = await hopscope(['fix', 'DNS101', '--node-access', '--node', 'worker-1', '--plan'], {
        kubeconfig: lab.kubeconfig,
      })
      const why = ran.stdout.split('\n').find((it) => it.includes('ruled out')) ?? 'no reason'
      return {
        got: `exit ${ran.code}, ${why.trim()}`,
        passed: ran.code === 0 && !ran.stdout.includes('apply:') && /ruled out/.test(why),
        detail: both(ran),
      }
    })
  } finally {
    await raceHealed.remove(lab)
  }
}

/** One pod with glibc on the node where the fault is, and nothing in it but the wish to look names up. */
async function makeWorkload(lab: Lab): Promise<void> {
  const labels = { app: 'web' }
  const container = {
    name: 'web',
    image: 'docker.io/lab/lookup:1',
    imagePullPolicy: 'IfNotPresent',
    command: ['sleep', '100000'],
    resources: { requests: { cpu: '5m', memory: '16Mi' }, limits: { memory: '64Mi' } },
  }
  const pod = {
    nodeSelector: { 'kubernetes.io/hostname': 'worker-1' },
    terminationGracePeriodSeconds: 1,
    containers: [container],
  }
  const items = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace, labels },
      spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
    },
  ]
  await lab.kubectl(['apply', '--validate=false', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  await lab.kubectl(['-n', namespace, 'rollout', 'status', 'deployment/web', '--timeout=90s'])
}
