import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Known, known, unknown } from '../model/known.ts'
import { corefileVersionText } from '../wire/corefile-version.ts'
import { type Asked, serversNow, type Servers, watchReload } from './reload.ts'

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

async function watched(
  servers: Readonly<Record<string, readonly Look[]>>,
  about: { readonly log?: string; readonly texts?: typeof texts } = {},
): Promise<Awaited<ReturnType<typeof watchReload>>> {
  const cluster = world(servers, about.log)
  const before = await serversNow(cluster, reload)
  if (!before.known) throw new Error(before.why.detail)
  return watchReload(
    cluster,
    { reload, servers: before.value, to: (about.texts ?? texts).to },
    {
      sleep: () => Promise.resolve(),
      signal: new AbortController().signal,
      step: () => undefined,
      timeoutMs: 50,
    },
  )
}

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
test('no server', async () => expect(await serversNow(world({}), reload)).toMatchObject({ known: false }))
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
