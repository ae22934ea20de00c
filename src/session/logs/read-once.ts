import { timedLine } from '../../answers/tail/resume.ts'
import { pods } from '../../kube/resources.ts'
import { ToolError } from '../../tool-error.ts'
import { podSeen } from './places.ts'
import type { Place } from '../../answers/tail/events.ts'
import type { Tail, TailAsk } from './tail.ts'

/** Logs are read so many at a time. */
const atOnce = 5

/** Reads what is in the logs now, and follows none. */
export async function readPods(ask: TailAsk, tail: Tail): Promise<void> {
  const { signal } = tail
  const listed = await tail.cluster.list(
    pods,
    {
      ...(ask.namespace === null ? {} : { namespace: ask.namespace }),
      ...(ask.labelSelector === null ? {} : { labelSelector: ask.labelSelector }),
      signal,
    },
    podSeen,
  )
  if (!listed.known)
    throw new ToolError(
      listed.why.reason === 'forbidden' ? 'forbidden' : 'unreachable',
      `the pods could not be listed: ${listed.why.detail}`,
      'deploy/rbac-read.yaml',
    )
  const places = listed.value.flatMap((pod) =>
    [...pod.containers]
      .filter(([name, state]) => (state.phase !== 'waiting' || state.exit !== null) && ask.wants(pod, name))
      .map(([name]): Place => {
        const { namespace, uid, node } = pod
        return { namespace, pod: pod.name, uid, container: name, node }
      }),
  )
  const left = places.values()
  await Promise.all(
    Array.from({ length: Math.min(atOnce, ask.most) }, async () => {
      for (const place of left) if (!signal.aborted) await readOne(place, ask, tail)
    }),
  )
}

async function readOne(place: Place, ask: TailAsk, { cluster, signal, deliver, mark }: Tail): Promise<void> {
  let broken: string | null = null as string | null
  mark({ kind: 'joined', place })
  const opened = await cluster.logs(place.namespace, place.pod, {
    container: place.container,
    ...(ask.tailLines === undefined ? {} : { tailLines: ask.tailLines }),
    ...(ask.sinceSeconds === undefined ? {} : { sinceSeconds: ask.sinceSeconds }),
    signal,
    exact: { onBroken: (why) => (broken = why) },
  })
  if (!opened.known) {
    if (!signal.aborted) mark({ kind: 'unread', place, detail: opened.why.detail })
    return
  }
  let last: string | null = null
  for await (const raw of opened.value) {
    const { time, text } = timedLine(raw.endsWith('\n') ? raw.slice(0, -1) : raw)
    last = time
    await deliver({ place, time, text })
  }
  if (broken === null || signal.aborted) return
  if (last === null) mark({ kind: 'unread', place, detail: broken })
  else mark({ kind: 'gap', place, why: 'cut-off', from: last, to: null, detail: broken })
}
