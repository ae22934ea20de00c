import type { PathLine } from './config-paths.ts'
import { isUncalled } from './uncalled.ts'

const isOff = /^(?:(?:enabled?)\s*[=:]\s*false|disabled\s*[=:]\s*true)$/

/**
 * What of a line's value its program uses; null for nothing. Left out is what is for others, below a map that is
 * switched off, in a file of Prometheus's rules, in a document of Spring Boot's that is for a profile
 * (`spring.config.activate.on-profile`), and what two of its documents set, or one and a file `beside` that goes first.
 */
export function isUsed(
  set: readonly PathLine[],
  name: string,
  beside: readonly PathLine[] = [],
): (it: PathLine) => string | null {
  const off = new Set(set.filter(isSwitchedOff).map((it) => placeOf(it, it.path.length - 1)))
  const rules = new Set(set.filter(isRule).map((it) => it.doc))
  const profiles = new Set(set.filter(isOfProfile).map((it) => it.doc))
  const isSpring = profiles.size > 0 || /^(?:application|bootstrap)\b/.test(name)
  const docs = isSpring ? docsOfKeys([...set, ...beside]) : new Map<string, ReadonlySet<number>>()
  return (it) => {
    const isOut = rules.has(it.doc) || profiles.has(it.doc) || isUncalled(it.path)
    const isTwice = (docs.get(keyOf(it.path)) ?? new Set()).size > 1
    const isBelow = off.size > 0 && it.path.some((_, at) => off.has(placeOf(it, at)))
    return isOut || isTwice || isBelow ? null : ofFlow(it.value)
  }
}

function isSwitchedOff({ path, value }: PathLine): boolean {
  return isOff.test(`${path.at(-1)?.toLowerCase()}: ${bare(value)}`)
}

function placeOf({ doc, path }: PathLine, depth: number): string {
  return [doc, ...path.slice(0, depth)].join(' ')
}

/** `groups` of `rules` (Prometheus, Recording rules), also as `spec` of a PrometheusRule. */
function isRule({ path }: PathLine): boolean {
  const at = path.indexOf('groups')
  return at !== -1 && at < 2 && path[at + 2] === 'rules'
}

function isOfProfile({ path }: PathLine): boolean {
  return /^spring\.(?:config\.activate\.on-?profile|profiles)(?:\.#\d+)?$/i.test(path.join('.'))
}

/** In which documents a key stands, or a map of the same name, by its path without lists' places. */
function docsOfKeys(set: readonly PathLine[]): ReadonlyMap<string, ReadonlySet<number>> {
  const found = new Map<string, Set<number>>()
  for (const { path, doc } of set) {
    const key = keyOf(path)
    found.set(key, (found.get(key) ?? new Set<number>()).add(doc))
  }
  return found
}

/** Spring takes `baseUrl` and `base-url` for one. */
function keyOf(path: readonly string[]): string {
  return path
    .filter((it) => !it.startsWith('#'))
    .join('.')
    .replace(/[_-]/g, '')
    .toLowerCase()
}

/** Of a map on one line, what its keys leave; null where it is switched off. */
function ofFlow(value: string): string | null {
  if (!/^[[{]/.test(value)) return value
  const parts = value.split(/(?<=[{[,]\s{0,4})(?=["']?[A-Za-z_][\w.-]{0,100}["']?\s{0,4}:(?:\s|["'[{]))/)
  const told = parts.map((it) => /^["']?([\w.-]{1,101})["']?\s{0,4}:\s{0,4}([^,{}\]]{0,20})/.exec(it) ?? [])
  if (told.some(([, key = '', is = '']) => isOff.test(`${key.toLowerCase()}: ${bare(is)}`))) return null
  return parts.filter((_, at) => !isUncalled([told[at]?.[1] ?? ''])).join('')
}

function bare(value: string): string {
  return value
    .trim()
    .replace(/^["']|["'],?$|,$/g, '')
    .toLowerCase()
}

const ofSpring = /^(?:application|bootstrap)-([\w.@-]{1,100})\.(?:ya?ml|properties)$/i

/**
 * The profile that a file of Spring Boot's is for: `application-prod.yaml` (Externalized Configuration, Profile
 * Files); null for one that is always read.
 */
export function profileOf(name: string): string | null {
  return ofSpring.exec(name.slice(0, 200))?.[1] ?? null
}
