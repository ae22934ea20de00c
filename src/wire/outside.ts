import { keptArgs } from './component-args.ts'
import { redactCorefile } from './redact-corefile.ts'
import { withoutSequences } from './terminal-sequences.ts'
import { mask, redactName, redactText } from './secrets.ts'

/*
 * The one door for what clusters, containers and files say. Behind it a value is one line without anything that a
 * terminal obeys, no longer than a reader could want, and holds no credential: so checks, reports, files and plans need
 * not think of it, and a source that is added tomorrow goes through it as well, since it walks whatever is there.
 */

/** No name, sentence or argument is longer: etcd's objects have 1.5 MiB, one annotation 256 KiB. */
const longestValue = 16 * 1024
const longestFile = 1024 * 1024

/** Controls, marks of text direction, what has no width, and halves of characters. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/u
const allUnseen = new RegExp(unseen, 'gu')
const breaks = /[\t\n\v\f\r\u0085\u2028\u2029]+/g
const inFile = /(?![\n\t\r])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu

/** Nearly all text is this, and is told so in a tenth of the time. */
const simple = /^[ -~]*$/

function oneLine(text: string): string {
  if (text.length <= longestValue && simple.test(text)) return text
  const some = text.length > longestValue ? `${text.slice(0, longestValue)}…` : text
  return unseen.test(some) ? withoutSequences(some).replace(breaks, ' ').replace(allUnseen, '') : some
}

/** Lines stay lines. */
function asFile(text: string): string {
  const some = text.length > longestFile ? text.slice(0, longestFile) : text
  return unseen.test(some) ? withoutSequences(some).replace(inFile, '') : some
}

/** Maps from names to names. */
const maps: ReadonlySet<string> = new Set(['labels', 'templateLabels', 'selector', 'matchLabels'])

/**
 * What printed commands are made of: `kubectl -n NAMESPACE get pod NAME -l KEY=VALUE`. The API allows none of
 * what a shell heeds in them; a file that somebody sends, or a server that is none, may have it all the same.
 */
const typed: ReadonlySet<string> = new Set([
  ...maps,
  'namespace',
  'name',
  'pod',
  'node',
  'nodes',
  'service',
  'serviceName',
  'container',
  'controllerPod',
  'className',
  'classNames',
  'volume',
])

/**
 * What things are called, by which one refers to another: what is spelled as names are is kept, or references would
 * break. What is not, or begins as issuers begin their keys, is masked here too.
 */
const identities: ReadonlySet<string> = new Set([
  ...typed,
  'controller',
  'image',
  'key',
  'kind',
  'ip',
  'uid',
  'reason',
  'phase',
  't',
  'result',
  'a',
  'aaaa',
  'firstLost',
  'domain',
  'context',
  'version',
  'tool',
])

/**
 * What the API and programs have a word for. Where anybody may write one all the same, it stands in a sentence as a
 * word, and never as a sentence of ours.
 */
const words: ReadonlySet<string> = new Set([
  'does',
  'refusesBy',
  'annotated',
  'annotation',
  'appProtocol',
  'checksum',
  'current',
  'device',
  'directive',
  'dnsPolicy',
  'dnsPort',
  'effect',
  'filters',
  'group',
  'inScopeOnly',
  'kind',
  'kinds',
  'last',
  'lastTermination',
  'lookupError',
  'mode',
  'detectLocalMode',
  'modifier',
  'notHeld',
  'off',
  'overReason',
  'pathType',
  'policiesNotHeld',
  'programs',
  'protocol',
  'provider',
  'rcode',
  'reason',
  'samplers',
  'served',
  'system',
  'trafficDistribution',
  'type',
  'vendors',
  'waiting',
  'wellKnown',
])

/**
 * Words that stand in a sentence of ours as they are, `crashes (Error)`: a component writes one of CamelCase. What is
 * none was written by whoever may write a status, and is quoted as a sentence is.
 */
const reasons: ReadonlySet<string> = new Set(['last', 'lastTermination', 'overReason', 'reason', 'waiting'])
const plainReason = /^[A-Za-z0-9-]{0,64}$/
const longestReason = 64

/** Of two words at times: `getent ahosts`, `ip filter`. */
const pairs: ReadonlySet<string> = new Set(['table', 'tool'])

/** A finalizer and an annotation have a domain and a name: 253 and 63 characters. */
const longestWord = 320
const noWord = /[\s\p{So}\p{Pi}\p{Pf}„─-╿[\](){}<>|&;$`"'\\#]/gu

/** What a shell takes for more than a letter; a word that begins with a dash is a flag. */
const heeded = /[\s\p{So}`$;&|<>(){}[\]\\'"!*?#~^]|^-/u
const allHeeded = new RegExp(heeded, 'gu')

/** Fields that hold a file, and those that hold one that may be known. */
const files: ReadonlySet<string> = new Set(['corefile', 'resolvConf', 'text', 'stat', 'routeTable'])
const knownFiles: ReadonlySet<string> = new Set(['corefile', 'resolvConf', 'hosts'])

/** The value as it may be kept: same shape, and the same object where there was nothing to do. */
export function fromOutside<T>(value: T): T {
  return walk(value, '', '', new WeakMap()) as T
}

function walk(value: unknown, key: string, parent: string, seen: WeakMap<object, unknown>): unknown {
  if (typeof value === 'string') return kept(value, key, parent)
  if (typeof value !== 'object' || value === null) return value
  // Labels are one object for many pods; what nobody shares costs more to note than to walk.
  const shared = maps.has(key)
  const done = shared ? seen.get(value) : undefined
  if (done !== undefined) return done
  const made = Array.isArray(value)
    ? list(value, key, parent, seen)
    : fields(value as Readonly<Record<string, unknown>>, key, seen)
  if (shared) seen.set(value, made)
  return made
}

function list(
  value: readonly unknown[],
  key: string,
  parent: string,
  seen: WeakMap<object, unknown>,
): readonly unknown[] {
  if (key === 'args' && value.every((it) => typeof it === 'string')) return same(value, keptArgs(value.map(oneLine)))
  return value.length === 0
    ? value
    : same(
        value,
        value.map((it) => walk(it, key, parent, seen)),
      )
}

function fields(
  value: Readonly<Record<string, unknown>>,
  key: string,
  seen: WeakMap<object, unknown>,
): Readonly<Record<string, unknown>> {
  // What a map holds is of the kind of the map.
  const isMap = maps.has(key)
  // Nothing is created again where nothing changes, which is nearly everywhere.
  let made: Record<string, unknown> | null = null
  for (const field of Object.keys(value)) {
    const held = value[field]
    const after =
      typeof held === 'string' || (typeof held === 'object' && held !== null)
        ? walk(held, isMap ? key : field, key, seen)
        : held
    const called = isMap ? oneLine(field).replace(allHeeded, '_') : asOneWord(oneLine(field))
    if (after === held && called === field) continue
    made ??= Object.fromEntries(Object.entries(value))
    if (called !== field) delete made[field]
    Object.defineProperty(made, called, { value: after, enumerable: true, writable: true, configurable: true })
  }
  return made ?? value
}

function same(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  return after.every((it, index) => it === before[index]) ? before : after
}

function kept(text: string, key: string, parent: string): string {
  const around = key === 'value' && knownFiles.has(parent) ? parent : null
  const file = files.has(key) ? key : around
  if (file === 'corefile') return redactCorefile(asFile(text))
  if (file !== null) return redactText(asFile(text))
  const line = oneLine(text)
  if ((key === 'config' || key === 'corefileHash') && hashOfText.test(line)) return line
  if (key === 'trace' && traceId.test(line)) return line
  const safe = maskedIn(line, key)
  if (typed.has(key)) return asWord(safe)
  if (reasons.has(key)) return asReason(safe)
  // `dnsConfig.options[].value`
  if (words.has(key) || (key === 'value' && parent === 'options')) return asOneWord(safe)
  return pairs.has(key) ? safe.split(' ', 2).map(asOneWord).join(' ') : safe
}

/** By which a trace is found again; 16 bytes, in older systems 8 (W3C Trace Context, Jaeger). */
const traceId = /^(?:[0-9a-f]{16}){1,2}$/

function maskedIn(line: string, key: string): string {
  if (line.length < 6 || line === mask) return line
  return identities.has(key) ? redactName(line) : redactText(line)
}

/** Nearly every word is one. */
const plainWord = /^[\w./:-]{0,320}$/

function asOneWord(text: string): string {
  return plainWord.test(text) || text === mask ? text : text.slice(0, longestWord).replace(noWord, '_')
}

function asReason(text: string): string {
  if (plainReason.test(text) || text === mask) return text
  // What came through here before is quoted already.
  const bare = text.replace(/^“|”$/g, '')
  return `“${asOneWord(bare.length > longestReason ? bare.slice(0, longestReason) : bare)}”`
}

/** A mask stays one. */
function asWord(text: string): string {
  if (!heeded.test(text)) return text
  return text
    .split(mask)
    .map((it) => it.replace(allHeeded, '_'))
    .join(mask)
}

/**
 * What stands for the hash of the text that CoreDNS runs (plugin/reload): it looks like a key, and opens nothing. In
 * old recordings, that hash itself.
 */
const hashOfText = /^(?:[0-9a-f]{64}|[0-9a-f]{128})$/
