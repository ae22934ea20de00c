import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { clouds } from '../../test/flavours/clouds.ts'
import { type FakeCluster, fakeCluster } from '../../test/flavours/fake-cluster.ts'
import { settle } from '../../test/flavours/settle.ts'
import { run } from './program.ts'

/* Command lines as they are typed, in this process: what is returned is what the process exits with. */

const [flavour] = clouds
const scenario = (name: string): string => join(import.meta.dirname, '../../scenarios', name, 'snapshot.hops')
const [healthy, race] = [scenario('healthy'), scenario('dns-race-lossy')]
const folder = mkdtempSync(join(tmpdir(), 'exit-codes-'))
const garbage = join(folder, 'garbage.hops')
const nowhere = join(folder, 'nowhere')

let [out, said]: [string, string] = ['', '']
let [well, broken]: FakeCluster[] = []

beforeAll(async () => {
  vi.stubEnv('XDG_STATE_HOME', folder)
  if (flavour === undefined) throw new Error('no flavour')
  const { objects, families, version } = flavour
  well = await fakeCluster(settle(objects, families), version)
  broken = await fakeCluster(settle(flavour.broken.but(objects), families), version)
  writeFileSync(garbage, 'no snapshot')
  const nobody = [{ name: 'k', cluster: { server: 'http://127.0.0.1:1' } }]
  const contexts = [{ name: 't', context: { cluster: 'k' } }]
  writeFileSync(nowhere, JSON.stringify({ 'current-context': 't', contexts, clusters: nobody }))
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await Promise.all([well?.close(), broken?.close()])
})
beforeEach(() => {
  ;[out, said] = ['', '']
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => (out += String(text)) !== '')
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => (said += String(text)) !== '')
})
afterEach(() => void vi.restoreAllMocks())

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const
const listeners = (): readonly number[] => signals.map((it) => process.listenerCount(it))

/** `W`, `B`: the kubeconfig of a cluster that is well, of one that is broken. */
async function hopscope(line: string): Promise<number> {
  const files: Readonly<Record<string, string>> = {
    W: well?.kubeconfig ?? '',
    B: broken?.kubeconfig ?? '',
    NOWHERE: nowhere,
    HEALTHY: healthy,
    RACE: race,
    GARBAGE: garbage,
    OUT: join(folder, 'out.hops'),
    NOFOLDER: join(folder, 'none', 'out.hops'),
  }
  const before = listeners()
  const code = await run(line.split(' ').map((it) => files[it] ?? it))
  expect(listeners()).toEqual(before)
  return code
}

describe('0', () => {
  test.each([
    'version',
    '--version',
    '--help',
    'dns --help',
    'checks',
    'checks -o json',
    'diagnose --from HEALTHY',
    'diagnose --from HEALTHY -o json',
    'dns --from HEALTHY',
    'diagnose --from RACE --only SVC201',
    '-A --kubeconfig W',
    'diagnose -A --kubeconfig W -q',
    'collect -A --kubeconfig W --out OUT',
    'fix --kubeconfig W',
    'cleanup --kubeconfig W',
  ])('%s', async (line) => {
    expect({ code: await hopscope(line), said: said.includes('error:') }).toEqual({ code: 0, said: false })
  })
})

describe('1', () => {
  test.each([
    'diagnose --from RACE',
    'dns --from RACE',
    'diagnose --from RACE -o json',
    'diagnose --from RACE --only DNS101',
    'diagnose --from RACE --ignore DNS101=Service/nobody/none',
    '-A --kubeconfig B',
  ])('%s', async (line) => {
    expect({ code: await hopscope(line), said: said.includes('error:') }).toEqual({ code: 1, said: false })
    expect(out).not.toBe('')
  })
})

describe('2, and one line that says why', () => {
  const usage = [
    'dsn',
    'diagnose --no-such-flag',
    'diagnose --timeout 0',
    'diagnose --timeout 600h',
    'diagnose -o xml',
    'diagnose --fail-on everything',
    'diagnose --only NOPE --from RACE',
    'diagnose --ignore NOPE --from RACE',
    'diagnose --from RACE --probe',
    'diagnose --from RACE -n elsewhere',
    'diagnose --from RACE what/x',
    'diagnose --from GARBAGE',
    'diagnose --from /nonexistent.hops',
    'diagnose --kubeconfig NOWHERE',
    'diagnose --kubeconfig /nonexistent',
    'diagnose --kubeconfig W --context other',
    'diagnose --kubeconfig W svc/none -n shop',
    'collect --kubeconfig W --out NOFOLDER',
    'checks -o xml',
    'explain NOPE',
    'dns capacity --load much',
    'dns capacity --kubeconfig W --load 999999',
    'resolve $(id) --kubeconfig W',
    'resolve cart --type ANY --kubeconfig W',
    'resolve cart -A --kubeconfig W',
    'resolve cart --from svc/x --kubeconfig W',
    'resolve cart --from pod/none -n shop --kubeconfig W',
    'watch pods --kubeconfig W',
    'watch dns --interval 10ms --kubeconfig W',
    'trace --kubeconfig W',
    'trace pod/x --kubeconfig W',
    'trace pod/x svc/y:80 --from RACE',
    'trace pod/none svc/none:80 -n shop --kubeconfig W',
    'fix --plan',
    'fix DNS101 --plan --undo x',
    'fix --apply zz',
    'fix --rollout-timeout never',
    'fix NOPE --kubeconfig W',
    'fix DNS101 --subject web --plan --kubeconfig W',
    'cleanup --run zz --kubeconfig W',
    'cleanup --kubeconfig NOWHERE',
  ]
  test.each(usage)('%s', async (line) => {
    expect(await hopscope(line)).toBe(2)
    expect(said.split('\n').filter((it) => it.startsWith('error: '))).toHaveLength(1)
    expect(said).not.toContain('this is a bug')
    expect(out).toBe('')
  })
})

test('a diagnosis that is late says what it has, and is not 0', async () => {
  if (flavour === undefined) throw new Error('no flavour')
  const never = new Promise<void>(() => {})
  const held = await fakeCluster(settle(flavour.objects), flavour.version, (path) =>
    path.endsWith('/services') ? never : undefined,
  )
  const code = await run(['diagnose', '-A', '--kubeconfig', held.kubeconfig, '--timeout', '1s'])
  await held.close()
  expect({ code, said: said.includes('not done within 1 s'), out: out === '' }).toEqual({
    code: 2,
    said: true,
    out: false,
  })
})
