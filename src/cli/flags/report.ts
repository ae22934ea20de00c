import { type Command, Option } from 'commander'
import type { Severity } from '../../findings/verdict.ts'
import { type AnswerFormat, answerFormats } from '../../report/formats/formats.ts'
import { repeated } from './values.ts'

export interface ReportFlags {
  readonly output: 'text' | AnswerFormat
  readonly failOn: Severity
  readonly strict?: boolean
  readonly only?: readonly string[]
  readonly ignore?: readonly string[]
  readonly verbose?: boolean
  readonly quiet?: boolean
  readonly ignoreFile?: string
  readonly baseline?: string
  readonly color: 'auto' | 'always' | 'never'
}

/** `-o`: text, and whatever else the answer of a command can be written in. */
export function outputFlag(formats: readonly string[]): Option {
  return new Option('-o, --output <format>', 'how to print the answer').choices(['text', ...formats]).default('text')
}

/** For a pipeline, where what is known must not drown what is new. */
export function standingFlags(command: Command): Command {
  return command
    .option('--ignore-file <file>', 'leave out what its rules say, each with a reason: docs/ci.md')
    .option('--baseline <run>', 'tell what is new, still there and gone since this .hops file; only what is new counts')
}

/** What was captured while it happened, beside what the cluster says. */
export function packetsFlag(): Option {
  return repeated(
    '--pcap <file>',
    'judge these captured packets beside the rest, as `hopscope pcap` does; may be repeated',
  )
}

export function reportFlags(command: Command, formats: readonly string[] = answerFormats): Command {
  return command
    .addOption(outputFlag(formats))
    .addOption(
      new Option('--fail-on <severity>', 'exit 1 from this severity on')
        .choices(['error', 'warning', 'info'])
        .default('warning'),
    )
    .option('--strict', 'exit 1 also when a check could not tell')
    .addOption(repeated('--only <code>', 'run this check only, by code or slug; may be repeated'))
    .addOption(repeated('--ignore <code>', 'leave out findings: CODE, or CODE=Kind/namespace/name; may be repeated'))
    .option('-v, --verbose', 'all evidence, and every check that was fine')
    .option('-q, --quiet', 'verdict lines only')
    .addOption(
      new Option('--color <when>', 'colour in text output').choices(['auto', 'always', 'never']).default('auto'),
    )
}
