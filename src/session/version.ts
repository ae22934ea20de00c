import { type ClusterFacts } from '../model/sources.ts'
import { ToolError } from '../tool-error.ts'
import type { ClusterAsk } from './asks.ts'
import type { Caller } from './events.ts'
import { type Ended, withCluster } from './with-cluster.ts'

/** The version of a cluster, or why it is not known. */
export type ServerVersion =
  | { readonly known: true; readonly context: ClusterFacts['context']; readonly version: string }
  | { readonly known: false; readonly why: string }

/** Asks for one thing. That there is no cluster to ask is an answer. */
export async function serverVersion(ask: ClusterAsk, caller: Caller): Promise<Ended<ServerVersion>> {
  try {
    return await withCluster(ask, caller, async ({ cluster }) => {
      const version = await cluster.version()
      return version.known
        ? { known: true, context: cluster.context, version: version.value.gitVersion }
        : { known: false, why: version.why.detail }
    })
  } catch (error) {
    if (error instanceof ToolError) return { kind: 'done', value: { known: false, why: error.message } }
    throw error
  }
}
