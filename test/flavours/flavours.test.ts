import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { runs } from '../build/effort.ts'
import { programFile } from '../build/program-file.ts'
import { checks } from '../../src/checks/registry.ts'
import { run } from '../../src/cli/program.ts'
import { clusterOf } from '../../src/collect/cluster-of.ts'
import { collect } from '../../src/collect/collect.ts'
import { diagnose } from '../../src/engine.ts'
import { connect } from '../../src/kube/connect.ts'
import { unknown } from '../../src/model/known.ts'
import type { Model } from '../../src/model/sources.ts'
import { clouds } from './clouds.ts'
import { distributions } from './distributions.ts'
import { fakeCluster, pluralOf } from './fake-cluster.ts'
import type { Flavour } from './flavour.ts'
import type { Manifest } from './manifest.ts'
import { networks } from './networks.ts'
import { products } from './products.ts'
import { probed } from './probed.ts'
import { settle } from './settle.ts'
import { workloads } from './workloads.ts'

const flavours: readonly Flavour[] = [...clouds, ...distributions, ...networks, ...workloads, ...products]

interface Told {
  readonly code: string
  readonly severity: string
  readonly subject: { readonly kind: string; readonly namespace: string | null; readonly name: string }
  readonly text: string
}

interface Answer {
  readonly exit: number
  readonly findings: readonly string[]
  readonly ok: number
  readonly writes: readonly string[]
}

function line({ severity, code, subject: it, text }: Told): string {
  return `${severity} ${code} ${[it.kind, it.namespace, it.name].filter((part) => part !== null).join('/')}: ${text}`
}

beforeAll(() => vi.stubEnv('XDG_STATE_HOME', mkdtempSync(join(tmpdir(), 'flavours-'))))
afterAll(() => vi.unstubAllEnvs())

/** The command as a user gives it, in this process: a process for each of them would cost a second. */
async function hopscope(flavour: Flavour, objects: readonly Manifest[]): Promise<Answer> {
  const cluster = await fakeCluster(settle(objects, flavour.families), flavour.version)
  const written: string[] = []
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0)
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
  try {
    const exit = await run(['diagnose', ...(flavour.ask ?? ['-A']), '--kubeconfig', cluster.kubeconfig, '-o', 'json'])
    const told = JSON.parse(written.join('')) as { readonly findings: readonly Told[]; readonly ok: readonly string[] }
    return { exit, findings: told.findings.map(line), ok: told.ok.length, writes: cluster.writes }
  } finally {
    stdout.mockRestore()
    stderr.mockRestore()
    await cluster.close()
  }
}

/** What `collect` makes of it, over the same connection. */
async function readOf(flavour: Flavour): Promise<Model> {
  const server = await fakeCluster(settle(flavour.objects, flavour.families), flavour.version)
  const cluster = await connect({ kubeconfig: server.kubeconfig, requestTimeoutMs: 10_000 })
  try {
    const at = flavour.ask?.indexOf('-n') ?? -1
    const namespace = at === -1 ? null : (flavour.ask?.[at + 1] ?? null)
    return await collect(cluster, { scope: { namespace, target: { kind: 'everything' }, level: 'read' } })
  } finally {
    cluster.close()
    await server.close()
  }
}

describe.each(flavours)('$it', (flavour) => {
  test('is well', async () => {
    const { exit, findings, ok, writes } = await hopscope(flavour, flavour.objects)
    expect(findings.filter((it) => !it.startsWith('info '))).toEqual([])
    expect({ exit, writes }).toEqual({ exit: 0, writes: [] })
    // Silence is not health: something was decided.
    expect(ok).toBeGreaterThan(5)
  })

  test('is well when it is probed, from objects to packets', async () => {
    const { results, roots } = diagnose(probed(await readOf(flavour), flavour.answering), { checks })
    expect(results.flatMap((it) => it.crash ?? [])).toEqual([])
    const told = roots.flatMap((it) => [it.finding, ...it.consequences]).filter((it) => it.severity !== 'info')
    expect(told.map((it) => `${it.code} ${checks.find((one) => one.code === it.code)?.words.headline(it)}`)).toEqual([])
    expect(results.filter((it) => it.verdict === 'ok').length).toBeGreaterThan(15)
  })

  test(`${flavour.broken.it}: ${flavour.broken.code}`, async () => {
    const { it: _it, but, code, on } = flavour.broken
    const { exit, findings } = await hopscope(flavour, but(flavour.objects))
    expect(findings.join('\n')).toMatch(new RegExp(`^(?:error|warning) ${code} ${on}: `, 'm'))
    expect(exit).toBe(1)
  })
})

const optional = ['nodes', 'namespaces', 'pods', 'services', 'endpointslices', 'deployments', 'daemonsets', 'cronjobs']
const more = ['ingresses', 'ingressclasses', 'networkpolicies', 'configmaps', 'replicasets', 'jobs', 'statefulsets']
const routing = ['gatewayclasses', 'gateways', 'httproutes', 'referencegrants']

/** Errors, and crashes, of what is well where these may not be listed; `near` = but in the namespace asked of. */
async function errorsWithout(gone: readonly string[], flavour: Flavour, near: boolean): Promise<readonly string[]> {
  const objects = Object.fromEntries(Map.groupBy(settle(flavour.objects, flavour.families), pluralOf))
  const isOurs = (namespace: string | null): boolean => near && namespace === 'shop'
  const cluster = clusterOf(objects, (plural, namespace) =>
    gone.includes(plural) && !isOurs(namespace) ? unknown('forbidden', `list ${plural}`) : null,
  )
  const scope = { namespace: near ? 'shop' : null, target: { kind: 'everything' }, level: 'read' } as const
  const { results } = diagnose(await collect(cluster, { scope }), { checks })
  const errors = results.flatMap((it) => it.findings.filter((one) => one.severity === 'error').map((one) => one.code))
  return [...errors, ...results.flatMap((it) => it.crash ?? [])]
}

test('of what is well, no right that is missing makes an error, wherever somebody looks from', async () => {
  const rights = fc.subarray([...optional, ...more, ...routing], { minLength: 1, maxLength: 3 })
  const property = fc.asyncProperty(fc.constantFrom(...flavours), rights, fc.boolean(), async (flavour, gone, near) => {
    expect(await errorsWithout(gone, flavour, near)).toEqual([])
  })
  await fc.assert(property, { numRuns: runs(60) })
})

describe.each(flavours.filter((it) => it.objects.some(({ kind }) => kind === 'Gateway')))('$it', (flavour) => {
  const rights = [...routing, 'namespaces', 'services', 'endpointslices', 'pods']

  test('without any two rights on what its routes lead by', async () => {
    for (const one of rights)
      for (const other of rights)
        for (const near of [true, false])
          expect({ one, other, near, is: await errorsWithout([one, other], flavour, near) }).toMatchObject({ is: [] })
  })
})

test('the program itself, as a process, says the same', async () => {
  const [flavour] = flavours
  if (flavour === undefined) throw new Error('no flavour')
  const cluster = await fakeCluster(settle(flavour.broken.but(flavour.objects), flavour.families), flavour.version)
  const args = [programFile, '-A', '--kubeconfig', cluster.kubeconfig, '-q']
  const ended = await promisify(execFile)('node', args).then(
    () => ({ code: 0, stdout: '' }),
    (error: { code: number; stdout: string }) => error,
  )
  await cluster.close()
  expect(ended.code).toBe(1)
  expect(ended.stdout).toContain(flavour.broken.code)
})

test('each says where its objects are from, and has a name of its own', () => {
  expect(flavours.filter((it) => it.source === '').map((it) => it.it)).toEqual([])
  expect(new Set(flavours.map((it) => it.it)).size).toBe(flavours.length)
})
