// Where a program runs: a node's network namespace or a pod's. Pods are processes of this machine, so its own programs
// can be run in their networks, whatever their images hold.
import { readdir, readFile } from 'node:fs/promises'
import { type Lab, LabError } from '../lab.ts'
import type { Outcome } from '../process.ts'

export interface Place {
  readonly name: string
  run(argv: readonly string[], options?: { readonly stdin?: string; readonly timeoutMs?: number }): Promise<Outcome>
}

/** A node, or another namespace of the lab such as `upstream-dns`. */
export function onNode(lab: Lab, netns: string): Place {
  return { name: netns, run: (argv, options = {}) => lab.run(netns, argv, { timeoutMs: 20_000, ...options }) }
}

/** Whether something is so from every worker; all are asked together. */
export async function onEachNode(lab: Lab, isSo: (place: Place) => Promise<boolean>): Promise<boolean> {
  const answers = await Promise.all(lab.nodes.map(({ netns }) => isSo(onNode(lab, netns))))
  return answers.every(Boolean)
}

export interface RunningPod {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly ip: string
  readonly node: string
  readonly ready: boolean
}

interface PodJson {
  readonly metadata: {
    readonly namespace: string
    readonly name: string
    readonly uid: string
    readonly deletionTimestamp?: string
  }
  readonly spec: { readonly nodeName?: string }
  readonly status: {
    readonly podIP?: string
    readonly phase?: string
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
  }
}

/** Those with an address that nobody is deleting, by name. */
export async function pods(lab: Lab, namespace: string, selector: string): Promise<readonly RunningPod[]> {
  const listed = JSON.parse(await lab.kubectl(['-n', namespace, 'get', 'pods', '-l', selector, '-o', 'json'])) as {
    items: readonly PodJson[]
  }
  return listed.items
    .filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && status.phase === 'Running')
    .map(({ metadata, spec, status }) => ({
      namespace: metadata.namespace,
      name: metadata.name,
      uid: metadata.uid,
      ip: status.podIP ?? '',
      node: spec.nodeName ?? '',
      ready: status.conditions?.some((it) => it.type === 'Ready' && it.status === 'True') ?? false,
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
}

/**
 * A process of the pod is known by its cgroup, which the kubelet names after the pod's uid. The one that started first
 * is the sandbox's own and lives as long as the pod; what someone runs by exec is gone in a moment.
 */
export async function inPod(lab: Lab, pod: RunningPod): Promise<Place> {
  const found: { readonly pid: string; readonly started: number }[] = []
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const cgroup = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '')
    if (cgroup.includes(`pod${pod.uid}`)) found.push({ pid, started: await startedAt(pid) })
  }
  const [oldest] = found.toSorted((a, b) => a.started - b.started)
  if (oldest === undefined) throw new LabError(`no process of pod ${pod.namespace}/${pod.name} runs on this machine`)
  const enter = ['nsenter', `--net=/proc/${oldest.pid}/ns/net`, '--']
  return {
    name: `${pod.namespace}/${pod.name}`,
    run: (argv, options = {}) => lab.run('host', [...enter, ...argv], { timeoutMs: 20_000, ...options }),
  }
}

/** Field 22 of /proc/PID/stat, in clock ticks since boot (proc(5)); a process that has just gone sorts last. */
async function startedAt(pid: string): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
  return Number.isFinite(ticks) && ticks > 0 ? ticks : Number.POSITIVE_INFINITY
}
