import { type AddressAliases, createAddressAliases } from './address-aliases.ts'
import { isCommon } from './vocabulary.ts'
import { wellKnown } from './well-known.ts'

/** What may stay of a word, by where it stands. */
export type Manner =
  /** Nothing that is no name of every cluster's. */
  | 'name'
  /** Words of Kubernetes and of programs. */
  | 'words'
  /** Any word but the names that stand elsewhere, and what looks like a host or like the name of a pod. */
  | 'sentence'

export interface Aliases {
  rewrite(text: string, manner: Manner): string
  /** From now on addresses have stand-ins: before, they are noted. */
  learned(): void
}

const v6 = String.raw`(?<![\w:.])(?:[0-9a-fA-F]{0,4}:){2,8}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-fA-F]{0,4})(?!\w)`
const v4 = String.raw`(?:\d{1,3}\.){3}\d{1,3}`
const reverse = String.raw`(?:\d{1,3}\.){1,4}in-addr\.arpa|(?:[0-9a-f]\.){1,32}ip6\.arpa`
const word = String.raw`[\p{L}\p{M}\p{N}_][\p{L}\p{M}\p{N}_-]*`
const tokens = new RegExp(
  `(?<reverse>${reverse})|(?<address>${v6}|${v4})(?:\\/(?<bits>\\d{1,3})(?!\\d))?|(?<host>${word}(?:\\.${word})*)`,
  'gu',
)

/** No word of a sentence is longer. */
const longestWord = 48
/** Shorter names are in too many words by accident. */
const shortestInside = 5
const mostKept = 20_000

/**
 * Stand-ins by order of first sight: one piece of a name, one stand-in. Pieces keep what separates them, so that equal
 * names stay equal, different ones different, and a name inside another (a namespace in a host name) is found there.
 * `hashes`: those of pod templates, which end a ReplicaSet's name: whose it is must still be told by it.
 */
export function createAliases(hashes: ReadonlySet<string> = new Set()): Aliases {
  const known = new Map<string, string>()
  const inLowerCase = new Map<string, string>()
  const lengths = new Set<number>()
  const words = new Map<string, string>()
  const addresses = createAddressAliases()
  let isLearning = true

  function alias(text: string): string {
    const seen = known.get(text)
    if (seen !== undefined) return seen
    const dash = text.lastIndexOf('-')
    const isHashed = dash > 0 && hashes.has(text.slice(dash + 1))
    const made = isHashed ? `${name(text.slice(0, dash))}-${name(text.slice(dash + 1))}` : `n${known.size + 1}`
    known.set(text, made)
    const lower = text.toLowerCase()
    if (!inLowerCase.has(lower)) inLowerCase.set(lower, made)
    if (lower.length >= shortestInside) lengths.add(lower.length)
    words.clear()
    return made
  }

  function name(text: string): string {
    return wellKnown.has(text) || /^v?\d{1,5}$/.test(text) ? text : alias(text)
  }

  function ofWords(text: string): string {
    const seen = known.get(text)
    if (seen !== undefined) return seen
    if (isCommon(text)) return text
    // `1-eks-3af4d9`, `2-rc1`: what is common of it tells which version it is.
    const parts = text.split(/([-_])/)
    return parts.length > 1 && /^\d/.test(text)
      ? parts.map((it) => (it === '-' || it === '_' || it === '' || isCommon(it) ? it : alias(it))).join('')
      : alias(text)
  }

  function inSentence(text: string): string {
    if (isCommon(text)) return text
    const seen = known.get(text) ?? inLowerCase.get(text.toLowerCase()) ?? words.get(text)
    if (seen !== undefined) return seen
    if (text.length > longestWord) return alias(text)
    // web-5b948cbb5f-78rhh: nobody but Kubernetes writes so.
    const made = /\d/.test(text) && text.includes('-') ? alias(text) : inside(text)
    if (words.size >= mostKept) words.clear()
    words.set(text, made)
    return made
  }

  /** A word of a sentence with the names in it replaced. */
  function inside(text: string): string {
    const parts = text.split(/([-_])/).map((it) => (isCommon(it) ? it : (inLowerCase.get(it.toLowerCase()) ?? it)))
    const lower = text.toLowerCase()
    for (const length of lengths)
      for (let at = 0; at + length <= lower.length; at += 1) {
        const made = inLowerCase.get(lower.slice(at, at + length))
        if (made !== undefined) return `${inside(text.slice(0, at))}${made}${inside(text.slice(at + length))}`
      }
    return parts.join('')
  }

  const one: Readonly<Record<Manner, (text: string) => string>> = { name, words: ofWords, sentence: inSentence }

  function rewrite(text: string, manner: Manner): string {
    return text.replace(tokens, (whole: string, ...rest: readonly unknown[]) => {
      // The last argument of a pattern with names is their groups.
      const groups = rest.at(-1) as Readonly<Record<string, string | undefined>>
      if (groups['host'] !== undefined) return ofHost(groups['host'], manner)
      if (isLearning) noted(groups['address'])
      if (groups['reverse'] !== undefined) return isLearning ? whole : reversed(whole, addresses)
      if (groups['address'] === undefined) return whole
      const { address, bits } = groups
      if (isLearning) return whole
      const made = bits === undefined ? null : (addresses.network(address, Number(bits)) ?? addresses.standIn(address))
      if (made !== null) return `${made}/${bits}`
      // Ten to eleven in the morning is no address.
      return addresses.standIn(whole) ?? whole.replace(/[0-9a-f]+/gi, one[manner])
    })
  }

  function ofHost(text: string, manner: Manner): string {
    if (!text.includes('.')) return one[manner](text)
    // In a sentence whatever has a dot inside is taken for a host, whose names are compared without case.
    const each =
      manner === 'sentence'
        ? (it: string) => (isCommon(it) ? it : (inLowerCase.get(it.toLowerCase()) ?? name(it.toLowerCase())))
        : one[manner]
    return text.split('.').map(each).join('.')
  }

  function noted(address: string | undefined): void {
    if (address !== undefined) addresses.note(address)
  }

  return {
    rewrite,
    learned: () => {
      isLearning = false
      words.clear()
    },
  }
}

/** `9.1.2.10.in-addr.arpa`, and the zone of a network. */
function reversed(text: string, addresses: AddressAliases): string {
  const isV4 = text.endsWith('in-addr.arpa')
  const digits = text.split('.').slice(0, -2)
  const turned = digits.toReversed()
  if (isV4) {
    const made = addresses.network([...turned, '0', '0', '0'].slice(0, 4).join('.'), digits.length * 8)
    return made === null ? text : [...made.split('.').slice(0, digits.length).toReversed(), 'in-addr', 'arpa'].join('.')
  }
  const whole = turned.join('').padEnd(32, '0')
  const made = addresses.network((whole.match(/.{4}/g) ?? []).join(':'), digits.length * 4)
  if (made === null) return text
  const nibbles = made.includes('.') ? whole : expanded(made)
  return [...[...nibbles].slice(0, digits.length).toReversed(), 'ip6', 'arpa'].join('.')
}

/** All thirty-two digits of an IPv6 address. */
function expanded(address: string): string {
  const [head = '', tail] = address.split('::')
  const groups = (it: string): readonly string[] => (it === '' ? [] : it.split(':').map((one) => one.padStart(4, '0')))
  const [before, after] = [groups(head), groups(tail ?? '')]
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0000'), ...after].join('')
}
