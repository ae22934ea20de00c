import { type Corefile, type CorefilePlugin, zoneOf } from '../../wire/corefile.ts'
import { matches } from '../../wire/linear-regex.ts'

/**
 * A rule by which CoreDNS looks up another name than was asked for (plugin/rewrite/name.go). What comes back has that
 * other name on its records, unless the rule takes it back: `exact` does by itself, all others by `answer auto` or
 * `answer name`. Since 1.9; before, `regex` alone took `answer name`, and nothing was taken back by itself but `exact`.
 */
export interface NameRule {
  readonly line: CorefilePlugin
  readonly how: 'exact' | 'prefix' | 'suffix' | 'substring' | 'regex'
  readonly from: string
  readonly to: string
  readonly restores: boolean
  /** Zones of its block: names outside of them never come to it. */
  readonly zones: readonly string[]
}

const hows = ['exact', 'prefix', 'suffix', 'substring', 'regex'] as const

export function nameRules(corefile: Corefile): readonly NameRule[] {
  return corefile.servers.flatMap(({ keys, plugins }) =>
    plugins
      .filter((it) => it.name === 'rewrite')
      .flatMap((it) => ruleOf(it) ?? [])
      .map((it) => ({ ...it, zones: keys.map(zoneOf) })),
  )
}

/** The words of a line, or of the block of one that has fewer than two (plugin/rewrite/setup.go). */
export function rewriteWords({ args, block }: CorefilePlugin): readonly string[] {
  const all = args.length >= 2 ? args : [...args, ...(block ?? []).flatMap((it) => [it.name, ...it.args])]
  return ['continue', 'stop'].includes((all[0] ?? '').toLowerCase()) ? all.slice(1) : all
}

function ruleOf(line: CorefilePlugin): Omit<NameRule, 'zones'> | null {
  const [type, ...words] = rewriteWords(line)
  if (type?.toLowerCase() !== 'name' || words.length < 2) return null
  const [first = '', from = '', to = '', ...answers] = words
  if (words.length === 2) return { line, how: 'exact', from: absolute(first), to: absolute(from), restores: true }
  const how = hows.find((it) => it === first.toLowerCase())
  if (how === undefined) return null
  const shown = answerLine(line)
  const [lower, lowerTo] = [from.toLowerCase(), to.toLowerCase()]
  const restores = how === 'exact' || answers.some((it, at) => it === 'answer' && isOfNames(answers[at + 1]))
  if (how === 'regex') return { line: shown, how, from, to: absolute(lowerTo), restores }
  const isEnd = how === 'exact' || how === 'suffix'
  return {
    line: shown,
    how,
    from: isEnd ? absolute(lower) : lower,
    to: isEnd ? absolute(lowerTo) : lowerTo,
    restores,
  }
}

function isOfNames(word: string | undefined): boolean {
  const kind = word?.toLowerCase()
  return kind === 'auto' || kind === 'name'
}

/** Of a rule in braces, the line that says `name`. */
function answerLine(line: CorefilePlugin): CorefilePlugin {
  return line.args.length >= 2 ? line : (line.block?.find((it) => it.name === 'name') ?? line)
}

/** What is looked up in place of `name`, both with their last dot; null where the rule leaves it alone. */
export function rewritten({ how, from, to, zones }: NameRule, name: string): string | null {
  const asked = absolute(name.toLowerCase())
  if (!zones.some((it) => it === '' || asked === `${it}.` || asked.endsWith(`.${it}.`))) return null
  switch (how) {
    case 'exact':
      return asked === from ? to : null
    case 'prefix':
      return asked.startsWith(from) ? `${to}${asked.slice(from.length)}` : null
    case 'suffix':
      return asked.endsWith(from) ? `${asked.slice(0, asked.length - from.length)}${to}` : null
    case 'substring':
      return asked.includes(from) ? asked.replaceAll(from, to) : null
    case 'regex':
      return byPattern({ from, to }, asked)
  }
}

/** Which group matched what is not known to a matcher that never goes back: of one group, what is left of the rest. */
function byPattern({ from, to }: Pick<NameRule, 'from' | 'to'>, asked: string): string | null {
  if (matches(from, asked, false) !== true) return null
  const parts = literalParts(from)
  if (parts === null) return to.includes('{') ? unknownName : to
  const { before, after } = parts
  const at = asked.endsWith(after) ? asked.length - after.length : asked.lastIndexOf(after)
  if (!asked.startsWith(before) || at < before.length) return unknownName
  return to.replaceAll('{1}', asked.slice(before.length, at)).replaceAll('{0}', asked)
}

/** Another name than was asked for, and which is not computed here. */
export const unknownName = '?'

/** `^(.*)\.corp\.internal$`: the text around its one group of anything; null for what is less plain. */
function literalParts(pattern: string): { readonly before: string; readonly after: string } | null {
  const [, head, tail] =
    /^\^?([^()]{0,300})\((?:\.|\[\^?[^\][]{1,60}\])[*+]\)([^()]{0,300}?)(?:\\\.\?|\.\?)?\$?$/.exec(pattern) ?? []
  const before = head === undefined ? null : literal(head)
  const after = tail === undefined ? null : literal(tail)
  return before === null || after === null ? null : { before, after }
}

/** Escaped dots and `[.]`, and a plain dot as people mean it; null where something else is special. */
function literal(pattern: string): string | null {
  const plain = pattern
    .replaceAll('\\.', '.')
    .replaceAll('[.]', '.')
    .replaceAll(String.raw`\-`, '-')
  return /^[\w.-]*$/.test(plain) ? plain.toLowerCase() : null
}

/** A name that the rule turns into `target`, as a program would ask for it; null where none can be told. */
export function askedFor(rule: NameRule, target: string): string | null {
  const wanted = absolute(target.toLowerCase())
  const name = candidate(rule, wanted)
  return name !== null && name !== wanted && rewritten(rule, name) === wanted ? name : null
}

function candidate({ how, from, to }: NameRule, wanted: string): string | null {
  switch (how) {
    case 'exact':
      return to === wanted ? from : null
    case 'prefix':
      return wanted.startsWith(to) ? `${from}${wanted.slice(to.length)}` : null
    case 'suffix':
      return wanted.endsWith(to) ? `${wanted.slice(0, wanted.length - to.length)}${from}` : null
    case 'substring':
      return to !== '' && wanted.includes(to) ? wanted.replaceAll(to, from) : null
    case 'regex':
      return byGroup({ from, to }, wanted)
  }
}

function byGroup({ from, to }: Pick<NameRule, 'from' | 'to'>, wanted: string): string | null {
  const parts = literalParts(from)
  const [start = '', end, ...more] = to.split('{1}')
  if (parts === null || end === undefined || more.length > 0 || to.includes('{0}')) return null
  if (!wanted.startsWith(start) || !wanted.endsWith(end) || wanted.length < start.length + end.length) return null
  return absolute(`${parts.before}${wanted.slice(start.length, wanted.length - end.length)}${parts.after}`)
}

function absolute(name: string): string {
  return name.endsWith('.') ? name : `${name}.`
}

/**
 * What stands in braces in the name that a rule makes, and stays there: only `regex` fills in groups, `{0}` to `{N}`,
 * and nothing else does (plugin/rewrite/name.go). The server's environment, `{$NAME}`, is put in before that.
 */
export function leftInName({ how, to }: Pick<NameRule, 'how' | 'to'>): string | null {
  const rest = to.replace(/\{(?:\$[^{}]*|%[^{}]*%)\}/g, '')
  const left = how === 'regex' ? rest.replace(/\{\d{1,3}\}/g, '') : rest
  return /\{[^{}]{1,100}\}/.exec(left)?.[0] ?? null
}
