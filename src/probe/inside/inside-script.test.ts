import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket as NetSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dnsName, ipAddress } from '../../../test/build/names.ts'
import { shell } from '../../kube/container-command.ts'
import type { InsideResolving } from '../../model/inside.ts'
import { known } from '../../model/known.ts'
import { resolvingOf } from './inside-resolving.ts'
import { readInside } from './inside.ts'
import { insideScript } from './inside-script.ts'
import { socketsOf } from './inside-sockets.ts'
import { sections } from './script-output.ts'

/*
 * The real script in real shells. Only its paths below /etc are made to lead to a folder of the test, and its
 * nameservers are loopback addresses, on which this test answers.
 */
const folder = mkdtempSync(join(tmpdir(), 'hopscope-inside-'))
const good = '127.0.0.61'
const denies = '127.0.0.62'
const silent = '127.0.0.63'
const closed = '127.0.0.64'
const asked = dnsName('kubernetes.default.svc.cluster.local.')
const names = [{ service: { namespace: 'shop', name: 'localhost' }, typed: dnsName('localhost') }]
const outer = dnsName('www.example.com.')
const sockets: Socket[] = []

async function listen(ip: string, answer: (query: Buffer) => Buffer | null): Promise<void> {
  const socket = createSocket('udp4')
  sockets.push(socket)
  socket.on('message', (query, from) => {
    const reply = answer(query)
    if (reply !== null) socket.send(reply, from.port, from.address)
  })
  await new Promise<void>((done, failed) => {
    socket.once('error', failed)
    socket.bind(53, ip, done)
  })
}

/** The question of a query alone, without what follows it (EDNS). */
function questionOf(query: Buffer): Buffer {
  const end = query.indexOf(0, 12)
  return query.subarray(12, end + 5)
}

function reply(query: Buffer, rcode: number, data: readonly number[]): Buffer {
  const header = Buffer.concat([
    query.subarray(0, 2),
    Buffer.from([0x81, 0x80 | rcode, 0, 1, 0, data.length === 0 ? 0 : 1, 0, 0, 0, 0]),
  ])
  const record = data.length === 0 ? [] : [Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, ...data])]
  return Buffer.concat([header, questionOf(query), ...record])
}

const isA = (query: Buffer): boolean => questionOf(query).at(-3) === 1
const isWhole = (query: Buffer): boolean => query.toString('latin1').includes('\nkubernetes\x07default\x03svc')

const isOuter = (query: Buffer): boolean => query.toString('latin1').includes('\x03www\x07example\x03com')

let mayListen = true
beforeAll(async () => {
  try {
    await listen(good, (query) =>
      isWhole(query) ? reply(query, 0, isA(query) ? [10, 96, 0, 1] : []) : reply(query, isOuter(query) ? 2 : 1, []),
    )
    await listen(denies, (query) => reply(query, 3, []))
    await listen(silent, () => null)
  } catch {
    mayListen = false
  }
})
afterAll(() => {
  for (const it of sockets) it.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Container {
  readonly files: Readonly<Record<string, string>>
  /** Programs beside the shell; null = all of this machine. */
  readonly tools?: readonly string[]
  readonly program?: readonly string[]
  /** Programs that never end. */
  readonly hung?: readonly string[]
  /** Of its own. */
  readonly ports?: readonly [number, number]
}

let made = 0
async function run({
  files,
  tools,
  hung = [],
  program = ['sh'],
  ports: [first, second] = [0, 0],
}: Container): Promise<{ readonly seen: InsideResolving; readonly stdout: string; readonly ms: number }> {
  const etc = join(folder, `etc-${made++}`)
  mkdirSync(etc)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(etc, name), text)
  const bin = join(etc, 'bin')
  mkdirSync(bin)
  for (const it of tools ?? []) symlinkSync(toolPath(it), join(bin, it))
  for (const it of hung) writeFileSync(join(bin, it), '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 })
  const [, flag, script = '', ...args] = shell(
    insideScript,
    50,
    asked,
    ipAddress('127.0.0.1'),
    outer,
    first || '',
    second || '',
    '',
    ...names.map((it) => it.typed),
  )
  const own = script.replaceAll('/etc/', `${etc}/`)
  const began = performance.now()
  const [file = '', ...before] = program
  const { stdout } = await promisify(execFile)(file, [...before, flag ?? '', own, ...args], {
    encoding: 'utf8',
    timeout: 55_000,
    ...(tools === undefined ? {} : { env: { PATH: bin } }),
  })
  return { seen: resolvingOf(stdout, names, outer), stdout, ms: performance.now() - began }
}

function toolPath(name: string): string {
  const own = ['/usr/bin', '/bin', '/usr/sbin', '/usr/local/bin']
    .map((it) => join(it, name))
    .find((it) => existsSync(it))
  return own ?? '/usr/bin/busybox'
}

const resolvConf = `# written by hand\nnameserver ${good}\nnameserver ${denies}\nnameserver ${silent}\nnameserver ${closed}\nsearch shop.svc.cluster.local`
const files = {
  'resolv.conf': resolvConf,
  hosts: '127.0.0.1 localhost\n10.0.0.66 cart.shop.svc.cluster.local\n',
  'nsswitch.conf': 'passwd: files\nhosts:      files mdns4_minimal [NOTFOUND=return] dns # by hand\n',
}
const shells = [
  ['dash', ['/usr/bin/dash']],
  ['bash', ['/usr/bin/bash']],
  ['busybox sh', ['/usr/bin/busybox', 'sh']],
] as const

/** Listens, and never accepts: its only thread waits for what nobody does. */
const stuckProgram = `
const server = require('net').createServer().listen(0, '127.0.0.1', () => {
  console.log(server.address().port)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
})`

describe('sockets', () => {
  let child: ChildProcess | undefined
  const clients: NetSocket[] = []
  let port = 0
  beforeAll(async () => {
    child = spawn(process.execPath, ['-e', stuckProgram], { stdio: ['ignore', 'pipe', 'ignore'] })
    port = await new Promise<number>((done) => child?.stdout?.once('data', (it) => done(Number(it))))
    for (let i = 0; i < 2; i++)
      await new Promise<void>((done) => clients.push(connect(port, '127.0.0.1', () => done())))
  })
  afterAll(() => {
    for (const it of clients) it.destroy()
    child?.kill('SIGKILL')
  })

  const looks = shells
    .filter(([, [file]]) => existsSync(file))
    .flatMap(([name, program]) => [
      [name, 'awk', program, ['awk', 'head', 'sleep']] as const,
      [name, 'no awk', program, ['cat', 'sleep']] as const,
    ])

  test.concurrent.each(looks)(
    '%s with %s sees connections that are not accepted',
    async (_name, _with, program, tools) => {
      const { stdout } = await run({ files: {}, program, tools })
      const seen = socketsOf(stdout)
      expect(seen.known && seen.value.ports).toMatchObject({ from: expect.any(Number) as unknown })
      const own = seen.known ? seen.value.unaccepted.filter((it) => it.port === port) : seen
      expect(own).toMatchObject([{ ip: '127.0.0.1', port, waits: 2, stay: 2 }])
    },
    60_000,
  )
})

describe('a socket of ::', () => {
  const servers = [createServer(), createServer()] as const
  const portOf = (it: (typeof servers)[number]): number => (it.address() as AddressInfo | null)?.port ?? 0
  beforeAll(async () => {
    for (const [at, it] of servers.entries())
      await new Promise<void>((done) => {
        it.once('error', () => done())
        it.listen({ host: '::', port: 0, ipv6Only: at === 1 }, done)
      })
  })
  afterAll(() => servers.forEach((it) => it.close()))

  test.each(shells.filter(([, [file]]) => existsSync(file)))(
    '%s sees whether it takes IPv4',
    async (_, program) => {
      const ports = [portOf(servers[0]), portOf(servers[1])] as const
      if (ports.includes(0)) return
      const { stdout } = await run({ files: {}, program, ports, tools: ['bash', 'sleep'] })
      const { listeners } = readInside(stdout, asked, false)
      const found = ports.map((port) => listeners?.known && listeners.value.find((it) => it.port === port))
      expect(found).toMatchObject([
        { ip: '::', v4: 'open' },
        { ip: '::', v4: 'refused' },
      ])
    },
    60_000,
  )
})

/** Side by side: each of the shells waits five seconds for the nameserver that is silent. */
describe.concurrent('the script in a container', () => {
  describe.each(shells.filter(([, [file]]) => existsSync(file)))('%s', (_, program) => {
    test('reads what decides what a name is, and asks each nameserver that a library reads', async ({ skip }) => {
      if (!mayListen) skip('port 53 of a loopback address may not be listened on')
      const { seen, ms } = await run({ files, program, tools: ['busybox', 'nslookup', 'getent', 'head', 'sleep'] })
      expect(seen.hosts).toMatchObject({
        known: true,
        value: expect.stringContaining('10.0.0.66 cart.shop') as unknown,
      })
      expect(seen.nsswitch).toEqual(known('files mdns4_minimal [NOTFOUND=return] dns'))
      expect(seen.servers.known ? seen.servers.value.map((it) => [it.ip, it.result]) : seen.servers).toEqual([
        [good, 'ok'],
        [denies, 'nxdomain'],
        [silent, 'timeout'],
      ])
      // Outside names are another matter: the first server of this test answers for the cluster alone.
      expect(seen.outside).toMatchObject({
        name: outer,
        servers: [
          { ip: good, result: 'servfail' },
          { ip: denies, result: 'nxdomain' },
          { ip: silent, result: 'timeout' },
        ],
      })
      expect(seen.names).toMatchObject([{ typed: 'localhost', tool: 'getent', result: 'ok' }])
      // The three side by side, not one after the other.
      expect(ms).toBeLessThan(45_000)
    }, 60_000)
  })

  test.each([
    ['nslookup', ['busybox', 'nslookup', 'sleep']],
    ['bash', ['bash', 'timeout', 'od', 'dd', 'sleep']],
    ['python3', ['python3', 'sleep']],
  ] as const)(
    '%s alone asks a nameserver, one that refuses too',
    async (tool, tools) => {
      if (!mayListen || (tool === 'python3' && !existsSync('/usr/bin/python3'))) return
      const conf = `nameserver ${good}\nnameserver ${closed}\nnameserver ${denies}\n`
      const { seen } = await run({ files: { 'resolv.conf': conf }, program: ['/usr/bin/dash'], tools })
      expect(seen.servers).toMatchObject({
        known: true,
        value: [{ ip: good, tool, result: 'ok' }, { ip: closed }, { ip: denies, tool, result: 'nxdomain' }],
      })
      expect(seen.outside?.servers).toMatchObject([
        { ip: good, tool, result: 'servfail' },
        { ip: closed },
        { ip: denies, tool, result: 'nxdomain' },
      ])
      if (tool !== 'nslookup') expect(seen.servers).toMatchObject({ value: [{}, { result: 'unreachable' }, {}] })
    },
    60_000,
  )

  test('without any tool it still reads, and says what it could not', async () => {
    const { seen, stdout } = await run({ files, program: ['/bin/sh'], tools: [] })
    expect(seen).toMatchObject({
      hosts: { known: true },
      nsswitch: { known: true },
      servers: { known: false, why: { reason: 'not-there' } },
      names: [],
    })
    expect(stdout).toContain('@done')
  }, 60_000)

  test('files that are not there, and one that is far too long', async () => {
    const { seen } = await run({
      files: { 'resolv.conf': 'search a.example\n', hosts: '10.0.0.1 a.example\n'.repeat(50_000) },
      program: ['/bin/sh'],
      tools: ['head'],
    })
    expect(seen.nsswitch).toMatchObject({ known: false, why: { reason: 'not-there' } })
    expect(seen.hosts).toMatchObject({ known: false, why: { reason: 'cut-off' } })
  }, 60_000)

  test('a resolv.conf that means harm is no part of a command', async () => {
    const evil = [
      'nameserver $(touch x)',
      'nameserver -debug',
      'nameserver `touch x`',
      'nameserver ;touch\tx',
      'nameserver *',
    ].join('\n')
    const { seen } = await run({
      files: { 'resolv.conf': evil },
      tools: ['touch', 'busybox', 'nslookup', 'bash', 'head'],
      program: ['/bin/sh'],
    })
    expect(seen.servers.known).toBe(false)
    expect(existsSync('x')).toBe(false)
  }, 60_000)
})

test('what is silent is waited for side by side: the lookup, the connect, each nameserver and each name', async () => {
  const { stdout } = await run({
    files: { 'resolv.conf': `nameserver ${silent}\nnameserver ${good}\n`, hosts: '' },
    tools: ['sleep', 'head'],
    hung: ['getent', 'nslookup', 'nc'],
    program: ['/bin/sh'],
  })
  const all = (['look', 'tcp', 'server', 'outer', 'name'] as const).flatMap((kind) => sections(stdout, kind))
  expect(all.map((it) => it.tool).toSorted()).toEqual([
    '0 getent',
    ...[good, silent].flatMap((it) => [`${it} nslookup`, `${it} nslookup`]),
    'getent',
    'nc',
  ])
  for (const it of all) expect(it.code).not.toBe(0)
  const starts = stdout.split('\n').flatMap((it) => (it.startsWith('@start ') ? [Number(it.slice(7))] : []))
  // The shortest of them takes five seconds: none has waited for another.
  expect(Math.max(...starts) - Math.min(...starts)).toBeLessThan(4)
})
