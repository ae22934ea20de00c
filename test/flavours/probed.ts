import type { Contact, HttpContact } from '../../src/model/contacts.ts'
import type { InsideView } from '../../src/model/inside.ts'
import { known } from '../../src/model/known.ts'
import type { LookupSeries } from '../../src/model/lookups.ts'
import type { NameAnswer } from '../../src/model/name-answers.ts'
import type { PodWays } from '../../src/model/pod-ways.ts'
import type { Service } from '../../src/model/service.ts'
import type { Model } from '../../src/model/sources.ts'
import { planProbe, type ProbePlan } from '../../src/probe/plan/plan.ts'
import { insideView } from '../build/dns.ts'
import { answered, conntrackOf, coreDnsWindow, lookup, type Network, probe } from '../build/lookups.ts'
import { nameAnswer } from '../build/name-answers.ts'
import { serverLog } from '../build/server-log.ts'

/** What is odd about how a healthy cluster answers. */
export interface Answering {
  /** The nameserver in pods' resolv.conf, where it is not the DNS Service. */
  readonly nameserver?: string
  /** What becomes of the probe's own lookups; all are answered unless told otherwise. */
  readonly network?: Network
  /**
   * Below the first suffix of a pod's search list CoreDNS answers what the other suffixes would come to
   * (plugin/autopath).
   */
  readonly autopath?: boolean
}

/** The model as it is after a probe of a cluster in which every user is answered: the very plan, carried out. */
export function probed(read: Model, answering: Answering = {}): Model {
  const plan = planProbe(read, { run: 'flavour0', conntrack: 'host-network-pod' })
  const dns = read.sources.clusterDns
  const sources = {
    ...read.sources,
    dnsProbe: known(dnsProbe(plan, answering)),
    nameAnswers: known({
      from: fromOf(plan),
      answers: [...names(plan, read), ...outsideNames(plan, answering)],
      searches: [],
      notAsked: 0,
    }),
    contacts: known({ from: fromOf(plan), connects: connects(plan), http: http(plan) }),
    podWays: known(podWays(plan)),
    insideViews: known(views(plan, answering, dns.known ? dns.value.domain : 'cluster.local')),
    coreDnsWindows: known(plan.metrics.map((it) => coreDnsWindow(it.pod, it.ip, 0.02))),
    dnsServerLogs: known((dns.known ? dns.value.pods : []).map((it) => serverLog(it.name))),
    conntrack: known(plan.nodes.map((it) => conntrackOf(it))),
  }
  return { ...read, scope: { ...read.scope, level: 'node' }, sources }
}

function fromOf(plan: ProbePlan): { readonly namespace: string; readonly labels: Readonly<Record<string, string>> } {
  return { namespace: plan.namespace, labels: { 'app.kubernetes.io/managed-by': 'hopscope' } }
}

function dnsProbe(plan: ProbePlan, { nameserver, network = () => answered() }: Answering): ReturnType<typeof probe> {
  const series = plan.nodes.flatMap((node) =>
    plan.series
      .filter((it) => it.apart === undefined)
      .map(({ server: planned, transport, method, name, zone, count }): LookupSeries => {
        // The C library asks whatever stands in the pod's own resolv.conf.
        const server =
          method === 'getaddrinfo' && nameserver !== undefined
            ? { role: 'node-cache' as const, ip: nameserver, pod: null }
            : planned
        const it = {
          node,
          server,
          transport,
          method,
          libc: method === 'getaddrinfo' ? ('glibc' as const) : null,
          name,
          zone,
        }
        return {
          ...it,
          lookups: Array.from({ length: count }, (_, index) =>
            lookup({ ...it, index }, network({ ...it, edns: false, index })),
          ),
        }
      }),
  )
  return { ...probe({ nodes: plan.nodes }), from: fromOf(plan), series }
}

function names(plan: ProbePlan, { sources: { services, endpointSlices } }: Model): readonly NameAnswer[] {
  const spec = plan.names?.spec
  const all = services.known ? services.value : []
  const slices = endpointSlices.known ? endpointSlices.value : []
  return (spec?.servers ?? []).flatMap(({ server }) =>
    (spec?.names ?? []).flatMap(({ name, types, reason }) => {
      const service =
        reason.kind === 'service'
          ? all.find((it) => it.namespace === reason.service.namespace && it.name === reason.service.name)
          : undefined
      if (service === undefined) return []
      const ready = slices
        .filter((it) => it.namespace === service.namespace && it.service === service.name)
        .flatMap((it) => it.endpoints.filter((one) => one.ready).map(({ ip }) => ip))
      return types.map((type) =>
        nameAnswer(reason, name, { node: plan.nodes[0] ?? '', server, type, ...said(service, type, ready) }),
      )
    }),
  )
}

/**
 * Names outside, as they are and below each suffix of a pod's search list; a zone of the Corefile's has no address of
 * its own.
 */
function outsideNames(plan: ProbePlan, { autopath = false }: Answering): readonly NameAnswer[] {
  const node = plan.nodes[0] ?? ''
  const server = { role: 'service' as const, ip: plan.dnsService ?? '', pod: null }
  const suffixes = [`${plan.namespace}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local']
  const there = { answer: 'ok', rcode: 'NOERROR', addresses: ['93.184.216.34'] } as const
  return (plan.names?.spec.outside ?? []).flatMap((typed) => {
    const isStub = typed !== 'example.com'
    const itself = nameAnswer({ kind: 'outside', typed, suffix: null }, `${typed}.`, {
      node,
      server,
      ...(isStub ? { answer: 'nodata', rcode: 'NOERROR' } : there),
    })
    const below = suffixes.map((suffix, index) => {
      const found = autopath && index === 0 && !isStub ? { ...there, aliases: [typed] } : {}
      return nameAnswer({ kind: 'outside', typed, suffix }, `${typed}.${suffix}.`, { node, server, ...found })
    })
    return [itself, ...below]
  })
}

function said(
  { type: kind, clusterIP, externalName }: Service,
  type: string,
  ready: readonly string[],
): Partial<NameAnswer> {
  if (kind === 'ExternalName')
    return { answer: 'ok', rcode: 'NOERROR', addresses: ['192.0.2.7'], aliases: [externalName ?? ''] }
  const addresses = (clusterIP === 'None' ? ready : [clusterIP ?? '']).filter(
    (ip) => ip.includes(':') === (type === 'AAAA'),
  )
  if (addresses.length > 0) return { answer: 'ok', rcode: 'NOERROR', addresses, ttl: 5 }
  return clusterIP === 'None' && ready.length === 0 ? {} : { answer: 'nodata', rcode: 'NOERROR' }
}

function connects(plan: ProbePlan): readonly Contact[] {
  return plan.contactNodes.flatMap((node) =>
    plan.connects.map(({ times = plan.connectTries, ...it }): Contact => {
      const tries = Array.from({ length: times }, () => ({ result: 'open' as const, ms: 1 }))
      return { ...it, node, tries }
    }),
  )
}

/** What the platform puts before its API servers is reached by the Service's address, whatever else is. */
/** In the order in which they start, those that ask this one. */
function afterHub({ nodes, hubs }: ProbePlan, at: number): readonly string[] {
  return [...hubs, ...nodes.filter((it) => !hubs.includes(it))].slice(at + 1)
}

function podWays(plan: ProbePlan): PodWays {
  const tries = [{ result: 'open' as const, ms: 1 }]
  const all = { asked: 3, small: 3, there: 3, back: 3 }
  const once = { asked: 1, small: 1, there: 1, back: 1 }
  const service = { via: 'service', ip: '10.0.0.1', port: 443, tries } as const
  return {
    from: fromOf(plan),
    api: plan.nodes.flatMap((node) => [
      { node, ...service },
      ...plan.api.map((it) => ({ node, via: 'endpoint' as const, ...it, tries })),
    ]),
    between: plan.hubs.flatMap((to, at) =>
      afterHub(plan, at).map((node) => ({ node, to, ip: '10.0.0.2', mtu: 1450, datagrams: all, streams: once })),
    ),
    missing: plan.skipped,
  }
}

function http(plan: ProbePlan): readonly HttpContact[] {
  return plan.contactNodes.flatMap((node) =>
    plan.http.map((it): HttpContact => ({ ...it, node, status: 200, error: null, ms: 12 })),
  )
}

function views(plan: ProbePlan, { nameserver }: Answering, domain: string): readonly InsideView[] {
  return plan.inside.map(({ namespace, pod, container, dnsService }) => {
    const search = `search ${namespace}.svc.${domain} svc.${domain} ${domain}`
    const server = nameserver ?? dnsService ?? '169.254.169.254'
    return insideView(pod, {
      namespace,
      container,
      resolvConf: known(`${search}\nnameserver ${server}\noptions ndots:5\n`),
    })
  })
}
