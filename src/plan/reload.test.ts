import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Known, known, unknown } from '../model/known.ts'
import { corefileVersionText } from '../wire/corefile-version.ts'
import type { Manifest } from '../manifest/object.ts'
import type { Step } from './plan.ts'
import { type Asked, reloadOf, serversNow, type Servers, watchReload } from './reload.ts'

const reload = { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' }, port: 9153 }
const texts = { from: '. {\n  reload\n}\n', to: '. {\n  cache 30\n  reload\n}\n' }
const hash = (text: string): string =>
  createHash('sha512')
    .update(corefileVersionText(text) ?? '')
    .digest('hex')

/** What a server's metrics say, look after look; the last for ever. */
interface Look {
  readonly runs?: string
  readonly refused?: number
  readonly startedAt?: number
  readonly gone?: true
  readonly error?: string
}

function metrics({ runs, refused = 0, startedAt = 1 }: Look): string {
  return [
    `process_start_time_seconds ${startedAt}`,
    `coredns_reload_failed_total ${refused}`,
    ...(runs === undefined ? [] : [`coredns_reload_version_info{hash="sha512",value="${hash(runs)}"} 1`]),
  ].join('\n')
}

/** The API server's side: metrics of pods, and one log. */
function world(servers: Readonly<Record<string, readonly Look[]>>, log = ''): Asked {
  const asked = new Map<string, number>()
  const raw = (path: string): Promise<Known<string>> => {
    const pod = /pods\/([^:]+):9153\/proxy\/metrics$/.exec(path)?.[1] ?? ''
    const looks = servers[pod] ?? []
    const turn = asked.get(pod) ?? 0
    asked.set(pod, turn + 1)
    const look = looks[Math.min(turn, looks.length - 1)] ?? {}
    if (look.gone) return Promise.resolve(unknown('not-there', 'pods'))
    return Promise.resolve(look.error === undefined ? known(metrics(look)) : unknown('failed', look.error))
  }
  const pod = (name: string) => ({ metadata: { name }, status: { conditions: [{ type: 'Ready', status: 'True' }] } })
  return {
    raw,
    list: (_resource, _options, project) =>
      Promise.resolve(known(Object.keys(servers).flatMap((name) => project(pod(name)) ?? []))),
    logs: () => Promise.resolve(known(linesOf(log))),
  }
}

async function* linesOf(log: string): AsyncGenerator<string> {
  yield* log.split('\n')
}

/** Waits are told by this clock, which only `sleep` moves: a busy machine makes no server late. */
let clock = 0
beforeEach(() => {
  clock = 500
  vi.spyOn(performance, 'now').mockImplementation(() => clock)
})
afterEach(() => void vi.restoreAllMocks())

interface About {
  readonly log?: string
  readonly texts?: typeof texts
  readonly timeoutMs?: number
  /** Stopped after so many looks. */
  readonly stopAfter?: number
  readonly said?: string[]
}

async function watched(
  servers: Readonly<Record<string, readonly Look[]>>,
  { log, texts: own = texts, timeoutMs, stopAfter = Infinity, said = [] }: About = {},
): Promise<Awaited<ReturnType<typeof watchReload>>> {
  const cluster = world(servers, log)
  const before = await serversNow(cluster, reload)
  if (!before.known) throw new Error(before.why.detail)
  const stop = new AbortController()
  let looks = 0
  return watchReload(
    cluster,
    { reload, servers: before.value, to: own.to },
    {
      sleep: (ms) => {
        clock += ms
        looks += 1
        // It takes no time, so that nothing else would end a wait without a bound.
        if (looks > 1000) throw new Error('waits for ever')
        if (looks >= stopAfter) stop.abort()
        return Promise.resolve()
      },
      signal: stop.signal,
      step: (line) => void said.push(line),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    },
  )
}

describe('while it lasts', () => {
  test('each look says how many have taken it, and how long it has been', async () => {
    const said: string[] = []
    const servers = { a: [{}, { runs: texts.to }], b: [{}, {}, {}, { runs: texts.to }] }
    expect(await watched(servers, { said })).toEqual({
      kind: 'taken',
      say: 'this very text is run by 2 of 2 DNS servers, after 6 s',
    })
    expect(said).toEqual([
      'waiting for the DNS servers to take the Corefile: 0 of 2, 0 s ...',
      'waiting for the DNS servers to take the Corefile: 1 of 2, 2 s ...',
      'waiting for the DNS servers to take the Corefile: 1 of 2, 4 s ...',
    ])
  })

  test('a server that names the text once is asked again', async () => {
    expect(await watched({ a: [{}, { runs: texts.to }, {}, { runs: texts.to }] })).toMatchObject({ kind: 'taken' })
    expect(await watched({ a: [{}, { runs: texts.to }] }, { timeoutMs: 1 })).toMatchObject({ kind: 'taken' })
    expect(await watched({ a: [{}, { runs: texts.to }] }, { timeoutMs: 0 })).toMatchObject({ kind: 'unseen' })
  })

  test('an interrupt between two looks ends it', async () => {
    expect(await watched({ a: [{}] }, { stopAfter: 2 })).toEqual({ kind: 'interrupted' })
    expect(clock).toBe(4500)
  })

  test.each([
    [undefined, 180],
    [7000, 8],
  ])('given %j ms it ends after %i s, with the servers and the last reason by name', async (timeoutMs, after) => {
    const late = { a: [{}, { runs: texts.to }], b: [{}], c: [{}, { error: 'connection refused' }, {}] }
    expect(await watched(late, timeoutMs === undefined ? {} : { timeoutMs })).toEqual({
      kind: 'unseen',
      why:
        `2 of 3 DNS servers (b, c) have not said within ${after} s that they run the new Corefile; ` +
        'c: connection refused',
    })
    expect(clock).toBe(500 + after * 1000)
  })
})

describe('servers before a change', () => {
  const pod = (name: string, about: object = {}, status = 'True') => ({
    metadata: { name, ...about },
    status: {
      conditions: [
        { type: 'ContainersReady', status: 'False' },
        { type: 'Ready', status },
      ],
    },
  })
  const listed = (pods: readonly object[], text = metrics({})): { cluster: Asked; asked: object[] } => {
    const asked: object[] = []
    return {
      asked,
      cluster: {
        ...world({}),
        raw: () => Promise.resolve(known(text)),
        list: (_resource, options, project) => {
          asked.push(options)
          return Promise.resolve(known(pods.flatMap((it) => project(it as never) ?? [])))
        },
      },
    }
  }

  test('are those that are ready and do not leave', async () => {
    const { cluster, asked } = listed([
      pod('a'),
      pod('b', {}, 'False'),
      pod('c', { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      { metadata: { name: 'd' }, status: {} },
    ])
    const found = await serversNow(cluster, { ...reload, labels: { 'k8s-app': 'kube-dns', tier: 'dns' } })
    expect(found.known && [...found.value.keys()]).toEqual(['a'])
    expect(asked).toEqual([{ namespace: 'kube-system', labelSelector: 'k8s-app=kube-dns,tier=dns' }])
  })

  test.each([
    ['Deployment', 'ReplicaSet', 'coredns-abc', ['a']],
    ['Deployment', 'ReplicaSet', 'coredns-xyz', []],
    ['Deployment', 'DaemonSet', 'coredns', []],
    ['DaemonSet', 'DaemonSet', 'coredns', ['a']],
    ['DaemonSet', 'DaemonSet', 'trap', []],
  ])('of a %s: a pod of %s %s is asked or not, whatever labels it bears', async (kind, owner, name, names) => {
    const own = pod('a', {
      labels: { 'pod-template-hash': 'abc' },
      ownerReferences: [{ controller: true, kind: owner, name }],
    })
    const found = await serversNow(listed([own, pod('b')]).cluster, { ...reload, by: { kind, name: 'coredns' } })
    expect(found.known ? [...found.value.keys()] : []).toEqual(names)
  })

  test.each([
    ['none is ready', [pod('b', {}, 'False')], metrics({}), 'no DNS server is ready'],
    ['no start time', [pod('a')], 'coredns_reload_failed_total 0', 'the metrics of a: they do not tell of reloads'],
    [
      'no count of refusals',
      [pod('a')],
      'process_start_time_seconds 1',
      'the metrics of a: they do not tell of reloads',
    ],
  ])('%s: nobody could see it', async (_it, pods, text, detail) => {
    expect(await serversNow(listed(pods, text).cluster, reload)).toMatchObject({ known: false, why: { detail } })
  })

  test('that may not be listed are told as such', async () => {
    const cluster: Asked = { ...world({}), list: () => Promise.resolve(unknown('forbidden', 'list pods')) }
    expect(await serversNow(cluster, reload)).toEqual(unknown('forbidden', 'list pods'))
  })

  test('a text that is no longer run does not count', async () => {
    const text = [
      metrics({}),
      `coredns_reload_version_info{value="now"} 1`,
      `coredns_reload_version_info{value="before"} 0`,
      `coredns_reload_version_info{value="also"} 1`,
    ].join('\n')
    const found = await serversNow(listed([pod('a')], text).cluster, reload)
    expect(found.known && found.value.get('a')).toEqual({ versions: ['also', 'now'], refused: 0, startedAt: 1 })
  })
})

describe('what a step reloads', () => {
  const at = (Corefile: string): Manifest => ({ data: { Corefile } })
  const step = (about: object): Step =>
    ({ verb: 'replace', reload, before: { object: at('old') }, after: at('new'), ...about }) as unknown as Step

  test.each([
    ['a Corefile', step({}), { reload, before: 'old', after: 'new' }],
    ['a ConfigMap without one', step({ after: { data: {} } }), { reload, before: 'old', after: '' }],
    ['nothing that reloads', step({ reload: undefined }), null],
    ['what is deleted', step({ verb: 'delete' }), null],
  ])('%s', (_it, given, expected) => expect(reloadOf(given)).toEqual(expected))
})

describe('taken', () => {
  test('when every server says that it runs the new text', async () =>
    expect(
      await watched({ a: [{}, {}, { runs: texts.to }], b: [{ runs: texts.from }, { runs: texts.to }] }),
    ).toMatchObject({ kind: 'taken', say: expect.stringContaining('this very text is run by 2 of 2') }))
  test('not when one runs another text, an earlier edit', async () =>
    expect(await watched({ a: [{}, { runs: '. {\n}\n' }] })).toMatchObject({
      kind: 'unseen',
      why: expect.stringContaining('1 of 1 DNS servers (a)'),
    }))
  test('when it ran that very text before anyone watched, and has refused none', async () =>
    expect(await watched({ a: [{ runs: texts.to }] })).toMatchObject({ kind: 'taken' }))
  test('a pod that is gone is waited for no more', async () =>
    expect(await watched({ a: [{}, { gone: true }], b: [{}, { runs: texts.to }] })).toMatchObject({ kind: 'taken' }))
  test('with imports, any other text is the new one', async () => {
    const imported = { from: '. {\n  import x\n}\n', to: '. {\n  cache\n  import x\n}\n' }
    expect(await watched({ a: [{}, { runs: texts.to }] }, { texts: imported })).toMatchObject({
      kind: 'taken',
      say: expect.stringContaining('another text than before'),
    })
  })
})

describe('refused', () => {
  const log =
    '[INFO] Reloading\n[ERROR] plugin/reload: Corefile changed but reload failed: starting with listener file descriptors: Corefile:3 - Error during parsing: wrong\n'
  test('by one, in its own words; it names the text that it refused', async () =>
    expect(
      await watched({ a: [{}, { runs: texts.to }], b: [{}, {}, { runs: texts.to, refused: 1 }] }, { log }),
    ).toMatchObject({
      kind: 'refused',
      why: expect.stringMatching(/^DNS server b refuses .*Corefile:3 - Error during parsing: wrong$/),
    }))
  test('counted a moment after the text is named', async () =>
    expect(await watched({ a: [{}, { runs: texts.to }, { runs: texts.to, refused: 1 }] })).toMatchObject({
      kind: 'refused',
    }))
  test('an earlier edit on its way, refused, is not this one', async () => {
    const earlier = '. {\n}\n'
    expect(await watched({ a: [{}, { runs: earlier, refused: 1 }, { runs: texts.to, refused: 1 }] })).toMatchObject({
      kind: 'taken',
    })
    expect(await watched({ a: [{}, { runs: earlier, refused: 1 }, { runs: texts.to, refused: 2 }] })).toMatchObject({
      kind: 'refused',
    })
  })
  test('named and perhaps refused before anyone watched: not taken', async () =>
    expect(await watched({ a: [{ runs: texts.to, refused: 1 }] })).toMatchObject({
      kind: 'unseen',
      why: expect.stringContaining('its log says which'),
    }))
  test('with imports', async () => {
    const imported = { from: '. {\n  import x\n}\n', to: '. {\n  cache\n  import x\n}\n' }
    expect(await watched({ a: [{}, { runs: texts.to, refused: 1 }] }, { texts: imported })).toMatchObject({
      kind: 'refused',
    })
  })
  test.each([
    ['starting: Corefile:3 - Error', ': starting: Corefile:3 - Error', 'reload failed'],
    ['Corefile:3 - Error', ': Corefile:3 - Error', 'Restart failed'],
    ['of something else', '', 'Something failed'],
  ])('in the last words of its log: %s', async (words, told, what) => {
    const lines = `[ERROR] plugin/reload: reload failed: an earlier one\n[ERROR] ${what}: ${words}\n[INFO] 1.2.3.4:5 - A\n`
    const end = await watched(
      { a: [{}, { runs: texts.to, refused: 1 }] },
      { log: what === 'Something failed' ? words : lines },
    )
    expect(end).toEqual({
      kind: 'refused',
      why: `DNS server a refuses the new Corefile and goes on with the old one${told}`,
    })
  })
  test('what it refused before the change does not count', async () =>
    expect(await watched({ a: [{ refused: 3 }, { refused: 3, runs: texts.to }] })).toMatchObject({ kind: 'taken' }))
})

test('not seen in time is not taken', async () =>
  expect(await watched({ a: [{}, { error: 'connection refused' }] })).toMatchObject({
    kind: 'unseen',
    why: expect.stringContaining('a: connection refused'),
  }))
test("a server that can't be asked before is said before anything is written", async () =>
  expect(await serversNow(world({ a: [{ error: 'forbidden' }] }), reload)).toMatchObject({
    known: false,
    why: { detail: 'the metrics of a: forbidden' },
  }))
test('an interrupt ends the wait', async () => {
  const signal = AbortSignal.abort()
  const servers: Servers = new Map([['a', { versions: [], refused: 0, startedAt: 1 }]])
  expect(
    await watchReload(
      world({ a: [{}] }),
      { reload, servers, to: texts.to },
      {
        sleep: () => Promise.resolve(),
        signal,
        step: () => undefined,
      },
    ),
  ).toEqual({ kind: 'interrupted' })
})
