import { anyOf } from './pattern.ts'
import { tellsHost } from './destinations.ts'
import { namesSecret } from './secrets.ts'

/** What may be wrong with a text that tells a host or a port, whatever is there to be called. */
export const flawKinds = [
  'helm',
  'braces',
  'dollar',
  'undefined',
  'later',
  'angle',
  'percent',
  'word',
  'line-end',
  'blank',
  'quotes',
  'underscore',
  'scheme',
  'secret',
] as const

export type FlawKind = (typeof flawKinds)[number]

/** One flaw: the placeholder, or the host that cannot be one; empty of stray characters. */
export interface Flaw {
  readonly kind: FlawKind
  readonly text: string
}

/** How the variable comes to its value. */
export interface FlawAround {
  /** A text of a ConfigMap: the kubelet expands `$(X)` in `value` alone. */
  readonly isOfMap: boolean
  /** Whether the container has a variable of that name: `maybe` where not all were read. */
  readonly has: (name: string) => 'before' | 'later' | 'maybe' | 'no'
  /** Its program is told to fill texts in itself: `envsubst`, `eval`. */
  readonly isFilled: boolean
  /** Whether a variable beside it tells the port. */
  readonly hasPort: boolean
}

/** A host name and its port are no longer; a list of them may be. */
const longest = 2000

/** What is meant to be filled in by who reads it. */
const isTemplate = /TEMPLATE|TMPL|PATTERN|FORMAT|REGEX/i
const isPort = /(?:^|[_.-])ports?$/i

/** Whether a variable of this name is judged here: it tells a host, a URL, an address or a port. */
export function isJudgedName(name: string): boolean {
  if (name.length > longest || isTemplate.test(name) || namesSecret(name)) return false
  return tellsHost(name) || isPort.test(name)
}

/**
 * What is wrong with the text of a variable that tells a host, a URL or a port: a placeholder that nobody replaced,
 * where the host or the port should stand, or characters that belong to none. Linear; never throws.
 */
export function flawsIn(name: string, value: string, around: FlawAround): readonly Flaw[] {
  const text = value.slice(0, longest + 1)
  const inner = text.trim()
  if (text.length > longest || inner === '' || !isJudgedName(name)) return []
  const left = around.isFilled ? [] : placeholders(inner, around)
  // A list, or a text of several lines, is split by who reads it.
  const stray = /\s/.test(inner) ? [] : strayIn(text, inner)
  const flaws = [...left, ...stray]
  return flaws.length > 0 || isPort.test(name) ? flaws : hostFlaws(name, inner, around)
}

/** In this order: `{{ }}` may hold a `$`. What is a placeholder of nobody's is no flaw. */
const forms = new RegExp(
  anyOf(
    /\{\{[^{}\n]{1,120}\}\}|\$\{[^{}\n]{1,80}\}/,
    /\$\$?\([A-Za-z_][\w.-]{0,80}\)/,
    /<[A-Za-z][\w .-]{0,40}>|%[A-Z][A-Z_]{2,40}%/,
  ),
  'g',
)
const word = /^(?:change|replace)[-_]?(?:me|this)$|^your[-_][a-z-_]{1,30}[-_]here$|^todo$|^tbd$/i
const mark = '\u{E000}'
/** A value names a few. */
const most = 5

function placeholders(text: string, around: FlawAround): readonly Flaw[] {
  const found: string[] = []
  const marked = text.replaceAll(mark, '').replace(forms, (it) => {
    found.push(it)
    return mark
  })
  const flaws: Flaw[] = []
  let at = 0
  for (const one of marked.split(/[\s,;"'|]+/)) {
    const places = hostPart(one)
    const all = one.split(mark).length - 1
    // Only what stands where the host and the port should: a path and a user are other matters.
    const from = at + (one.slice(0, places.from).split(mark).length - 1)
    const here = places.text.split(mark).length - 1
    for (const it of found.slice(from, from + here)) flaws.push(...judged(it, around))
    if (here === 0 && word.test(places.text.replace(/:\d{1,5}$/, ''))) flaws.push({ kind: 'word', text: places.text })
    at += all
  }
  return flaws.slice(0, most)
}

/** Where the host and the port stand in a word: behind the scheme and the user, before the path. */
function hostPart(one: string): { readonly from: number; readonly text: string } {
  const [scheme = ''] = /^(?:jdbc:)?[a-z][a-z0-9+.-]{0,31}:\/\//i.exec(one) ?? []
  const user = one.lastIndexOf('@')
  const from = Math.max(scheme.length, user + 1)
  return { from, text: one.slice(from).split(/[/?#]/, 1)[0] ?? '' }
}

/** What the kubelet, or a program, fills in is none. */
function judged(it: string, around: FlawAround): readonly Flaw[] {
  if (it.startsWith('{{'))
    return [{ kind: /\.(?:Values|Release|Chart)\b/.test(it) ? 'helm' : 'braces', text: shown(it) }]
  if (it.startsWith('<')) return [{ kind: 'angle', text: it }]
  if (it.startsWith('%')) return [{ kind: 'percent', text: it }]
  if (it.startsWith('${')) return ofDollar(it, around)
  return it.startsWith('$$') ? [] : ofParens(it, around)
}

/** `$(X)`: of variables that stand before it (core/v1, EnvVar.value), and of the Services' own, which are not read. */
function ofParens(it: string, { isOfMap, has }: FlawAround): readonly Flaw[] {
  const name = it.slice(2, -1)
  if (isOfMap) return [{ kind: 'undefined', text: it }]
  const state = has(name)
  if (state === 'before' || state === 'maybe' || isServices.test(name)) return []
  return [{ kind: state === 'later' ? 'later' : 'undefined', text: it }]
}

/** pkg/kubelet/envvars, FromServices: `CART_SERVICE_HOST`, `CART_PORT_80_TCP_ADDR`. */
const isServices = /_(?:SERVICE_HOST|SERVICE_PORT(?:_\w{1,60})?|PORT(?:_\w{1,60})?)$/

/** Spring and others fill in `${X}` of a variable that is there, and `${x.y}` and `${X:default}` of their own. */
function ofDollar(it: string, { has }: FlawAround): readonly Flaw[] {
  const [, name] = /^\$\{([A-Z][A-Z0-9_]{0,78})\}$/.exec(it) ?? []
  // Set in each container by the kubelet and the runtime; Grafana's own in its dashboards.
  if (name === undefined || /^(?:HOSTNAME|HOME|PATH|PWD|USER)$|^DS_/.test(name)) return []
  return has(name) === 'no' ? [{ kind: 'dollar', text: it }] : []
}

/** A default may stand in it, which is nobody's business. */
function shown(it: string): string {
  return /^\{\{[\w\s.$-]+\}\}$/.test(it) ? it : '{{ … }}'
}

const plain = /^[\w.:/-]{1,1000}$/

function strayIn(text: string, inner: string): readonly Flaw[] {
  const [, first = '', body = '', last = ''] = /^(["']?)([^]*?)(["']?)$/.exec(inner) ?? []
  const flaws: Flaw[] = []
  if (first + last !== '' && plain.test(body)) flaws.push({ kind: 'quotes', text: '' })
  if (text === inner) return flaws
  flaws.push({ kind: /[\r\n]/.test(text) ? 'line-end' : 'blank', text: '' })
  return flaws
}

/** Whose programs take a host there, and no URL: databases, caches, brokers and mail. */
const ofNoWeb = new RegExp(
  `(?:^|_)${anyOf(
    /DB|DATABASE|PG|POSTGRES\w{0,10}|MYSQL|MARIADB|REDIS|VALKEY|MONGO\w{0,10}/,
    /RABBITMQ|AMQP|KAFKA|NATS|SMTP|MAIL|MEMCACHED?|LDAP|MQTT/,
  )}_HOST(?:NAME)?$`,
  'i',
)

function hostFlaws(name: string, inner: string, { hasPort }: FlawAround): readonly Flaw[] {
  const [, told] = /^(https?):\/\/[\w.-]{1,253}$/i.exec(inner) ?? []
  if (told !== undefined && hasPort && ofNoWeb.test(name)) return [{ kind: 'scheme', text: `${told}://` }]
  const hosts = inner.split(/[\s,;"'|]+/).flatMap((it) => {
    const host = hostPart(it).text.replace(/:\d{1,5}$/, '')
    return /^[a-z0-9][a-z0-9.-]{0,60}_[a-z0-9._-]{0,60}$/i.test(host) ? [host.toLowerCase()] : []
  })
  return [...new Set(hosts)].slice(0, most).map((text) => ({ kind: 'underscore', text }))
}
