import type { IncomingMessage, ServerResponse } from 'node:http'
import { clusterOver } from '../../src/kube/connect.ts'
import type { Cluster } from '../../src/kube/cluster.ts'
import { sendJson, serve, transportTo } from './api-server.ts'

interface Line {
  readonly ms: number
  readonly nanos: number
  readonly text: string
  /** The last words of a container may have no line end. */
  readonly isCut?: boolean
}

interface Run {
  readonly lines: Line[]
  isOver: boolean
  /** Lines before this one are in a file that the kubelet does not read any more. */
  rotated: number
}

interface StoredPod {
  readonly name: string
  readonly uid: string
  readonly runs: Run[]
  /** As the API server tells it, which lags behind. */
  status: Record<string, unknown>
}

export interface LogServer {
  readonly cluster: Cluster
  readonly requests: () => readonly string[]
  /** How many logs are open now. */
  readonly open: () => number
  readonly add: (name: string) => void
  /** `at`: milliseconds since 1970 and nanoseconds beyond. */
  readonly write: (name: string, text: string, at?: { readonly ms: number; readonly nanos: number }) => void
  readonly lastWords: (name: string, text: string) => void
  /** The container ends and the next run begins; the status tells of it so much later. */
  readonly restart: (name: string, lagMs: number) => void
  readonly rotate: (name: string) => void
  readonly remove: (name: string) => void
  /**
   * Breaks all connections of logs, some in the middle of a line; `quiet`: they end as if they were whole; `words`:
   * with the kubelet's own words.
   */
  readonly cut: (how: 'reset' | 'quiet' | 'words') => void
  readonly cutWatches: () => void
  refuse: number | null
  /** All that a kubelet says when it is asked for a log, with 200. */
  says: string | null
  readonly close: () => Promise<void>
}

/** An API server and its kubelets, as far as logs go: pkg/kubelet/kuberuntime/logs and the registry of pods. */
export async function logServer(): Promise<LogServer> {
  const pods = new Map<string, StoredPod>()
  const requests: string[] = []
  const logs = new Set<{ readonly response: ServerResponse; readonly push: () => void; readonly name: string }>()
  const watches = new Set<ServerResponse>()
  const events: string[] = []
  let [version, uids] = [100, 0]
  const self = { refuse: null as number | null, says: null as string | null }

  const server = await serve((request, response) => {
    const url = new URL(request.url ?? '', 'http://x')
    requests.push(`${url.pathname}${url.search}`)
    const [, name, sub] = /^\/api\/v1\/namespaces\/shop\/pods(?:\/([^/]+))?(?:\/(log))?$/.exec(url.pathname) ?? []
    if (self.refuse !== null) return status(response, self.refuse, 'refused')
    if (name === undefined && url.searchParams.get('watch') === 'true') return watch(request, response, url)
    if (name === undefined)
      return sendJson(response, 200, {
        kind: 'PodList',
        metadata: { resourceVersion: String(version) },
        items: [...pods.values()].map(objectOf),
      })
    const pod = pods.get(name)
    if (pod === undefined) return status(response, 404, `pods "${name}" not found`)
    return sub === 'log' ? log(pod, request, response, url.searchParams) : sendJson(response, 200, objectOf(pod))
  })

  function status(response: ServerResponse, code: number, message: string): void {
    sendJson(response, code, { kind: 'Status', status: 'Failure', message, code })
  }

  function objectOf(pod: StoredPod): object {
    const metadata = { name: pod.name, namespace: 'shop', uid: pod.uid, resourceVersion: String(version) }
    return { kind: 'Pod', apiVersion: 'v1', metadata, spec: { nodeName: 'worker-1' }, status: pod.status }
  }

  function tell(type: string, pod: StoredPod): void {
    version += 1
    const line = `${JSON.stringify({ type, object: objectOf(pod) })}\n`
    events.push(line)
    for (const it of watches) it.write(line)
  }

  function watch(request: IncomingMessage, response: ServerResponse, url: URL): void {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    const from = Number(url.searchParams.get('resourceVersion') ?? 0)
    for (const it of events.slice(Math.max(0, from - 100))) response.write(it)
    watches.add(response)
    request.on('close', () => watches.delete(response))
  }

  // oxlint-disable-next-line max-params -- what a handler gets
  function log(pod: StoredPod, request: IncomingMessage, response: ServerResponse, query: URLSearchParams): void {
    if (self.says !== null) {
      response.writeHead(200, { 'content-type': 'text/plain' })
      return void response.end(self.says)
    }
    const isPrevious = query.get('previous') === 'true'
    const run = pod.runs.at(isPrevious ? -2 : -1)
    if (run === undefined) return status(response, 400, 'previous terminated container "app" not found')
    // The API server hands whole seconds on to the kubelet.
    const since = Math.floor(Date.parse(query.get('sinceTime') ?? '1970-01-01T00:00:00Z') / 1000) * 1000
    const follows = query.get('follow') === 'true'
    const tail = query.get('tailLines')
    let next = Math.max(run.rotated, tail === null ? 0 : run.lines.length - Number(tail))
    response.writeHead(200, { 'content-type': 'text/plain' })
    const push = (): void => {
      for (; next < run.lines.length; next++) {
        const it = run.lines[next]
        if (it === undefined || it.ms < since || next < run.rotated) continue
        const whole = `${timeOf(it)} ${it.text}${it.isCut === true ? '' : '\n'}`
        const half = Math.floor(whole.length / 2)
        response.write(whole.slice(0, half))
        response.write(whole.slice(half))
      }
      if (run.isOver || !follows) response.end()
    }
    const one = { response, push, name: pod.name }
    logs.add(one)
    request.on('close', () => logs.delete(one))
    response.on('close', () => logs.delete(one))
    push()
    if (!response.writableEnded) response.flushHeaders()
  }

  function pushAll(name: string): void {
    for (const it of logs) if (it.name === name) it.push()
  }

  function statusOf(run: number): Record<string, unknown> {
    const lastState = run === 0 ? {} : { terminated: { exitCode: 1, reason: 'Error' } }
    const one = { name: 'app', restartCount: run, state: { running: {} }, lastState }
    return { phase: 'Running', containerStatuses: [one] }
  }

  function put(name: string, line: Line): void {
    const pod = pods.get(name)
    pod?.runs.at(-1)?.lines.push(line)
    if (pod !== undefined) pushAll(name)
  }

  let clock = { ms: 0, nanos: 0 }
  const now = (): { readonly ms: number; readonly nanos: number } => {
    const ms = Date.now()
    clock = ms === clock.ms ? { ms, nanos: Math.min(999_999, clock.nanos + 1) } : { ms, nanos: 0 }
    return clock
  }

  return Object.assign(self, {
    cluster: clusterOver(transportTo(server), 5000),
    requests: () => requests,
    open: () => logs.size,
    add(name: string) {
      const before = pods.get(name)
      if (before !== undefined) tell('DELETED', before)
      const pod: StoredPod = {
        name,
        uid: `uid-${(uids += 1)}`,
        runs: [{ lines: [], isOver: false, rotated: 0 }],
        status: statusOf(0),
      }
      pods.set(name, pod)
      tell('ADDED', pod)
    },
    write: (name: string, text: string, at = now()) => put(name, { ...at, text }),
    lastWords: (name: string, text: string) => put(name, { ...now(), text, isCut: true }),
    restart(name: string, lagMs: number) {
      const pod = pods.get(name)
      const run = pod?.runs.at(-1)
      if (pod === undefined || run === undefined) return
      run.isOver = true
      pushAll(name)
      pod.runs.push({ lines: [], isOver: false, rotated: 0 })
      const told = statusOf(pod.runs.length - 1)
      setTimeout(() => {
        if (pods.get(name) !== pod) return
        pod.status = told
        tell('MODIFIED', pod)
      }, lagMs)
    },
    rotate(name: string) {
      const run = pods.get(name)?.runs.at(-1)
      if (run !== undefined) run.rotated = run.lines.length
    },
    remove(name: string) {
      const pod = pods.get(name)
      const run = pod?.runs.at(-1)
      if (pod === undefined || run === undefined) return
      run.isOver = true
      pushAll(name)
      // The kubelet tells that all has ended, and then it goes.
      setTimeout(() => {
        if (pods.get(name) !== pod) return
        pods.delete(name)
        tell('DELETED', pod)
      }, 300)
    },
    cut(how: 'reset' | 'quiet' | 'words') {
      for (const it of logs) {
        // In the middle of a line.
        if (how === 'quiet') it.response.end('2026-11-28T10:5')
        else if (how === 'words') it.response.end(goneWords)
        else {
          it.response.write('2026-11-28T10:56:37.1Z half of a li')
          setImmediate(() => it.response.destroy())
        }
        logs.delete(it)
      }
    },
    cutWatches() {
      for (const it of watches) it.destroy()
      watches.clear()
    },
    close: () => server.close(),
  })
}

export const goneWords = 'unable to retrieve container logs for containerd://e788ff6eb312b2594610893b72640981'

/** As the kubelet writes it. */
function timeOf({ ms, nanos }: Line): string {
  const text = new Date(ms).toISOString()
  return `${text.slice(0, -1)}${String(nanos).padStart(6, '0')}Z`
}
