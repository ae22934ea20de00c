import { spawnSync } from 'node:child_process'
import { hostname } from 'node:os'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Cluster } from '../kube/cluster.ts'
import { at, type Manifest, put } from '../manifest/object.ts'
import { known, type Reason, unknown } from '../model/known.ts'
import { isDeadHere, type Lock, takeLock, type Taking, thisRun } from './lock.ts'

/** The one Lease of a cluster, and how its API server answers. */
class Leases {
  lease: Manifest | null = null
  readonly asked: string[] = []
  /** By verb: what the next such requests are refused for; `lost` ones take effect, and their answer does not come. */
  refuse: Partial<Record<'create' | 'replace' | 'delete' | 'get', Reason>> = {}
  lost: readonly string[] = []
  private version = 1

  readonly cluster = {
    create: (_resource: object, _namespace: string, object: Manifest) =>
      this.answer('create', () => {
        if (this.lease !== null) return unknown('failed', 'already exists')
        this.lease = this.stored(put(object, ['metadata', 'uid'], 'u'))
        return known(this.lease)
      }),
    replace: (_resource: object, _namespace: string, _name: string, object: Manifest) =>
      this.answer('replace', () => {
        if (this.lease === null) return unknown('not-there', 'leases "hopscope-fix" not found')
        if (at(object, 'metadata', 'resourceVersion') !== at(this.lease, 'metadata', 'resourceVersion'))
          return unknown('failed', 'the object has been modified')
        this.lease = this.stored(object)
        return known(this.lease)
      }),
    get: (_resource: object, _namespace: string, _name: string, project: (raw: never) => unknown) =>
      this.answer('get', () =>
        this.lease === null ? unknown('not-there', 'not found') : known(project(this.lease as never)),
      ),
    delete: (
      _resource: object,
      _namespace: string,
      _name: string,
      wanted: { readonly uid: string; readonly resourceVersion: string },
    ) =>
      this.answer('delete', () => {
        if (this.lease === null) return unknown('not-there', 'not found')
        if (Object.entries(wanted).some(([key, value]) => at(this.lease ?? {}, 'metadata', key) !== value))
          return unknown('failed', 'Precondition failed')
        this.lease = null
        return known(null)
      }),
  } as unknown as Cluster

  stored(object: Manifest): Manifest {
    return put(object, ['metadata', 'resourceVersion'], String((this.version += 1)))
  }

  /** As another run writes it. */
  held(by: string, more: Manifest = {}): void {
    this.lease = this.stored({
      metadata: { name: 'hopscope-fix', uid: 'v' },
      spec: { holderIdentity: by, acquireTime: '10:00', renewTime: '10:05', ...more },
    })
  }

  private answer<T>(verb: keyof typeof this.refuse, does: () => T): Promise<unknown> {
    this.asked.push(verb)
    const reason = this.refuse[verb]
    if (reason !== undefined) return Promise.resolve(unknown(reason, `${verb} leases: ${reason}`))
    const answer = does()
    return Promise.resolve(this.lost.includes(verb) ? unknown('cut-off', 'reset') : answer)
  }
}

let leases: Leases
let slept: number[]
beforeEach(() => {
  leases = new Leases()
  slept = []
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => vi.useRealTimers())

const me = 'here/1/a'
const take = (meanwhile: () => void = () => undefined, isDead = (_run: string) => false): Promise<Taking> =>
  takeLock(leases.cluster, {
    plan: 'mine',
    run: me,
    sleep: (ms) => {
      slept.push(ms)
      meanwhile()
      return Promise.resolve()
    },
    isDead,
  })
const held = { kind: 'held', hint: null }

async function taken(...args: Parameters<typeof take>): Promise<Lock> {
  const taking = await take(...args)
  if (taking.kind === 'held') throw new Error(taking.why)
  return taking.lock
}

describe('the lock', () => {
  test('is a Lease that says whose it is, and since when', async () => {
    await taken()
    expect(leases.lease).toMatchObject({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: 'hopscope-fix',
        namespace: 'kube-system',
        labels: { 'app.kubernetes.io/managed-by': 'hopscope-fix', 'hopscope.dev/plan': 'mine' },
      },
      spec: {
        holderIdentity: `mine/${me}`,
        leaseDurationSeconds: 15,
        acquireTime: expect.stringMatching(/T\d\d:\d\d:\d\d\.\d{6}Z$/),
        renewTime: expect.stringMatching(/T\d\d:\d\d:\d\d\.\d{6}Z$/),
      },
    })
  })

  test('whose answer was lost is our own', async () => {
    leases.lost = ['create']
    expect((await taken()).lost()).toBeNull()
  })

  test.each<[Reason, string]>([
    ['forbidden', 'ask for the right to create leases: forbidden'],
    ['failed', 'try again'],
  ])('that cannot be made (%s) is held by nobody, and not had', async (reason, hint) => {
    leases.refuse = { create: reason }
    expect(await take()).toEqual({
      kind: 'held',
      why: `the lock (Lease kube-system/hopscope-fix) could not be taken: create leases: ${reason}`,
      hint,
    })
  })

  test("of another plan's run is never taken, dead or not", async () => {
    leases.held('other/there/7/b')
    expect(await take(undefined, () => true)).toEqual({
      kind: 'held',
      why:
        'plan other is being applied or undone ' +
        '(by there/7/b, since 10:00, last heard of 10:05; Lease kube-system/hopscope-fix)',
      hint:
        'if that run was killed: hopscope fix --undo other, where the plan is kept; ' +
        'if the plan is lost: kubectl -n kube-system delete lease hopscope-fix',
    })
    expect([slept, leases.asked]).toEqual([[], ['create', 'get']])
  })

  test('of nobody in particular says so', async () => {
    leases.lease = { metadata: {}, spec: {} }
    expect(await take()).toMatchObject({
      why: expect.stringContaining('since a time that it does not say, last heard of never; '),
    })
  })

  test('of a dead run of the same plan is taken over at once', async () => {
    leases.held('mine/there/7/b')
    const asked: string[] = []
    await taken(undefined, (run) => asked.push(run) > 0)
    expect([asked, slept]).toEqual([['there/7/b'], []])
    expect(leases.lease).toMatchObject({
      spec: { holderIdentity: `mine/${me}`, acquireTime: '10:00', renewTime: expect.stringMatching(/\.\d{6}Z$/) },
    })
  })

  test('of a run that may live is taken over when it was not renewed in its time', async () => {
    leases.held('mine/there/7/b')
    await taken()
    expect(slept).toEqual([15_000])
    expect(at(leases.lease ?? {}, 'spec', 'holderIdentity')).toBe(`mine/${me}`)
  })

  test('of a run that lives is left', async () => {
    leases.held('mine/there/7/b')
    expect(await take(() => leases.held('mine/there/7/b'))).toEqual({
      ...held,
      why: 'plan mine is being applied or undone right now (by there/7/b)',
    })
  })

  test.each<[string, () => void, string]>([
    ['goes meanwhile', () => (leases.lease = null), 'leases "hopscope-fix" not found'],
    ['cannot be written', () => (leases.refuse = { replace: 'forbidden' }), 'replace leases: forbidden'],
    [
      'cannot be seen again, and was renewed',
      () => {
        leases.held('mine/there/7/b')
        leases.refuse = { get: 'timed-out' }
      },
      'the object has been modified',
    ],
  ])('that %s is not had', async (_what, meanwhile, why) => {
    leases.held('mine/there/7/b')
    expect(await take(meanwhile)).toEqual({
      kind: 'held',
      why: `the lock of the earlier run could not be taken over: ${why}`,
      hint: 'try again',
    })
  })
})

describe('while it is held', () => {
  const wait = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)

  test('it is renewed every five seconds', async () => {
    const lock = await taken()
    const renewals = (): number => leases.asked.filter((it) => it === 'replace').length
    await wait(4999)
    expect(renewals()).toBe(0)
    await wait(1)
    expect(renewals()).toBe(1)
    await wait(10_000)
    expect([renewals(), lock.lost()]).toEqual([3, null])
  })

  test('it is lost once it could not be renewed for longer than its time', async () => {
    const lock = await taken()
    leases.refuse = { replace: 'timed-out', get: 'timed-out' }
    await wait(15_000)
    expect(lock.lost()).toBeNull()
    await wait(1)
    expect(lock.lost()).toBe('the lock could not be renewed for 15 s')
  })

  test('and had again once it is renewed', async () => {
    const lock = await taken()
    leases.refuse = { replace: 'timed-out' }
    await wait(16_000)
    leases.refuse = {}
    await wait(5000)
    expect(lock.lost()).toBeNull()
  })

  test('a renewal whose answer was lost stands in no way of the next', async () => {
    const lock = await taken()
    leases.lost = ['replace']
    await wait(5000)
    leases.lost = []
    await wait(10_001)
    expect(lock.lost()).toBeNull()
    expect(await lock.release()).toBe(true)
  })

  test('it is lost when it is gone', async () => {
    const lock = await taken()
    leases.lease = null
    await wait(5000)
    expect(lock.lost()).toBe('the lock is gone from the cluster')
    expect(await lock.release()).toBe(false)
    expect(leases.asked).not.toContain('delete')
  })

  test('it is lost when another run took it, and not taken away from that', async () => {
    const lock = await taken()
    leases.held('mine/there/7/b')
    await wait(5000)
    expect(lock.lost()).toBe('another run took the lock')
    expect(await lock.release()).toBe(false)
    expect(leases.lease).not.toBeNull()
  })
})

describe('given back', () => {
  test('it is gone, and no longer renewed', async () => {
    const lock = await taken()
    expect(await lock.release()).toBe(true)
    expect(leases.lease).toBeNull()
    const { length } = leases.asked
    await vi.advanceTimersByTimeAsync(60_000)
    expect(leases.asked).toHaveLength(length)
  })

  test('it is gone also where it moved since', async () => {
    const lock = await taken()
    leases.lease = leases.stored(leases.lease ?? {})
    expect(await lock.release()).toBe(true)
    expect(leases.lease).toBeNull()
  })

  test.each<[string, () => void]>([
    ['the cluster does not answer', () => (leases.refuse = { delete: 'timed-out', get: 'timed-out' })],
    ['it may not be deleted', () => (leases.refuse = { delete: 'forbidden' })],
    ['it is gone already', () => (leases.lease = null)],
    ['another run has it', () => leases.held('mine/there/7/b')],
  ])('it is not where %s', async (_what, happens) => {
    const lock = await taken()
    happens()
    const { lease } = leases
    expect(await lock.release()).toBe(false)
    expect(leases.lease).toEqual(lease)
  })
})

describe('a run is known to be dead', () => {
  const run = thisRun('a')
  const [machine = ''] = run.split('/')
  const gone = spawnSync(process.execPath, ['-e', '']).pid

  test('by its machine, its process and a word of its own', () => {
    expect(run.split('/')).toEqual([machine, String(process.pid), 'a'])
    expect(machine.startsWith(hostname())).toBe(true)
  })
  test.runIf(process.platform === 'linux')('a container has processes of its own', () =>
    expect(thisRun('a')).toMatch(/~\d+\/\d+\/a$/),
  )
  test.each<[string, string, boolean]>([
    ['not while it runs', run, false],
    ['when its process is gone', `${machine}/${gone}/a`, true],
    ['not on another machine', `${machine}x/${gone}/a`, false],
    ['not without a process', machine, false],
    ['not by a word', `${machine}/x${gone}/a`, false],
    ['not by a number and a word', `${machine}/${gone}x/a`, false],
  ])('%s', (_what, it, dead) => expect(isDeadHere(it)).toBe(dead))
})
