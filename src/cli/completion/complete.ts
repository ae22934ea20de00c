import { homedir } from 'node:os'
import type { Command } from 'commander'
import { checks } from '../../checks/registry.ts'
import { contextsOf } from '../../kube/kubeconfig.ts'
import { remedies } from '../../remedies/registry.ts'
import { page } from '../../report/visible.ts'
import { terminalPaint } from '../terminal/look.ts'
import { candidates } from './candidates.ts'

/** `hopscope __complete WORD…`: what the shells' scripts and kubectl ask. Never an error: a TAB has nowhere to show it. */
export async function completeCommand(program: Command, words: readonly string[]): Promise<number> {
  const config = await contextsOf(valueOf(words, '--kubeconfig'), { env: process.env, home: homedir() }).catch(
    () => null,
  )
  const names = (of: 'contexts' | 'clusters' | 'users') => () => [...(config?.[of].keys() ?? [])].toSorted()
  const found = candidates(program, words, {
    contexts: names('contexts'),
    clusters: names('clusters'),
    users: names('users'),
    namespaces: () => [
      ...new Set([
        'default',
        'kube-system',
        ...[...(config?.contexts.values() ?? [])].flatMap((it) => it.namespace ?? []),
      ]),
    ],
    codes: () => checks.map((it) => ({ word: it.code, about: it.title })),
    remedies: () => remedies.map((it) => ({ word: it.id, about: it.title })),
  })
  const lines = [...found.words.map((it) => `${it.word}\t${it.about}`), `:${found.directive}`]
  process.stdout.write(
    page(lines, { ...terminalPaint(process.stdout, 'never'), wrap: null, call: { name: 'hopscope', flags: [] } }),
  )
  return 0
}

function valueOf(words: readonly string[], flag: string): string | undefined {
  const at = words.indexOf(flag)
  const joined = words.find((it) => it.startsWith(`${flag}=`))
  return at === -1 ? joined?.slice(flag.length + 1) : words[at + 1]
}
