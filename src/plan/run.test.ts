import { expect, test } from 'vitest'
import type { Cluster } from '../kube/cluster.ts'
import { known, unknown } from '../model/known.ts'
import { subject } from '../model/subject.ts'
import type { Entry } from './journal.ts'
import { resourceOf } from './kinds.ts'
import type { Plan, Step } from './plan.ts'
import { lookSettled, type Outcome, type Run, sameCluster, underLock } from './run.ts'

const step: Step = {
  verb: 'delete',
  resource: resourceOf('ConfigMap'),
  object: subject('ConfigMap', 'shop', 'old'),
  say: null,
  before: { uid: 'u', resourceVersion: '1', object: {} },
  after: null,
  inverse: { verb: 'create' },
}
const plan = {
  id: '0123456789abcdef',
  cluster: { context: 'prod', server: 'https://one', uid: 'u' },
  steps: [step],
} as unknown as Plan

interface About {
  readonly entries?: readonly Entry[]
  readonly cluster?: Partial<Cluster>
  /** What can't be written into the journal any more. */
  readonly full?: (entry: Entry) => boolean
}

/** A run over a cluster in which the lock is to be had, unless told otherwise. */
function runOf({ entries = [], cluster = {}, full = () => false }: About = {}) {
  const told: string[] = []
  const slept: number[] = []
  const kept: Entry[] = [...entries]
  const lease = { metadata: { uid: 'l', resourceVersion: '1' }, spec: { holderIdentity: `${plan.id}/here/1/a` } }
  const run = {
    cluster: {
      context: 'prod',
      server: 'https://one',
      get: () => Promise.resolve(known('u')),
      create: () => Promise.resolve(known(lease)),
      delete: () => Promise.resolve(known(null)),
      ...cluster,
    },
    plan,
    journal: {
      get entries() {
        return kept
      },
      reload: () => Promise.resolve(void told.push('reload')),
      write: (entry: Entry) =>
        full(entry) ? Promise.reject(new Error('the disk is full')) : Promise.resolve(void kept.push(entry)),
      close: () => Promise.resolve(),
    },
    run: 'here/1/a',
    now: () => new Date('2026-01-02T03:04:05Z'),
    sleep: (ms: number) => Promise.resolve(void slept.push(ms)),
    signal: new AbortController().signal,
    say: (line: string) => void told.push(line),
    warn: (line: string) => void told.push(`! ${line}`),
    step: () => undefined,
    rolloutMs: 1,
    isDead: () => false,
  } as unknown as Run
  const journal = (): readonly string[] =>
    kept.slice(entries.length).map((it) =>
      ['kind', 'action', 'step', 'run', 'outcome', 'why']
        .map((key) => it[key as keyof Entry])
        .filter(Boolean)
        .join(' '),
    )
  return { run, told, slept, journal }
}

test.each<[string, Partial<Cluster>, Outcome | null, readonly string[]]>([
  ['the same', {}, null, []],
  [
    'the same by another way, or a copy',
    { server: 'https://two' },
    null,
    ['! the plan was made at https://one, and this is https://two; both say that they are the same cluster'],
  ],
  [
    'another',
    { get: () => Promise.resolve(known('v')) } as Partial<Cluster>,
    {
      kind: 'refused',
      why: 'plan 0123456789abcdef is for another cluster (prod, https://one)',
      hint: 'pick it: --context prod',
    },
    [],
  ],
  [
    'not known',
    { get: () => Promise.resolve(unknown('forbidden', 'get namespaces')) } as Partial<Cluster>,
    { kind: 'refused', why: "it cannot be told whether this is the plan's cluster: get namespaces", hint: null },
    [],
  ],
])('the cluster is %s', async (_what, cluster, outcome, warned) => {
  const { run, told } = runOf({ cluster })
  expect(await sameCluster(run)).toEqual(outcome)
  expect(told).toEqual(warned)
})

const at = '2026-01-02T03:04:05Z'
const intent: Entry = { kind: 'intent', at, action: 'apply', step: 0, expected: null }
test.each<[string, readonly Entry[], readonly number[]]>([
  ['nothing is on its way', [], []],
  ['a write may be on its way', [intent], [1500]],
  ['a write is done', [intent, { kind: 'done', at, action: 'apply', step: 0, stored: null }], []],
])('where %s, it is looked at at once or a moment later', async (_what, entries, waits) => {
  const { run, slept } = runOf({ entries, cluster: { get: () => Promise.resolve(known(null)) } as Partial<Cluster> })
  expect(await lookSettled(run)).toMatchObject({ known: true, value: [{ live: null }] })
  expect(slept).toEqual(waits)
})

test('what cannot be looked at is not known', async () => {
  const { run } = runOf({ cluster: { get: () => Promise.resolve(unknown('timed-out', 'slow')) } as Partial<Cluster> })
  expect(await lookSettled(run)).toEqual(unknown('timed-out', 'slow'))
})

const head = ['begin undo here/1/a', 'intent undo lock']
const done = ['done undo lock', 'intent undo unlock', 'done undo unlock']

test.each<[string, Outcome, readonly string[]]>([
  ['to its end', { kind: 'complete', rollout: null }, ['end undo complete']],
  ['stopped, and why', { kind: 'stopped', why: 'because' }, ['end undo stopped because']],
  ['interrupted', { kind: 'interrupted' }, ['end undo stopped']],
  ['refused: then nothing was written', { kind: 'refused', why: 'no', hint: null }, []],
])('the journal has what is done under the lock, and how it ended: %s', async (_what, outcome, end) => {
  const { run, told, journal } = runOf()
  const seen: (readonly string[])[] = []
  const work = (): Promise<Outcome> => (seen.push([...told]), Promise.resolve(outcome))
  expect(await underLock(run, 'undo', work)).toEqual(outcome)
  expect(journal()).toEqual([...head, ...done, ...end])
  // Another process may have written until the lock was had.
  expect([seen, told]).toEqual([[['reload']], ['reload']])
})

test('a lock that is not had is an end as well, and no work', async () => {
  const cluster = {
    create: () => Promise.resolve(unknown('forbidden', 'create leases')),
    get: () => Promise.resolve(unknown('forbidden', 'get leases')),
  } as Partial<Cluster>
  const { run, journal } = runOf({ cluster })
  const why = 'the lock (Lease kube-system/hopscope-fix) could not be taken: create leases'
  expect(await underLock(run, 'undo', () => Promise.reject(new Error('works')))).toEqual({
    kind: 'refused',
    why,
    hint: 'ask for the right to create leases',
  })
  expect(journal()).toEqual([...head, `end undo stopped ${why}`])
})

test('a lock that does not go is told, and work that fails gives it back', async () => {
  const stays = runOf({
    cluster: {
      delete: () => Promise.resolve(unknown('timed-out', 'slow')),
      get: () => Promise.resolve(unknown('timed-out', 'slow')),
    } as Partial<Cluster>,
  })
  await underLock(stays.run, 'undo', () => Promise.resolve({ kind: 'complete', rollout: null }))
  expect(stays.told.at(-1)).toBe(
    'the lock may still be there (Lease kube-system/hopscope-fix): ' +
      'the next run of plan 0123456789abcdef takes it away',
  )
  expect(stays.journal()).not.toContain('done undo unlock')

  const failing = runOf()
  await expect(underLock(failing.run, 'undo', () => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug')
  expect(failing.journal()).toEqual([...head, ...done])
})

test('a disk that is full keeps no lock', async () => {
  const { run, told, journal } = runOf({ full: (it) => it.kind === 'intent' && it.step === 'unlock' })
  await underLock(run, 'undo', () => Promise.resolve({ kind: 'complete', rollout: null }))
  expect(told.at(-1)).toBe('the lock is given back; the journal could not be written')
  expect(journal()).not.toContain('done undo unlock')
})
