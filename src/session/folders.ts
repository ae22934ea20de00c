import { stateFolder } from '../plan/state-folder.ts'
import { plansFolder } from '../plan/store.ts'

/** Where runs, and plans with their journals, are kept by whoever has this environment. */
export function foldersOf(env: Readonly<Record<string, string | undefined>>): {
  readonly runs: string
  readonly plans: string
} {
  return { runs: stateFolder(env), plans: plansFolder(env) }
}
