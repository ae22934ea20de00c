import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ipAddress } from '../../../test/build/names.ts'
import { shell } from '../../kube/container-command.ts'
import { crossingScript } from './crossing-script.ts'
import { readCrossings } from './crossings.ts'
import { connectResult } from './tool-words.ts'
import type { CrossingSpec } from '../plan/plan-crossings.ts'

/* The real script in real shells with real tools, against a port that listens and one that does not. */
const folder = mkdtempSync(join(tmpdir(), 'hopscope-crossing-'))
const host = ipAddress('127.0.0.1')
let server: Server
let open = 0
let closed = 0
/** What tools said to whom they connected. */
let heard = 0

const listening = (): Promise<Server> =>
  new Promise((done) => {
    const it = createServer((socket) => socket.on('data', (bytes) => (heard += bytes.length)).end())
    it.listen(0, '127.0.0.1', () => done(it))
  })

const serving = (on: (socket: Socket) => void): Promise<Server> =>
  new Promise((done) => {
    const it = createServer((socket) => on(socket.on('error', () => {})))
    it.listen(0, '127.0.0.1', () => done(it))
  })

beforeAll(async () => {
  server = await listening()
  open = (server.address() as AddressInfo).port
  const other = await listening()
  closed = (other.address() as AddressInfo).port
  await new Promise((done) => other.close(done))
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

const specs = (ports: readonly number[] = [open, closed]): readonly CrossingSpec[] =>
  ports.map((port) => ({
    from: { namespace: 'shop', pod: 'web-1', container: 'app' },
    to: { kind: 'host' },
    host,
    port,
  }))

let made = 0
async function run(program: readonly string[], tools: readonly string[], ports = [open, closed]) {
  return (await cross(program, tools, ports)).map((it) => [it.tool, it.result])
}

async function cross(program: readonly string[], tools: readonly string[], ports: readonly number[]) {
  const bin = join(folder, `bin-${made++}`)
  mkdirSync(bin)
  for (const it of tools) symlinkSync(pathOf(it) ?? '', join(bin, it))
  const [, flag = '', script = '', ...args] = shell(
    crossingScript,
    28,
    ...specs(ports).flatMap((it) => [it.host, it.port]),
  )
  const [file = '', ...before] = program
  const { stdout } = await promisify(execFile)(file, [...before, flag, script, ...args], {
    encoding: 'utf8',
    timeout: 30_000,
    env: { PATH: bin },
  })
  return readCrossings(stdout, specs(ports))
}

function pathOf(name: string): string | undefined {
  if (name === 'node') return process.execPath
  return ['/usr/bin', '/bin', '/usr/local/bin'].map((it) => join(it, name)).find((it) => existsSync(it))
}

const shells = [
  ['dash', ['/usr/bin/dash']],
  ['busybox sh', ['/usr/bin/busybox', 'sh']],
] as const

describe.each(shells.filter(([, [file]]) => existsSync(file)))('%s', (_, program) => {
  test.each(['nc', 'bash', 'python3', 'node', 'curl'].filter((it) => pathOf(it) !== undefined))(
    'tells open from refused with %s alone, and sends nothing',
    async (tool) => {
      heard = 0
      expect(await run(program, [tool, 'sleep'])).toEqual([
        [tool, 'open'],
        [tool, 'refused'],
      ])
      expect(heard).toBe(0)
    },
  )

  /* A server that hangs up at once, by FIN and by RST, one that speaks first, and one that waits. */
  test.each(['bash', 'python3', 'node', 'nc'].filter((it) => pathOf(it) !== undefined))(
    'tells who hangs up with %s alone, as far as it does',
    async (tool) => {
      const servers = await Promise.all(
        [
          (it: Socket) => it.end(),
          (it: Socket) => it.resetAndDestroy(),
          (it: Socket) => it.end('12:00:00\r\n'),
          (it: Socket) => it.end('\n'),
          () => {},
        ].map(serving),
      )
      const told = await cross(
        program,
        [tool, 'sleep'],
        servers.map((it) => (it.address() as AddressInfo).port),
      )
      for (const it of servers) it.close()
      expect(told.map((it) => it.result)).toEqual(['open', 'open', 'open', 'open', 'open'])
      const isTold = tool !== 'nc'
      expect(told.map((it) => it.hungUp)).toEqual(
        [true, true, false, false, false].map((it) => (isTold ? it : undefined)),
      )
    },
  )

  test('one that hangs up once, and stays then, does not hang up', async () => {
    if (pathOf('bash') === undefined) return
    let calls = 0
    const it = await serving((socket) => void (calls++ === 0 && socket.end()))
    const told = await cross(program, ['bash', 'sleep'], [(it.address() as AddressInfo).port])
    it.close()
    expect(told.map(({ result, hungUp }) => ({ result, hungUp }))).toEqual([{ result: 'open', hungUp: false }])
    expect(calls).toBe(2)
  })

  test('without a tool nothing is said', async () => {
    // busybox's shell has its own applets, whatever PATH says.
    if (program.length > 1) return
    expect(await run(program, ['sleep'])).toEqual([
      [null, null],
      [null, null],
    ])
  })
})

test.each([
  ['nc: bad address', { text: "nc: bad address 'nope'\n", code: 1, ms: 10 }, 'no-name'],
  ['no route', { text: 'OSError: [Errno 113] No route to host\n', code: 1, ms: 3000 }, 'no-route'],
  ['no route, as Node says it', { text: 'EHOSTUNREACH\n', code: 1, ms: 3 }, 'no-route'],
  ['no route, late', { text: 'EHOSTUNREACH\n', code: 1, ms: 3070 }, 'no-route'],
  ['no network', { text: 'ENETUNREACH\n', code: 1, ms: 3 }, 'no-route'],
  ['musl says it', { text: 'nc: 10.0.0.1 (10.0.0.1:80): Host is unreachable\n', code: 1, ms: 3 }, 'no-route'],
  ['a route that prohibits', { text: 'EACCES\n', code: 1, ms: 3 }, 'no-route'],
  ['and as C libraries say it', { text: 'bash: connect: Permission denied\n', code: 1, ms: 3 }, 'no-route'],
  ['silence, as Node says it', { text: 'ETIMEDOUT\n', code: 1, ms: 1900 }, 'timeout'],
  ['silence', { text: '', code: 1, ms: 3000 }, 'timeout'],
  ['killed', { text: '', code: 137, ms: 5000 }, 'timeout'],
  ['an option that is not there', { text: 'nc: invalid option -- z\n', code: 1, ms: 0 }, null],
  ['something else', { text: 'Illegal instruction', code: 132, ms: 5 }, null],
  [
    'curl was connected and waited',
    { text: 'curl: (28) Operation timed out\nconnected 0.001', code: 28, ms: 4000 },
    'open',
  ],
  ['curl was not', { text: 'curl: (28) Connection timed out\nconnected 0.000000', code: 28, ms: 3000 }, 'timeout'],
  ['connected, and the other end never closed', { tool: 'waits nc', text: '', code: 137, ms: 5000 }, 'open'],
  ['not connected', { tool: 'waits nc', text: 'nc: timed out\n', code: 1, ms: 3000 }, 'timeout'],
] as const)('%s', (_, section, result) => {
  expect(connectResult({ tool: 'nc', ...section })).toBe(result)
})
