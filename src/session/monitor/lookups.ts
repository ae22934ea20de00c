import type { MonitorFact } from '../../answers/monitor/state.ts'
import { outcomeOf, type Way } from '../../answers/monitor/tally.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { type Counts, planSeries } from '../../probe/plan/plan-dns.ts'
import { type Clock, machineClock } from '../../probe/pod/clock.ts'
import { lookup } from '../../probe/pod/dns/lookup.ts'
import type { SeriesSpec } from '../../probe/pod/spec.ts'
import { asIpAddress } from '../../wire/dns-name.ts'
import type { ResolvConf } from '../../wire/resolv-conf.ts'

/** glibc's own: 5 s, and once more (resolv.conf(5)). */
const rules = { timeoutMs: 5000, attempts: 2 } as const

/** A silent server holds up none of the next, and no more than these wait for it. */
const mostWaiting = 12

/** One that answered none of so many is asked less often until it answers: it is known to be away. */
const givenUpAfter = 20
const restBeats = 10

const once: Counts = {
  servicePairs: 1,
  endpointPairs: 1,
  serviceSequential: 0,
  serviceTcp: 0,
  endpointSequential: 0,
  endpointTcp: 0,
  serviceEdns: 0,
  endpointEdns: 0,
  externalService: 0,
  externalEndpoint: 0,
  externalNamed: 0,
  externalTcp: 0,
  libcCluster: 0,
  libcExternal: 0,
}

/** What a pod of the cluster is handed as its resolv.conf, as far as lookups go by it. */
export type OwnConf = Pick<ResolvConf, 'nameservers' | 'search'>

/**
 * One way to the DNS Service's address, one to each DNS server past it, at most eight, and one to whatever else this
 * very resolv.conf names first, as a cache of this node: that of another node is not asked. A resolv.conf that is not
 * of the cluster, without its search list, names nobody who knows the cluster's names.
 */
export function seriesOf(dns: ClusterDns, own: OwnConf): readonly SeriesSpec[] {
  const clusterName = `kubernetes.default.svc.${domainOf(own) ?? dns.domain}.`
  const { series } = planSeries(dns, { counts: once, clusterName, externalName: '', freshName: '' })
  const used = series.filter(({ server }) => server.role !== 'node-cache' || own.nameservers.includes(server.ip))
  const [first] = own.nameservers
  const [some] = used
  if (first === undefined || some === undefined || domainOf(own) === null) return used
  if (asIpAddress(first) === null || used.some((it) => it.server.ip === first)) return used
  return [...used, { ...some, server: { role: 'node-cache', ip: first, pod: null }, port: 53 }]
}

/** The domain that kubelets hand out: a Corefile may be forbidden, and `cluster.local` is a guess. */
function domainOf({ search }: OwnConf): string | null {
  return search.flatMap((it) => /^svc\.(.+?)\.?$/.exec(it)?.[1] ?? [])[0] ?? null
}

export function wayOf({ server }: SeriesSpec): Way {
  return { role: server.role, server: server.pod ?? server.ip }
}

export interface Lookups {
  /** Where they go from now on. */
  readonly aim: (series: readonly SeriesSpec[]) => void
  /** When all have ended: at once after the signal. */
  readonly done: Promise<void>
}

interface Target {
  readonly series: SeriesSpec
  waiting: number
  /** In a row without any answer. */
  silent: number
}

/** One lookup of each way at each beat, A and AAAA from one socket at the same moment as resolvers send them. */
export function startLookups(
  { everyMs, signal, clock = machineClock }: { everyMs: number; signal: AbortSignal; clock?: Clock },
  tell: (fact: MonitorFact) => void,
): Lookups {
  let targets: readonly Target[] = []
  const running = new Set<Promise<void>>()
  let beat = 0

  const one = async (target: Target): Promise<void> => {
    target.waiting++
    const way = wayOf(target.series)
    const result = await lookup(target.series, rules, () => {}, signal).finally(() => target.waiting--)
    if (signal.aborted) return
    const outcome = outcomeOf(result)
    target.silent = outcome === 'timeout' || outcome === 'unreachable' ? target.silent + 1 : 0
    tell({ kind: 'lookup', way, lookup: result })
  }
  const begin = (target: Target): void => {
    const isResting = target.silent >= givenUpAfter && beat % restBeats !== 0
    if (isResting || target.waiting >= mostWaiting) return tell({ kind: 'skipped', way: wayOf(target.series) })
    const it: Promise<void> = one(target).finally(() => running.delete(it))
    running.add(it)
  }
  const going = (async () => {
    while (!signal.aborted) {
      for (const it of targets) begin(it)
      beat++
      await pause(clock, everyMs, signal)
    }
    await Promise.all(running)
  })()

  return {
    aim(series) {
      const before = new Map(targets.map((it) => [keyOf(it.series), it]))
      targets = series.map((it) => before.get(keyOf(it)) ?? { series: it, waiting: 0, silent: 0 })
    },
    done: going,
  }
}

/** The same server under a new address, or another name to ask for, is another target. */
function keyOf({ server, port, name }: SeriesSpec): string {
  return [server.role, server.pod ?? '', server.ip, port, name].join(' ')
}

/** Until the time is over, or the signal comes. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const stop = clock.every(ms, () => end())
    const end = (): void => {
      stop()
      signal.removeEventListener('abort', end)
      resolve()
    }
    signal.addEventListener('abort', end)
  })
}
