import { checks } from '../checks/registry.ts'
import { contextsOf } from '../kube/kubeconfig.ts'
import { remedies } from '../remedies/registry.ts'

export interface Named {
  readonly word: string
  readonly about: string
}

/** What only this machine and this version know; read from files alone, so that a TAB never waits for a cluster. */
export interface Completions {
  readonly contexts: readonly string[]
  readonly clusters: readonly string[]
  readonly users: readonly string[]
  /** Those that contexts name, and those that every cluster has. */
  readonly namespaces: readonly string[]
  readonly codes: readonly Named[]
  readonly remedies: readonly Named[]
}

/**
 * The shells put a word into the line as it stands (bash quotes nothing of COMPREPLY), so a name of a file is offered
 * only where no shell reads anything in it. A name with other letters can still be typed.
 */
const plainName = /^[A-Za-z0-9][A-Za-z0-9._:@/=+,-]*$/

function plainNames(names: Iterable<string>): readonly string[] {
  return [...names].filter((it) => plainName.test(it))
}

/** A kubeconfig that can't be read lists nothing: a TAB has nowhere to show an error. */
export async function completions(
  kubeconfig: string | undefined,
  around: Parameters<typeof contextsOf>[1],
): Promise<Completions> {
  const config = await contextsOf(kubeconfig, around).catch(() => null)
  const contexts = [...(config?.contexts.values() ?? [])]
  return {
    contexts: plainNames(config?.contexts.keys() ?? []).toSorted(),
    clusters: plainNames(config?.clusters.keys() ?? []).toSorted(),
    users: plainNames(config?.users.keys() ?? []).toSorted(),
    namespaces: plainNames(new Set(['default', 'kube-system', ...contexts.flatMap((it) => it.namespace ?? [])])),
    codes: checks.map((it) => ({ word: it.code, about: it.title })),
    remedies: remedies.map((it) => ({ word: it.id, about: it.title })),
  }
}
