import { type Command, Option } from 'commander'
import type { Severity } from '../../findings/verdict.ts'
import { repeated } from './values.ts'

export interface ReportFlags {
  readonly output: 'text' | 'json'
  readonly failOn: Severity
  readonly strict?: boolean
  readonly only?: readonly string[]
  readonly ignore?: readonly string[]
  readonly verbose?: boolean
  readonly quiet?: boolean
  readonly color: 'auto' | 'always' | 'never'
}

export function reportFlags(command: Command): Command {
  return command
    .addOption(new Option('-o, --output <format>', 'how to print the answer').choices(['text', 'json']).default('text'))
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
