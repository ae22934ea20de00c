import type { Call } from '../report/called.ts'
import type { ClusterAsk } from '../session/asks.ts'
import type { Named } from '../session/which-cluster.ts'

/** What the page was started with: which cluster, how far a run may go, and what is opened first. */
export interface Allowed {
  readonly cluster: ClusterAsk
  /** null: no kubeconfig names one, and there are only runs to read. */
  readonly named: Named | null
  readonly image: string
  /** Short-lived pods and execs, each run announced and agreed to; else runs only read. */
  readonly probe: boolean
  /** The folder of kept runs. */
  readonly runs: string
  /** A file to be opened beside them. */
  readonly opened: string | null
  /** Namespaces that the kubeconfig names, to choose from. */
  readonly namespaces: readonly string[]
  /** How hopscope was called: commands are shown as they are to be typed. */
  readonly call: Call
}
