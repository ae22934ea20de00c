import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Fault } from '../faults/fault.ts'
import type { Lab } from '../lab.ts'
import { type Broken, leavesNothing, lookClean } from './fault-cases.ts'
import type { Ran } from './hopscope.ts'

const lab = { nodes: [{ name: 'worker-1' }, { name: 'worker-2' }] } as unknown as Lab

function fault(name: string, reach: Fault['reach'], code = 'DNS121'): Fault {
  const nothing = (): Promise<void> => Promise.resolve()
  return {
    name,
    kind: 'fault',
    breaks: '',
    symptom: '',
    cause: { code, subject: `Service/shop/${name}` },
    reach,
    diagnose: ['dns'],
    inject: nothing,
    takeBack: nothing,
    remove: nothing,
  }
}

const broken = (it: Fault, turn = 0): Broken => ({ fault: it, turn, results: [], back: { kind: 'done', seconds: 1 } })

interface Found {
  readonly code: string
  readonly severity: 'error' | 'warning' | 'info'
  readonly subject: { readonly kind: string; readonly namespace: string; readonly name: string }
  readonly text: string
  readonly detail: string
}

const found = (name: string, severity: Found['severity'], code = 'DNS121'): Found => ({
  code,
  severity,
  subject: { kind: 'Service', namespace: 'shop', name },
  text: 'Something is wrong.',
  detail: '1 of 1',
})

function ran(findings: readonly Found[]): Ran {
  const report = { verdict: '', headline: '', findings, explained: [], cannotTell: [], crashed: [], ok: ['DNS110'] }
  return {
    code: findings.some((it) => it.severity !== 'info') ? 1 : 0,
    stdout: JSON.stringify(report),
    stderr: '',
    seconds: 1,
  }
}

/** Looks, each of which says what comes next; the last one says it for ever. */
async function looked(
  faults: readonly Fault[],
  says: readonly (readonly Found[])[],
): Promise<{ readonly passed: readonly boolean[]; readonly asked: readonly string[] }> {
  const left = [...says]
  const asked: string[] = []
  const results = await lookClean(
    lab,
    faults.map((it, turn) => broken(it, turn)),
    () => {},
    (_, args) => {
      asked.push(args.join(' '))
      return Promise.resolve(ran((left.length > 1 ? left.shift() : left[0]) ?? []))
    },
  )
  expect(results.map((it) => it.name)).toEqual(faults.map((it) => `${it.name}, taken back`))
  return { passed: results.map((it) => it.passed), asked }
}

const cluster = { kind: 'cluster' } as const
const several = fc
  .uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 2 })
  .map((names) => names.map((it) => fault(it, cluster)))

test('whatever is still told after the faults, none of them passes, however often it is told', async () => {
  const told = fc
    .tuple(fc.constantFrom('a', 'b', 'x'), fc.constantFrom('error' as const, 'warning' as const))
    .map(([name, severity]) => found(name, severity))
  await fc.assert(
    fc.asyncProperty(several, told, async (faults, it) => {
      const { passed, asked } = await looked(faults, [[it]])
      expect(passed).toEqual(faults.map(() => false))
      expect(asked).toHaveLength(2)
    }),
  )
})

test('a risk that is still told for information is not gone', async () => {
  await fc.assert(
    fc.asyncProperty(several, async (faults) => {
      const last = faults.at(-1)?.name ?? ''
      expect((await looked(faults, [[found(last, 'info')]])).passed).toEqual(faults.map(() => false))
      expect((await looked(faults, [[found('of the lab', 'info')]])).passed).toEqual(faults.map(() => true))
    }),
  )
})

test('one look is enough for all where it is clean, and a second one where it was late', async () => {
  const faults = [fault('a', cluster), fault('b', cluster)]
  expect(await looked(faults, [[]])).toEqual({ passed: [true, true], asked: ['dns'] })
  expect(await looked(faults, [[found('x', 'error')], []])).toEqual({ passed: [true, true], asked: ['dns', 'dns'] })
})

test('one fault is asked about as itself, several where any of them may be', async () => {
  const inShop = (name: string): Fault => fault(name, { kind: 'namespace', namespace: name })
  expect((await looked([inShop('a')], [[]])).asked).toEqual(['dns --node worker-1'])
  expect((await looked([inShop('a'), inShop('b')], [[]])).asked).toEqual(['-A'])
})

test('what could not be taken back owes no look, and passes none', async () => {
  const over: Broken = { ...broken(fault('a', cluster)), back: { kind: 'over' } }
  expect(
    await lookClean(
      lab,
      [over],
      () => {},
      () => Promise.reject(new Error('must not be asked')),
    ),
  ).toEqual([])
})

test('only what leaves nothing of its own waits for the look of others', () => {
  const it = fault('a', cluster)
  expect(leavesNothing({ ...it, remove: it.takeBack })).toBe(true)
  expect(leavesNothing({ ...it, remove: () => Promise.resolve() })).toBe(false)
  expect(leavesNothing({ ...it, remove: it.takeBack, reach: { kind: 'node', node: 'worker-1' } })).toBe(false)
})
