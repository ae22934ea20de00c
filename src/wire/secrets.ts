import { anyOf } from './pattern.ts'

/*
 * Everything that looks like a credential, taken out of text from outside: it ends up in reports that people mail to
 * each other. Each pass goes over the text once, and none looks back further than a word: a tenant chooses the text.
 */

export const mask = '[redacted]'

const secretWord = new RegExp(
  anyOf(
    /token|passw|pwd|passphrase|secret|credential/,
    /(?:access|api|private|account|shared|signing|encryption)[-_.]?key|key-data/,
    /authorization|cookie|signature|sess(?:ion)?[-_]?id/,
    /(?<![a-z])(?:pass|auth|sig|psk|otp)(?![a-z])/,
  ),
  'i',
)

/** Whether what stands beside this name, a flag's or a field's, is nobody's business. */
export function namesSecret(name: string): boolean {
  return secretWord.test(name)
}

/** Text with tokens, keys, `password=…` and credentials inside URLs masked. Names, addresses and line ends stay. */
export function redactText(text: string): string {
  return bySight(byName(redactSpelled(text)))
}

/** What is a credential by its own spelling, whatever stands around it. */
export function redactSpelled(text: string): string {
  return bySpelling(headers(userinfo(pem(text))))
}

/** Headers that hold nothing else: of several cookies, and of schemes that nobody knows, all is masked. */
const header = new RegExp(
  [
    /\b((?:proxy-)?authorization|(?:set-)?cookie)(["']?\s{0,4}[:=]\s{0,4}["']?)/,
    /((?:Bearer|Basic|Negotiate|Digest|AWS4-HMAC-SHA256)\s{1,4})?(?!\[redacted\])[^\n]+/,
  ]
    .map((it) => it.source)
    .join(''),
  'gi',
)

function headers(text: string): string {
  return text.replace(
    header,
    (_, name: string, between: string, scheme: string | undefined) => `${name}${between}${scheme ?? ''}${mask}`,
  )
}

/** What names are made of, a label's key, an image with tag and digest, an address with a port among them. */
const likeName = /^[\w.:/@*-]{1,512}$/
/** An image by its content. */
const digest = /@sha(?:256|512):[0-9a-f]{32,128}$/
/** Hashes that Kubernetes and its tools put into names; longer ones are no label's value, and may be keys. */
const hashInName = /^[0-9a-f]{1,63}$/
/** Nearly all names: too short, or of too plain words, for a credential. */
const plainName = /^[a-z0-9]{1,15}(?:[./-][a-z0-9]{1,15}){0,7}$/

/** A name as it is, for others refer to it by that; what is no name, or is spelled as a key is, masked as any text. */
export function redactName(text: string): string {
  if (!likeName.test(text)) return redactText(text)
  if (plainName.test(text) && !keySpelling.test(text)) return text
  const [its] = digest.exec(text) ?? ['']
  const rest = its === '' ? text : text.slice(0, -its.length)
  return hashInName.test(rest) ? text : `${bySight(bySpelling(userinfo(rest)))}${its}`
}

const begin = '-----BEGIN '
const end = '-----END '

/** A block without its end goes on to the end of the text. */
function pem(text: string): string {
  const parts: string[] = []
  let at = 0
  for (let start = text.indexOf(begin); start !== -1; start = text.indexOf(begin, at)) {
    parts.push(text.slice(at, start), mask)
    const closing = text.indexOf(end, start)
    const dashes = closing === -1 ? -1 : text.indexOf('-----', closing + end.length)
    at = dashes === -1 ? text.length : dashes + 5
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(at)
}

const longestAuthority = 1024

/** `scheme://user:password@host`, and `user:password@host` as proxies are written. */
function userinfo(text: string): string {
  if (!text.includes('@')) return text
  return text.replace(/[^\s"'<>]+/g, (word) => {
    if (!word.includes('@')) return word
    const scheme = word.indexOf('://')
    // Behind the host another URL may stand, as a parameter.
    const isPlain = scheme === -1 || word.indexOf('@') < scheme
    const from = isPlain ? beginOfUser(word) : scheme + 3
    const rest = word.slice(from, from + longestAuthority)
    const slash = isPlain ? -1 : rest.indexOf('/')
    const before = rest.slice(0, rest.lastIndexOf('@', slash === -1 ? rest.length : slash))
    const at = before.length
    if (rest[at] !== '@' || at === 0 || (isPlain && !/^[^:/]+:[^:]/.test(before))) return word
    return `${word.slice(0, from)}${mask}${word.slice(from + at)}`
  })
}

/** Behind `PROXY=` or a comma; those behind its colon may be a part of the password. */
function beginOfUser(word: string): number {
  const colon = word.indexOf(':')
  return Math.max(word.lastIndexOf('=', colon), word.lastIndexOf(',', colon)) + 1
}

/** Authorization's schemes, JSON Web Tokens, and what the big issuers begin their keys with. */
function bySpelling(text: string): string {
  return text
    .replace(/\b(Bearer|Basic|Negotiate|Digest|AWS4-HMAC-SHA256)\s+(?!\[redacted\])[^\s"',;]+/gi, `$1 ${mask}`)
    .replace(/\beyJ[\w-]*(?:\.[\w-]*){0,2}/g, mask)
    .replace(
      /(?<![^\s"'])(-u|--user)([\s=]{1,4}["']?)(?=[^\s:"']*[A-Za-z])([^\s:"']{0,128}):(?!\[redacted\])[^\s"']+/g,
      `$1$2$3:${mask}`,
    )
    .replace(keySpellings, mask)
}

/** How issuers begin their keys, so that they are found. */
const keySpelling = new RegExp(
  [
    '\\b(?:(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA)[A-Z0-9]{12,}',
    'gh[pousr]_\\w{10,}|github_pat_\\w+|gl[a-z]{2,5}-[\\w-]{16,}',
    'xox[a-z]-[\\w-]+|xapp-[\\w-]{10,}',
    '[sr]k[-_](?:live|test|ant|proj)[\\w-]+',
    'AIza[\\w-]{10,}|ya29\\.[\\w-]+',
    'npm_\\w{10,}|pypi-[\\w-]{16,}',
    'hv[sbr]\\.[\\w-]+|SG\\.[\\w.-]+|dop_v1_\\w+|AGE-SECRET-KEY-\\w+)',
  ].join('|'),
)
const keySpellings = new RegExp(keySpelling, 'g')

const named = /(?<![\w.$-])([\w.$-]+)(["']?[^\S\n]{0,4}(?:=>|[:=])[^\S\n]{0,4}|[^\S\n]{1,4})/g
/** To the next space or quote: passwords have commas and semicolons. */
const value =
  /(?:Bearer|Basic|Negotiate|Digest|AWS4-HMAC-SHA256) \[redacted\]|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|[^\s"']+/iy

/** As the API server, and controllers after it, say that a field names what is not there (field.ErrorTypeNotFound). */
const notFound = /not found\b/iy

function saysNotFound(text: string, at: number): boolean {
  notFound.lastIndex = at
  return notFound.test(text)
}

/** Between a name and its value: nothing but spaces stands behind a flag. */
function isFlagged(between: string): boolean {
  return !/[:=]/.test(between)
}

/** What follows the name is its value: no other flag, no mask, and no sentence that ends in "Not found". */
function isValue(held: string, between: string, isUnfound: boolean): boolean {
  if (held === '' || held.endsWith(` ${mask}`)) return false
  return isFlagged(between) ? !held.startsWith('-') : !(isUnfound && between.includes(':'))
}

/** `password=x`, `"token": "x"`, `--api-key x`. Of `pass: Not found` the value is none, as no secret is a "Not". */
function byName(text: string): string {
  if (!secretWord.test(text)) return text
  const parts: string[] = []
  let at = 0
  named.lastIndex = 0
  for (let found = named.exec(text); found !== null; found = named.exec(text)) {
    const [whole, name = '', between = ''] = found
    if (!secretWord.test(name) || (isFlagged(between) && !name.startsWith('-'))) {
      // What follows may be a name itself.
      named.lastIndex = found.index + whole.length
      continue
    }
    value.lastIndex = found.index + whole.length
    const held = value.exec(text)?.[0] ?? ''
    if (!isValue(held, between, saysNotFound(text, found.index + whole.length))) continue
    const quote = /^["']/.exec(held)?.[0] ?? ''
    parts.push(
      text.slice(at, found.index + whole.length),
      quote,
      mask,
      quote !== '' && held.length > 1 && held.endsWith(quote) ? quote : '',
    )
    at = found.index + whole.length + held.length
    named.lastIndex = at
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(at)
}

const shortestKey = 20
const shortestHex = 32
const longKey = 40

/** What no person named: long, of mixed letters and digits, and without order. Digests of images are no secret. */
function bySight(text: string): string {
  return text.replace(/(?:sha(?:256|512):)?[A-Za-z0-9+/_=-]{20,}/g, (word, at: number) =>
    /^sha(?:256|512):/.test(word) || !isRandom(word) || isFile(word, text, at) || isTrace(word, text, at) ? word : mask,
  )
}

const fileEnding = /\.(?:hops|json|ya?ml|pcap|pcapng|html|md)(?![\w-])/y

/** As our own sentences name a trace: by this it is found again. */
function isTrace(word: string, text: string, at: number): boolean {
  return /^[0-9a-f]{32}$/.test(word) && /\btrace $/.test(text.slice(Math.max(0, at - 8), at))
}

/** A file that somebody has to find again: a day and a time between capitals look like no order. No key ends so. */
function isFile(word: string, text: string, at: number): boolean {
  fileEnding.lastIndex = at + word.length
  return !/[+=]/.test(word) && fileEnding.test(text)
}

function isRandom(word: string): boolean {
  const plain = word.replaceAll(/[-_/+=]/g, '')
  if (plain.length < shortestKey) return false
  const digits = plain.replaceAll(/\D/g, '').length
  const mixed = /[a-z]/.test(plain) && /[A-Z]/.test(plain)
  // Forty letters of both cases without a digit: a name in camel case repeats its letters, a key does not.
  if (digits === 0) return mixed && plain.length >= longKey && entropy(plain) > 4.35
  if (mixed) return (digits > 1 || plain.length >= shortestHex) && entropy(plain) > 3.6
  // A UUID has dashes, and a generated name of Kubernetes, too.
  return !word.includes('-') && !word.includes('/') && plain.length >= shortestHex && digits >= 4 && entropy(plain) > 3
}

/** Bits a character (Shannon), of the first characters: more say no more. */
function entropy(word: string): number {
  const some = word.slice(0, 256)
  const counts = new Map<string, number>()
  for (const it of some) counts.set(it, (counts.get(it) ?? 0) + 1)
  return [...counts.values()].reduce((sum, it) => sum - (it / some.length) * Math.log2(it / some.length), 0)
}
