import { sealedHash } from '../../kube/sealed-hash.ts'
import type { Cluster } from '../../kube/cluster.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { known, type Known, unknown } from '../../model/known.ts'
import type { DnsServerLog } from '../../model/server-log.ts'
import { coreDnsSigns, runningConfig } from '../../wire/coredns-log.ts'
import { foreignPods, ownServers } from '../../relations/dns/own-words.ts'

/** One container's log to read. */
export interface LogSpec {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly run: DnsServerLog['run']
}

const mostServers = 8
/** Caches that are well say nothing of interest; one that is not says mostly what all of them say. */
const mostCaches = 3
const mostLines = 400

/**
 * client-go asks again within 30 s, and a connection that hangs is given up after 30: what goes on now was said in this
 * time.
 */
const sinceSeconds = 120

/**
 * Those that are not well first: what a server that is well has to say matters less. Both runs of a container that was
 * started again.
 */
export function planServerLogs(dns: ClusterDns): readonly LogSpec[] {
  // What others write is not heard, and takes no room of those that are.
  const foreign = foreignPods(dns)
  const pods = ownServers(dns)
    .filter((it) => !it.deleting && it.node !== null)
    .toSorted((a, b) => Number(a.ready) - Number(b.ready))
  const caches = dns.nodeCaches.filter(
    (it) =>
      !foreign.has(it.name) &&
      !it.deleting &&
      it.node !== null &&
      (!it.ready || it.containers.some(({ restarts }) => restarts > 0)),
  )
  return [...pods.slice(0, mostServers), ...caches.slice(0, mostCaches)].flatMap(({ namespace, name, containers }) =>
    containers
      .slice(0, 1)
      .flatMap(({ name: container, restarts }): readonly LogSpec[] => [
        { namespace, pod: name, container, run: 'now' },
        ...(restarts > 0 ? [{ namespace, pod: name, container, run: 'before' } as const] : []),
      ]),
  )
}

/**
 * Known when one log at least was read; one that is not there (the container never ran, or its log is gone) is left
 * out.
 */
export async function readServerLogs(
  cluster: Cluster,
  specs: readonly LogSpec[],
  signal: AbortSignal,
): Promise<Known<readonly DnsServerLog[]>> {
  if (specs.length === 0) return unknown('not-there', 'no pod of the DNS server is known')
  const read = await Promise.all(specs.map((it) => readOne(cluster, it, signal)))
  const logs = read.flatMap((it) => (it.known ? [it.value] : []))
  const [refused] = read.flatMap((it) => (it.known ? [] : [it]))
  return logs.length > 0 || refused === undefined ? known(logs) : refused
}

async function readOne(
  cluster: Cluster,
  { namespace, pod, container, run }: LogSpec,
  signal: AbortSignal,
): Promise<Known<DnsServerLog>> {
  const log = await cluster.logs(namespace, pod, {
    container,
    tailLines: mostLines,
    signal,
    ...(run === 'before' ? { previous: true } : { sinceSeconds }),
  })
  if (!log.known) return log
  const lines = await Array.fromAsync(log.value)
  const config =
    run === 'before'
      ? null
      : (runningConfig(lines) ?? runningConfig(await lastLines(cluster, { namespace, pod, container, run }, signal)))
  return known({
    pod,
    container,
    run,
    lines: lines.length,
    signs: coreDnsSigns(lines, run === 'before' ? 'ended' : 'going'),
    ...(config === null ? {} : { config: sealedHash(config) }),
  })
}

/**
 * What runs is said at the start, and after each reload that went well (plugin/reload): the last such line of these
 * counts, whenever it was written. The start alone tells nothing of a server that may have reloaded since, so that
 * nothing is known of one that writes more than this between.
 */
async function lastLines(
  cluster: Cluster,
  { namespace, pod, container }: LogSpec,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const log = await cluster.logs(namespace, pod, { container, tailLines: mostLinesBack, signal })
  return log.known ? await Array.fromAsync(log.value) : []
}

/** Of a server without the plugin `log` more than all that it ever writes; of some 150 bytes each. */
const mostLinesBack = 2000
