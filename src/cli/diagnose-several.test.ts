import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import * as v from 'valibot'
import { clouds } from '../../test/flavours/clouds.ts'
import { type FakeCluster, fakeCluster } from '../../test/flavours/fake-cluster.ts'
import { type Manifest, service } from '../../test/flavours/manifest.ts'
import { settle } from '../../test/flavours/settle.ts'
import { targets } from '../report/schemas/targets.ts'
import { run } from './program.ts'

/* `diagnose svc/a svc/b` and `-l`, as they are typed. */

const [flavour] = clouds
const file = join(import.meta.dirname, '../../scenarios/service-selector-typo/snapshot.hops')
const state = mkdtempSync(join(tmpdir(), 'several-'))
const asked: string[] = []
let cluster: FakeCluster
let [out, said] = ['', '']

const labelled = (it: Manifest, labels: Readonly<Record<string, string>>): Manifest => ({
  ...it,
  metadata: { ...it.metadata, labels },
})

beforeAll(async () => {
  vi.stubEnv('XDG_STATE_HOME', state)
  if (flavour === undefined) throw new Error('no flavour')
  const { objects, families, version } = flavour
  const more = [
    labelled(service('shop/typo', { app: 'wbe' }, ['http:80']), { team: 'a', tier: 'front' }),
    labelled(service('shop/well', { app: 'web' }, ['http:80']), { team: 'a' }),
  ]
  cluster = await fakeCluster(settle([...objects, ...more], families), version, (path) => void asked.push(path))
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await cluster.close()
})
beforeEach(() => {
  asked.length = 0
  ;[out, said] = ['', '']
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => (out += String(text)) !== '')
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => (said += String(text)) !== '')
})
afterEach(() => void vi.restoreAllMocks())

const live = (...line: string[]): Promise<number> => run([...line, '--kubeconfig', cluster.kubeconfig])
const offline = (...line: string[]): Promise<number> => run([...line, '--from', file, '-n', 'f-selector'])
const answer = (): v.InferOutput<typeof targets> => v.parse(targets, JSON.parse(out))
const named = (): readonly string[] => answer().targets.map((it) => it.target)

describe('several targets', () => {
  test('are answered one after the other, over one reading, and the code is the worst', async () => {
    expect(await live('diagnose', 'svc/typo', 'svc/well', '-n', 'shop', '-q')).toBe(1)
    expect(out.match(/^==> .* <==$/gm)).toEqual(['==> svc/typo <==', '==> svc/well <=='])
    expect(out.split('==> svc/well <==')[1]).not.toContain('SVC201')
    expect(out).toMatch(/hopscope diagnose svc\/typo svc\/well --from \S+\.hops/)
    expect(asked.filter((it) => it === '/api/v1/namespaces/shop/pods')).toHaveLength(1)
    expect(cluster.writes).toEqual([])
  })

  test('the code of those that are well is that of one that is well', async () => {
    const alone = await live('diagnose', 'svc/well', '-n', 'shop')
    expect(await live('svc', 'well', 'web', '-n', 'shop')).toBe(alone)
  })

  test('what is said of each is what it would be told alone', async () => {
    await offline('diagnose', 'svc/cart', '-o', 'json')
    const alone = JSON.parse(out) as unknown
    out = ''
    await offline('diagnose', 'svc/cart', 'svc/web', 'svc/cart', 'dns', '-o', 'json')
    expect(named()).toEqual(['svc/cart', 'svc/web', 'dns'])
    expect(JSON.parse(JSON.stringify(answer().targets[0]?.diagnosis))).toEqual(alone)
  })

  test('a cause that two of them have stands once where findings are counted', async () => {
    await offline('diagnose', 'svc/cart', 'svc/web', '-o', 'prometheus')
    expect(out.match(/^hopscope_finding\{code="SVC201".*\} 1$/gm)).toHaveLength(1)
    out = ''
    await offline('diagnose', 'svc/cart', 'svc/web', '-o', 'name')
    expect(out).toBe('service/cart\n')
  })

  test.each([
    [['diagnose', 'svc/well', 'svc/nope', '-n', 'shop'], /no Service `nope` in namespace shop/],
    [['diagnose', 'svc/well', 'well', '-n', 'shop'], /`well` is no target/],
    [['diagnose', 'svc/well', 'svc/web', '--lb', '10.0.0.1', '-n', 'shop'], /--lb is for one target/],
    [['diagnose', 'svc/well', 'svc/web', '--baseline', 'x.hops', '-n', 'shop'], /--baseline is for one target/],
    [['diagnose', 'svc/well', 'https://x.example/', '--probe', '-n', 'shop'], /a URL .* is for one target/],
  ])('%j is refused before anything is read', async (line, why) => {
    expect(await live(...line)).toBe(2)
    expect(said).toMatch(why)
    expect([out, asked.filter((it) => it.endsWith('/nodes'))]).toEqual(['', []])
  })
})

describe('-l', () => {
  test.each([
    ['team=a', ['svc/typo', 'svc/well']],
    ['team=a,tier!=front', ['svc/well']],
    ['tier in (front, back)', ['svc/typo']],
    ['team,!tier', ['svc/well']],
  ])('%s', async (selector, its) => {
    await live('diagnose', '-l', selector, '-n', 'shop', '-o', 'json')
    expect(named()).toEqual(its)
  })

  test('of every namespace, each with its own', async () => {
    await live('-l', 'team=a', '-A', '-o', 'json')
    expect(named()).toEqual(['svc/typo', 'svc/well'])
    out = ''
    await live('svc,deploy', '-l', '!nothing', '-A', '-o', 'json')
    expect(named()).toContain('svc/typo -n shop')
    expect(named().some((it) => /^deploy\/\S+ -n kube-system$/.test(it))).toBe(true)
  })

  test('in a recording, by the labels that it has', async () => {
    await offline('pods', '-l', 'app=cart', '-o', 'json')
    expect(named().every((it) => it.startsWith('pod/cart-'))).toBe(true)
    expect(await offline('deploy', '-l', 'app=cart')).toBe(2)
    expect(said).toContain('a file does not have all labels of deployments')
  })

  test.each([
    [['-l', ''], /is no label selector/],
    [['-l', 'a=b=c'], /is no label selector/],
    [['-l', 'team=b'], /no services in namespace shop with the labels `team=b`/],
    [['svc/well', '-l', 'team=a'], /is no kind to choose by -l/],
    [['nodes', '-l', 'team=a'], /is no kind to choose by -l/],
  ])('%j is one line of error', async (line, why) => {
    expect(await live('diagnose', ...line, '-n', 'shop')).toBe(2)
    expect(said).toMatch(why)
  })
})
