import { apiPath } from './address.ts'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { clusterOver } from './connect.ts'
import type { ClusterEntry, UserEntry } from './kubeconfig-file.ts'
import { checkReachable } from './reach.ts'
import { dialThrough } from './proxy.ts'
import { readUntil } from './read-until.ts'
import { pods } from './resources.ts'
import { targetAt } from '../../test/fakes/api-server.ts'
import { openTransport, type Transport } from './transport.ts'

const open: (() => void)[] = []

afterAll(() => {
  for (const close of open.splice(0)) close()
})

/** A server that does with a connection whatever it likes. */
async function listening(talk: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    talk(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(() => {
    for (const it of sockets) it.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

function transportVia(port: number, user: Partial<UserEntry> = {}, cluster: Partial<ClusterEntry> = {}): Transport {
  const transport = openTransport(targetAt(`http://127.0.0.1:${port}`, user, cluster), {}, {})
  open.push(() => transport.close())
  return transport
}

const plugin = (script: string): Partial<UserEntry> => ({
  exec: {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: process.execPath,
    args: ['-e', script],
    env: [],
    installHint: null,
    interactiveMode: 'Never',
    provideClusterInfo: false,
  },
})
const silent = (): void => {}
const headers = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'

/** What a run may wait for, for ever. */
const hanging: Readonly<Record<string, () => Promise<Transport>>> = {
  'a server that takes connections and says nothing': async () => transportVia(await listening(silent)),
  'an answer that stops in its middle': async () =>
    transportVia(
      await listening(
        (socket) => void socket.once('data', () => socket.write(`${headers}content-length: 1000\r\n\r\n{`)),
      ),
    ),
  'an answer that trickles': async () =>
    transportVia(
      await listening(
        (socket) =>
          void socket.once(
            'data',
            () => (
              socket.write(`${headers}content-length: 100000\r\n\r\n`),
              setInterval(() => socket.destroyed || socket.write(' '), 20).unref()
            ),
          ),
      ),
    ),
  'an HTTP proxy that is silent': async () =>
    transportVia(1, {}, { proxyUrl: `http://127.0.0.1:${await listening(silent)}` }),
  'a SOCKS proxy that is silent': async () =>
    transportVia(1, {}, { proxyUrl: `socks5://127.0.0.1:${await listening(silent)}` }),
  'a SOCKS proxy that stops after its greeting': async () =>
    transportVia(
      1,
      {},
      {
        proxyUrl: `socks5://127.0.0.1:${await listening((socket) => void socket.once('data', () => socket.write(Uint8Array.of(5, 0))))}`,
      },
    ),
  'a proxy that connects to nobody': async () =>
    transportVia(
      1,
      {},
      {
        proxyUrl: `http://127.0.0.1:${await listening((socket) => void socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\n')))}`,
      },
    ),
  'a plugin that does not end': async () =>
    transportVia(await listening(silent), plugin('setInterval(() => {}, 1000)')),
}

/** The three of a server side by side; more at once would be slow because of one another. */
describe.each(Object.entries(hanging))('reading from %s', (_name, made) => {
  test.concurrent.each([
    ['Ctrl-C', () => AbortSignal.abort(new Error('interrupted')), 'cut-off'],
    ['the end of the time', () => AbortSignal.timeout(0), 'timed-out'],
  ] as const)('ends within 200 ms of %s, with the reason', async (_end, ending, reason) => {
    const cluster = clusterOver(await made(), 60_000)
    const controller = new AbortController()
    const within = readUntil(cluster, controller.signal)
    const reads = [
      within.list(pods, {}, () => null),
      within.get(pods, 'a', 'b', () => null),
      within.version(),
      within.raw(apiPath`/metrics`),
    ]
    await new Promise((resolve) => setTimeout(resolve, 300))
    const signal = ending()
    while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5))
    const began = performance.now()
    controller.abort(signal.reason)
    const answers = await Promise.all(reads)
    expect(performance.now() - began).toBeLessThan(200)
    expect(answers.map((it) => (it.known ? 'known' : it.why.reason))).toEqual(answers.map(() => reason))
  })

  test.concurrent('ends by the timeout of a request, too', async () => {
    const answer = await clusterOver(await made(), 250).list(pods, {}, () => null)
    expect(answer).toMatchObject({ known: false, why: { reason: 'timed-out' } })
  })
})

describe('a proxy', () => {
  test.each(['http', 'socks5'])('that is silent (%s) has a limit of its own', async (scheme) => {
    const proxy = new URL(`${scheme}://127.0.0.1:${await listening(silent)}`)
    await expect(dialThrough(proxy, { host: 'h', port: 1, signal: new AbortController().signal }, 100)).rejects.toThrow(
      /^the proxy .*: no answer within 0.1 s$/,
    )
  })
  test.each(['http', 'socks5'])('that hangs up (%s) is one clear line', async (scheme) => {
    const proxyUrl = `${scheme}://127.0.0.1:${await listening((socket) => void socket.once('data', () => socket.destroy()))}`
    expect(await clusterOver(transportVia(1, {}, { proxyUrl }), 2000).version()).toMatchObject({
      known: false,
      why: { reason: 'failed', detail: expect.stringContaining('the proxy') },
    })
  })
})

describe('an answer that is none', () => {
  const surprises: Readonly<Record<string, string>> = {
    '101': 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nhello',
    'no HTTP': 'SSH-2.0-OpenSSH_9.6\r\n',
    'nothing at all': '',
    'a broken gzip': `${headers}content-encoding: gzip\r\ncontent-length: 5\r\n\r\nhello`,
    'a broken chunk': `${headers}transfer-encoding: chunked\r\n\r\nzz\r\n`,
    'half of it': `${headers}content-length: 50\r\n\r\n{`,
    'a huge header': `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(200_000)}\r\n\r\n`,
  }
  test.each(Object.entries(surprises))(
    '%s: unknown for a read, and one line for the first contact',
    async (_name, text) => {
      const port = await listening((socket) => void socket.once('data', () => socket.end(text)))
      const cluster = clusterOver(transportVia(port), 2000)
      expect(await cluster.list(pods, {}, () => null)).toMatchObject({ known: false })
      // Its words are the caller's to print; a stack would be a bug's.
      await expect(checkReachable(await connectedTo(port), 2000)).rejects.toMatchObject({
        name: 'ToolError',
        code: 'unreachable',
        message: expect.not.stringContaining('\n'),
      })
    },
  )

  async function connectedTo(port: number): Promise<ReturnType<typeof clusterOver>> {
    const cluster = clusterOver(transportVia(port), 2000)
    return Promise.resolve(cluster)
  }
})

describe('a credential plugin', () => {
  const credential = `process.stdout.write(JSON.stringify({ status: { token: 't' } }))`
  test('whose child keeps its output open is not waited for', async () => {
    const port = await listening(
      (socket) =>
        void socket.once('data', () => socket.end(`${headers}content-length: 24\r\n\r\n{"gitVersion":"v1.33.1"}`)),
    )
    const script = `require('node:child_process').spawn('sleep', ['20'], { stdio: ['ignore', 'inherit', 'inherit'], detached: true }).unref(); ${credential}`
    const began = performance.now()
    expect(await clusterOver(transportVia(port, plugin(script)), 10_000).version()).toMatchObject({ known: true })
    expect(performance.now() - began).toBeLessThan(5000)
  }, 15_000)
  test('that prints without end is ended', async () => {
    const port = await listening(silent)
    const script = `const go = () => { while (process.stdout.write('x'.repeat(65536))); process.stdout.once('drain', go) }; go()`
    expect(await clusterOver(transportVia(port, plugin(script)), 10_000).version()).toMatchObject({
      known: false,
      why: { detail: expect.stringContaining('printed more than 1 MiB') },
    })
  }, 15_000)
})

test('a Retry-After of a year is a refusal, and no wait of 0 ms', async () => {
  let asked = 0
  const port = await listening((socket) =>
    socket.on(
      'data',
      () => (asked++, socket.write('HTTP/1.1 503 Later\r\nretry-after: 31536000\r\ncontent-length: 0\r\n\r\n')),
    ),
  )
  expect(await clusterOver(transportVia(port), 300).version()).toMatchObject({
    known: false,
    why: { reason: 'failed' },
  })
  expect(asked).toBe(1)
})
