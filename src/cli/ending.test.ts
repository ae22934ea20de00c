import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Manifest } from '../manifest/object.ts'
import { subject } from '../model/subject.ts'
import { idOf, type Plan } from '../plan/plan.ts'
import { savePlan } from '../plan/store.ts'
import { apiStore, type ApiStore } from '../../test/fakes/api-store.ts'
import { programFile } from '../../test/build/program-file.ts'
import { closeJournals, planFor, runOf } from '../../test/build/plan-run.ts'
import { apply } from '../plan/apply.ts'
import { undo } from '../plan/undo.ts'
import type { Change } from '../remedies/remedy.ts'

const recording = join(import.meta.dirname, '../../scenarios/dns-race-lossy/snapshot.hops')

let store: ApiStore
let state: string
let kubeconfig: string

beforeEach(async () => {
  store = await apiStore()
  store.put('/api/v1/namespaces/kube-system', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'kube-system' },
  })
  state = mkdtempSync(join(tmpdir(), 'hopscope-state-'))
  kubeconfig = join(state, 'kubeconfig')
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      'current-context': 'test',
      contexts: [{ name: 'test', context: { cluster: 'k' } }],
      clusters: [{ name: 'k', cluster: { server: store.url } }],
    }),
  )
})
afterEach(async () => {
  await closeJournals()
  await store.close()
})

interface Ended {
  readonly code: number | null
  readonly said: string
}

function hopscope(args: readonly string[], during: (child: ChildProcess) => void = () => {}): Promise<Ended> {
  const env = { ...process.env, XDG_STATE_HOME: state, KUBECONFIG: kubeconfig }
  const child = spawn('node', [programFile, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stdout.on('error', () => {})
  during(child)
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, said })))
}

function create(kind: string, name: string, fields: Manifest): Change {
  return {
    verb: 'create',
    object: subject(kind, 'kube-system', name),
    after: { metadata: { name, namespace: 'kube-system' }, ...fields },
    say: null,
  }
}

/** A plan of four objects that a remedy might have made, valid now. */
async function keptPlan(): Promise<Plan> {
  const template = { spec: { containers: [{ name: 'cache', image: 'x' }] } }
  const changes = [
    create('ServiceAccount', 'node-local-dns', { apiVersion: 'v1', kind: 'ServiceAccount' }),
    create('Service', 'kube-dns-upstream', { apiVersion: 'v1', kind: 'Service', spec: { ports: [{ port: 53 }] } }),
    create('ConfigMap', 'node-local-dns', { apiVersion: 'v1', kind: 'ConfigMap', data: { a: 'b' } }),
    create('DaemonSet', 'node-local-dns', { apiVersion: 'apps/v1', kind: 'DaemonSet', spec: { template } }),
  ]
  const { id: _id, ...made } = planFor(changes, store)
  const dated = {
    ...made,
    remedy: 'node-local-dns',
    code: 'DNS101',
    createdAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
  }
  const plan: Plan = { ...dated, id: idOf(dated) }
  await savePlan(plan, join(state, 'hopscope', 'plans'))
  return plan
}

const applying = (plan: Plan): readonly string[] => [
  'fix',
  '--apply',
  plan.id,
  '--yes-context',
  'test',
  '--no-verify-after',
]

const endings: readonly (readonly [string, number, (child: ChildProcess) => void])[] = [
  ['its reader goes away', 141, (child) => child.stdout?.destroy()],
  ['the terminal hangs up', 130, (child) => child.kill('SIGHUP')],
  ['SIGTERM', 130, (child) => child.kill('SIGTERM')],
  ['Ctrl-C', 130, (child) => child.kill('SIGINT')],
  ['Ctrl-\\', 131, (child) => child.kill('SIGQUIT')],
  ['Ctrl-C that a shell passes on once more', 130, (child) => child.kill('SIGINT') && child.kill('SIGTERM')],
]

describe('a run that writes, ended before its end', () => {
  test.each(endings)(
    '%s: %i, the lock is given back, how to go on is said, and undo is exact',
    async (_name, code, end) => {
      const before = store.everything()
      const plan = await keptPlan()
      let child: ChildProcess | null = null
      // The lock is write 1; the first object's line is what its reader reads last.
      store.onWrite = ({ when, write }) => {
        if (when === 'before' && write === 2 && child !== null) end(child)
        return Promise.resolve()
      }
      const ended = await hopscope(applying(plan), (it) => (child = it))
      store.onWrite = null
      expect(ended).toMatchObject({ code, said: expect.stringContaining(`hopscope fix --apply ${plan.id}`) as unknown })
      expect(ended.said).toContain(`--undo ${plan.id}`)
      expect(store.everything()).not.toContain('/leases/')
      expect(store.get('/apis/apps/v1/namespaces/kube-system/daemonsets/node-local-dns')).toBeUndefined()
      await undo(await runOf(plan, store, join(state, 'hopscope', 'plans')), { force: false })
      expect(store.everything()).toBe(before)
    },
    30_000,
  )
})

const plans = (): string => join(state, 'hopscope', 'plans')
const yes = (): Promise<boolean> => Promise.resolve(true)

/** A plan that was applied, and how everything was before. */
async function appliedPlan(): Promise<{ readonly plan: Plan; readonly before: string }> {
  const before = store.everything()
  const plan = await keptPlan()
  expect(await apply(await runOf(plan, store, plans(), { at: new Date() }), yes)).toMatchObject({ kind: 'complete' })
  await closeJournals()
  return { plan, before }
}

async function undone(plan: Plan, before: string): Promise<void> {
  expect(await undo(await runOf(plan, store, plans()), { force: false })).toMatchObject({ kind: 'complete' })
  expect(store.everything()).toBe(before)
}

describe('an undo, ended before its end', () => {
  test.each(endings.slice(0, 3))(
    '%s: %i, the lock is given back, and undo again is exact',
    async (_name, code, end) => {
      const { plan, before } = await appliedPlan()
      const first = store.writes()
      let child: ChildProcess | null = null
      store.onWrite = ({ when, write }) => {
        if (when === 'before' && write === first + 3 && child !== null) end(child)
        return Promise.resolve()
      }
      const ended = await hopscope(['fix', '--undo', plan.id, '--yes-context', 'test'], (it) => (child = it))
      store.onWrite = null
      expect(ended).toMatchObject({ code, said: expect.stringContaining(`--undo ${plan.id}`) as unknown })
      expect(store.everything()).not.toContain('/leases/')
      await undone(plan, before)
    },
    60_000,
  )
})

describe('a verification, ended while it looks', () => {
  test.each(endings.slice(0, 2))(
    '%s: nothing was written, and the plan is applied still',
    async (_name, _code, end) => {
      const { plan, before } = await appliedPlan()
      const [writes, applied] = [store.writes(), store.everything()]
      let [child, reads]: [ChildProcess | null, number] = [null, 0]
      store.onRead = () => {
        if (++reads === 2 && child !== null) end(child)
      }
      const ended = await hopscope(['fix', '--verify', plan.id], (it) => (child = it))
      store.onRead = null
      expect(reads).toBeGreaterThan(1)
      expect([2, 130, 141], ended.said).toContain(ended.code)
      expect(ended.said).not.toContain('this is a bug')
      // Asking what one may do is the only thing that is sent.
      expect([store.writes(), store.everything()]).toEqual([writes, applied])
      await undone(plan, before)
    },
    60_000,
  )
})

test.each(['apply', 'undo'] as const)(
  'Ctrl-C twice while %s waits for a write: at once, what is left is named, and undo is exact',
  async (what) => {
    const { plan, before } =
      what === 'undo' ? await appliedPlan() : { plan: await keptPlan(), before: store.everything() }
    const first = store.writes()
    let child: ChildProcess | null = null
    let killed = 0
    store.onWrite = async ({ when, write }) => {
      if (when !== 'before' || write !== first + 3 || child === null) return
      const gone = new Promise((resolve) => child?.once('exit', resolve))
      child.kill('SIGINT')
      await sleep(1300)
      child.kill('SIGINT')
      killed = performance.now()
      await gone
    }
    const args = what === 'apply' ? applying(plan) : ['fix', '--undo', plan.id, '--yes-context', 'test']
    const ended = await hopscope(args, (it) => (child = it))
    expect(performance.now() - killed).toBeLessThan(5000)
    store.onWrite = null
    expect(ended).toMatchObject({ code: 130, said: expect.stringMatching(/NOT removed: Lease kube-system/) as unknown })
    await undone(plan, before)
  },
  60_000,
)

test('a diagnosis in a pipe that nobody reads keeps its exit code', async () => {
  expect(await hopscope(['diagnose', '--from', recording])).toMatchObject({ code: 1 })
  expect(await hopscope(['diagnose', '--from', recording], (child) => child.stdout?.destroy())).toMatchObject({
    code: 1,
    said: '',
  })
}, 90_000)

/** Side by side: both wait for what is owed to be given back. */
describe.concurrent('an error that nobody caught', () => {
  const program = (bug: string): string => `
    import { ending } from ${JSON.stringify(join(import.meta.dirname, 'terminal/interrupt.ts'))}
    import { owe } from ${JSON.stringify(join(import.meta.dirname, '../owed.ts'))}
    ending.guard()
    owe({ what: 'pod a/b', pay: async () => (process.stdout.write('removed'), true) })
    ${bug}
    await new Promise(() => setInterval(() => {}, 1000))`
  test.each([
    ['thrown', `setTimeout(() => { throw new TypeError('x is not\\na function') })`],
    ['a rejection', `void Promise.reject(new TypeError('x is not\\na function'))`],
  ])(
    '%s: what was made is removed, one line, exit 2',
    async (_name, bug) => {
      const child = spawn('node', ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program(bug)])
      let [out, said] = ['', '']
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
      child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
      const code = await new Promise((resolve) => child.on('close', resolve))
      expect({ code, out }).toEqual({ code: 2, out: 'removed' })
      expect(said.split('\n').filter((it) => it.startsWith('error:'))).toEqual([
        expect.stringMatching(/^error: hopscope failed: TypeError: x is not at /),
      ])
    },
    20_000,
  )
})
