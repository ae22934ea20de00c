import type { Finding } from '../../findings/finding.ts'
import type { Endpoint, Service, ServicePort } from '../../model/service.ts'
import type { Model } from '../../model/sources.ts'
import { type Subject, subject, subjectKey } from '../../model/subject.ts'
import {
  farNameOf,
  isPastTcp,
  namespacesOf,
  traceEnds,
  type TraceEnds,
  tracedPorts,
} from '../../relations/path/trace-ends.ts'
import { lookupKeys } from '../../relations/dns/lookups-in-pod.ts'
import { tracedFlows } from '../../relations/path/trace-policy.ts'
import { othersOn, otherPolicyText } from '../../relations/policy/other-policies.ts'
import { isEvaluated, tierDecisions } from '../../relations/policy/tier-decides.ts'
import { countEndpoints, portText, portsText } from '../../relations/service/service-endpoints.ts'
import { connectHop, directHop, httpHop, nodeHops } from './connect-hops.ts'
import { type Bare, type Hop, hop, type HopName, type Trace, without } from './hop.ts'
import { largeHop } from './large-hop.ts'
import { resolveHop } from './resolve-hop.ts'
import { breakOf, narrow, partOf } from './break.ts'
import { nodePathHops } from './node-hops.ts'
import { isOfUrl, outsideBreak, outsideHops, urlHops } from './outside.ts'

/** null: the scope asks for no trace. `causes`: what the checks found. Pure: the same from a recording. */
export function traceOf(model: Model, causes: readonly Finding[]): Trace | null {
  const ends = traceEnds(model)
  const findings = causes.filter((it) => it.severity !== 'info')
  if (ends === null) return isOfUrl(model) ? fromOutside(model, findings) : null
  const hops = [
    ...resolveHop(model, ends).map((it) => byFinding(it, { model, ends, findings })),
    ...serviceHops(ends, model),
    policyHop(model, ends),
    ...nodePathHops(model, ends),
    connectHop(model, ends),
    ...nodeHops(model, ends),
    ...directHop(model, ends),
    ...httpHop(model, ends),
    ...largeHop(model, ends.to.kind === 'service' ? [ends.to.service] : [], ends.ask.port),
    ...urlHops(model),
  ].map((it) => ({ ...it, codes: codesAt(it.name, findings) }))
  const measured = hops.find((it) => it.name === 'connect')
  const { crossings } = model.sources
  const staysOn = crossings.known && crossings.value.some((it) => it.hungUp !== undefined)
  const at = breakOf(hops, measured, staysOn)
  return {
    from: { ...ends.ask.from, node: ends.from?.node ?? null },
    to: farNameOf(ends),
    hops,
    verdict: verdictOf(at, measured),
    at,
    // Whoever is kept out by a policy is, from wherever it asks: what others get says nothing of nodes.
    // Nor does it where the pod does not reach itself, or a node loses what comes and goes: that says where it breaks.
    narrowed:
      at === null || at === 'policy' || at === 'route' || at === 'mtu' || causes.some((it) => places.has(it.code))
        ? null
        : narrow(hops),
    part: partOf(hops, at),
    ...troubleOf(hops, findings, [
      subject('Pod', ends.ask.from.namespace, ends.ask.from.pod),
      ...(ends.to.kind === 'service' ? [subject('Service', ends.to.service.namespace, ends.to.service.name)] : []),
      ...(isOfUrl(model) && model.scope.target.kind === 'object' ? [model.scope.target.object] : []),
    ]),
  }
}

/** What stands at one of the hops, or is of an object that the path leads by. */
function troubleOf(
  hops: readonly Hop[],
  findings: readonly Finding[],
  objects: readonly Subject[],
): Pick<Trace, 'trouble'> {
  const [codes, keys] = [new Set(hops.flatMap((it) => it.codes)), new Set(objects.map(subjectKey))]
  const found = findings.filter((it) => codes.has(it.code) || keys.has(subjectKey(it.subject)))
  return found.length === 0 ? {} : { trouble: found.map((it) => ({ code: it.code, of: it.subject })) }
}

interface Found {
  readonly model: Model
  readonly ends: TraceEnds
  readonly findings: readonly Finding[]
}

/**
 * The tool ended the lookup and the connect by one timeout: where a finding says why this pod gets no address for such
 * a name, or gets it late, it is the lookup that did not end.
 */
function byFinding(bare: Bare, { model: { sources }, ends: { ask, to }, findings }: Found): Bare {
  const { crossings, insideViews } = sources
  if (bare.verdict !== 'cannot-tell' || to.kind !== 'host' || !crossings.known || !insideViews.known) return bare
  const tried = crossings.value.filter((it) => it.to.kind === 'host' && it.host === to.host && it.result !== null)
  if (tried.length === 0 || tried.some((it) => it.result !== 'timeout')) return bare
  const views = insideViews.value.filter((it) => it.namespace === ask.from.namespace && it.pod === ask.from.pod)
  const keys = new Set(lookupKeys(views, to.host))
  return findings.some((it) => it.causes.some((one) => keys.has(one)))
    ? hop('resolve', 'broken', 'inside', { kind: 'name', typed: to.host, result: 'timeout', addresses: [] })
    : bare
}

/** Findings that say where it breaks: hairpin, and a node that loses a part on each of its ways. */
const places: ReadonlySet<string> = new Set(['NOD522', 'NOD570'])

function fromOutside(model: Model, findings: readonly Finding[]): Trace {
  const { target } = model.scope
  const hops = outsideHops(model).map((it) => ({ ...it, codes: codesAt(it.name, findings) }))
  const at = outsideBreak(hops)
  return {
    from: null,
    to: target.kind === 'object' ? (target.url ?? '') : '',
    hops,
    verdict: verdictOf(
      at,
      hops.find((it) => it.name === 'outside'),
    ),
    at,
    narrowed: null,
    part: null,
    ...troubleOf(hops, findings, target.kind === 'object' ? [target.object] : []),
  }
}

function verdictOf(at: HopName | null, measured: Hop | undefined): Trace['verdict'] {
  if (at !== null) return 'broken'
  // Some of the addresses of a headless Service may be told of, and others not: the page says which.
  return measured?.verdict === 'ok' || (measured?.seen.kind === 'connects' && measured.seen.open > 0) ? 'open' : 'clear'
}

/**
 * Whether nothing tells if the connection opens. A probe pod beside it has other labels than the pod: what it reaches
 * counts only where policies were read, and let the pod through.
 */
export function isUntold({ verdict, from, hops }: Pick<Trace, 'verdict' | 'from' | 'hops'>): boolean {
  const isOk = (name: HopName): boolean => hops.some((it) => it.name === name && it.verdict === 'ok')
  return verdict === 'clear' && !(from !== null && isOk('beside') && isOk('policy'))
}

/** 0 the way is open; 1 it is broken; 2 nobody could tell. The engine's own code decides what is worse. */
export function traceExitCode(trace: Trace, diagnosis: 0 | 1 | 2 | number): number {
  if (trace.verdict === 'broken') return 1
  return diagnosis === 0 && isUntold(trace) ? 2 : diagnosis
}

const familyOf: Readonly<Record<HopName, RegExp>> = {
  resolve: /^DNS/,
  service: /^SVC(?:202|203|210)/,
  endpoints: /^SVC(?:201|204|205|206|211|212|213)/,
  policy: /^POL/,
  route: /^NOD(?:51[012]|530|535|536)/,
  mtu: /^(?:NOD532|DNS147)/,
  connect: /^(?:SVC207|SVC266|NOD|TRB)/,
  beside: /^SVC266/,
  elsewhere: /^SVC(?:209|266)/,
  direct: /^SVC266/,
  outside: /^ING35/,
  controller: /^(?:ING3[0-4]|ING40|GTW)/,
  backend: /^SVC207/,
  http: /^SVC2(?:08|62)|^ING/,
  large: /^SVC238/,
}

function codesAt(name: HopName, findings: readonly Finding[]): readonly string[] {
  return [...new Set(findings.filter((it) => familyOf[name].test(it.code)).map((it) => it.code))]
}

function serviceHops({ ask, to }: TraceEnds, { sources }: Model): readonly Bare[] {
  if (to.kind === 'absent') return [without('service', 'not-read')]
  if (to.kind !== 'service') return []
  const { service, slices } = to
  const missing = ask.port !== null && !service.ports.some((it) => it.port === ask.port) ? ask.port : null
  const tcp = tracedPorts(service, ask.port)
  const chosen = tcp.length > 0 ? tcp : service.ports.filter((it) => ask.port === null || it.port === ask.port)
  const about = hop('service', missing === null ? 'ok' : 'broken', 'config', {
    kind: 'service',
    type: service.clusterIP === 'None' ? 'headless' : service.type,
    ports:
      missing === null
        ? chosen.map((it) => `${portText(it)}${ofProtocol(it)} -> ${it.targetPort}`).join(', ')
        : portsText(service),
    missing,
  })
  if (service.type === 'ExternalName') return [about]
  if (!sources.endpointSlices.known) return [about, without('endpoints', 'not-read')]
  const { ready, leaving, notReady } = countEndpoints(slices)
  const published = publishedIn(service, ready, sources.pods)
  const serving = ready.length + leaving.length
  return [
    about,
    hop('endpoints', serving === 0 ? 'broken' : 'ok', 'config', {
      kind: 'endpoints',
      ready: ready.length - published,
      of: serving + notReady.length,
      ...(leaving.length === 0 ? {} : { leaving: leaving.length }),
      ...(published === 0 ? {} : { published }),
    }),
  ]
}

/**
 * Slices say of each endpoint of such a Service that it is ready (publishNotReadyAddresses of core/v1 types.go;
 * discovery/v1 types.go, EndpointConditions.ready): the pods know better.
 */
function publishedIn(
  { publishNotReadyAddresses, namespace }: Service,
  ready: readonly Endpoint[],
  pods: Model['sources']['pods'],
): number {
  if (!publishNotReadyAddresses || !pods.known) return 0
  const unready = new Set(pods.value.flatMap((it) => (it.namespace === namespace && !it.ready ? [it.name] : [])))
  return ready.filter(({ pod }) => pod !== null && unready.has(pod)).length
}

function ofProtocol({ protocol }: ServicePort): string {
  return protocol === 'TCP' ? '' : ` of ${protocol}`
}

function policyHop({ sources }: Model, ends: TraceEnds): Bare {
  const { networkPolicies, namespaces, pods } = sources
  if (!networkPolicies.known || !pods.known || ends.from === null) return without('policy', 'not-read')
  const flows = tracedFlows(ends, networkPolicies.value, namespaces, pods.value)
  if (flows.length === 0) return without('policy', isPastTcp(ends) ? 'not-tcp' : 'no-address')
  const here = othersOn(sources.otherPolicies, namespacesOf(ends))
  const tiers = tierDecisions(here, networkPolicies.value, namespaces)
  const byTier = flows.flatMap(({ flow }) => {
    const it = tiers(flow)
    return it.kind === 'denied' ? [otherPolicyText(it.by)] : []
  })
  const denied = flows.filter((it) => it.decision.kind === 'denied' || tiers(it.flow).kind === 'denied')
  const open = flows.filter((it) => it.decision.kind === 'unknown' || tiers(it.flow).kind === 'unknown')
  const by = [...denied, ...open].flatMap(({ decision }) => (decision.kind === 'allowed' ? [] : decision.by))
  const isLetBy = flows.some((it) => tiers(it.flow).kind === 'allowed' && it.decision.kind === 'denied')
  const others = here.filter((it) => !isEvaluated(it) || isLetBy)
  const unsure = open.length > 0 || others.length > 0 ? 'cannot-tell' : 'ok'
  return hop('policy', denied.length > 0 ? 'broken' : unsure, 'simulated', {
    kind: 'policy',
    denied: denied.length,
    // A policy that is not evaluated leaves every connection open.
    open: others.length > 0 ? flows.length - denied.length : open.length,
    of: flows.length,
    by: [...new Set([...byTier, ...by.map((it) => `${it.namespace}/${it.name}`), ...others.map(otherPolicyText)])],
  })
}
