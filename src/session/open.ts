import type { Cluster } from '../kube/cluster.ts'
import { connect } from '../kube/connect.ts'
import { checkReachable } from '../kube/reach.ts'
import { isLate } from '../kube/read-until.ts'
import { withoutExec, withoutLogs } from '../kube/left-out.ts'
import { ToolError } from '../tool-error.ts'
import type { ClusterAsk } from './asks.ts'

/** Connects, and asks for one thing. `signal`: Ctrl-C and the deadline. */
export async function open(ask: ClusterAsk, signal?: AbortSignal): Promise<Cluster> {
  const { kubeconfig, context, cluster, user, as, asGroup } = ask
  const connected = await connect({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    ...(cluster === undefined ? {} : { cluster }),
    ...(user === undefined ? {} : { user }),
    ...(as === undefined ? {} : { as }),
    ...(asGroup === undefined ? {} : { asGroup }),
    requestTimeoutMs: ask.requestTimeout,
  })
  try {
    await checkReachable(connected, ask.requestTimeout, signal)
    const entered = ask.exec === false ? withoutExec(connected) : connected
    return ask.logs === false ? withoutLogs(entered) : entered
  } catch (error) {
    connected.close()
    if (signal !== undefined && isLate(signal))
      throw new ToolError(
        'unreachable',
        `cluster \`${connected.context}\` (${connected.server}) gave no answer ` +
          'before the time for the whole run was up',
        'give it longer: --timeout 10m',
        error,
      )
    throw error
  }
}
