/**
 * A Cluster for tests that runs its pods as child processes of this one, with what a kubelet would do to their command.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Cluster, ExecResult, RawObject } from '../../src/kube/cluster.ts'
import { known, type Known, unknown } from '../../src/model/known.ts'

export interface LocalPod extends RawObject {
  readonly spec: {
    readonly hostNetwork?: boolean
    readonly securityContext: { readonly runAsUser?: number; readonly runAsNonRoot?: boolean }
    readonly affinity: {
      readonly nodeAffinity: {
        readonly requiredDuringSchedulingIgnoredDuringExecution: {
          readonly nodeSelectorTerms: readonly {
            readonly matchFields: readonly { readonly values: readonly string[] }[]
          }[]
        }
      }
    }
    readonly containers: readonly {
      readonly command: readonly string[]
      readonly image: string
      readonly resources: {
        readonly requests: Readonly<Record<string, string>>
        readonly limits: Readonly<Record<string, string>>
      }
      readonly env: readonly { readonly name: string; readonly value: string }[]
    }[]
  }
}

export interface LocalCluster {
  readonly cluster: Cluster
  readonly pods: Map<string, LocalPod>
  readonly deleted: string[]
}

export interface Weather {
  /** What happens to a pod on a node instead of running: refused at create, or a waiting reason. */
  readonly refuse?: (node: string) => string | null
  /** What an admission plugin says of a pod, with so many there already. */
  readonly admit?: (pod: LocalPod, there: number) => string | null
  readonly namespace?: Pick<RawObject['metadata'], 'labels' | 'annotations'>
  readonly limitRanges?: readonly RawObject[]
  readonly stuck?: (node: string) => { readonly reason: string; readonly message: string } | null
  readonly exec?: (pod: string, command: readonly string[]) => Known<ExecResult>
  /** The API server's clock against ours. */
  readonly clockAheadMs?: number
  /** What becomes of a create: made, and its answer lost; or not even looked at. */
  readonly answer?: (name: string) => 'lost' | 'late' | null
  /** A deletion that is accepted, and after which the pod is still there. */
  readonly stays?: (name: string) => boolean
  /** Kill the pod's process after so many lines of its log. */
  readonly killAfterLines?: number
  /** Kubelets without an inotify instance: each `follow` ends where the log ends now, with their own line in it. */
  readonly noInotify?: boolean
}

/** k8s.io/kubernetes third_party/forked/golang/expansion/expand.go, with no variable defined. */
export function kubeletExpand(text: string): string {
  return text.replace(/\$(\$|\([^)]*\))?/g, (whole, next: string | undefined) => (next === '$' ? '$' : whole))
}

export function localCluster(weather: Weather = {}): LocalCluster {
  const pods = new Map<string, LocalPod>()
  const status = new Map<string, object>()
  const processes = new Map<string, ChildProcess>()
  const logs = new Map<string, (options: LogOptions) => AsyncGenerator<string>>()
  const watchers = new Set<(name: string) => void>()
  const deleted: string[] = []
  let uid = 0

  const nodeOf = (pod: LocalPod): string =>
    pod.spec.affinity?.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]?.matchFields[0]
      ?.values[0] ?? ''
  const start = (name: string, pod: LocalPod): void => {
    const stuck = weather.stuck?.(nodeOf(pod)) ?? null
    if (stuck !== null)
      return void status.set(name, { phase: 'Pending', containerStatuses: [{ state: { waiting: stuck } }] })
    const [, ...args] = (pod.spec.containers[0]?.command ?? []).map(kubeletExpand)
    const env = Object.fromEntries((pod.spec.containers[0]?.env ?? []).map((it) => [it.name, kubeletExpand(it.value)]))
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
    processes.set(name, child)
    logs.set(name, logOf(child, weather.killAfterLines ?? Infinity))
    status.set(name, { phase: 'Running', containerStatuses: [{ state: { running: {} } }] })
    child.on('exit', (code) =>
      status.set(name, {
        phase: code === 0 ? 'Succeeded' : 'Failed',
        containerStatuses: [{ state: { terminated: { exitCode: code ?? 137, reason: 'Error' } } }],
      }),
    )
    for (const it of watchers) it(name)
  }
  const asked = (selector: string | undefined, pod: LocalPod): boolean =>
    (selector ?? '')
      .split(',')
      .filter(Boolean)
      .every((it) => pod.metadata.labels?.[it.split('=')[0] ?? ''] === it.split('=')[1])

  const cluster: Partial<Cluster> = {
    get: (_resource, _namespace, name, project) =>
      Promise.resolve(
        weather.namespace === undefined
          ? unknown('forbidden', 'get namespaces')
          : known(project({ metadata: { name, ...weather.namespace } })),
      ),
    list: (resource, options, project) =>
      Promise.resolve(
        known(
          resource.plural === 'limitranges'
            ? (weather.limitRanges ?? []).flatMap((it) => project(it) ?? [])
            : [...pods]
                .filter(([, pod]) => asked(options.labelSelector, pod))
                .flatMap(([name, pod]) => project({ ...pod, status: status.get(name) }) ?? []),
        ),
      ),
    create: (_resource, _namespace, object) => {
      const pod = object as LocalPod
      const refused = weather.refuse?.(nodeOf(pod)) ?? weather.admit?.(pod, pods.size) ?? null
      if (refused !== null) return Promise.resolve(unknown('forbidden', refused))
      const made = {
        ...pod,
        metadata: { ...pod.metadata, uid: `uid-${++uid}`, creationTimestamp: new Date().toISOString() },
      }
      const answer = weather.answer?.(pod.metadata.name) ?? null
      const store = (): void => {
        pods.set(pod.metadata.name, made)
        start(pod.metadata.name, made)
      }
      if (answer === 'late') setTimeout(store, 400)
      else store()
      return Promise.resolve(
        answer === null
          ? known(made)
          : unknown('cut-off', 'create pods: the connection ended in the middle of the answer'),
      )
    },
    delete: (_resource, _namespace, name, options) => {
      if (
        weather.stays?.(name) !== true &&
        (options?.uid === undefined || pods.get(name)?.metadata.uid === options.uid)
      ) {
        processes.get(name)?.kill('SIGKILL')
        pods.delete(name)
        deleted.push(name)
      }
      return Promise.resolve(known('deleted'))
    },
    serverNow: () => Date.now() + (weather.clockAheadMs ?? 0),
    logs: (_namespace, name, { follow, signal }) =>
      Promise.resolve(
        known(
          (logs.get(name) ?? nothing)({
            follow: follow === true && weather.noInotify !== true,
            complain: follow === true,
            ...(signal === undefined ? {} : { signal }),
          }),
        ),
      ),
    exec: (_namespace, pod, { command }) =>
      Promise.resolve(weather.exec?.(pod, command) ?? unknown('forbidden', 'create pods/exec')),
    // Tells of starts alone; ends are found by listing.
    watch: async function* (_resource, { signal }, project) {
      const seen: string[] = []
      let wake: () => void = idle
      watchers.add((name) => (seen.push(name), wake()))
      signal.addEventListener('abort', () => wake())
      while (!signal.aborted) {
        const pod = pods.get(seen.shift() ?? '')
        if (pod !== undefined)
          yield { type: 'MODIFIED', object: project({ ...pod, status: status.get(pod.metadata.name) }) }
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
  return { cluster: cluster as Cluster, pods, deleted }
}

interface LogOptions {
  readonly follow: boolean
  readonly complain: boolean
  readonly signal?: AbortSignal
}

/** Read from the start on: Node drops the unread output of a child that has ended. */
function logOf(child: ChildProcess, most: number): (options: LogOptions) => AsyncGenerator<string> {
  const lines: string[] = []
  let over = false
  let wake: () => void = idle
  const reader = createInterface({ input: child.stdout ?? process.stdin })
  reader.on('line', (line) => {
    if (lines.length < most) lines.push(line)
    else child.kill('SIGKILL')
    wake()
  })
  reader.on('close', () => {
    over = true
    wake()
  })
  return async function* ({ follow, complain, signal }) {
    signal?.addEventListener('abort', () => wake())
    for (let at = 0; ;) {
      if (signal?.aborted === true || (at >= lines.length && over)) return
      const line = lines[at]
      if (line === undefined && !follow) {
        if (complain) yield 'failed to create fsnotify watcher: too many open files'
        return
      }
      if (line === undefined) {
        await new Promise<void>((resolve) => (wake = resolve))
        continue
      }
      at++
      yield line
    }
  }
}

async function* nothing(): AsyncGenerator<string> {}

function idle(): void {}
