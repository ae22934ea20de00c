import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forged, scratch } from '../../test/build/program.ts'
import { programFile } from '../../test/build/program-file.ts'
import { clouds } from '../../test/flavours/clouds.ts'
import { type FakeCluster, fakeCluster } from '../../test/flavours/fake-cluster.ts'
import { settle } from '../../test/flavours/settle.ts'
import { mostCharacters } from './told.ts'
import { tools } from './tools.ts'

/** The program as an assistant starts it, the official client, a real pipe, and an API server that notes each write. */

const [flavour] = clouds
const folder = scratch()
let cluster: FakeCluster | null = null
let client: Client | null = null
let prober: Client | null = null
let said = ''

async function connected(kubeconfig: string, ...flags: readonly string[]): Promise<Client> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [programFile, 'mcp', '--kubeconfig', kubeconfig, '--request-timeout', '5s', ...flags],
    env: { HOME: folder, XDG_STATE_HOME: join(folder, 'state'), PATH: process.env['PATH'] ?? '' },
    stderr: 'pipe',
  })
  transport.stderr?.on('data', (it: Buffer) => (said += it.toString()))
  const made = new Client({ name: 'test', version: '1' })
  await made.connect(transport)
  return made
}

interface Answer {
  readonly text: string
  readonly isError: boolean
}

async function ask(name: string, input: Record<string, unknown> = {}, by = client): Promise<Answer> {
  const answer = await by?.callTool({ name, arguments: input })
  const content = (answer?.content ?? []) as readonly { readonly type: string; readonly text?: string }[]
  return { text: content.map((it) => it.text ?? '').join(''), isError: answer?.isError === true }
}

beforeAll(async () => {
  if (flavour === undefined) throw new Error('no flavour')
  const { objects, families, version, broken } = flavour
  cluster = await fakeCluster(settle(broken.but(objects), families), version)
  copyFileSync(join(import.meta.dirname, '../../scenarios/dns-race-lossy/snapshot.hops'), join(folder, 'race.hops'))
  client = await connected(cluster.kubeconfig)
  prober = await connected(cluster.kubeconfig, '--allow-probe')
}, 120_000)
afterAll(async () => {
  await Promise.all([client?.close(), prober?.close()])
  await cluster?.close()
})

test('the official client is told of every tool, and of what each takes', async () => {
  const listed = (await client?.listTools())?.tools ?? []
  expect(listed.map((it) => it.name)).toEqual(tools.map((it) => it.name))
  for (const it of listed) {
    expect(it.description).toBeTruthy()
    expect(it.inputSchema.type).toBe('object')
    expect(it.annotations?.readOnlyHint).toBe(true)
  }
  const probing = (await prober?.listTools())?.tools ?? []
  expect(probing.filter((it) => it.annotations?.readOnlyHint === false).map((it) => it.name)).toEqual(
    tools.filter((it) => it.probes).map((it) => it.name),
  )
})

test('diagnose gives the verdict first, and evidence by reference', async () => {
  const { text, isError } = await ask('diagnose', { all_namespaces: true })
  expect(isError).toBe(false)
  expect(text).toMatch(/^verdict: findings\n/)
  expect(text).toMatch(/^not asked:$/m)
  const [, id = '', code = ''] = /^- (f\d+) \w+ ([A-Z]{3}\d+)/m.exec(text) ?? []
  const [, run = ''] = /run (r\d+)$/m.exec(text) ?? []
  const finding = await ask('finding', { run, id })
  expect(finding.isError).toBe(false)
  expect(finding.text).toContain(`[${code}]`)
  expect(finding.text).toMatch(/^help: /m)
  expect((await ask('finding', { run: 'r999', id })).isError).toBe(true)
})

test('a recording is told as one', async () => {
  const { text } = await ask('diagnose', { from: join(folder, 'race.hops') })
  expect(text).toMatch(/^- f1 error DNS101 node worker-1: /m)
  expect((await ask('dns', { from: join(folder, 'race.hops') })).text).toMatch(
    /udp pair +cluster +\d+ +[1-9]\d* \(\d+ %\)/,
  )
})

test.each([
  ['explain', { name: 'DNS101' }, /^# /],
  ['checks', { family: 'DNS' }, /^DNS101 error /m],
  ['dns', {}, /nothing was measured: this server reads only/],
  ['trace', { from: 'deploy/nobody', to: 'svc/web' }, /^refused: /],
  ['pcap', { files: [join(import.meta.dirname, 'none.pcap')] }, /^refused: .*can't be read/],
  ['fix', { code: 'SVC201' }, /SVC201/],
])('%s answers', async (name, input, expected) => {
  expect((await ask(name, input)).text).toMatch(expected)
})

describe('a client that asks for more than reading gets a refusal in words', () => {
  test.each([
    ['diagnose', { probe: true }],
    ['diagnose', { node_access: true }],
    ['dns', { node_access: true }],
    ['resolve', { name: 'web' }],
    ['trace', { from: 'deploy/a', to: 'svc/b', probe: true }],
    ['fix', { code: 'SVC201', apply: true }],
  ])('%s %j', async (name, input) => {
    const { text, isError } = await ask(name, input)
    expect(isError).toBe(true)
    expect(text).toMatch(/^refused: .+\ninstead: .+\n$/)
  })
  test.each([
    ['diagnose', { context: 'other' }],
    ['diagnose', { kubeconfig: '/etc/passwd' }],
    ['diagnose', { from: '/etc/passwd' }],
    ['pcap', { files: ['/etc/passwd'] }],
    ['pcap', { files: [] }],
    ['finding', {}],
  ])('%s %j is no such question', async (name, input) => {
    const answer = await ask(name, input).catch((error: unknown) => ({ text: String(error), isError: true }))
    expect(answer.isError).toBe(true)
    expect(answer.text).not.toContain('root:')
  })
  test('an applying tool does not exist', async () => {
    const answer = await ask('apply', { id: 'x' }).catch((error: unknown) => ({ text: String(error), isError: true }))
    expect(answer.isError).toBe(true)
  })
})

test('with --allow-probe it may, and says what it did', async () => {
  const { text } = await ask('diagnose', { probe: true }, prober)
  // This API server makes no pods, so the answer is one without measurements, or a refusal of the server's.
  expect(text).toMatch(/^verdict: |^refused: /)
  expect(text).not.toContain('started to read only')
  expect(cluster?.writes.length).toBeGreaterThan(0)
}, 120_000)

test('text of a caller stays text, however much', async () => {
  for (const name of ['explain', 'trace', 'diagnose'] as const) {
    const input = name === 'trace' ? { from: forged, to: forged } : { name: forged, target: forged }
    const { text } = await ask(
      name,
      Object.fromEntries(Object.entries(input).filter(([key]) => keyOf(name).includes(key))),
    )
    expect(text).not.toMatch(/^✓ All 44/m)
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    expect(text.length).toBeLessThan(mostCharacters + 200)
  }
})

function keyOf(name: 'explain' | 'trace' | 'diagnose'): readonly string[] {
  return { explain: ['name'], trace: ['from', 'to'], diagnose: ['target'] }[name]
}

test('calls at once are answered one after the other, and every answer is bounded', async () => {
  const answers = await Promise.all([1, 2, 3].map(() => ask('diagnose', { all_namespaces: true })))
  for (const { text } of answers) expect(text.length).toBeLessThan(mostCharacters + 200)
  expect(new Set(answers.map(({ text }) => /run (r\d+)$/m.exec(text)?.[1])).size).toBe(3)
})

test('reading, nothing was ever written to the cluster, and nothing but the protocol to standard output', async () => {
  const own = await fakeCluster([], flavour?.version)
  const reader = await connected(own.kubeconfig)
  for (const name of ['diagnose', 'dns', 'checks'] as const) await ask(name, {}, reader)
  await ask('fix', { code: 'DNS111' }, reader)
  await reader.close()
  expect(own.writes).toEqual([])
  await own.close()
  expect(said).not.toMatch(/this is a bug/)
})
