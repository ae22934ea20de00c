import { describe, expect, test } from 'vitest'
import { subject } from '../model/subject.ts'
import { type Manifest, put } from '../manifest/object.ts'
import type { StepHistory } from './history.ts'
import { resourceOf } from './kinds.ts'
import { marked, type State, stateOf } from './look.ts'
import type { Plan, Step } from './plan.ts'

/* Where a step stands, by what is there now and what the journal says. */

const plan = { id: '0123456789abcdef' } as Plan
const base = { resource: resourceOf('Service'), object: subject('Service', 'shop', 'web'), say: null } as const
const service = (spec: Manifest, metadata: Manifest = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop', ...metadata },
  spec,
})
const was = service({ port: 1 })
const wanted = service({ port: 2, ready: false, ports: [{ port: 53, cpu: '0.5' }] })
const before = { uid: 'u', resourceVersion: '1', object: was }
const create = { ...base, verb: 'create', before: null, after: wanted, inverse: { verb: 'delete' } } as const
const replace: Step = { ...base, verb: 'replace', before, after: wanted, inverse: { verb: 'restore' } }
const remove: Step = { ...base, verb: 'delete', before, after: null, inverse: { verb: 'create' } }

const never: StepHistory = { intended: false, expected: null, stored: null, done: false }
const announced = (expected: Manifest | null = null): StepHistory => ({ ...never, intended: true, expected })
const written = (object: Manifest, uid = 'u'): StepHistory => ({
  ...announced(),
  stored: { uid, resourceVersion: '2', object },
  done: true,
})

/** As it is in the cluster: with what the server owns. */
const live = (object: Manifest, uid = 'u', metadata: Manifest = {}): Manifest => ({
  ...object,
  metadata: { ...(object['metadata'] as Manifest), uid, resourceVersion: '7', ...metadata },
})
const leaving: Manifest = { deletionTimestamp: '2026-01-01T00:00:00Z' }
const said = (state: State): string => (state.kind === 'altered' ? state.why : state.kind)

describe('an object that the plan makes', () => {
  const ours = marked(create, plan)
  const stored = put(put(ours, ['spec', 'clusterIP'], '10.0.0.1'), ['spec', 'ready'], undefined)
  const asked = put(stored, ['spec', 'ports', 0, 'cpu'], '500m')

  test.each<[string, Manifest | null, StepHistory, string]>([
    ['is not there yet', null, never, 'untouched'],
    ['was announced, and is not there', null, announced(), 'untouched'],
    ['was made, and is gone', null, written(stored), 'it was deleted since'],
    ['has the name of another', live(wanted), never, 'there is one of that name already'],
    [
      "has the name of another plan's",
      live(put(ours, ['metadata', 'labels', 'hopscope.dev/plan'], 'other')),
      never,
      'there is one of that name already',
    ],
    ['stands as it was stored', live(stored), written(stored), 'written'],
    ['is another than it was', live(stored, 'v'), written(stored), 'it was deleted and made again since'],
    ['was changed since', live(put(stored, ['spec', 'port'], 3)), written(stored), 'it was changed since'],
    ['was changed, and is leaving', live(put(stored, ['spec', 'port'], 3), 'u', leaving), written(stored), 'written'],
    // What the API server made of it was not noted: as it was sent, or as the dry run had it, with more beside it.
    ['stands as it was sent', live(ours), announced(), 'written'],
    ['stands as it was sent, with an address', live(put(ours, ['spec', 'ip'], 'x')), announced(), 'written'],
    ['stands, and is not as it was sent', live(asked), announced(), 'it was changed since'],
    ['stands as the dry run had it', live(asked), announced(asked), 'written'],
    [
      'has another address than in the dry run',
      live(put(asked, ['spec', 'clusterIP'], 'x')),
      announced(asked),
      'written',
    ],
    ['is not as the dry run had it', live(put(asked, ['spec', 'port'], 3)), announced(asked), 'it was changed since'],
    [
      'has a list of another length than in the dry run',
      live(put(asked, ['spec', 'ports'], [])),
      announced(asked),
      'it was changed since',
    ],
    [
      'has one port more, as in the dry run',
      live(put(asked, ['spec', 'ports'], [{ port: 53 }, { port: 54 }])),
      announced(put(asked, ['spec', 'ports'], [{ port: 53 }, { port: 54 }])),
      'written',
    ],
    [
      'has one port more, and other ones than in the dry run',
      live(put(asked, ['spec', 'ports'], [{ port: 53 }, { port: 55 }])),
      announced(put(asked, ['spec', 'ports'], [{ port: 53 }, { port: 54 }])),
      'it was changed since',
    ],
    [
      'has a map where a list was sent, as in the dry run',
      live(put(asked, ['spec', 'ports'], { a: 1 })),
      announced(put(asked, ['spec', 'ports'], { a: 1 })),
      'written',
    ],
    [
      'has a list where a map was sent, as in the dry run',
      live(put(asked, ['spec'], ['a'])),
      announced(put(asked, ['spec'], ['a'])),
      'written',
    ],
  ])('that %s', (_what, now, history, state) => expect(said(stateOf(create, now, plan, history))).toBe(state))

  test('has the marks by which undo knows it, beside its own', () => {
    const own = { ...create, after: put(wanted, ['metadata', 'labels', 'app'], 'web') }
    expect(marked(own, plan)['metadata']).toMatchObject({
      labels: { app: 'web', 'app.kubernetes.io/managed-by': 'hopscope-fix', 'hopscope.dev/plan': plan.id },
    })
  })
})

describe('an object that the plan changes', () => {
  const other = service({ port: 3 })
  test.each<[string, Manifest | null, StepHistory, string]>([
    ['is as it was', live(was), never, 'untouched'],
    ['has another status', { ...live(was), status: { a: 1 } }, never, 'untouched'],
    ['is gone', null, never, 'it was deleted'],
    ['is another one', live(was, 'v'), never, 'it was deleted and made again'],
    ['was changed', live(other), never, 'it was changed'],
    ['was changed to what the plan wants, and not by it', live(wanted), never, 'it was changed'],
    ['was announced, and is as the dry run had it', live(wanted), announced(wanted), 'written'],
    ['was announced, and is as it was', live(was), announced(wanted), 'untouched'],
    ['was announced, and is something else', live(other), announced(wanted), 'it was changed'],
    ['is as it was stored', live(wanted), written(wanted), 'written'],
    [
      'is as it was stored, and not as the dry run had it',
      live(other),
      { ...written(other), expected: wanted },
      'written',
    ],
    [
      'is as the dry run had it, and was stored otherwise',
      live(wanted),
      { ...written(other), expected: wanted },
      'it was changed',
    ],
  ])('that %s', (_what, now, history, state) => expect(said(stateOf(replace, now, plan, history))).toBe(state))
})

describe('an object that the plan deletes', () => {
  test.each<[string, Manifest | null, StepHistory, string]>([
    ['is as it was', live(was), never, 'untouched'],
    ['was announced, and is as it was', live(was), announced(), 'untouched'],
    ['was changed', live(wanted), never, 'it was changed'],
    ['was announced, and was changed', live(wanted), announced(), 'it was changed'],
    ['is gone', null, never, 'it is gone already'],
    ['was announced, and is gone', null, announced(), 'written'],
    ['is another one', live(was, 'v'), never, 'it was deleted and made again'],
    ['was announced, and is another one', live(was, 'v'), announced(), 'written'],
    ['is leaving', live(was, 'u', leaving), never, 'it is being deleted'],
    ['was announced, and is leaving', live(was, 'u', leaving), announced(), 'written'],
  ])('that %s', (_what, now, history, state) => expect(said(stateOf(remove, now, plan, history))).toBe(state))
})
