import { expect, test } from 'vitest'
import { checks } from '../../checks/registry.ts'
import { diagnose, type Diagnosis } from '../../engine.ts'
import { known, type Known, unknown } from '../../model/known.ts'
import type { SourceName, Sources } from '../../model/sources.ts'
import { stub } from '../../../test/build/checks.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { ok } from '../../findings/verdict.ts'
import { paint } from '../paint.ts'
import { headline } from './headline.ts'
import { text } from './text.ts'
import { countedByPart, together, unlookedParts } from './unlooked.ts'

const gateway = [
  'gatewayApi',
  'gatewayClasses',
  'gateways',
  'gatewayRoutes',
  'referenceGrants',
  'backendTlsPolicies',
] as const satisfies readonly SourceName[]
const lists: readonly SourceName[] = ['services', 'pods', 'endpointSlices', 'workloads', 'ingresses', 'namespaces']

/** A namespace without anything, in which these sources are not known. */
function seen(without: readonly SourceName[], why: string): Diagnosis {
  const none = Object.fromEntries(lists.map((it) => [it, known([])])) as { [K in SourceName]?: Known<Sources[K]> }
  const all: readonly SourceName[] = [...gateway, 'httpProxies', 'tlsDelegations', 'otherPolicies']
  const empty = { ...Object.fromEntries(all.map((it) => [it, known([])])), gatewayApi: known(api), mesh: known(mesh) }
  const unseen = Object.fromEntries(without.map((it) => [it, unknown('forbidden', why)]))
  return diagnose(modelOf({}, { ...none, ...empty, ...unseen }), { checks: [...checks, stub('NOD999', ok(1))] })
}

const api = { served: [], inScopeOnly: [] }
const mesh = {
  ...api,
  virtualServices: [],
  destinationRules: [],
  gateways: [],
  serviceEntries: [],
  peerAuthentications: [],
  authorizationPolicies: [],
  sidecars: [],
}
const words = (it: Diagnosis): readonly string[] => unlookedParts(it.results).map((one) => one.words)
const printed = (it: Diagnosis, detail: 'normal' | 'verbose'): string =>
  text(it, { paint: paint({ colour: false, ascii: false, width: 100 }), detail, footer: [] })

test.each([
  ['all of it was read', [], []],
  ['Gateway API was not', gateway, ['Gateway API']],
  ['nor Istio', [...gateway, 'mesh'], ['Gateway API', 'Istio']],
  ['routes alone were not: Gateways were looked at', ['gatewayRoutes'], []],
  ['HTTPProxies were not', ['httpProxies'], ["Contour's HTTPProxies"]],
] as const)('%s', (_, without, expected) => expect(words(seen(without, 'list them'))).toEqual(expected))

test('what was not looked at stands in words, with its reason once; -v has the codes', () => {
  const it = seen([...gateway, 'mesh'], 'list them')
  expect(headline(it)).toMatch(/\(.*Gateway API and Istio not looked at\)/)
  expect(printed(it, 'normal')).toMatch(
    /Gateway API and Istio not looked at: \d+ checks, -v names them\n +no permission/,
  )
  expect(printed(it, 'normal')).not.toContain('GTW701')
  expect(printed(it, 'verbose')).toContain('GTW701')
})

test('many codes of one reason are counted by what they are about', () => {
  const some = checks.filter((it) => /^(?:ING30|POL40)/.test(it.code))
  expect(countedByPart(some)).toMatch(/^\d+ checks of Ingresses and \d+ of policies$/)
})

test.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a and b'],
  [['a', 'b', 'c'], 'a, b and c'],
])('%j together', (all, expected) => expect(together(all)).toBe(expected))
