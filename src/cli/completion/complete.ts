import { home } from '../../home.ts'
import type { Command } from 'commander'
import { plainCall } from '../../report/called.ts'
import { page } from '../../report/visible.ts'
import { completions } from '../../session/completions.ts'
import { terminalPaint } from '../terminal/look.ts'
import { candidates } from './candidates.ts'

/** `hopscope __complete WORD…`: what the shells' scripts and kubectl ask. */
export async function completeCommand(program: Command, words: readonly string[]): Promise<number> {
  const lists = await completions(valueOf(words, '--kubeconfig'), { env: process.env, home: home() })
  const found = candidates(program, words, lists)
  const lines = [...found.words.map((it) => `${it.word}\t${it.about}`), `:${found.directive}`]
  process.stdout.write(page(lines, { ...terminalPaint(process.stdout, 'never'), wrap: null, call: plainCall }))
  return 0
}

function valueOf(words: readonly string[], flag: string): string | undefined {
  const at = words.indexOf(flag)
  const joined = words.find((it) => it.startsWith(`${flag}=`))
  return at === -1 ? joined?.slice(flag.length + 1) : words[at + 1]
}
