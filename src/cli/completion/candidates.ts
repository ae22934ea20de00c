import type { Command, Option } from 'commander'
import { shells } from './scripts.ts'
import type { Completions, Named } from '../../session/completions.ts'

/** What the shell does with them: cobra's directives, which kubectl's completion of plugins reads as well. */
const directives = { files: 0, noSpace: 2, noFiles: 4 } as const

export interface Candidates {
  readonly words: readonly Named[]
  readonly directive: number
}

const kinds = ['svc/', 'deploy/', 'pod/', 'ingress/', 'sts/', 'ds/', 'job/']

/** Flags whose value is a file of this machine. */
const files: ReadonlySet<string> = new Set(['--kubeconfig', '--from', '--out', '--ignore-file', '--keep'])

/** The words that may stand where the last of `words` does, which is begun or empty. */
export function candidates(program: Command, words: readonly string[], lists: Completions): Candidates {
  const typed = words.at(-1) ?? ''
  const { command, flag, places } = whereIs(program, words.slice(0, -1))
  if (flag !== null) return begun(typed, valuesOf(flag, command, lists))
  const joined = /^(--[a-z-]+)=(.*)$/.exec(typed)
  if (joined !== null) {
    const [, name = '', value = ''] = joined
    const option = command.options.find((it) => it.long === name)
    if (option === undefined) return none
    const { words: found, directive } = begun(value, valuesOf(option, command, lists))
    return { words: found.map((it) => ({ ...it, word: `${name}=${it.word}` })), directive }
  }
  if (typed.startsWith('-'))
    return begun(typed, {
      words: flagsOf(command === program ? (diagnoseOf(program) ?? program) : command),
      directive: directives.noFiles,
    })
  return begun(typed, argumentsOf(command, program, { places, lists }))
}

const none: Candidates = { words: [], directive: directives.noFiles }

function begun(typed: string, { words, directive }: Candidates): Candidates {
  return { words: words.filter((it) => it.word.startsWith(typed)), directive }
}

interface Where {
  readonly command: Command
  /** The flag whose value comes next. */
  readonly flag: Option | null
  /** Words before it that are no flag and no command. */
  readonly places: number
}

/** Flags may stand before the command; a line without one is a diagnosis. */
function whereIs(program: Command, before: readonly string[]): Where {
  const all = [program, ...program.commands].flatMap((it) => it.options)
  let [command, flag, places]: [Command, Option | null, number] = [program, null, 0]
  for (const word of before) {
    if (flag !== null) {
      flag = null
      continue
    }
    if (word.startsWith('-')) {
      const found = [...command.options, ...all].find((it) => it.long === word || it.short === word)
      flag = found !== undefined && (found.required || found.optional) ? found : null
      continue
    }
    const sub = command.commands.find((it) => it.name() === word)
    if (sub === undefined) places++
    else command = sub
  }
  const isBare = command === program && places > 0
  return { command: isBare ? (diagnoseOf(program) ?? program) : command, flag, places }
}

function diagnoseOf(program: Command): Command | undefined {
  return program.commands.find((it) => it.name() === 'diagnose')
}

function plain(words: readonly string[], about = ''): readonly Named[] {
  return words.map((word) => ({ word, about }))
}

function valuesOf(option: Option, command: Command, lists: Completions): Candidates {
  const long = option.long ?? ''
  if (option.argChoices !== undefined) return { words: plain(option.argChoices), directive: directives.noFiles }
  if (long === '--from' && command.name() === 'resolve')
    return {
      words: plain(['pod/', 'deploy/', 'sts/', 'ds/', 'svc/']),
      directive: directives.noFiles | directives.noSpace,
    }
  if (files.has(long)) return { words: [], directive: directives.files }
  const known: Readonly<Record<string, () => readonly Named[]>> = {
    '--context': () => plain(lists.contexts, 'context'),
    '--cluster': () => plain(lists.clusters, 'cluster'),
    '--user': () => plain(lists.users, 'user'),
    '--namespace': () => plain(lists.namespaces, 'namespace of a context'),
    '--probe-namespace': () => plain(lists.namespaces, 'namespace of a context'),
    '--only': () => lists.codes,
    '--ignore': () => lists.codes,
    '--remedy': () => lists.remedies,
  }
  return { words: known[long]?.() ?? [], directive: directives.noFiles }
}

function flagsOf(command: Command): readonly Named[] {
  return [
    ...command.createHelp().visibleOptions(command),
    ...(command.parent === null ? [] : command.parent.options.filter((it) => it.long === '--help')),
  ].flatMap((it) => (it.long === undefined || it.long === null ? [] : [{ word: it.long, about: it.description }]))
}

interface Around {
  readonly places: number
  readonly lists: Completions
}

function argumentsOf(command: Command, program: Command, { places, lists }: Around): Candidates {
  const subs = command
    .createHelp()
    .visibleCommands(command)
    .map((it) => ({ word: it.name(), about: it.description() }))
  if (command === program) return { words: [...subs, ...plain(kinds)], directive: directives.noFiles }
  if (places > 0) return none
  const noFiles = directives.noFiles
  switch (command.name()) {
    case 'diagnose':
    case 'collect':
    case 'trace':
    case 'logs':
      return { words: [...plain(kinds), ...plain(['dns'])], directive: noFiles | directives.noSpace }
    case 'explain':
      return { words: [...lists.codes, ...lists.remedies], directive: noFiles }
    case 'fix':
      return { words: lists.codes, directive: noFiles }
    case 'watch':
      return { words: plain(['dns']), directive: noFiles }
    case 'report':
    case 'ui':
      return { words: [], directive: directives.files }
    case 'completion':
      return { words: plain(shells), directive: noFiles }
    default:
      return { words: subs.filter((it) => it.word !== 'help'), directive: noFiles }
  }
}
