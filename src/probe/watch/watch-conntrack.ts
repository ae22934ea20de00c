import type { Cluster } from '../../kube/cluster.ts'
import { type Known, known, unknown } from '../../model/known.ts'
import { type ConntrackReading, type Opened, viaKubeProxy, viaPod } from '../node/conntrack.ts'
import type { ProbePlan } from '../plan/plan.ts'
import { podProgram } from '../pods/pod-program.ts'
import { newRunId, podLedger, removeLeftovers, watchPods } from '../pods/pods.ts'

export interface CountersPlan {
  readonly way: Exclude<ProbePlan['conntrack'], 'not-asked'>
  readonly namespace: string
  readonly image: string
  readonly nodes: readonly string[]
}

/** One node's counters for as long as a watch goes on. */
export interface Counters {
  readonly node: string
  /** null while there is nothing yet: its pod is starting. */
  readonly read: () => Promise<Known<ConntrackReading> | null>
  /** Pods that could not be removed. */
  readonly end: () => Promise<readonly string[]>
}

/** A pod's life, as the canary's: a killed watch leaves one for ten minutes at most. */
const lifeSeconds = 600
const handOverSeconds = 30
const againAfterMs = 60_000

export async function startCounters(
  cluster: Cluster,
  plan: CountersPlan,
  signal: AbortSignal,
): Promise<readonly Counters[]> {
  if (plan.way === 'kube-proxy-exec')
    return Promise.all(
      plan.nodes.map(async (node) => {
        const opened = await viaKubeProxy({ cluster, now: () => performance.now(), signal }, node)
        return { node, read: () => readingOf(node, opened), end: () => Promise.resolve([]) }
      }),
    )
  await removeLeftovers(cluster, plan.namespace)
  const program = await podProgram()
  return plan.nodes.map((node) => byPods(cluster, plan, { node, program }, signal))
}

/** One pod after the other. */
function byPods(
  cluster: Cluster,
  { namespace, image }: CountersPlan,
  { node, program }: { readonly node: string; readonly program: string },
  signal: AbortSignal,
): Counters {
  const ending = new AbortController()
  const stop = AbortSignal.any([signal, ending.signal])
  const ledger = podLedger(cluster)
  let opened: Opened | null = null

  const one = async (): Promise<Opened> => {
    const run = newRunId()
    const watch = watchPods(cluster, namespace, run)
    try {
      return await viaPod(
        { cluster, program, watch, now: () => performance.now(), ledger, signal: stop },
        { run, namespace, image, tolerateAll: false, node, seconds: lifeSeconds, everyMs: 1000 },
      )
    } finally {
      watch.end()
    }
  }
  const going = (async () => {
    while (!stop.aborted) {
      const now = await one()
      opened = now
      const reader = 'reader' in now ? now.reader : null
      await pause(reader === null ? againAfterMs : 1000 * (lifeSeconds - handOverSeconds), stop)
      // Why there is none stays said while it is tried again.
      if (reader !== null) opened = null
      reader?.end()
      await ledger.removeAll()
    }
  })()
  return {
    node,
    read: () => (opened === null ? Promise.resolve(null) : readingOf(node, opened)),
    async end() {
      ending.abort()
      await going.catch(() => undefined)
      return ledger.removeAll()
    },
  }
}

async function readingOf(node: string, opened: Opened): Promise<Known<ConntrackReading>> {
  if ('why' in opened) return unknown(opened.why.reason, `${node}: ${opened.why.detail}`)
  const reading = await opened.reader.fresh()
  return reading === null ? unknown('failed', `${node}: the counters are no longer told`) : known(reading)
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
}
