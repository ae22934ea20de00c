import { isAnswered } from './ask-dns.ts'
import { onNode } from './place.ts'
import type { Lab } from '../lab.ts'
import { COREDNS } from './coredns.ts'

/** One CoreDNS container, as the kubelet tells of it. */
export interface ServerState {
  readonly pod: string
  readonly ready: boolean
  readonly waiting: string | null
  readonly lastEnd: string | null
}

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly name: string }
    readonly status: {
      readonly containerStatuses?: readonly {
        readonly ready: boolean
        readonly state: { readonly waiting?: { readonly reason: string } }
        readonly lastState: { readonly terminated?: { readonly reason: string } }
      }[]
    }
  }[]
}

export async function serverStates(lab: Lab): Promise<readonly ServerState[]> {
  const listed = JSON.parse(
    await lab.kubectl(['-n', COREDNS.namespace, 'get', 'pods', '-l', COREDNS.selector, '-o', 'json']),
  ) as PodList
  return listed.items.flatMap(({ metadata, status }) =>
    (status.containerStatuses ?? []).map((it) => ({
      pod: metadata.name,
      ready: it.ready,
      waiting: it.state.waiting?.reason ?? null,
      lastEnd: it.lastState.terminated?.reason ?? null,
    })),
  )
}

/** Both run, none is ready, none waits to be started, and no lookup is answered. */
export async function noServerIsReady(lab: Lab): Promise<boolean> {
  const all = await serverStates(lab)
  return (
    all.length === 2 &&
    all.every((it) => !it.ready && it.waiting === null) &&
    !(await isAnswered(onNode(lab, 'worker-1')))
  )
}

/** Ends soon after each start: the kubelet waits before it starts them again. */
export async function everyServerCrashes(lab: Lab): Promise<boolean> {
  const all = await serverStates(lab)
  return all.length > 0 && all.every((it) => it.waiting === 'CrashLoopBackOff')
}
