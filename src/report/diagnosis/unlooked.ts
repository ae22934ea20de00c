import type { CheckResult } from '../../engine.ts'
import { type AnyCheck, familyOf } from '../../findings/check.ts'

/** What a reader calls the things that a run of checks is about. */
const parts: readonly (readonly [words: string, has: (check: AnyCheck) => boolean])[] = [
  ["the cluster's DNS", (it) => familyOf(it) === 'dns'],
  ['Services', (it) => familyOf(it) === 'service'],
  ['Ingresses', (it) => familyOf(it) === 'ingress'],
  ['Gateway API', (it) => familyOf(it) === 'gateway' && !isOfProxies(it)],
  ["Contour's HTTPProxies", (it) => familyOf(it) === 'gateway' && isOfProxies(it)],
  // Some know of a mesh by its pods alone.
  ['Istio', (it) => familyOf(it) === 'mesh' && it.needs.includes('mesh')],
  ['policies', (it) => familyOf(it) === 'policy'],
  ['nodes', (it) => familyOf(it) === 'node'],
  ['traces', isOfTraces],
]

function isOfTraces(check: AnyCheck): boolean {
  return familyOf(check) === 'spans'
}

function isOfProxies({ slug }: AnyCheck): boolean {
  return slug.startsWith('gateway/proxy-')
}

export interface Unlooked {
  readonly words: string
  readonly results: readonly CheckResult[]
}

/** `38 checks of Ingresses and 1 of policies`. */
export function countedByPart(checks: readonly AnyCheck[]): string {
  const counts = [...parts, ['other things', () => true] as const].reduce<{
    readonly left: readonly AnyCheck[]
    readonly told: readonly string[]
  }>(
    ({ left, told }, [words, has]) => {
      const its = left.filter((it) => has(it))
      const one = its.length === 1 ? ' check' : ' checks'
      const unit = told.length === 0 ? one : ''
      return {
        left: left.filter((it) => !has(it)),
        told: its.length === 0 ? told : [...told, `${its.length}${unit} of ${words}`],
      }
    },
    { left: checks, told: [] },
  )
  return together(counts.told)
}

/** Two checks that could not tell are told by their names. */
const fewest = 3

/** Of a cluster these say nothing, whatever was read. */
function isOfFilesAlone({ check, verdict }: CheckResult): boolean {
  return verdict === 'not-applicable' && check.needs.includes('beside')
}

/** Parts of which no check said anything but that it can't tell: of these nothing was seen at all. */
export function unlookedParts(results: readonly CheckResult[]): readonly Unlooked[] {
  return parts.flatMap(([words, has]) => {
    const its = results.filter((it) => has(it.check) && !isOfFilesAlone(it))
    // Whoever asks about traces alone is told what of them was not seen.
    if (its.length === results.length && its.every((it) => isOfTraces(it.check))) return []
    const isUnseen = its.every((it) => it.verdict === 'cannot-tell' || it.verdict === 'not-asked')
    const unsure = its.filter((it) => it.verdict === 'cannot-tell')
    return isUnseen && unsure.length >= fewest ? [{ words, results: unsure }] : []
  })
}

/** `Gateway API and Istio`, `Ingresses, Gateway API and Istio`. */
export function together(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
