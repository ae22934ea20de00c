// How counts, names, times and shares are written, everywhere the same: who reads 0.42 ms in a finding must not read
// 0.4 ms in the table above it.

/** `1 pod`, `3 pods`, `2 queries`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`
}

/** `a, b, c and 4 more`: names enough to go on with, in a line. */
export function some(names: readonly string[], shown = 3): string {
  const more = names.length - shown
  return more > 0 ? `${names.slice(0, shown).join(', ')} and ${more} more` : names.join(', ')
}

/** `shop/cart`. */
export function full(it: { readonly namespace: string | null; readonly name: string }): string {
  return it.namespace === null ? it.name : `${it.namespace}/${it.name}`
}

/** A time in milliseconds with two digits that count: 0.42 ms, 4.2 ms, 42 ms, 420 ms, 4.20 s. */
export function ms(value: number): string {
  if (value >= 1000) return `${(value / 1000).toFixed(2)} s`
  if (value >= 9.95) return `${value.toFixed(0)} ms`
  return `${value.toFixed(value >= 0.995 ? 1 : 2)} ms`
}

/** A share, `none` of nothing. Under a tenth with one digit more, so that a small loss is not none. */
export function percent(part: number, of = 1): string {
  if (of === 0) return 'none'
  const of100 = (part / of) * 100
  return `${of100.toFixed(of100 >= 9.95 || of100 === 0 ? 0 : 1)} %`
}

/** No host name is longer than 253 (RFC 1035), and few paths that anybody wrote by hand. */
const longestWord = 256
const keptOfWord = 120
const longWords = new RegExp(String.raw`\S{${longestWord + 1},}`, 'gu')

/** A sentence in which a path or a host may have any length: the start of it, and how long it is. */
export function readable(sentence: string): string {
  return sentence.replace(longWords, (it) => {
    // What closes a quotation, or the sentence, stays.
    const end = /[”`'".,:;)\]]*$/.exec(it.slice(-4))?.[0] ?? ''
    return `${it.slice(0, keptOfWord).toWellFormed()}… (${it.length - end.length} characters)${end}`
  })
}

/** As a POSIX shell reads it back. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** A sentence of a component has its point early; what goes on is seldom a sentence. */
const longestTold = 160

/** In evidence there is room for all that one says. */
const longestShown = 500

/** What hopscope begins its own lines with. */
const labels = /\b(error|warning|info)\[|\b(help|note):/gi
const glyphs = /[✓✔✗✘✕✖└│┃]/gu

/** Without the glyphs and labels that hopscope begins its own lines with. */
export function withoutLabels(text: string): string {
  return text
    .replace(glyphs, '')
    .replace(labels, (_, severity?: string, label?: string) =>
      severity === undefined ? `${label} -` : `${severity} [`,
    )
}

/**
 * What somebody else says, as part of a sentence: between quotation marks of which it has none itself, short, and
 * without what hopscope begins its own lines with.
 */
export function told(text: string, most: number = longestTold): string {
  const plain = withoutLabels(text).replace(/[“”„]/g, '"').replace(/ {2,}/g, ' ').replace(/\.$/, '').trim()
  return `“${plain.length > most ? `${plain.slice(0, most)}…` : plain}”`
}

/** The same in full, for evidence; `none` where nothing is said. */
export function shown(text: string | null | undefined, none: string = 'no message'): string {
  return text === null || text === undefined || text === '' ? none : told(text, longestShown)
}

/** Whoever may write Events in a namespace may write any, of any component: what one says is told as that, no more. */
export function hearsay(text: string): string {
  return text.trim() === '' ? 'an Event says nothing more' : `an Event says ${told(text)}`
}

/** In front of what it is about: `rpc error: code = Unknown desc = …: plugin type="aws-cni" failed (add): …`. */
const wrapped = /(?:rpc error: code = \w+ desc = |failed to (?:setup|set up|destroy) network for sandbox )/

/** An error with more before it than a component and what it did: each caller has put its words there. */
const fewestCallers = 3

/** An end that is shorter says little without what stands before it. */
const fewestOfEnd = 24

/** How much of the start is kept of a sentence of which the end is wanted. */
const keptOfStart = 48

/**
 * The same of an error that each caller has put its own words before, as the kubelet, the runtime and a CNI plugin do:
 * what is wrong stands at its end. Of one long sentence the middle is left out.
 */
export function hearsayOfLast(text: string): string {
  return hearsay(lastOf(text))
}

/** The same of what a status says, behind what it is the reason of; nothing where nothing is said. */
export function becauseOfLast(text: string | null | undefined): string {
  return because(text === null || text === undefined ? text : lastOf(text))
}

function lastOf(text: string): string {
  if (text.length <= longestTold) return text
  const parts = text.split(/: (?=\S)/)
  if (!wrapped.test(text) && parts.length <= fewestCallers) return withoutMiddle(text)
  let end = parts.pop() ?? ''
  while (parts.length > 0 && end.length + (parts.at(-1) ?? '').length < longestTold - 2) end = `${parts.pop()}: ${end}`
  if (parts.length === 0) return end
  // `not found` alone does not tell what.
  return end.length < fewestOfEnd
    ? `… ${text.slice(2 - longestTold).toWellFormed()}`
    : `… ${withoutMiddle(end, longestTold - 2)}`
}

function withoutMiddle(text: string, most: number = longestTold): string {
  if (text.length <= most) return text
  const start = text.slice(0, keptOfStart).toWellFormed()
  const blank = start.lastIndexOf(' ')
  return `${blank > 0 ? start.slice(0, blank) : start}… ${text.slice(keptOfStart + 2 - most).toWellFormed()}`
}

/** `: “…”` behind what it is the reason of; nothing where nothing is said. */
export function because(text: string | null | undefined): string {
  return text === null || text === undefined || text.trim() === '' ? '' : `: ${told(text)}`
}
