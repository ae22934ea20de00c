/*
 * What the releases of Traefik read differently in a rule: pkg/muxer/http/matcher.go and matcher_v2.go of Traefik 3,
 * pkg/rules of 2. What a release can't read makes no router; what it reads literally makes one that no request finds.
 */

/** Of these alone the names are kept. */
export const ruleMatchers = [
  'clientip',
  'header',
  'headerregexp',
  'headers',
  'headersregexp',
  'host',
  'hostheader',
  'hostregexp',
  'method',
  'path',
  'pathprefix',
  'pathregexp',
  'query',
  'queryregexp',
] as const

export type RuleMatcher = (typeof ruleMatchers)[number]

/**
 * `quotes`: single ones, of which Go makes no text. `several`: more than one value. `template`: `{name:pattern}`, of 2.
 * `pattern`: a regular expression as of 3. `gone`, `new`: a matcher that 3, or 2, does not know.
 */
export const ruleFaultKinds = ['quotes', 'several', 'template', 'pattern', 'gone', 'new'] as const

export interface RuleFault {
  readonly is: (typeof ruleFaultKinds)[number]
  readonly matcher: RuleMatcher
}

const longestRule = 8 * 1024
/** A parenthesis within quotes ends nothing. */
const matcher = /\b([A-Za-z]{4,13})\s{0,5}\(((?:`[^`]{0,500}`|"[^"]{0,500}"|'[^']{0,500}'|[^()`"']){0,200})\)/g
const argument = /`([^`]{0,500})`|"([^"]{0,500})"|'([^']{0,500})'/g

const goneIn3: readonly RuleMatcher[] = ['hostheader', 'headers', 'headersregexp']
const newIn3: readonly RuleMatcher[] = ['header', 'headerregexp', 'pathregexp', 'queryregexp']
const ofOne: readonly RuleMatcher[] = ['clientip', 'host', 'hostregexp', 'method', 'path', 'pathprefix']
const templated: readonly RuleMatcher[] = ['hostregexp', 'path', 'pathprefix']

/** Each kind once. Linear in a rule, of which 8 KiB are looked at; never throws. */
export function ruleFaults(rule: string): readonly RuleFault[] {
  if (rule.length > longestRule) return []
  const found = new Map<RuleFault['is'], RuleFault>()
  for (const [, name = '', inside = ''] of rule.matchAll(matcher)) {
    const it = ruleMatchers.find((one) => one === name.toLowerCase())
    if (it === undefined) continue
    for (const is of faultsOf(it, inside)) if (!found.has(is)) found.set(is, { is, matcher: it })
  }
  return [...found.values()]
}

function faultsOf(it: RuleMatcher, inside: string): readonly RuleFault['is'][] {
  const all = [...inside.matchAll(argument)]
  const words = all.map(([, a, b, c]) => a ?? b ?? c ?? '')
  const isTemplate = words.some((word) => /\{[A-Za-z_][\w-]{0,60}[:}]/.test(word))
  const isPattern = it === 'hostregexp' && words.some((word) => /[\\^$*+?()[\]|]/.test(word))
  const checked: readonly (readonly [RuleFault['is'], boolean])[] = [
    // 'a' is a letter to Go, and 'ab' no word of its language (vulcand/predicate, by go/parser).
    ['quotes', all.some(([whole]) => whole.startsWith("'"))],
    ['several', ofOne.includes(it) && words.length > 1],
    ['template', templated.includes(it) && isTemplate],
    ['pattern', isPattern && !words.some((word) => word.includes('{'))],
    ['gone', goneIn3.includes(it)],
    ['new', newIn3.includes(it)],
  ]
  return checked.filter(([, is]) => is).map(([is]) => is)
}
