// A plan that is killed, doubled, out of date or stuck leaves the cluster as it was, and says so.
import { join } from 'node:path'
import type { Lab } from '../lab.ts'
import { logSize, type Request, requests, writes } from './audit.ts'
import { differences, everything } from './everything.ts'
import { applying, both, desk, type Desk } from './fix-desk.ts'
import type { Ran } from './hopscope.ts'
import { expectThat, type Result } from './result.ts'
import { type Gate, writeGate } from './write-gate.ts'

const group = 'fix'

/** `nodeLocal` creates five objects; `options` replaces one that is there. Both need their fault to be on. */
export async function fixSafetyCases(
  lab: Lab,
  folder: string,
  plans: { readonly nodeLocal: readonly string[]; readonly options: readonly string[] },
  tell: (result: Result) => void,
): Promise<readonly Result[]> {
  const results: Result[] = []
  const keep = async (name: string, expected: string, run: Parameters<typeof expectThat>[3]): Promise<void> => {
    const result = await expectThat(group, name, expected, run)
    results.push(result)
    tell(result)
  }
  const gate = await writeGate(lab.kubeconfig, folder)
  const nodeLocal = await desk(lab, join(folder, 'creates'))
  const options = await desk(lab, join(folder, 'replaces'))
  let desks = 0
  const fresh = (of: Desk): Promise<Desk> => of.copy(join(folder, `desk-${(desks += 1)}`))
  try {
    await nodeLocal.plan(plans.nodeLocal)
    await options.plan(plans.options)
    const before = await everything(lab)
    for (const [what, of] of [
      ['five creates', nodeLocal],
      ['a replacement', options],
    ] as const) {
      for (const then of ['undo', 'apply again, undo'] as const) {
        await keep(`${what}: kill -9 after each write, ${then}`, 'each time no object differs', async () => {
          const rounds = await killedAtEach({ lab, gate, before }, () => fresh(of), then)
          const bad = rounds.filter((it) => it.trouble !== '')
          return {
            got: `${rounds.length - bad.length} of ${rounds.length} as before`,
            passed: rounds.length >= 3 && bad.length === 0,
            detail: rounds.map((it) => `${it.what}: ${it.trouble || 'as before'}`).join('\n'),
          }
        })
      }
    }
    for (const [what, other] of [
      ['the same plan', nodeLocal],
      ['another plan', options],
    ] as const) {
      await keep(`two applies at once, ${what}`, 'one exits 2 and writes nothing, the other completes', () =>
        twoAtOnce({ lab, gate, before }, fresh, nodeLocal, other),
      )
    }
    await keep('an object changed since the plan', 'exit 2, 0 writes', async () =>
      movedOn(lab, await fresh(options), before),
    )
    await keep('a name was taken since the plan', 'exit 2, 0 writes', async () =>
      nameTaken(lab, await fresh(nodeLocal), before),
    )
    await keep('a rollout that cannot be', 'exit 2, the image named, then undone', () =>
      stuck(lab, join(folder, 'stuck'), plans.nodeLocal, before),
    )
  } finally {
    gate.close()
  }
  return results
}

/** The lab, what its API server is reached through, and what it held at first. */
interface Scene {
  readonly lab: Lab
  readonly gate: Gate
  readonly before: readonly string[]
}

interface Round {
  readonly what: string
  readonly trouble: string
}

/** Kills apply after its first write, after its second, and so on, until one run comes to its end. */
async function killedAtEach(
  { lab, gate, before }: Scene,
  fresh: () => Promise<Desk>,
  then: 'undo' | 'apply again, undo',
): Promise<readonly Round[]> {
  const rounds: Round[] = []
  for (let n = 1; n <= 30; n++) {
    const at = await fresh()
    const killed = await killAfter(gate, at, n)
    const steps: Ran[] = []
    if (then !== 'undo' && killed.what !== null) steps.push(await at.run(applying(at)))
    steps.push(await at.run(['fix', '--undo', at.id()]))
    const left = await differences(lab, before)
    const failed = steps.filter((it) => it.code !== 0)
    rounds.push({
      what: `write ${n}, ${killed.what ?? 'not killed'}`,
      trouble: [...failed.map(both), ...left].join('\n'),
    })
    if (killed.what === null && left.length === 0)
      return killed.ran.code === 0 ? rounds : [...rounds, { what: 'not killed', trouble: both(killed.ran) }]
    if (failed.length > 0 || left.length > 0) {
      // What this round left would be taken for the fault of the next.
      await at.run(['fix', '--undo', at.id(), '--force', '--yes-context', 'hopscope-lab'])
      return rounds
    }
  }
  return [...rounds, { what: 'after 30 writes', trouble: 'the plan came to no end' }]
}

/** The API server has done the write, and its answer does not reach the one who is killed. */
async function killAfter(
  gate: Gate,
  at: Desk,
  n: number,
): Promise<{ readonly what: string | null; readonly ran: Ran }> {
  let kill: (signal: NodeJS.Signals) => void = () => {}
  let what: string | null = null
  gate.restart()
  gate.onWrite = (write) => {
    if (write.n !== n) return Promise.resolve()
    what = write.what
    kill('SIGKILL')
    return new Promise(() => {})
  }
  const ran = await at.run(applying(at), { kubeconfig: gate.kubeconfig, started: (it) => (kill = it) })
  gate.onWrite = () => Promise.resolve()
  return { what, ran }
}

type Judged = { readonly got: string; readonly passed: boolean; readonly detail: string }

/** The first is held up in the middle of its writes while the second, another user at another desk, tries. */
async function twoAtOnce(
  { lab, gate, before }: Scene,
  fresh: (of: Desk) => Promise<Desk>,
  one: Desk,
  other: Desk,
): Promise<Judged> {
  const [first, second] = [await fresh(one), await fresh(other)]
  const from = await logSize(lab.auditLog)
  let tried: Ran | null = null
  gate.restart()
  gate.onWrite = async (write) => {
    if (write.n === 4)
      tried = await second.run([...applying(second), '--as', 'second-person', '--as-group', 'system:masters'])
  }
  const ran = await first.run(applying(first), { kubeconfig: gate.kubeconfig })
  gate.onWrite = () => Promise.resolve()
  const wrote = await lastingWrites(lab, from, 'second-person')
  const undone = await first.run(['fix', '--undo', first.id()])
  const left = await differences(lab, before)
  const code = (tried as Ran | null)?.code
  const said =
    ((tried as Ran | null)?.stderr ?? '').split('\n').find((it) => it.startsWith('error: ')) ?? 'nothing said'
  return {
    got: `exit ${code}, ${wrote.length} writes: ${said.replace(/\(by [^)]*\)/, '(by …)')}; the other exit ${ran.code}`,
    passed:
      code === 2 &&
      wrote.length === 0 &&
      ran.code === 0 &&
      undone.code === 0 &&
      left.length === 0 &&
      /being applied/.test(said),
    detail: [
      tried === null ? '' : both(tried),
      both(ran),
      both(undone),
      ...left,
      ...wrote.map((it) => `${it.verb} ${it.resource} ${it.code}`),
    ].join('\n'),
  }
}

/** Writes that were let through and kept. */
async function lastingWrites(lab: Lab, from: number, user: string | null): Promise<readonly Request[]> {
  await new Promise((resolve) => setTimeout(resolve, 500))
  return writes(await requests(lab.auditLog, from)).filter(
    (it) => (user === null || it.user === user) && !it.dryRun && it.code < 300,
  )
}

async function movedOn(lab: Lab, at: Desk, before: readonly string[]): Promise<Judged> {
  await lab.kubectl(['-n', 'f-race', 'label', 'deployment', 'web', 'someone=else'])
  try {
    return await refused(lab, at, /no longer as planned: Deployment\/f-race\/web: it was changed/)
  } finally {
    await lab.kubectl(['-n', 'f-race', 'label', 'deployment', 'web', 'someone-'])
    await differences(lab, before)
  }
}

async function nameTaken(lab: Lab, at: Desk, before: readonly string[]): Promise<Judged> {
  await lab.kubectl(['-n', 'kube-system', 'create', 'configmap', 'node-local-dns', '--from-literal=mine=yes'])
  try {
    const judged = await refused(lab, at, /ConfigMap\/kube-system\/node-local-dns: there is one of that name already/)
    const mine = await lab.kubectl([
      '-n',
      'kube-system',
      'get',
      'configmap',
      'node-local-dns',
      '-o',
      'jsonpath={.data.mine}',
    ])
    return { ...judged, passed: judged.passed && mine === 'yes' }
  } finally {
    await lab.kubectl(['-n', 'kube-system', 'delete', 'configmap', 'node-local-dns'])
    await differences(lab, before)
  }
}

/** Not even a dry run is sent: the API server's audit log has no write of any kind. */
async function refused(lab: Lab, at: Desk, says: RegExp): Promise<Judged> {
  const from = await logSize(lab.auditLog)
  const ran = await at.run(applying(at))
  await new Promise((resolve) => setTimeout(resolve, 500))
  const wrote = writes(await requests(lab.auditLog, from))
  return {
    got: `exit ${ran.code}, ${wrote.length} writes: ${ran.stderr.split('\n')[0] ?? ''}`,
    passed: ran.code === 2 && wrote.length === 0 && says.test(ran.stderr),
    detail: both(ran),
  }
}

/** An image that is nowhere: said with its name and the way back, and nothing of it stays. */
async function stuck(lab: Lab, folder: string, plan: readonly string[], before: readonly string[]): Promise<Judged> {
  const at = await desk(lab, folder)
  await at.plan([...plan, '--remedy-image', 'registry.invalid/no-such-cache:1'])
  const ran = await at.run(applying(at, '--rollout-timeout', '60'))
  const undone = await at.run(['fix', '--undo', at.id()])
  const left = await differences(lab, before)
  const said = ran.stderr.split('\n').find((it) => it.startsWith('error: ')) ?? 'nothing said'
  const named =
    /(ErrImagePull|ImagePullBackOff).*registry\.invalid\/no-such-cache:1/.test(said) &&
    ran.stderr.includes(`--undo ${at.id()}`)
  return {
    got: `exit ${ran.code}, ${said}`,
    passed: ran.code === 2 && named && undone.code === 0 && left.length === 0,
    detail: [both(ran), both(undone), ...left].join('\n'),
  }
}
