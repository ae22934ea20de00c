import { describe, expect, test } from 'vitest'
import { subject } from '../model/subject.ts'
import { type Manifest, put } from '../manifest/object.ts'
import type { StepHistory } from './history.ts'
import { resourceOf } from './kinds.ts'
import { marked } from './look.ts'
import type { Plan, Step } from './plan.ts'
import { judgeStep, keptWords } from './undo-step.ts'

/* What undo does about one step: what was there before, what was written, and what is there now. */

const plan = { id: '0123456789abcdef' } as Plan
const base = { resource: resourceOf('Deployment'), object: subject('Deployment', 'shop', 'web'), say: null } as const
const web = (spec: Manifest): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec,
})
const was = web({ replicas: 1, image: 'a' })
const wanted = web({ replicas: 3, image: 'b' })
const before = { uid: 'u', resourceVersion: '1', object: was }
const create = { ...base, verb: 'create', before: null, after: wanted, inverse: { verb: 'delete' } } as const
const replace: Step = { ...base, verb: 'replace', before, after: wanted, inverse: { verb: 'restore' } }
const remove: Step = { ...base, verb: 'delete', before, after: null, inverse: { verb: 'create' } }

const announced = (expected: Manifest | null = null): StepHistory => ({
  intended: true,
  expected,
  stored: null,
  done: false,
})
const written = (object: Manifest, uid = 'u'): StepHistory => ({
  intended: true,
  expected: null,
  stored: { uid, resourceVersion: '2', object },
  done: true,
})
const live = (object: Manifest, uid = 'u', metadata: Manifest = {}): Manifest => ({
  ...object,
  metadata: { ...(object['metadata'] as Manifest), uid, resourceVersion: '7', ...metadata },
})
const leaving: Manifest = { deletionTimestamp: '2026-01-01T00:00:00Z' }

/** What is done, to what it becomes, and against whom; the object in short. */
function told(step: Step, now: Manifest | null, history: StepHistory): string {
  const { todo, against } = judgeStep(step, now, plan, history)
  const short = (it: Manifest): string => {
    const { replicas, image, ...rest } = it['spec'] as Manifest
    return [`${String(replicas)}${String(image)}`, ...Object.keys(rest)].join(' ')
  }
  const done = {
    nothing: () => (todo.kind === 'nothing' ? `nothing: ${String(todo.say)}` : ''),
    delete: () => (todo.kind === 'delete' ? `delete ${short(todo.live)}` : ''),
    create: () => (todo.kind === 'create' ? `create ${short(todo.object)}` : ''),
    replace: () => (todo.kind === 'replace' ? `replace ${short(todo.object)} kept ${todo.kept.join()}` : ''),
  }[todo.kind]()
  return against === null ? done : `${done} against: ${against.why}`
}

test('what is for good is left, whatever is there', () => {
  const gone: Step = { ...remove, inverse: { verb: 'gone', why: 'its owner made another' } }
  expect(told(gone, null, written(was))).toBe('nothing: its owner made another')
  expect(told(gone, live(was), written(was))).toBe('nothing: its owner made another')
})

describe('what the plan made', () => {
  const ours = marked(create, plan)
  const scaled = put(ours, ['spec', 'replicas'], 9)
  const edited = put(ours, ['spec', 'image'], 'theirs')
  test.each<[string, Manifest | null, StepHistory, string]>([
    ['is gone', null, written(ours), 'nothing: null'],
    ['is as it was stored', live(ours), written(ours), 'delete 3b'],
    ['was scaled: whoever did it gives way', live(scaled), written(ours), 'delete 9b'],
    ['was changed', live(edited), written(ours), 'delete 3theirs against: it was changed since'],
    ['was changed, and leaves', live(edited, 'u', leaving), written(ours), 'delete 3theirs'],
    ['is another one', live(ours, 'v'), written(ours), 'nothing: it is not what this plan created'],
    ['has no mark', live(wanted), written(ours), 'nothing: it is not what this plan created'],
    [
      "has another plan's mark",
      live(put(ours, ['metadata', 'labels', 'hopscope.dev/plan'], 'x')),
      announced(),
      'nothing: it is not what this plan created',
    ],
    ['was announced, and is as it was sent', live(ours), announced(), 'delete 3b'],
    ['was announced, and is as the dry run had it', live(ours), announced(ours), 'delete 3b'],
    ['was announced, and is something else', live(edited), announced(), 'delete 3theirs against: it was changed since'],
  ])('%s', (_what, now, history, todo) => expect(told(create, now, history)).toBe(todo))

  test('and somebody changed is shown as what goes with it', () => {
    expect(judgeStep(create, live(edited), plan, written(ours)).against?.lines).toEqual([
      'since changed, and would be deleted with it:',
      '~ spec.image: b -> theirs',
    ])
    // Without a word of what was stored: against the dry run's word, or what was sent.
    expect(judgeStep(create, live(edited), plan, announced(put(ours, ['spec', 'image'], 'c'))).against?.lines).toEqual([
      'since changed, and would be deleted with it:',
      '~ spec.image: c -> theirs',
    ])
    expect(judgeStep(create, live(edited), plan, announced()).against?.lines).toContain('~ spec.image: b -> theirs')
  })

  test('without a spec, and changed, is against somebody', () => {
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'web', namespace: 'shop' } }
    const step = { ...create, after: account }
    const made = marked(step, plan)
    const history = written(made)
    expect(judgeStep(step, live(made), plan, history).against).toBeNull()
    const changed = live({ ...made, automountServiceAccountToken: false })
    expect(judgeStep(step, changed, plan, history).against?.why).toBe('it was changed since')
  })
})

describe('what the plan deleted', () => {
  test.each<[string, Manifest | null, string]>([
    ['is gone', null, 'create 1a'],
    ['is still there, as it was', live(was), 'nothing: null'],
    ['is on its way out', live(was, 'u', leaving), 'create 1a'],
    ['is on its way out, and somebody wrote to it', live(wanted, 'u', leaving), 'create 1a'],
    ['was made again', live(wanted, 'v'), 'nothing: somebody created it again'],
    ['was made again, and leaves', live(wanted, 'v', leaving), 'nothing: somebody created it again'],
    ['was made again, the same', live(was, 'v'), 'nothing: null'],
    ['is still there, and was changed', live(wanted), 'nothing: it was changed by someone else, and not deleted'],
  ])('%s', (_what, now, todo) => expect(told(remove, now, written(was))).toBe(todo))
})

describe('what the plan changed', () => {
  const kept = 'spec.replicas stays as someone else set it'
  const stored = web({ replicas: 3, image: 'b', added: 'x' })
  test.each<[string, Manifest | null, StepHistory, string]>([
    ['is as it was stored', live(wanted), written(wanted), 'replace 1a kept '],
    ['is as it was before', live(was), written(wanted), 'nothing: null'],
    ['was scaled', live(web({ replicas: 9, image: 'b' })), written(wanted), 'replace 9a kept spec.replicas'],
    [
      'was scaled, and put back but for that',
      live(web({ replicas: 9, image: 'a' })),
      written(wanted),
      `nothing: ${kept}`,
    ],
    [
      'has another image',
      live(web({ replicas: 3, image: 'c' })),
      written(wanted),
      'replace 1a kept  against: it was changed: spec.image',
    ],
    [
      'has another image, and was scaled',
      live(web({ replicas: 9, image: 'c' })),
      written(wanted),
      'replace 9a kept spec.replicas against: it was changed: spec.image',
    ],
    ['has a field more', live(web({ replicas: 3, image: 'b', more: 1 })), written(wanted), 'replace 1a more kept '],
    ['is gone', null, written(wanted), 'create 1a against: it was deleted'],
    ['leaves', live(wanted, 'u', leaving), written(wanted), 'create 1a against: it is being deleted'],
    [
      'leaves, and is another one',
      live(wanted, 'v', leaving),
      written(wanted),
      'create 1a against: it is being deleted',
    ],
    ['is another one', live(wanted, 'v'), written(wanted), 'nothing: it was deleted and made again by someone else'],
    ['was announced', live(wanted), announced(), 'replace 1a kept '],
    ['was announced, and not written', live(was), announced(wanted), 'nothing: null'],
    // What the API server added is the plan's doing where it is known, and somebody's where it is not.
    ['was stored with more', live(stored), written(stored), 'replace 1a kept '],
    ['was to be stored with more', live(stored), announced(stored), 'replace 1a kept '],
    ['has more than was sent', live(stored), announced(), 'replace 1a added kept '],
  ])('%s', (_what, now, history, todo) => expect(told(replace, now, history)).toBe(todo))

  test('and somebody else as well is shown as it is now, and as it would be', () => {
    const lines = (now: Manifest | null): readonly string[] | undefined =>
      judgeStep(replace, now, plan, written(wanted)).against?.lines
    expect(lines(live(web({ replicas: 9, image: 'c' })))).toEqual(['now -> as it would be:', '~ spec.image: c -> a'])
    expect(lines(null)).toEqual(['it was deleted since, and would be made again'])
    expect(lines(live(wanted, 'u', leaving))).toEqual(['it is being deleted, and would be made again'])
  })
})

test('what is kept is said by its field', () =>
  expect(keptWords(['spec.replicas', 'spec.x'])).toBe('spec.replicas, spec.x stays as someone else set it'))
