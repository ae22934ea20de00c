import { apiPath } from '../kube/address.ts'
import { createHash } from 'node:crypto'
import type { Cluster } from '../kube/cluster.ts'
import { pods } from '../kube/resources.ts'
import { type Known, known, unknown } from '../model/known.ts'
import { at, list, type Manifest, nameOf, text } from '../manifest/object.ts'
import type { Reload } from '../remedies/remedy.ts'
import type { Step } from './plan.ts'
import { corefileVersionText } from '../wire/corefile-version.ts'
import { parsePrometheusText, sumOf } from '../wire/prometheus-text.ts'

/** What is asked of a cluster here. */
export type Asked = Pick<Cluster, 'raw' | 'list' | 'logs'>

/** What one DNS server says of its Corefile, in its own metrics. */
interface Reading {
  /** Of the texts that it took since it started, as hashes; none before its first reload (CoreDNS plugin/reload). */
  readonly versions: readonly string[]
  readonly refused: number
  readonly startedAt: number
}

/** By pod. */
export type Servers = ReadonlyMap<string, Reading>

export type Taken =
  | { readonly kind: 'taken'; readonly say: string }
  /** A server read the new text and goes on with the old one. */
  | { readonly kind: 'refused'; readonly why: string }
  /** Not seen in time: no reason to call it well. */
  | { readonly kind: 'unseen'; readonly why: string }
  | { readonly kind: 'interrupted' }

/**
 * The kubelet renews the file within its sync period and a cache's time (1 min and more), `reload` looks every 30 s ±
 * 15 s.
 */
const patienceMs = 180_000

/**
 * Every ready DNS server before a change. Unknown when one of them can't be asked: then nobody could see it take the
 * change.
 */
export async function serversNow(cluster: Asked, reload: Reload): Promise<Known<Servers>> {
  const names = await readyServers(cluster, reload)
  if (!names.known) return names
  if (names.value.length === 0) return unknown('not-there', 'no DNS server is ready')
  const readings = await Promise.all(
    names.value.map(async (name) => [name, await readingOf(cluster, reload, name)] as const),
  )
  const servers = new Map<string, Reading>()
  for (const [name, reading] of readings) {
    if (!reading.known) return unknown(reading.why.reason, `the metrics of ${name}: ${reading.why.detail}`)
    servers.set(name, reading.value)
  }
  return known(servers)
}

export interface ReloadPatience {
  readonly sleep: (ms: number) => Promise<void>
  readonly signal: AbortSignal
  readonly step: (line: string) => void
  readonly timeoutMs?: number
}

/** What is waited for: these servers run the text `to`. */
export interface Reloading {
  readonly reload: Reload
  readonly servers: Servers
  readonly to: string
}

/** Waits, bounded, until each of these servers says that it runs the text `to`, or one has refused it. */
export async function watchReload(
  cluster: Asked,
  { reload, servers, to }: Reloading,
  { sleep, signal, step, timeoutMs = patienceMs }: ReloadPatience,
): Promise<Taken> {
  const started = performance.now()
  const versions = versionsOf(to)
  const waiting = new Map(
    [...servers].map(([name, was]): [string, Watched] => [name, { was, refusedBefore: was.refused, seen: false }]),
  )
  let last = ''
  while (!signal.aborted) {
    for (const [name, it] of waiting) {
      const now = judge(await readingOf(cluster, reload, name), it, versions)
      if (now.kind === 'refused')
        return {
          kind: 'refused',
          why:
            `DNS server ${name} refuses the new Corefile and goes on with the old one` +
            (await reasonOf(cluster, reload, name)),
        }
      if (now.kind === 'taken') waiting.delete(name)
      else {
        waiting.set(name, now.watched)
        if (now.why !== null) last = `; ${name}: ${now.why}`
      }
    }
    const seconds = Math.round((performance.now() - started) / 1000)
    if (waiting.size === 0)
      return {
        kind: 'taken',
        say:
          `${versions === null ? 'another text than before is run' : 'this very text is run'} ` +
          `by ${servers.size} of ${servers.size} DNS servers, after ${seconds} s`,
      }
    if (performance.now() - started >= timeoutMs)
      return {
        kind: 'unseen',
        why:
          `${waiting.size} of ${servers.size} DNS servers (${[...waiting.keys()].join(', ')}) ` +
          `have not said within ${seconds} s that they run the new Corefile${last}`,
      }
    step(
      'waiting for the DNS servers to take the Corefile: ' +
        `${servers.size - waiting.size} of ${servers.size}, ${seconds} s ...`,
    )
    await sleep(2000)
  }
  return { kind: 'interrupted' }
}

interface Watched {
  readonly was: Reading
  /** What it had refused when it had not yet read the new text. */
  readonly refusedBefore: number
  /** It named the new text once. */
  readonly seen: boolean
}

type Judged =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'waiting'; readonly watched: Watched; readonly why: string | null }

/**
 * A server names a new text also when it has refused it, a moment before it counts the refusal (plugin/reload hook,
 * seen with 1.14.7): so the count decides, and the same is asked twice. Refusals of earlier texts do not count.
 */
function judge(is: Known<Reading>, watched: Watched, versions: readonly string[] | null): Judged {
  const { was, refusedBefore, seen } = watched
  // A pod that is gone has a successor, which started with the new text.
  if (!is.known && is.why.reason === 'not-there') return { kind: 'taken' }
  if (!is.known) return { kind: 'waiting', watched, why: is.why.detail }
  if (!runs(is.value, was, versions))
    return { kind: 'waiting', watched: { ...watched, refusedBefore: is.value.refused }, why: null }
  if (is.value.refused > refusedBefore) return { kind: 'refused' }
  // It named this text before it was watched: whether it took or refused it then, only its log knows.
  if (runs(was, was, versions) && was.refused > 0 && versions !== null)
    return { kind: 'waiting', watched, why: 'it read this text before, and has refused one: its log says which' }
  return seen ? { kind: 'taken' } : { kind: 'waiting', watched: { ...watched, seen: true }, why: null }
}

/** By its hash where that can be known, else by any change: with imports only the server knows the whole text. */
function runs(is: Reading, was: Reading, versions: readonly string[] | null): boolean {
  return versions === null
    ? is.versions.join() !== was.versions.join()
    : is.versions.some((it) => versions.includes(it))
}

/** SHA-512 now, MD5 in older releases (coredns plugin/reload). */
function versionsOf(text: string): readonly string[] | null {
  const hashed = corefileVersionText(text)
  return hashed === null
    ? null
    : ['sha512', 'md5'].map((algorithm) => createHash(algorithm).update(hashed).digest('hex'))
}

function readyServers(cluster: Asked, { namespace, labels, by }: Reload): Promise<Known<string[]>> {
  return cluster.list(pods, { namespace, labelSelector: selectorOf({ labels }) }, (raw) => {
    const pod = raw as unknown as Manifest
    const ready = list(at(pod, 'status', 'conditions')).some(
      (it) => at(it, 'type') === 'Ready' && at(it, 'status') === 'True',
    )
    return ready && isMadeBy(pod, by) && at(pod, 'metadata', 'deletionTimestamp') === undefined ? nameOf(pod) : null
  })
}

/** A ReplicaSet of a Deployment is called by it and by its template's hash. */
function isMadeBy(pod: Manifest, by: Reload['by']): boolean {
  if (by === undefined) return true
  const owner = list(at(pod, 'metadata', 'ownerReferences')).find((it) => at(it, 'controller') === true)
  const hash = at(pod, 'metadata', 'labels', 'pod-template-hash')
  const [kind, name] = by.kind === 'Deployment' ? ['ReplicaSet', `${by.name}-${String(hash)}`] : [by.kind, by.name]
  return at(owner, 'kind') === kind && at(owner, 'name') === name
}

async function readingOf(cluster: Asked, { namespace, port }: Reload, pod: string): Promise<Known<Reading>> {
  const answer = await cluster.raw(apiPath`/api/v1/namespaces/${namespace}/pods/${pod}:${port}/proxy/metrics`)
  if (!answer.known) return answer
  const samples = parsePrometheusText(answer.value)
  const startedAt = sumOf(samples, 'process_start_time_seconds')
  const refused = sumOf(samples, 'coredns_reload_failed_total')
  if (startedAt === null || refused === null) return unknown('failed', 'they do not tell of reloads')
  const versions = samples
    .filter((it) => it.name === 'coredns_reload_version_info' && it.value === 1)
    .map((it) => it.labels['value'] ?? '')
    .toSorted()
  return known({ versions, refused, startedAt })
}

/** CoreDNS's own words, for the reader; none when its log can't be read. */
async function reasonOf(cluster: Asked, { namespace }: Reload, pod: string): Promise<string> {
  const log = await cluster.logs(namespace, pod, { tailLines: 200 })
  if (!log.known) return ''
  let said = ''
  for await (const line of log.value) if (/reload failed|Restart failed|Corefile:\d+/.test(line)) said = line
  const [, words = ''] = /(?:reload failed|Restart failed): (.*)/.exec(said.slice(0, 1000)) ?? []
  return words === '' ? '' : `: ${words}`
}

function selectorOf({ labels }: Pick<Reload, 'labels'>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
}

/** What must reload after a step, and the text before and after it; null for steps that change no Corefile. */
export function reloadOf(
  step: Step,
): { readonly reload: Reload; readonly before: string; readonly after: string } | null {
  if (step.verb !== 'replace' || step.reload === undefined) return null
  const corefile = (object: Manifest): string => text(at(object, 'data', 'Corefile')) ?? ''
  return { reload: step.reload, before: corefile(step.before.object), after: corefile(step.after) }
}
