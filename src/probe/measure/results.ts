import type { Contacts, DirectContact, HttpEnd, LargeRequest, Unasked } from '../../model/contacts.ts'
import type { ConntrackWindow, CoreDnsWindow } from '../../model/counters.ts'
import type { InsideView } from '../../model/inside.ts'
import { known, type Known, leftOut, unknown } from '../../model/known.ts'
import type { DnsProbe, LargeFetch } from '../../model/lookups.ts'
import type { NameAnswers } from '../../model/name-answers.ts'
import type { PodWays } from '../../model/pod-ways.ts'
import type { Opened } from '../node/conntrack.ts'
import { coreDnsWindow } from './coredns-window.ts'
import type { NodeRun } from './node-run.ts'
import { noDomain, type ProbePlan } from '../plan/plan.ts'
import { easedNotes } from './eased-notes.ts'
import type { Peer } from './in-turn.ts'
import { podLabels } from '../pods/pod-manifest.ts'

type Missing = Extract<Known<never>, { known: false }>

/** null when at least one pod got as far as its program; else why none did. */
function noneRan(plan: ProbePlan, runs: readonly NodeRun[]): Missing | null {
  if (runs.some((it) => it.readings.helloAt !== null)) return null
  const whys = byReason([...runs.map(({ node, why }) => ({ node, why: why?.detail ?? null })), ...plan.skipped])
  const forbidden = runs.length > 0 && runs.every((it) => it.why?.reason === 'forbidden')
  return unknown(
    forbidden ? 'forbidden' : 'failed',
    whys.length === 0
      ? 'there is no node to probe from'
      : `no probe pod ran: ${whys.slice(0, 3).join('; ')}${whys.length > 3 ? '; ...' : ''}`,
  )
}

/** One cause usually holds for all nodes: it is told once. */
function byReason(missing: readonly { readonly node: string; readonly why: string | null }[]): readonly string[] {
  const whys = [...new Set(missing.map((it) => it.why ?? 'no answer'))]
  return whys.map(
    (why) =>
      `${missing
        .filter((it) => (it.why ?? 'no answer') === why)
        .map((it) => it.node)
        .join(', ')}: ${why}`,
  )
}

function from(plan: ProbePlan): DnsProbe['from'] {
  return { namespace: plan.namespace, labels: podLabels(plan.run) }
}

export function dnsProbeOf(plan: ProbePlan, runs: readonly NodeRun[]): Known<DnsProbe> {
  if (plan.clusterName === null) return unknown('failed', noDomain)
  if (plan.series.length === 0) return unknown('not-there', plan.dnsNote ?? 'the cluster has no DNS server to ask')
  const none = noneRan(plan, runs)
  if (none !== null) return none
  const stopped = runs.flatMap((it) => (it.readings.stopped === null ? [] : [`${it.node}: ${it.readings.stopped}`]))
  return known({
    from: from(plan),
    nodes: runs.filter((it) => it.readings.helloAt !== null).map((it) => it.node),
    missing: [...runs.flatMap(({ node, why }) => (why === null ? [] : [{ node, why: why.detail }])), ...plan.skipped],
    series: runs.flatMap((it) => it.readings.series.filter((one) => one.lookups.length > 0)),
    edns: runs.flatMap((it) => it.readings.edns.filter((one) => one.lookups.length > 0)),
    named: runs.flatMap((it) => it.readings.named.filter((one) => one.lookups.length > 0)),
    farTcp: runs.flatMap((it) => it.readings.farTcp.filter((one) => one.lookups.length > 0)),
    queriesSent: runs.reduce((sum, it) => sum + it.readings.queries, 0),
    cap: {
      queriesPerSecondPerNode: plan.queriesPerSecondPerNode,
      lookupsPerSeries: Math.max(...plan.series.map((it) => it.count)),
    },
    lag: runs.flatMap(({ node, readings: { lagMs, lagMaxMs } }) =>
      lagMs === null ? [] : [{ node, p99Ms: lagMs, ...(lagMaxMs === null ? {} : { maxMs: lagMaxMs }) }],
    ),
    stray: runs.flatMap(({ node, readings }) => (readings.stray === null ? [] : [{ node, packets: readings.stray }])),
    large: largeOf(plan, runs),
    stopped: stopped.length === 0 ? null : stopped.join('; '),
  })
}

/** What a pod that was cut off had heard by then counts: each answer stands alone. */
export function namesOf(plan: ProbePlan, runs: readonly NodeRun[]): Known<NameAnswers> {
  if (plan.names === null) return unknown('not-there', plan.dnsNote ?? 'the cluster has no DNS server to ask')
  const none = noneRan(plan, runs)
  if (none !== null) return none
  const all = runs.flatMap(({ node, readings }) => readings.names.map((it) => ({ node, ...it })))
  const upstreams = all.filter((it) => it.reason.kind === 'upstream')
  const fromHosts = all.filter((it) => it.reason.kind === 'hosts')
  const answers = all.filter((it) => it.reason.kind !== 'upstream' && it.reason.kind !== 'hosts')
  if (answers.length === 0) return unknown('cut-off', 'no probe pod told what the DNS servers say')
  return known({
    from: from(plan),
    answers,
    ...(upstreams.length === 0 ? {} : { upstreams }),
    ...(fromHosts.length === 0 ? {} : { fromHosts }),
    searches: runs.flatMap(({ node, readings }) =>
      readings.searches === null ? [] : [{ node, ...readings.searches }],
    ),
    notAsked: plan.names.notAsked,
  })
}

/** The best that a node had of each server: one page that came whole proves that large packets arrive. */
function largeOf(plan: ProbePlan, runs: readonly NodeRun[]): readonly LargeFetch[] {
  const worst = ['unreachable', 'stalled', 'other', 'complete'] satisfies LargeFetch['result'][]
  return runs.flatMap(({ node, readings }) =>
    plan.metrics.flatMap(({ ip, pod }): LargeFetch[] => {
      const tries = readings.metrics.flatMap(({ ip: of, result, bytes }) =>
        of === ip && result !== undefined ? [{ result, bytes: bytes ?? 0 }] : [],
      )
      const best = tries.toSorted((a, b) => worst.indexOf(b.result) - worst.indexOf(a.result))[0]
      return best === undefined ? [] : [{ node, ip, pod, ...best }]
    }),
  )
}

export function contactsOf(plan: ProbePlan, runs: readonly NodeRun[]): Known<Contacts> {
  if (plan.connects.length + plan.http.length + plan.direct.length + plan.routed.length + plan.unrouted.length === 0)
    return unknown(
      'not-there',
      'no Service that has endpoints and a port of TCP, and no Ingress with a known controller, in scope',
    )
  const asked = runs.filter((it) => plan.contactNodes.includes(it.node))
  const none = noneRan(plan, asked)
  if (none !== null) return none
  const direct = answersOf(asked, plan.direct, plan.strangers.length).map(({ planned, ...it }) => ({
    ...planned,
    ...it,
  }))
  return known({
    from: from(plan),
    connects: asked.flatMap(({ node, readings }) =>
      readings.connects
        .toSorted((a, b) => a.id - b.id)
        .flatMap(({ id, tries }) => {
          const planned = plan.connects[id]
          if (planned === undefined) return []
          const { times: _times, ...about } = planned
          return [{ node, ...about, tries }]
        }),
    ),
    nodePorts: asked.flatMap(({ node, readings }) =>
      readings.connects.flatMap(({ id, tries }) => {
        const planned = plan.nodePorts[id - plan.connects.length]
        return planned === undefined ? [] : [{ node, ...planned, tries }]
      }),
    ),
    http: answersOf(asked, plan.http, plan.strangers.length + plan.direct.length).map(
      ({ planned: { ports: _ports, times: _times, gentle: _gentle, scheme, ...about }, ...it }) => ({
        ...about,
        scheme,
        ...it,
      }),
    ),
    strangers: answersOf(asked, plan.strangers, 0).map(({ planned: { ports: _ports, scheme, ...about }, ...it }) => ({
      ...about,
      scheme,
      ...it,
    })),
    direct,
    through: answersOf(asked, plan.through, plan.strangers.length + plan.direct.length + plan.http.length).map(
      ({ planned, ...it }) => ({ ...planned, ...it }),
    ),
    routed: answersOf(
      asked,
      plan.routed,
      plan.strangers.length + plan.direct.length + plan.http.length + plan.through.length,
    ).map(({ planned: { ports: _ports, times: _times, isPlain: _plain, ...about }, ...it }) => ({ ...about, ...it })),
    unrouted: plan.unrouted,
    large: largeOfHttp(plan, asked),
    unasked: [...plan.unasked, ...outOfTime(plan, direct)],
    eased: asked.flatMap(({ node, readings }) => readings.eased.map((it) => ({ node, ...it }))),
  })
}

export function podWaysOf(plan: ProbePlan, runs: readonly NodeRun[], peers: readonly Peer[]): Known<PodWays> {
  const none = noneRan(plan, runs)
  if (none !== null) return none
  return known({
    from: from(plan),
    api: runs.flatMap(({ node, readings }) => readings.api.map((it) => ({ node, ...it }))),
    between: runs.flatMap(({ node, readings }) =>
      readings.between.flatMap(({ id, ...carried }) => {
        const peer = peers[id]
        return peer === undefined || peer.node === node ? [] : [{ node, to: peer.node, ip: peer.ip, ...carried }]
      }),
    ),
    missing: [...runs.flatMap(({ node, why }) => (why === null ? [] : [{ node, why: why.detail }])), ...plan.skipped],
  })
}

function largeOfHttp(plan: ProbePlan, runs: readonly NodeRun[]): readonly LargeRequest[] {
  return runs.flatMap(({ node, readings }) =>
    readings.large.flatMap(({ id, ...end }): readonly LargeRequest[] => {
      const at = id - plan.strangers.length
      const direct = plan.direct[at]
      if (direct !== undefined) {
        const { service, pod, ip, port, host, path } = direct
        return [{ node, of: { kind: 'endpoint', service, pod }, ip, port, host, path, ...end }]
      }
      const http = plan.http[at - plan.direct.length]
      if (http === undefined) return []
      const { ingress, via, host, path } = http
      const of = { kind: 'controller', ingress, pod: via.controllerPod } as const
      return [{ node, of, ip: via.ip, port: via.port, host, path, ...end }]
    }),
  )
}

/** Ports of which an endpoint got no turn before the budget ended. */
function outOfTime(plan: ProbePlan, direct: readonly DirectContact[]): readonly Unasked[] {
  const left = plan.direct.filter((it) => !direct.some((one) => one.ip === it.ip && one.port === it.port))
  const ports = new Map(left.map(({ service }) => [`${service.namespace}/${service.name}:${service.port}`, service]))
  return [...ports.values()].map((service): Unasked => ({ service, protocol: 'TCP', why: 'bound' }))
}

/** What was planned under an id, and each answer to it. */
function answersOf<T>(
  runs: readonly NodeRun[],
  plans: readonly T[],
  from: number,
): readonly ({ readonly node: string; readonly planned: T } & HttpEnd)[] {
  return runs.flatMap(({ node, readings }) =>
    readings.http.flatMap(({ id, ...end }) => {
      const planned = plans[id - from]
      return planned === undefined ? [] : [{ node, planned, ...end }]
    }),
  )
}

export function coreDnsOf(plan: ProbePlan, runs: readonly NodeRun[]): Known<readonly CoreDnsWindow[]> {
  if (plan.metrics.length === 0) return unknown('not-there', 'no ready CoreDNS pod is known')
  const none = noneRan(plan, runs)
  if (none !== null) return none
  const readings = runs.flatMap((it) => it.readings.metrics)
  const windows = plan.metrics.flatMap((target) => {
    // Both readings of a window are one pod's: another one's clock started at another moment.
    const each = runs.map(({ readings: { metrics } }) => {
      const of = (phase: 'before' | 'after') => metrics.find((it) => it.phase === phase && it.ip === target.ip)
      return coreDnsWindow(target, of('before'), of('after'))
    })
    return each.find((it) => it !== null) ?? []
  })
  if (windows.length > 0) return known(windows)
  const error = readings.find((it) => it.error !== null)?.error
  return unknown(
    error === undefined ? 'cut-off' : 'failed',
    'no CoreDNS pod gave its metrics before and after the probe' +
      (error === undefined || error === null ? '' : `: ${error}`),
  )
}

export function insideOf(plan: ProbePlan, views: readonly InsideView[]): Known<readonly InsideView[]> {
  if (plan.exec === 'left-out') return unknown('not-asked', leftOut('--no-exec'))
  if (plan.clusterName === null) return unknown('failed', noDomain)
  return plan.inside.length === 0
    ? unknown('not-there', 'no application pod in scope is running and ready, to look out of')
    : known(networkOnce(views))
}

/**
 * Containers of a pod share its routes and its sockets: they stand in the first view that could read them, which
 * need not be the first, since an image may be without a shell.
 */
function networkOnce(views: readonly InsideView[]): readonly InsideView[] {
  const told = { routes: new Set<string>(), listeners: new Set<string>(), sockets: new Set<string>() }
  return views.map(({ routes, listeners, sockets, ...rest }) => {
    const pod = `${rest.namespace}/${rest.pod}`
    const isNew = (what: 'routes' | 'listeners' | 'sockets'): boolean => !told[what].has(pod)
    const view = {
      ...rest,
      ...(routes !== undefined && isNew('routes') ? { routes } : {}),
      ...(listeners !== undefined && isNew('listeners') ? { listeners } : {}),
      ...(sockets !== undefined && isNew('sockets') ? { sockets } : {}),
    }
    if (routes?.known === true) told.routes.add(pod)
    if (listeners?.known === true) told.listeners.add(pod)
    if (sockets?.known === true) told.sockets.add(pod)
    return view
  })
}

export function conntrackOf(
  plan: ProbePlan,
  opened: readonly Opened[],
  windows: readonly ConntrackWindow[],
): Known<readonly ConntrackWindow[]> {
  if (plan.conntrack === 'not-asked') return unknown('not-asked', 'needs --node-access')
  if (windows.length > 0) return known(windows.toSorted((a, b) => (a.node < b.node ? -1 : 1)))
  const refused = opened.flatMap((it) => ('why' in it ? [it] : []))
  const forbidden = refused.length > 0 && refused.every((it) => it.why.reason === 'forbidden')
  return unknown(
    forbidden ? 'forbidden' : 'failed',
    refused[0] === undefined
      ? 'no node gave its conntrack counters before and after the probe'
      : `${refused[0].node}: ${refused[0].why.detail}`,
  )
}

/** What a reader should know of the run itself, beyond the sources. */
export function notesOf(
  plan: ProbePlan,
  runs: readonly NodeRun[],
  opened: readonly Opened[],
  stale: readonly string[],
): readonly string[] {
  return [
    ...(stale.length > 0 ? [`removed what an earlier run had left: ${stale.join(', ')}`] : []),
    ...plan.leftOut,
    ...easedNotes(runs.flatMap(({ node, readings }) => readings.eased.map((it) => ({ node, ...it })))),
    ...opened.flatMap((it) =>
      'why' in it
        ? [`${it.node}: no conntrack counters: ${it.why.detail}`]
        : [
            `${it.reader.node}: conntrack counters through ` +
              (it.reader.way === 'kube-proxy-exec' ? "kube-proxy's pod" : 'a hostNetwork pod'),
          ],
    ),
    ...runs.flatMap(({ node, readings }) => [
      ...(readings.slowed === null ? [] : [`${node}: went on at half the rate: ${readings.slowed}`]),
      // Less moves a lookup's time by a few milliseconds at most.
      ...((readings.throttledMs ?? 0) >= 500
        ? [
            `${node}: the CPU limit held the probe back for ${readings.throttledMs} ms in all; ` +
              'single lookups may look up to 100 ms slower than they were',
          ]
        : []),
    ]),
  ]
}
