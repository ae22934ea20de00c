import type { Command } from 'commander'
import { anyOf } from '../wire/pattern.ts'

/**
 * What a user may write before a name, as `svc checkout` or `svc/checkout`: kubectl's words for what can be a target.
 */
const kindWords = new RegExp(
  `^${anyOf(
    /svc|services?/,
    /deploy|deployments?|sts|statefulsets?|ds|daemonsets?|rs|replicasets?|jobs?/,
    /po|pods?/,
    /ing|ingress|ingresses/,
  )}$`,
  'i',
)

/** Commands that take a target. */
const targeted: ReadonlySet<string> = new Set(['diagnose', 'collect'])

interface Word {
  readonly text: string
  readonly is: 'word' | 'flag' | 'value'
}

/**
 * The command line as the parser wants it: the command first, wherever it stood. kubectl takes its flags anywhere, and
 * `hopscope -n shop dns` has to mean what `hopscope dns -n shop` means, or it is silently another command. A line
 * without
 * a command is a diagnosis.
 */
export function commandFirst(typed: readonly string[], program: Command): readonly string[] {
  const args = withoutLevels(typed)
  const words = wordsOf(args, takesValue(program))
  const at = words.findIndex((it) => it.is === 'word')
  const first = words[at]?.text
  if (words.some(({ text, is }) => is === 'flag' && /^(?:--version)$/.test(text)) && first === undefined) return args
  if (first === undefined) return args.some((it) => it === '--help' || it === '-h') ? args : ['diagnose', ...args]
  const command = [...program.commands].find((it) => it.name() === first)
  if (command === undefined) {
    const known = first === 'help' || !isTarget(first)
    return known ? [first, ...without(words, at)] : ['diagnose', ...joined(words)]
  }
  const rest = words.filter((_, index) => index !== at)
  // What follows `start` is another command line.
  if (first === 'start') return [first, ...without(words, at)]
  if (targeted.has(first)) return [first, ...joined(rest)]
  const next = rest.findIndex((it) => it.is === 'word')
  const part = command.commands.find((it) => it.name() === rest[next]?.text)
  return part === undefined ? [first, ...without(words, at)] : [first, part.name(), ...without(rest, next)]
}

/** kubectl's `-v=6` and `-v 6`: here there is more, or there is not; a level is no target. */
function withoutLevels(args: readonly string[]): readonly string[] {
  return args.flatMap((it, index) => {
    const [, level] = /^(?:-v|--v|--verbose)=(\d{1,2})$/.exec(it) ?? []
    if (level !== undefined) return Number(level) === 0 ? [] : ['-v']
    return /^\d{1,2}$/.test(it) && args[index - 1] === '-v' ? [] : [it]
  })
}

function isTarget(word: string): boolean {
  return /^[a-z]+\/.|^https?:\/\//i.test(word) || word.split(',').every((it) => kindWords.test(it))
}

function without(words: readonly Word[], at: number): readonly string[] {
  return words.filter((_, index) => index !== at).map((it) => it.text)
}

/** `svc checkout` as one word, and `svc checkout cart` as two; what stands beside `-l` are kinds alone. */
function joined(words: readonly Word[]): readonly string[] {
  const places = words.flatMap((it, index) => (it.is === 'word' ? [index] : []))
  const [first = '', ...names] = places.map((it) => words[it]?.text ?? '')
  const isApart = names.length > 0 && !names.some((it) => it.includes('/'))
  if (!kindWords.test(first) || !isApart || words.some(isSelector)) return words.map((it) => it.text)
  const [kind, name] = places
  return words.flatMap(({ text, is }, index) => {
    if (index === name) return []
    if (index === kind) return [`${first}/${names[0]}`]
    return [is === 'word' ? `${first}/${text}` : text]
  })
}

function isSelector({ text, is }: Word): boolean {
  return is === 'flag' && /^(?:-l|--selector(?:=|$))/.test(text)
}

function wordsOf(args: readonly string[], takes: (flag: string) => boolean): readonly Word[] {
  let [isValue, isOver] = [false, false]
  return args.map((text): Word => {
    if (isValue) {
      isValue = false
      return { text, is: 'value' }
    }
    if (isOver || !text.startsWith('-') || text === '-') return { text, is: 'word' }
    isOver = text === '--'
    isValue = takes(text)
    return { text, is: 'flag' }
  })
}

/** Whether a flag's value is the next word: `--only=A` and `-nshop` bring theirs along. */
function takesValue(program: Command): (flag: string) => boolean {
  const commands = [program, ...program.commands, ...program.commands.flatMap((it) => it.commands)]
  const flags = commands.flatMap((it) => it.options).filter((it) => it.required || it.optional)
  const names = new Set(flags.flatMap((it) => [it.long, it.short]))
  return (flag) => names.has(flag)
}
