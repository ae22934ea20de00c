import { createReadStream, createWriteStream, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { RequestListener, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createZstdCompress, createZstdDecompress, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { isLeft } from '../../test/build/effort.ts'
import { WebSocketServer } from 'ws'
import { isFull, today } from '../../test/build/effort.ts'
import { crowdedCapture, deeds } from '../../test/build/crowded-capture.ts'
import { rawCluster } from '../../test/build/raw-cluster.ts'
import { type Ended, expectClean, hopscope, kubeconfigOf, scratch } from '../../test/build/program.ts'
import { root } from '../../test/meta/sources.ts'
import { sendJson, serve } from '../../test/fakes/api-server.ts'

/*
 * The real program against what unpacks to far more than it is, and what has no end: the most memory that it ever had,
 * as the kernel counted it.
 */

const MiB = 2 ** 20
const most = 300 * MiB
const folder = scratch()

/**
 * Tells at its end how much it had. Linux's own count, since ru_maxrss of a new process is that of whoever started it.
 */
const telling = join(folder, 'telling.mjs')
writeFileSync(
  telling,
  String.raw`import { readFileSync } from 'node:fs'
process.on('exit', () => {
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))
  process.stderr.write('peak ' + kilobytes)
})`.replaceAll('\\\\', '\\'),
)

async function expectLittle(kubeconfig: string, args: readonly string[], limit = most): Promise<Ended> {
  const ended = await hopscope(kubeconfig, args, { env: { NODE_OPTIONS: `--import ${telling}` }, limitMs: 100_000 })
  const kilobytes = Number(/peak (\d+)$/.exec(ended.said)?.[1])
  expectClean(ended)
  expect([0, 1, 2], ended.said).toContain(ended.code)
  expect(kilobytes * 1024, `${args.join(' ')}: ${ended.said}`).toBeLessThan(limit)
  return ended
}

const object = (more: string): string =>
  `{"metadata":{"name":"a","namespace":"shop"${more}},"spec":{},"status":{"phase":"Running"}}`
const list = (items: string): Buffer => gzipSync(`{"kind":"List","metadata":{},"items":[${items}]}`)

/** Members one after the other unpack to one text, and only the first is to be packed. */
const many = (text: string | Buffer, count: number): Buffer => Buffer.concat(Array<Buffer>(count).fill(gzipSync(text)))

/** Each a body of less than a megabyte or two, and valid JSON of many more, if it is JSON at all; one for each list. */
const bombs: readonly (() => Buffer)[] = [
  () => many(Buffer.alloc(4 * MiB, ' '), 100),
  () => list(`${'{},'.repeat((11 * MiB) / 3)}{}`),
  () => list(`${`${'['.repeat(500)}${']'.repeat(500)},`.repeat(11_000)}{}`),
  // Keys and labels that no two objects share.
  () => list(Array.from({ length: 250_000 }, (_, i) => `{"k${i}":0}`).join(',')),
  () => list(Array.from({ length: 80_000 }, (_, i) => object(`,"labels":{"k${i}":"v${i}"}`)).join(',')),
  () => list(Array.from({ length: 500 }, () => object(`,"annotations":{"a":"${'x'.repeat(120_000)}"}`)).join(',')),
  () => list(object(`,"annotations":{"a":"${'x'.repeat(11 * MiB)}"}`)),
]

function lists(answer: (to: ServerResponse, limit: number | null, plural: string) => void): RequestListener {
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x')
    if (pathname === '/version') return sendJson(response, 200, { gitVersion: 'v1.33.1', platform: 'linux/amd64' })
    if (pathname.endsWith('/selfsubjectaccessreviews')) return sendJson(response, 201, { status: { allowed: true } })
    answer(response, searchParams.has('limit') ? Number(searchParams.get('limit')) : null, pathname.replace(/.*\//, ''))
  }
}

describe('a diagnosis', () => {
  test.skipIf(isLeft(0))(
    'of lists each of which unpacks to far more than it is',
    async () => {
      const made = bombs.map((make) => make())
      const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
      // Each list has a kind of its own, and the next run the next one.
      for (const shift of isFull ? [0, 3] : [today % made.length]) {
        const asked: string[] = []
        const server = await serve(
          lists((to, _limit, plural) => {
            if (!asked.includes(plural)) asked.push(plural)
            to.writeHead(200, headers).end(made[(asked.indexOf(plural) + shift) % made.length])
          }),
        )
        try {
          const { out } = await expectLittle(kubeconfigOf(server.url), ['diagnose', '-A', '--timeout', '60s'])
          // What was not read is no sign of health.
          expect(out).toMatch(/more than is read at once/)
          expect(out).not.toMatch(/^✓ All/m)
          expect(asked.length).toBeGreaterThan(made.length)
        } finally {
          await server.close()
        }
      }
    },
    120_000,
  )

  test.skipIf(isLeft(1))(
    'of objects as large as etcd takes them reads them a few at a time, and says whose labels are too many',
    async () => {
      const annotations = { a: 'x'.repeat(1_400_000) }
      const labels = (nth: number) =>
        Object.fromEntries(Array.from({ length: 40_000 }, (_, i) => [`k${i}-${nth}`, `v${i}`]))
      let pages = 0
      const server = await serve(
        lists((to, limit, plural) =>
          sendJson(to, limit === null ? 404 : 200, {
            kind: 'List',
            metadata: plural === 'pods' && pages++ < 12 ? { continue: String(pages) } : {},
            items: Array.from({ length: plural === 'pods' ? Math.min(limit ?? 0, 40) : 0 }, (_, i) => ({
              metadata: {
                name: `a${i}`,
                namespace: 'shop',
                ...(i % 2 === 0 ? { annotations } : { labels: labels(i) }),
              },
              spec: {},
              status: {},
            })),
          }),
        ),
      )
      try {
        const { out } = await expectLittle(kubeconfigOf(server.url), ['diagnose', '-A', '--timeout', '60s'])
        expect(out).not.toMatch(/more than 12 MiB/)
        expect(out).toMatch(/has 40000 labels, more than is read/)
        expect(out).not.toMatch(/^✓ All/m)
      } finally {
        await server.close()
      }
    },
    120_000,
  )
})

/** As kubectl has them, but for what each says: its own name and address, and what `more` adds. */
function copy(nth: number, more: { readonly args?: readonly string[]; readonly annotation?: string }): object {
  const [name, ip] = [`web-7d9c5b6f48-${nth.toString(36).padStart(5, 'x')}`, `10.128.${nth >> 8}.${nth & 255}`]
  const container = (of: string): object => ({
    name: of,
    image: `registry.example/${of}:1.4`,
    args: ['--upstream=http://db.shop.svc:5432', ...(more.args ?? [])],
    env: Array.from({ length: 16 }, (_, i) => ({ name: `SETTING_${i}_URL`, value: `http://cart-${i}.shop.svc:80` })),
    ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
    readinessProbe: { httpGet: { path: '/ready', port: 8080 } },
  })
  const states = ['app', 'proxy'].map((it) => ({ name: it, ready: true, restartCount: 0, state: { running: {} } }))
  return {
    metadata: {
      name,
      namespace: 'shop',
      labels: { app: 'web', 'pod-template-hash': '7d9c5b6f48' },
      annotations: { a: more.annotation ?? 'usual' },
      ownerReferences: [{ kind: 'ReplicaSet', name: 'web-7d9c5b6f48', controller: true }],
      managedFields: Array.from({ length: 60 }, (_, i) => ({
        manager: 'kubelet',
        fieldsV1: { [`f:${i}`]: { '.': {} } },
      })),
    },
    spec: { nodeName: `node-${nth % 50}`, containers: ['app', 'proxy'].map(container) },
    status: {
      phase: 'Running',
      podIP: ip,
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
      containerStatuses: states,
    },
  }
}

function endpointsOf(pages: number): readonly object[] {
  return Array.from({ length: pages }, (_, at) => ({
    metadata: { name: `web-${at}`, namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: Array.from({ length: 100 }, (_, i) => at * 100 + i).map((nth) => ({
      addresses: [`10.128.${nth >> 8}.${nth & 255}`],
      conditions: { ready: true },
      targetRef: { kind: 'Pod', name: `web-7d9c5b6f48-${nth.toString(36).padStart(5, 'x')}`, namespace: 'shop' },
    })),
  }))
}

const web = {
  metadata: { name: 'web', namespace: 'shop' },
  spec: { clusterIP: '10.96.0.9', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }] },
}

describe('five thousand pods of one ReplicaSet and their endpoints', () => {
  const pods = 5000
  // The first took 255 MiB before the room for new objects had a limit, and takes 150.
  test.each([
    ['as usual', 200, () => ({})],
    [
      'each with an argument and an annotation of its own, of 20 kB',
      most / MiB,
      (nth: number) => ({ args: [`--at=${nth}${'a-'.repeat(10_000)}`], annotation: `${nth}${'x'.repeat(20_000)}` }),
    ],
  ] as const)(
    '%s',
    async (name, limit, more) => {
      if (!isFull && (name === 'as usual') !== (today % 2 === 0)) return
      const server = await serve((request, response) => {
        const from = Number(new URL(request.url ?? '/', 'http://x').searchParams.get('continue') ?? 0)
        lists((to, size, plural) => {
          const until = plural === 'pods' ? Math.min(pods, from + (size ?? 500)) : 0
          const others: Readonly<Record<string, readonly object[]>> = {
            services: [web],
            endpointslices: endpointsOf(pods / 100),
          }
          const items = Array.from({ length: Math.max(0, until - from) }, (_, i) => copy(from + i, more(from + i)))
          sendJson(to, 200, {
            kind: 'List',
            metadata: { resourceVersion: '1', ...(until > 0 && until < pods ? { continue: String(until) } : {}) },
            items: others[plural] ?? items,
          })
        })(request, response)
      })
      try {
        const args = ['diagnose', '-A', '--timeout', '60s']
        const { out } = await expectLittle(kubeconfigOf(server.url), args, limit * MiB)
        expect(out).toContain('5000 pods')
      } finally {
        await server.close()
      }
    },
    120_000,
  )
})

describe('with servers of DNS and containers that have no end', () => {
  const page = gzipSync('a 1\n'.repeat(2 * MiB))
  const inner = async (args: readonly string[], metrics: Buffer): Promise<Ended> => {
    const server = await serve((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://x')
      if (pathname.endsWith('/proxy/metrics'))
        return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(metrics)
      return lists((to) => {
        const [, plural = '', name] =
          /\/([a-z]+)(?:\/([^/]+))?$/.exec(pathname.replace(/^.*\/namespaces\/[^/]+(?=\/)/, '')) ?? []
        const all = (rawCluster[plural] ?? []) as readonly { readonly metadata: { readonly name: string } }[]
        const found = all.find((it) => it.metadata.name === name)
        if (name !== undefined && found !== undefined) return sendJson(to, 200, found)
        sendJson(to, 200, { kind: 'List', metadata: { resourceVersion: '1' }, items: all })
      })(request, response)
    })
    const sockets = new WebSocketServer({ noServer: true })
    server.server.on('upgrade', (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (it) => {
        const chunk = Buffer.concat([Uint8Array.of(1), Buffer.alloc(MiB / 4, 'a')])
        const more = setInterval(() => it.send(chunk), 1)
        it.on('close', () => clearInterval(more))
      }),
    )
    try {
      return await expectLittle(kubeconfigOf(server.url), args)
    } finally {
      await server.close()
    }
  }
  test.skipIf(isLeft(2))(
    'metrics of two million lines',
    () => inner(['watch', 'dns', '--for', '2s', '--interval', '1s'], page),
    120_000,
  )
  test(
    'metrics that unpack to a gigabyte',
    () => inner(['dns', 'capacity'], many(Buffer.alloc(4 * MiB, 'a'), 100)),
    120_000,
  )
  test(
    'a shell that prints for ever',
    () => inner(['resolve', 'cart', '--from', 'pod/web-1', '--timeout', '20s'], page),
    120_000,
  )
})

describe('a recording', () => {
  const sample = async (): Promise<readonly string[]> => {
    const chunks: Buffer[] = []
    const file = createReadStream(join(root, 'scenarios/dns-race-lossy/snapshot.hops')).pipe(createZstdDecompress())
    for await (const chunk of file) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks).toString('utf8').split('\n')
  }
  const written = async (name: string, lines: Iterable<string>): Promise<string> => {
    const path = join(folder, `${name}.hops`)
    await pipeline(Readable.from(lines), createZstdCompress(), createWriteStream(path))
    expect(readFileSync(path).length).toBeLessThan(MiB)
    return path
  }
  function* podsOf(from: readonly string[], told: number, held: number): Generator<string> {
    const pod = `${from.find((it) => it.includes('"source":"pods"') && it.startsWith('{"item"')) ?? ''}\n`
    yield `${from[0]}\n{"items":${told},"known":true,"source":"pods"}\n`
    const many = pod.repeat(1000)
    for (let written_ = 0; written_ < held; written_ += 1000) yield many
  }
  test('of four million pods, as it says and as it does not say', async () => {
    const from = await sample()
    const lies = [
      [4_000_000, 100_000],
      [1000, 400_000],
    ] as const
    for (const [told, held] of isFull ? lies : lies.slice(today % 2).slice(0, 1)) {
      const path = await written(`pods-${told}`, podsOf(from, told, held))
      const ended = await expectLittle(kubeconfigOf('http://127.0.0.1:9'), ['diagnose', '--from', path])
      expect(ended.code).toBe(2)
      expect(ended.said).toMatch(/^error: .*(?:unpacks to more than any cluster has|more pods than it says)/m)
      expect(ended.said).toMatch(/^ {2}help: /m)
    }
  }, 120_000)

  test('of one record that is empty objects, of one that does not end, and of lines without end', async () => {
    const [head = ''] = await sample()
    const dense = [`${head}\n`, '{"source":"pods","known":true,"value":[', '{},'.repeat(5 * MiB - 10), '{}]}\n']
    const endless = Array.from({ length: 600 }, () => ' '.repeat(MiB))
    const empty = Array.from({ length: 600 }, () => '\n'.repeat(MiB))
    const files = Object.entries({ dense, endless, empty })
    for (const [name, lines] of isFull ? files : files.slice(today % 3).slice(0, 1)) {
      const path = await written(name, lines)
      const ended = await expectLittle(kubeconfigOf('http://127.0.0.1:9'), ['diagnose', '--from', path])
      expect([name, ended.code]).toEqual([name, 2])
      expect(ended.said).toMatch(/^error: .+\n {2}help: /m)
    }
  }, 120_000)
})

describe('logs of fifty containers', () => {
  const forms: Readonly<Record<string, Buffer>> = {
    'one line without an end': Buffer.alloc(64 * 1024, 'a'),
    'many lines': Buffer.from(`2026-01-01T00:00:00Z ${'x'.repeat(40)}\n`.repeat(1000)),
    'empty lines': Buffer.alloc(64 * 1024, '\n'),
    'lines that a pattern is slow on, and no JSON': Buffer.from(
      `2026-01-01T00:00:00Z {"a":${'e'.repeat(16_000)}${'['.repeat(9000)}}\n`,
    ),
  }
  const [names, last] = [Object.keys(forms), Object.keys(forms).length]
  test.each(names)(
    'that write %s for ever',
    async (name) => {
      if (!isFull && name !== names[today % last]) return
      const pods = Array.from({ length: 50 }, (_, i) => ({
        metadata: { name: `web-${i}`, namespace: 'shop', uid: `u${i}` },
        spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] },
        status: { phase: 'Running', containerStatuses: [{ name: 'c', state: { running: {} } }] },
      }))
      const server = await serve((request, response) => {
        if (request.url?.includes('/log') !== true)
          return lists((to, _limit, plural) => {
            const items = plural === 'pods' ? pods : []
            if (request.url?.includes('watch=') === true) return void to.writeHead(200)
            sendJson(to, 200, { kind: 'List', metadata: { resourceVersion: '1' }, items })
          })(request, response)
        response.writeHead(200)
        const more = (): void => {
          while (!response.destroyed && response.write(forms[name] ?? ''));
          if (!response.destroyed) response.once('drain', more)
        }
        more()
      })
      try {
        const ended = await expectLittle(kubeconfigOf(server.url), ['logs', 'web', '--for', '3s', '-H', 'e.*x|e'])
        expect(ended.code).toBe(0)
        expect(ended.said).not.toContain('Warning')
        expect(ended.said).toContain('web-49')
      } finally {
        await server.close()
      }
    },
    120_000,
  )
})

describe('a capture', () => {
  const peakOf = async (name: string, bytes: Iterable<Uint8Array>): Promise<Ended> => {
    const path = join(folder, `${name}.pcapng`)
    await pipeline(Readable.from(bytes), createWriteStream(path))
    try {
      return await expectLittle(kubeconfigOf('http://127.0.0.1:9'), ['pcap', path])
    } finally {
      rmSync(path)
    }
  }
  const all = Object.keys(deeds)
  test.each([...all.map((it) => [it, [it], 600] as const), ['all of it', all, 120] as const])(
    'of 512 interfaces, each with more than is kept in mind: %s',
    async (name, what, times) => {
      if (!isFull && name !== [...all, 'all of it'][today % (all.length + 1)]) return
      const ended = await peakOf('crowded', crowdedCapture({ interfaces: 512, times, what }))
      expect(ended.code).not.toBe(0)
      expect(ended.out).not.toMatch(/^✓/m)
    },
    120_000,
  )

  test.skipIf(isLeft(3))(
    'of one interface that a scan went by, and of 64 of one path',
    async () => {
      const scanned = crowdedCapture({ interfaces: 1, times: 400_000, what: ['scanned'] })
      const path = { interfaces: 64, times: 4000, what: ['silent'] }
      const marked = crowdedCapture({ ...path, comment: (index) => `x; stages ${index % 6}; hears all` })
      for (const [name, bytes] of isFull || today % 2 === 0
        ? [['path', marked] as const]
        : [['scan', scanned] as const])
        expect((await peakOf(name, bytes)).code).not.toBe(0)
    },
    120_000,
  )
})
