import http from 'node:http'
import net from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { recorded } from '../../test/build/answers.ts'
import { plant } from '../../test/build/plant.ts'
import { keptRuns, startUi, type Ui } from '../../test/build/ui.ts'
import { clouds } from '../../test/flavours/clouds.ts'
import { type FakeCluster, fakeCluster } from '../../test/flavours/fake-cluster.ts'
import { settle } from '../../test/flavours/settle.ts'
import { writeSnapshot } from '../snapshot/write.ts'

/** A real server on loopback, and whatever a client may send. */

const healthy = '2026-11-28T042545-shop'
const race = '2026-11-29T042545-all'
const raceToo = '2026-11-30T042545-all'
const before = '2026-11-27T042545-all'
let ui: Ui

beforeAll(async () => {
  const runs = keptRuns({
    [healthy]: 'healthy',
    [race]: 'dns-race-lossy',
    [raceToo]: 'dns-race-lossy',
    [before]: 'service-selector-typo',
  })
  ui = await startUi({ allowed: { runs } })
})
afterAll(() => ui.close())

test('the link works once, and nothing is shown without it', async () => {
  const other = await startUi()
  const path = new URL(other.url).search
  expect((await other.ask('/')).status).toBe(403)
  expect((await other.ask('/?token=AAAAAAAAAAAAAAAAAAAAAA')).status).toBe(403)
  const first = await other.ask(`/${path}`)
  expect(first.status).toBe(200)
  expect(first.headers['set-cookie']?.[0]).toMatch(/HttpOnly; SameSite=Strict; Path=\/$/)
  expect((await other.ask(`/${path}`)).status).toBe(403)
  for (const it of ['/', '/ui.js', '/run/x', '/run/x/events', '/run/x/json', '/nothing'])
    expect((await other.ask(it)).status).toBe(403)
  await other.close()
})

test('a link leads to a page here and to no other host', async () => {
  await ui.get('/')
  const { headers } = await ui.get('/')
  expect(headers['set-cookie']).toBeUndefined()
  const other = await startUi()
  const { text } = await other.ask(`/.//evil.example/${new URL(other.url).search}`)
  expect(text).not.toContain('evil.example')
  await other.close()
})

test('asked for by a foreign name, or from a foreign page, it is shut', async () => {
  const { headers } = await (async () => {
    const other = await startUi()
    const got = await other.ask(`/${new URL(other.url).search}`, { headers: { host: `evil.example:${other.port}` } })
    expect(got.status).toBe(403)
    await other.close()
    return got
  })()
  expect(headers['set-cookie']).toBeUndefined()
})

test.each(['http://evil.example', 'null', undefined])('a form from %s begins nothing', async (origin) => {
  const first = await startUi()
  const { headers } = await first.ask(`/${new URL(first.url).search}`)
  const cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? ''
  const sent = { cookie, 'content-type': 'application/x-www-form-urlencoded', ...(origin && { origin }) }
  const got = await first.ask('/run', { method: 'POST', headers: sent, body: 'ask=dns&namespace=' })
  expect(got.status).toBe(403)
  expect(first.audit).toEqual([])
  await first.close()
})

test('it listens on 127.0.0.1 and nowhere else', async () => {
  const others = Object.values(networkInterfaces())
    .flatMap((its) => its ?? [])
    .filter((it) => it.family === 'IPv4' && it.address !== '127.0.0.1')
  for (const { address } of [...others, { address: '127.0.0.2' }, { address: '::1' }])
    await expect(
      new Promise((resolve, reject) => {
        net.connect({ host: address, port: ui.port }).once('connect', resolve).once('error', reject)
      }),
    ).rejects.toThrow(/ECONNREFUSED|EADDRNOTAVAIL|EAFNOSUPPORT/)
})

test('a port that is taken is one line', async () => {
  const { serveUi } = await import('./serve.ts')
  const allowed = { runs: keptRuns({}), opened: null, namespaces: [], named: null, image: 'i', probe: false }
  await expect(
    serveUi(
      { ...allowed, cluster: { requestTimeout: 1 }, call: { name: 'hopscope', flags: [] } },
      new AbortController().signal,
      { port: ui.port, first: null, opened: () => {}, audit: () => {} },
    ),
  ).rejects.toThrow(`the page can't be served on port ${ui.port} of 127.0.0.1: it is taken`)
})

test('every answer has its guards', async () => {
  for (const path of ['/', `/run/${race}`, `/run/${race}/json`, '/ui.js', '/nothing', '/run/nothing']) {
    const { headers } = await ui.get(path)
    const policy = headers['content-security-policy'] ?? ''
    expect(policy).toContain("default-src 'none'; script-src 'self'; ")
    expect(policy).not.toMatch(/unsafe|\*|https?:|data:/)
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['access-control-allow-origin']).toBeUndefined()
  }
  const { headers } = await ui.ask('/')
  expect(headers['content-security-policy']).toBeDefined()
})

describe('kept runs', () => {
  test('are listed, the newest first', async () => {
    const { text } = await ui.get('/')
    expect([...text.matchAll(/href="\/run\/([^"]+)"/g)].map(([, id]) => id)).toEqual([raceToo, race, healthy, before])
    expect(text).toContain('2026-11-28 04:25:45 UTC, shop')
  })
  test('are the report, and the same in other formats', async () => {
    const { text, status } = await ui.get(`/run/${race}`)
    expect(status).toBe(200)
    expect(text).toContain('DNS lookups stall for 5 s on node worker-1')
    expect(text).toMatch(/^<pre>hopscope fix DNS101 .*--plan$/m)
    expect(text).not.toMatch(/<button[^>]*>[^<]*[Aa]pply/)
    const { text: markdown } = await ui.get(`/run/${race}/markdown`)
    expect(markdown).toMatch(/^## DNS lookups stall/)
    const { text: json, headers } = await ui.get(`/run/${race}/json`)
    expect((JSON.parse(json) as { verdict: string }).verdict).toBe('findings')
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
    expect((await ui.get(`/run/${race}/yaml`)).text).toMatch(/^"?schema/)
  })
  test('are compared: what is new, still there and gone', async () => {
    const same = await ui.get(`/run/${raceToo}?since=${race}`)
    expect(same.text).toMatch(/<p class="note">since [^/<]*: 1 still \(DNS101/)
    const other = await ui.get(`/run/${race}?since=${before}`)
    expect(other.status).toBe(422)
    expect(other.text).toContain('is a run of another namespace or target than this one')
  })
  test.each([
    '/run/..%2f..%2f..%2fetc%2fpasswd',
    '/run/../../etc/passwd',
    '/run/%2e%2e/%2e%2e/etc/passwd',
    `/run/${race}.hops`,
    '/run/opened',
    `/run/${race}%00`,
    `/run/${race}?since=../../../etc/passwd`,
    `/run/${race}/json?since=/etc/passwd`,
    '/run/r1/events',
    '/run/__proto__',
    '/run/constructor/json',
    `/run/${race}/constructor`,
    '//etc/passwd',
    '/ui.js/../../../etc/passwd',
  ])('%s is nothing', async (path) => {
    const { status, text } = await ui.get(path)
    expect([400, 404]).toContain(status)
    expect(text).not.toContain('root:')
  })
})

describe('what is too much', () => {
  test('a form', async () => {
    expect((await ui.post('/run', { ask: 'service', namespace: '', target: 'a'.repeat(9000) })).status).toBe(413)
    expect((await ui.post('/run', { ask: 'service', namespace: '', target: 'a'.repeat(3000) })).status).toBe(400)
  })
  test('headers', async () => {
    expect((await ui.ask('/', { headers: { a: 'a'.repeat(10_000) } })).status).toBe(431)
  })
  test.each(['PUT', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE'])('%s', async (method) => {
    expect((await ui.ask('/run', { method })).status).toBe(403)
    expect((await ui.get('/run', method)).status).toBe(405)
  })
  test('a request that is never ended', async () => {
    const socket = net.connect({ host: '127.0.0.1', port: ui.port })
    socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${ui.port}\r\n`)
    const said = await new Promise<string>((resolve) => {
      let text = ''
      socket.on('data', (it) => (text += it.toString())).on('close', () => resolve(text))
    })
    expect(said).toMatch(/^HTTP\/1\.1 408 /)
  }, 20_000)
  test('connections', async () => {
    const own = await startUi()
    const sockets = Array.from({ length: 80 }, () => net.connect({ host: '127.0.0.1', port: own.port }))
    const closed = sockets.map((it) => new Promise<void>((resolve) => it.once('close', () => resolve())))
    for (const it of sockets) it.on('error', () => {})
    // As many as are one too many are closed at once.
    await Promise.any(closed)
    for (const it of sockets) it.destroy()
    await own.close()
  })
})

test('names, texts and a path that mean harm are text', async () => {
  const mark = '<img src=x onerror=alert(1)>"\'`]]></script></style><!--\u001b[31m\u202e'
  const runs = keptRuns({})
  const model = await recorded('service-selector-typo')
  const isOthers = /\.(?:message|said|image|context)$|[lL]abels\.|\.selector\./
  const hostile = plant(model, (it, path) => (isOthers.test(path) ? `${it}${mark}` : it))
  await writeSnapshot(join(runs, `${race}.hops`), hostile, { t0: new Date(0) })
  const opened = join(runs, 'x<img src=x onerror=alert(1)>.hops')
  await writeSnapshot(opened, hostile, { t0: new Date(0) })
  const named = { context: `prod${mark}`, namespace: `shop${mark}` }
  const own = await startUi({ allowed: { runs, opened, named, namespaces: [mark] } })
  const sent = await own.post('/run', { ask: 'service', namespace: mark, target: mark })
  const run = sent.headers.location ?? ''
  const again = `/?ask=service&target=${encodeURIComponent(mark)}&namespace=${encodeURIComponent(mark)}`
  for (const path of ['/', again, `/run/${race}`, '/run/opened', `/run/opened?since=${race}`, run]) {
    const { text, status } = await own.get(path)
    expect(status).toBe(200)
    expect(text).toContain('<h1>')
    expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;')
    for (const it of ['<img', '<!--', '\u001b', '\u202e']) expect(text).not.toContain(it)
    expect(text.match(/<\/script>/g) ?? []).toHaveLength(1)
    expect(text.match(/<\/style>/g) ?? []).toHaveLength(2)
  }
  await own.close()
}, 60_000)

describe('a run', () => {
  let cluster: FakeCluster
  let own: Ui
  /** Held back: the cluster answers when it is let. */
  let [held, release] = [Promise.resolve(), (): void => {}]
  const hold = (): void => {
    held = new Promise((resolve) => (release = resolve))
  }
  const times = { awayMs: 400, consentMs: 30_000 }

  beforeAll(async () => {
    const [flavour] = clouds
    if (flavour === undefined) throw new Error('no flavour')
    const { objects, families, version, broken } = flavour
    cluster = await fakeCluster(settle(broken.but(objects), families), version, () => held)
    const asked = { kubeconfig: cluster.kubeconfig, requestTimeout: 20_000 }
    own = await startUi({ allowed: { cluster: asked, probe: true }, times })
  })
  afterEach(() => release())
  afterAll(async () => {
    release()
    await own.close()
    await cluster.close()
  })

  /** The lines of a run until it ends, and whatever `on` does at one. */
  async function followed(run: string, on: (told: string) => void = () => {}): Promise<readonly string[]> {
    const lines: string[] = []
    await own.events(`${run}/events`, (it) => {
      if (it !== '') lines.push(it)
      on(it)
    }).over
    return lines
  }

  test('is told as it goes, in order, and is a kept report at its end', async () => {
    hold()
    const { status, headers } = await own.post('/run', { ask: 'everything', namespace: 'shop' })
    expect(status).toBe(303)
    const run = headers.location ?? ''
    expect((await own.get(run)).text).toContain('A run goes on')
    expect((await own.get('/')).text).toContain('A run goes on: ')
    const following = followed(run)
    release()
    const lines = await following
    const ids = lines.flatMap((it) => (it.startsWith('id: ') ? [Number(it.slice(4))] : []))
    expect(ids).toEqual(ids.toSorted((a, b) => a - b))
    const told = lines.flatMap((it) => (it.startsWith('data: ') ? [JSON.parse(it.slice(6)) as { kind: string }] : []))
    expect(told.length).toBeGreaterThan(3)
    expect(told.at(-1)?.kind).toBe('end')
    const ended = await own.get(run)
    expect(ended.headers.location).toMatch(/^\/run\/\d{4}-\d{2}-\d{2}T\d{6}-shop$/)
    const report = await own.get(ended.headers.location ?? '')
    expect(report.text).toContain('<h2>What was seen, and what was not</h2>')
    expect(cluster.writes).toEqual([])
    expect(own.audit.filter((it) => it.startsWith('run r'))[0]).toBe('run r1: hopscope diagnose -n shop')
  })

  test('is one at a time: another is refused in words', async () => {
    hold()
    const { headers } = await own.post('/run', { ask: 'dns', namespace: '' })
    const second = await own.post('/run', { ask: 'dns', namespace: '' })
    expect(second.status).toBe(409)
    expect(second.text).toContain('one run at a time')
    expect((await own.post(`${headers.location}/stop`, {})).status).toBe(303)
    await followed(headers.location ?? '')
    expect((await own.get(headers.location ?? '')).text).toContain('it was stopped here')
  })

  test('is stopped when its page is closed', async () => {
    hold()
    const { headers } = await own.post('/run', { ask: 'dns', namespace: '' })
    const run = headers.location ?? ''
    const page = own.events(`${run}/events`, () => {})
    await new Promise((resolve) => setTimeout(resolve, times.awayMs * 2))
    expect((await own.get('/')).text).toContain('A run goes on: ')
    page.close()
    await page.over
    await expect
      .poll(async () => (await own.get('/')).text, { timeout: 10_000, interval: 50 })
      .not.toContain('A run goes on: ')
    expect((await own.get(run)).text).toContain('nobody looked at its page any more')
  })

  test('says what is wrong with what was asked, on its page', async () => {
    const { headers } = await own.post('/run', { ask: 'service', namespace: 'shop', target: 'wbe' })
    await followed(headers.location ?? '')
    const { text } = await own.get(headers.location ?? '')
    expect(text).toMatch(/error<\/span>\s*no Service `wbe` in namespace shop/)
    const [, again = ''] = /href="([^"]*)">Ask again/.exec(text) ?? []
    expect((await own.get(again.replaceAll('&amp;', '&'))).text).toMatch(/id="service-target"[^>]*value="wbe"/)
    const trace = await own.post('/run', { ask: 'trace', namespace: 'shop', from: 'deploy/nobody', to: 'svc/web' })
    await followed(trace.headers.location ?? '')
    expect((await own.get(trace.headers.location ?? '')).text).toContain('There is no answer')
    const left = await own.post('/run', { ask: 'trace', namespace: 'shop', from: '', to: 'svc/web' })
    expect(left.status).toBe(400)
    expect(left.text).toContain('say where it begins: pod/web-1')
  })

  test('of a URL with a password tells it nowhere', async () => {
    const target = 'https://admin:hunter2@web.example.com/?access_token=s3cr3ts3cr3ts3cr3t'
    const { headers } = await own.post('/run', { ask: 'ingress', namespace: 'shop', target })
    const lines = await followed(headers.location ?? '')
    const page = await own.get(headers.location ?? '')
    const report = page.headers.location === undefined ? page : await own.get(page.headers.location)
    const said = [page.text, report.text, ...lines, ...own.audit].join('\n')
    expect(said).toContain('web.example.com')
    expect(said).not.toMatch(/hunter2|s3cr3t/)
    const refused = await own.post('/run', { ask: 'ingress', namespace: 'shop', target, how: 'apply' })
    expect(refused.status).toBe(400)
    expect(refused.text).not.toMatch(/hunter2|s3cr3t/)
  })

  test('that would probe says what it will do, and does nothing before a yes', async () => {
    const { headers } = await own.post('/run', { ask: 'dns', namespace: 'shop', how: 'probe' })
    const run = headers.location ?? ''
    let asking = ''
    const lines = await followed(run, (it) => {
      if (!it.includes('"kind":"ask"')) return
      void own
        .get(run)
        .then((got) => (asking = got.text))
        .then(() => own.post(`${run}/agree`, { yes: 'no' }))
    })
    expect(asking).toMatch(/<li>creates \d+ pods? in namespace shop/)
    expect(asking).toMatch(/id="consent" class="note warning">/)
    expect(lines.join('\n')).toContain('not agreed to: it ends with what reading told')
    expect(cluster.writes).toEqual([])
    const report = await own.get((await own.get(run)).headers.location ?? '')
    expect(report.text).toContain('<dd>read only</dd>')
  })

  test('probes after a yes', async () => {
    const { headers } = await own.post('/run', { ask: 'dns', namespace: 'shop', how: 'probe' })
    const run = headers.location ?? ''
    await followed(run, (it) => {
      if (it.includes('"kind":"ask"')) void own.post(`${run}/agree`, { yes: 'yes' })
      if (cluster.writes.length > 0) void own.post(`${run}/stop`, {}).catch(() => {})
    })
    // This API server makes no pods.
    expect(cluster.writes.filter((it) => it.startsWith('POST')).length).toBeGreaterThan(0)
    expect(own.audit.join('\n')).toMatch(/creates \d+ pods? in namespace shop/)
  }, 120_000)
})

test('a page that was started to read only starts nothing else', async () => {
  const { status, text } = await ui.post('/run', { ask: 'dns', namespace: '', how: 'probe' })
  expect(status).toBe(400)
  expect(text).toContain('this page was started to read only')
  expect((await ui.get('/')).text).not.toContain('name="how"')
})

test('without a cluster it says so, and runs can be read', async () => {
  const own = await startUi({ allowed: { named: null, runs: keptRuns({ [race]: 'dns-race-lossy' }) }, first: race })
  expect(new URL(own.url).pathname).toBe(`/run/${race}`)
  expect((await own.get('/')).text).toContain('There is no kubeconfig')
  expect((await own.get(`/run/${race}`)).text).toContain('DNS101')
  await own.close()
})

test('the end of the page ends a run that goes on', async () => {
  const cluster = await fakeCluster([], 'v1.33.1', () => new Promise(() => {}))
  const own = await startUi({ allowed: { cluster: { kubeconfig: cluster.kubeconfig, requestTimeout: 60_000 } } })
  await own.post('/run', { ask: 'dns', namespace: '' })
  await own.close()
  expect(own.audit.at(-1)).toBe('run r1: stopped: the page was ended where it was started')
  await expect(new Promise((resolve, reject) => http.get(own.url, resolve).once('error', reject))).rejects.toThrow(
    'ECONNREFUSED',
  )
  await cluster.close()
})
