import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checks } from '../../src/checks/registry.ts'
import { diagnose, type Diagnosis, exitCode } from '../../src/engine.ts'
import { unknown } from '../../src/model/known.ts'
import { type Model, type SourceName, sourceNames } from '../../src/model/sources.ts'
import { json } from '../../src/report/diagnosis/json.ts'
import { paint } from '../../src/report/paint.ts'
import { text } from '../../src/report/diagnosis/text.ts'
import { readSnapshot } from '../../src/snapshot/read.ts'
import {
  blackHoleOn,
  cluster,
  dnsWithoutEndpoints,
  filterOn,
  limitedDns,
  noEndpoints,
  raceOn,
  racesPerNode,
  replicaDead,
  starved,
  tcpBlockedOn,
  upstreamDead,
} from '../build/dns-faults.ts'
import { conntrackOf } from '../build/lookups.ts'
import { freeze, modelOf } from '../describe-check.ts'
import { some } from '../build/effort.ts'
import { root } from './sources.ts'

const dns = { target: { kind: 'dns' } } as const

/** Built faults, and whatever the lab has recorded. */
const built: readonly (readonly [name: string, model: Model])[] = [
  ['healthy', modelOf(cluster(), {}, dns)],
  [
    'race',
    modelOf(
      cluster({
        kernel: '5.4.0',
        network: raceOn('worker-2'),
        conntrack: [conntrackOf('worker-2', { insert_failed: racesPerNode, clash_resolve: null })],
      }),
      {},
      dns,
    ),
  ],
  [
    'race on a kernel that heals it',
    modelOf(
      cluster({ network: raceOn('worker-2'), conntrack: [conntrackOf('worker-2', { insert_failed: racesPerNode })] }),
      {},
      dns,
    ),
  ],
  ['filter', modelOf(cluster({ network: filterOn('aaaa', 'worker-2') }), {}, dns)],
  ['black hole', modelOf(cluster({ network: blackHoleOn('worker-2') }), {}, dns)],
  ['dead replica', modelOf(cluster({ network: replicaDead('10.2.2.2') }), {}, dns)],
  ['dead upstream', modelOf(cluster({ network: upstreamDead }), {}, dns)],
  ['starved', modelOf(cluster({ network: starved, dns: limitedDns(100), cores: 0.1 }), {}, dns)],
  ['no endpoints', modelOf(cluster({ network: noEndpoints, dns: dnsWithoutEndpoints(0) }), {}, dns)],
  ['TCP blocked', modelOf(cluster({ network: tcpBlockedOn('worker-1') }), {}, dns)],
]
const folder = join(root, 'scenarios')
const recordings = existsSync(folder)
  ? readdirSync(folder).filter((it) => existsSync(join(folder, it, 'snapshot.hops')))
  : []
const recorded = await Promise.all(
  recordings.map(async (name) => [name, await readSnapshot(join(folder, name, 'snapshot.hops'))] as const),
)

const looks = [paint({ colour: false, ascii: false, width: 100 }), paint({ colour: true, ascii: true, width: 60 })]
const forms = looks.flatMap((it) => (['quiet', 'normal', 'verbose'] as const).map((detail) => ({ paint: it, detail })))

const all = [...built, ...recorded].map(([name, model], nth) => [name, model, nth] as const)

/** Of a source that was not asked for, or refused, there is nothing to take away. */
function removable(model: Model): readonly SourceName[] {
  return sourceNames.filter((it) => model.sources[it].known)
}

describe.each(all)('%s', (_, model, nth) => {
  const whole = diagnose(freeze(model), { checks })

  test('no check crashes or writes to the model', () => {
    expect(crashes(whole)).toEqual([])
  })

  test('the words of every finding render, in every form', () => {
    for (const form of some(forms, nth))
      expect(text(whole, { ...form, footer: [] })).not.toMatch(/undefined|NaN|\[object/)
    expect(json(whole)).not.toMatch(/undefined|NaN|\[object/)
    for (const { check, findings } of whole.results) {
      for (const found of findings) {
        expect(check.words.headline(found)).toMatch(/\.$/)
        expect(check.words.detail(found)).not.toMatch(/\.$/)
        expect(check.words.help(found).length).toBeGreaterThan(1)
      }
    }
  })

  test.each(some(removable(model), nth))('without %s nothing crashes, and nothing turns green', (name) => {
    const without = diagnose(
      freeze({ ...model, sources: { ...model.sources, [name]: unknown('forbidden', `list ${name}`) } }),
      { checks },
    )
    expect(crashes(without)).toEqual([])
    const { ingresses } = without.model.sources
    const isUntraced = without.model.scope.trace === undefined
    const hasNoIngress = ingresses.known && ingresses.value.length === 0
    // One comparison a model: the matcher costs more than the check does.
    const decided: string[] = []
    const green: string[] = []
    for (const [index, result] of without.results.entries()) {
      const before = whole.results[index]
      const told = `${result.check.code} ${result.verdict}`
      // Where there is no Ingress, nothing else is missed of one; where nobody traces, no connect of a trace; what is
      // read of files alone is nothing to a cluster.
      const needs: readonly string[] = result.check.needs
      const idle =
        (hasNoIngress && needs.includes('ingresses')) ||
        (isUntraced && needs.includes('crossings')) ||
        (!without.model.sources.beside.known && needs.includes('beside'))
      const isIdle = result.verdict === 'not-applicable' && idle
      if (result.verdict !== 'cannot-tell' && needs.includes(name) && !isIdle) decided.push(told)
      // Without the policies nobody knows that the probe was not let through: its silence is an error then, told
      // elsewhere.
      const wasKept = before?.cannotTell.some((it) => it.why.includes("keeps the probe's own pods")) === true
      if (wasKept) continue
      if (result.verdict === 'ok' && (before?.verdict === 'finding' || before?.verdict === 'cannot-tell'))
        green.push(told)
    }
    expect({ decided, green }).toEqual({ decided: [], green: [] })
    if (exitCode(whole, { failOn: 'warning', strict: true }) === 1)
      expect(exitCode(without, { failOn: 'warning', strict: true })).not.toBe(0)
  })
})

function crashes(diagnosis: Diagnosis): readonly string[] {
  return diagnosis.results.flatMap((it) => (it.crash === null ? [] : [`${it.check.code} ${it.crash}`]))
}
