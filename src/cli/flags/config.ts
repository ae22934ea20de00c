import { isAbsolute, join } from 'node:path'
import type { Command, Option } from 'commander'
import { closest } from '../../closest.ts'
import { home } from '../../home.ts'
import { type ConfigValue, readConfig } from '../../session/config-file.ts'
import { ToolError } from '../../tool-error.ts'

/** What makes hopscope do more in a cluster, or asks no more, is typed each time, and no habit. */
const typedOnly = new Set(['probe', 'node-access', 'yes', 'load', 'from', 'out', 'apply', 'undo', 'baseline', 'help'])

/** `$XDG_CONFIG_HOME/hopscope/config.yaml`, or what HOPSCOPE_CONFIG names; empty: none. */
export function configFile(env: Readonly<Record<string, string | undefined>>): string | null {
  const named = env['HOPSCOPE_CONFIG']
  if (named !== undefined) return named === '' ? null : named
  const folder = env['XDG_CONFIG_HOME'] ?? ''
  return join(isAbsolute(folder) ? folder : join(home(), '.config'), 'hopscope', 'config.yaml')
}

/**
 * Gives a command the values of the user's file for whatever was not typed. Its keys are the flags; one that this
 * command does not have is for others, and one that none has is a slip. Returns the keys that were used.
 */
export function configured(action: Command, path: string | null): readonly string[] {
  const values = path === null ? null : readConfig(path, process.env['HOPSCOPE_CONFIG'] !== undefined)
  if (path === null || values === null) return []
  const known = new Map(optionsOf(rootOf(action)).map((it) => [keyOf(it), it]))
  for (const key of Object.keys(values)) if (!known.has(key)) throw unknownKey(path, key, [...known.keys()])
  return action.options.flatMap((option) => {
    const value = values[keyOf(option)]
    const name = option.attributeName()
    const source = action.getOptionValueSource(name)
    if (value === undefined || (source !== undefined && source !== 'default')) return []
    action.setOptionValueWithSource(name, read(option, value, path), 'config')
    return [keyOf(option)]
  })
}

/** `--no-exec` is `exec: false`; of two names, the one that stands last is the short one. */
function keyOf(option: Option): string {
  return (option.long ?? '').replace(/^--(?:no-)?/, '')
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent)
}

function optionsOf(command: Command): readonly Option[] {
  const own = command.options.filter((it) => it.long !== undefined && !typedOnly.has(keyOf(it)))
  return [...own, ...command.commands.flatMap(optionsOf)]
}

function read(option: Option, value: ConfigValue, path: string): unknown {
  const key = keyOf(option)
  if (option.isBoolean() || option.negate) {
    if (typeof value !== 'boolean') throw bad(path, key, 'true or false')
    return value
  }
  if (typeof value === 'boolean') throw bad(path, key, 'a value')
  try {
    const all = Array.isArray(value) ? (value as readonly string[]) : [String(value)]
    return all.reduce<unknown>((before, it) => (option.parseArg ?? ((one: string) => one))(it, before), undefined)
  } catch (error) {
    throw bad(path, key, error instanceof Error ? error.message : String(error))
  }
}

function bad(path: string, key: string, why: string): ToolError {
  return new ToolError('usage', `${path}, ${key}: ${why}`, 'its keys and values are those of the flags: docs/flags.md')
}

function unknownKey(path: string, key: string, keys: readonly string[]): ToolError {
  if (typedOnly.has(key)) return bad(path, key, 'this one is typed each time, and is no habit')
  const near = closest(key, keys)
  return new ToolError(
    'usage',
    `${path}: there is no flag --${key}`,
    near.length === 0 ? 'docs/flags.md has them' : `the closest are ${near.map((it) => `\`${it}\``).join(', ')}`,
  )
}
