import type { Finding } from '../findings/finding.ts'
import type { Contact, ConnectResult } from '../model/contacts.ts'
import type { Crossing } from '../model/crossing.ts'
import { leftOutBy, type Why as Unseen } from '../model/known.ts'
import type { InsideView } from '../model/inside.ts'
import type { Answer } from '../model/lookups.ts'
import type { Model } from '../model/sources.ts'
import { answerFits, isFailed } from '../relations/dns/inside-answers.ts'
import { excuseOf, isBadEnd } from '../relations/ingress/http-answers.ts'
import {
  addressesOf,
  farNameOf,
  namespacesOf,
  traceEnds,
  type TraceEnds,
  tracedPorts,
} from '../relations/path/trace-ends.ts'
import { tracedFlows } from '../relations/path/trace-policy.ts'
import { othersOn, otherPolicyText } from '../relations/policy/other-policies.ts'
import { countEndpoints, ownAddress, portText, portsText } from '../relations/service/service-endpoints.ts'
import { judgeName } from '../relations/service/service-names.ts'
import { tally } from '../relations/service/service-contacts.ts'
import { breakOf, narrow } from './trace-break.ts'
import { nodePathHops } from './trace-node-hops.ts'
import { isOfUrl, outsideBreak, outsideHops, urlHops } from './trace-outside.ts'
import { isIp } from '../wire/ip-family.ts'

/**
 * How a hop is known. `inside`: measured in the pod that the trace starts from; `beside`: from a probe pod; `node`:
 * read on nodes; `outside`: from the machine that hopscope runs on.
 */
export type How = 'inside' | 'beside' | 'node' | 'outside' | 'config' | 'simulated' | 'nobody'

export type HopVerdict = 'ok' | 'broken' | 'cannot-tell' | 'not-looked'

/** What was seen at a hop, as values; `report/trace` makes the sentences. */
export type Seen =
  | { readonly kind: 'name'; readonly typed: string; readonly result: Answer; readonly addresses: readonly string[] }
  | { readonly kind: 'service'; readonly type: string; readonly ports: string; readonly missing: number | null }
  | { readonly kind: 'endpoints'; readonly ready: number; readonly of: number }
  | {
      readonly kind: 'policy'
      readonly denied: number
      readonly open: number
      readonly of: number
      readonly by: readonly string[]
    }
  | {
      readonly kind: 'connects'
      readonly open: number
      readonly of: number
      readonly results: readonly ConnectResult[]
      readonly address: string
      readonly ms: number
    }
  | {
      readonly kind: 'answers'
      readonly bad: number
      readonly of: number
      readonly statuses: readonly string[]
      /** Whom it was asked of; absent where the hop before says so. */
      readonly at?: readonly string[]
    }
  /** On this machine; `result`: the addresses, or how it ended. */
  | { readonly kind: 'lookup'; readonly typed: string; readonly result: string }
  | {
      readonly kind: 'backends'
      readonly names: readonly string[]
      readonly absent: readonly string[]
      readonly ports: readonly string[]
    }
  | {
      readonly kind: 'routes'
      /** `worker-1 to worker-3 missing`. */
      readonly bad: readonly string[]
      readonly notForwarding: readonly string[]
      /** The nodes that were read, of those on the way. */
      readonly read: readonly string[]
      readonly of: number
    }
  | { readonly kind: 'sizes'; readonly mtu: number; readonly lost: readonly string[]; readonly of: number }
  | { readonly kind: 'why'; readonly why: Why }

/** Why nothing is known of a hop. */
export type Why =
  | 'needs-probe'
  | 'no-exec'
  | 'no-shell'
  | 'no-tool'
  | 'not-running'
  | 'not-read'
  | 'no-address'
  | 'no-http'
  | 'not-asked'
  | 'unclear'

export type HopName =
  | 'resolve'
  | 'service'
  | 'endpoints'
  | 'policy'
  | 'route'
  | 'mtu'
  | 'connect'
  | 'beside'
  | 'elsewhere'
  | 'direct'
  | 'outside'
  | 'controller'
  | 'backend'
  | 'http'

export interface Hop {
  readonly name: HopName
  readonly verdict: HopVerdict
  readonly how: How
  readonly seen: Seen
  /** Findings that stand at this hop. */
  readonly codes: readonly string[]
}

/** What the tests around the break leave: it is this, and not that. */
export type Narrowed = 'this-pod' | 'this-node' | 'service-address' | 'some-endpoints' | 'everywhere'

export interface Trace {
  /** null: the machine that hopscope runs on, outside of the cluster. */
  readonly from: { readonly namespace: string; readonly pod: string; readonly node: string | null } | null
  readonly to: string
  readonly hops: readonly Hop[]
  /**
   * `open`: measured from the pod itself, and well. `clear`: nothing that was read stands in the way, and nothing was
   * measured from the pod.
   */
  readonly verdict: 'open' | 'broken' | 'clear'
  /** The hop that the path breaks at; null unless `broken`. */
  readonly at: HopName | null
  readonly narrowed: Narrowed | null
}

/** null: the scope asks for no trace. `causes`: what the checks found. Pure: the same from a recording. */
export function traceOf(model: Model, causes: readonly Finding[]): Trace | null {
  const ends = traceEnds(model)
  const findings = causes.filter((it) => it.severity !== 'info')
  if (ends === null) return isOfUrl(model) ? fromOutside(model, findings) : null
  const hops = [
    ...resolveHop(model, ends),
    ...serviceHops(ends, model),
    policyHop(model, ends),
    ...nodePathHops(model, ends),
    connectHop(model, ends),
    ...nodeHops(model, ends),
    ...directHop(model, ends),
    ...httpHop(model, ends),
    ...urlHops(model),
  ].map((it) => ({ ...it, codes: codesAt(it.name, findings) }))
  const measured = hops.find((it) => it.name === 'connect')
  const at = breakOf(hops, measured)
  return {
    from: { ...ends.ask.from, node: ends.from?.node ?? null },
    to: farNameOf(ends),
    hops,
    verdict: verdictOf(at, measured),
    at,
    // Whoever is kept out by a policy is, from wherever it asks: what others get says nothing of nodes.
    // Nor does it where the pod does not reach itself (NOD522): that says where it breaks.
    narrowed:
      at === null || at === 'policy' || at === 'route' || at === 'mtu' || causes.some((it) => it.code === 'NOD522')
        ? null
        : narrow(hops),
  }
}

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
  }
}

function verdictOf(at: HopName | null, measured: Hop | undefined): Trace['verdict'] {
  if (at !== null) return 'broken'
  return measured?.verdict === 'ok' ? 'open' : 'clear'
}

/** 0 the way is open, or nothing stands in it; 1 it is broken. The engine's own code decides what is worse. */
export function traceExitCode(trace: Trace, diagnosis: 0 | 1 | 2 | number): number {
  return trace.verdict === 'broken' ? 1 : diagnosis
}

type Bare = Omit<Hop, 'codes'>

function hop(name: HopName, verdict: HopVerdict, how: How, seen: Seen): Bare {
  return { name, verdict, how, seen }
}

function without(name: HopName, why: Why): Bare {
  return hop(name, why === 'unclear' ? 'cannot-tell' : 'not-looked', 'nobody', { kind: 'why', why })
}

const familyOf: Readonly<Record<HopName, RegExp>> = {
  resolve: /^DNS/,
  service: /^SVC(?:202|203|210)/,
  endpoints: /^SVC(?:201|204|205|206|211|212|213)/,
  policy: /^POL/,
  route: /^NOD(?:51[012]|530|535|536)/,
  mtu: /^(?:NOD532|DNS147)/,
  connect: /^(?:SVC207|NOD|TRB)/,
  beside: /^$/,
  elsewhere: /^SVC209/,
  direct: /^$/,
  outside: /^ING35/,
  controller: /^(?:ING3[0-4]|GTW)/,
  backend: /^SVC207/,
  http: /^SVC208|^ING/,
}

function codesAt(name: HopName, findings: readonly Finding[]): readonly string[] {
  return [...new Set(findings.filter((it) => familyOf[name].test(it.code)).map((it) => it.code))]
}

/** The name as the pod's own C library found it; a name wins over what a probe pod beside it found. */
function resolveHop(model: Model, ends: TraceEnds): readonly Bare[] {
  const { ask, to } = ends
  if (to.kind === 'host') return resolvedHost(model, to.host, ask.from)
  // Who asks the node's resolver is not meant to know names of the cluster: it comes by an address, or by another name.
  if (to.kind !== 'service' || asksNodeResolver(ends.from)) return []
  const { insideViews } = model.sources
  if (!insideViews.known) return [without('resolve', whyNot(insideViews.why))]
  const view = viewOf(model, ask.from)
  const names = (view?.resolving?.names ?? []).filter(
    (it) => it.service.namespace === to.service.namespace && it.service.name === to.service.name,
  )
  const bad = names.find((it) => isFailed(it) || answerFits(it.addresses, to.service, to.slices) === 'wrong')
  const told = bad ?? names[0]
  if (told === undefined)
    return [
      failedInside(view) ??
        resolvedBeside(model, ends) ??
        without('resolve', view === undefined ? 'not-asked' : 'no-tool'),
    ]
  const { typed, result, addresses } = told
  return [hop('resolve', bad === undefined ? 'ok' : 'broken', 'inside', { kind: 'name', typed, result, addresses })]
}

function asksNodeResolver(from: TraceEnds['from']): boolean {
  return from !== null && (from.dnsPolicy === 'Default' || (from.hostNetwork && from.dnsPolicy === 'ClusterFirst'))
}

function viewOf({ sources: { insideViews } }: Model, from: TraceEnds['ask']['from']): InsideView | undefined {
  if (!insideViews.known) return undefined
  return insideViews.value.find((it) => it.namespace === from.namespace && it.pod === from.pod)
}

/**
 * The one lookup that was made in the pod itself: where that fails, a probe pod beside it, which other policies and
 * another resolv.conf hold, proves nothing.
 */
function failedInside(view: InsideView | undefined): Bare | null {
  if (view === undefined || !view.lookup.known || !isFailed(view.lookup.value)) return null
  const { name: typed, result } = view.lookup.value
  return hop('resolve', 'broken', 'inside', { kind: 'name', typed, result, addresses: [] })
}

/** A host by its name: the tool that connects says whether the name led anywhere. An address needs no lookup. */
function resolvedHost(model: Model, host: string, from: TraceEnds['ask']['from']): readonly Bare[] {
  if (isIp(host)) return []
  const { crossings } = model.sources
  if (!crossings.known) return [without('resolve', whyNot(crossings.why))]
  const told = crossings.value.filter((it) => it.to.kind === 'host' && it.host === host && it.result !== null)
  const seen = (result: Answer) => ({ kind: 'name', typed: host, result, addresses: [] }) as const
  if (told.some((it) => it.result === 'no-name')) return [hop('resolve', 'broken', 'inside', seen('not-found'))]
  // Silence is of the lookup as well as of the connection.
  if (told.some((it) => it.result === 'open' || it.result === 'refused' || it.result === 'no-route'))
    return [hop('resolve', 'ok', 'inside', seen('ok'))]
  return [failedInside(viewOf(model, from)) ?? without('resolve', told.length === 0 ? 'no-tool' : 'unclear')]
}

/** The Service's full name, as each DNS server answered a probe pod: one of the pod's own node where there is one. */
function resolvedBeside({ sources: { nameAnswers } }: Model, { from, to }: TraceEnds): Bare | null {
  if (!nameAnswers.known || to.kind !== 'service') return null
  const { service, slices } = to
  const own = nameAnswers.value.answers.filter(
    ({ reason }) =>
      reason.kind === 'service' &&
      reason.service.namespace === service.namespace &&
      reason.service.name === service.name,
  )
  const near = own.filter((it) => it.node === from?.node)
  const its = near.length > 0 ? near : own
  const judged = [...Map.groupBy(its, (it) => `${it.node} ${it.server.ip}`).values()].map((answers) => ({
    answers,
    as: judgeName(service, answers, slices),
  }))
  const bad = judged.find(({ as }) => (as.kind === 'unknown' ? as.silent : as.kind !== 'right'))
  const [first] = bad?.answers ?? its
  const told = bad !== undefined && 'answer' in bad.as ? bad.as.answer : first
  if (told === undefined) return null
  const { name: typed, answer: result, addresses } = told
  return hop('resolve', bad === undefined ? 'ok' : 'broken', 'beside', { kind: 'name', typed, result, addresses })
}

function serviceHops({ ask, to }: TraceEnds, { sources }: Model): readonly Bare[] {
  if (to.kind === 'absent') return [without('service', 'not-read')]
  if (to.kind !== 'service') return []
  const { service, slices } = to
  const missing = ask.port !== null && !service.ports.some((it) => it.port === ask.port) ? ask.port : null
  const chosen = tracedPorts(service, ask.port)
  const about = hop('service', missing === null ? 'ok' : 'broken', 'config', {
    kind: 'service',
    type: service.clusterIP === 'None' ? 'headless' : service.type,
    ports: missing === null ? chosen.map((it) => `${portText(it)} -> ${it.targetPort}`).join(', ') : portsText(service),
    missing,
  })
  if (service.type === 'ExternalName') return [about]
  if (!sources.endpointSlices.known) return [about, without('endpoints', 'not-read')]
  const { ready, leaving, notReady } = countEndpoints(slices)
  const serving = ready.length + leaving.length
  return [
    about,
    hop('endpoints', serving === 0 ? 'broken' : 'ok', 'config', {
      kind: 'endpoints',
      ready: serving,
      of: serving + notReady.length,
    }),
  ]
}

function policyHop({ sources }: Model, ends: TraceEnds): Bare {
  const { networkPolicies, namespaces, pods } = sources
  if (!networkPolicies.known || !pods.known || ends.from === null) return without('policy', 'not-read')
  const flows = tracedFlows(ends, networkPolicies.value, namespaces, pods.value)
  if (flows.length === 0) return without('policy', 'no-address')
  const denied = flows.filter((it) => it.decision.kind === 'denied')
  const open = flows.filter((it) => it.decision.kind === 'unknown')
  const by = [...denied, ...open].flatMap(({ decision }) => (decision.kind === 'allowed' ? [] : decision.by))
  const others = othersOn(sources.otherPolicies, namespacesOf(ends))
  const unsure = open.length > 0 || others.length > 0 ? 'cannot-tell' : 'ok'
  return hop('policy', denied.length > 0 ? 'broken' : unsure, 'simulated', {
    kind: 'policy',
    denied: denied.length,
    // A policy that is not evaluated leaves every connection open.
    open: others.length > 0 ? flows.length - denied.length : open.length,
    of: flows.length,
    by: [...new Set([...by.map((it) => `${it.namespace}/${it.name}`), ...others.map(otherPolicyText)])],
  })
}

/** What the client itself would do: the Service's address, each endpoint of a headless one, the pod, the host. */
function connectHop({ sources }: Model, ends: TraceEnds): Bare {
  const { crossings } = sources
  if (ends.from === null) return without('connect', 'not-read')
  if (ends.from.phase !== 'Running') return without('connect', 'not-running')
  if (addressesOf(ends).length === 0) return without('connect', 'no-address')
  if (!crossings.known) return without('connect', whyNot(crossings.why))
  const used = crossings.value.filter((it) => it.to.kind !== 'endpoint' || !hasOwnAddress(ends))
  return ofCrossings('connect', used)
}

/** Past the Service: each endpoint by its own address. */
function directHop({ sources }: Model, ends: TraceEnds): readonly Bare[] {
  if (ends.to.kind !== 'service' || !hasOwnAddress(ends)) return []
  const { crossings, contacts } = sources
  const inside = crossings.known ? crossings.value.filter((it) => it.to.kind === 'endpoint' && it.result !== null) : []
  if (inside.length > 0) return [ofCrossings('direct', inside)]
  const { service } = ends.to
  const probed = contacts.known
    ? contacts.value.connects.filter((it) => isOf(it, service, ends.ask.port) && it.via.kind === 'endpoint')
    : []
  return probed.length === 0 ? [] : [ofContacts('direct', probed)]
}

function hasOwnAddress({ to }: TraceEnds): boolean {
  return to.kind === 'service' && ownAddress(to.service) !== null
}

function ofCrossings(name: HopName, its: readonly Crossing[]): Bare {
  // A name that leads nowhere is told at its own hop: no connection was tried.
  const told = its.filter((it) => it.result !== null && it.result !== 'no-name')
  if (its.length > 0 && its.every((it) => it.result === 'no-name')) return without(name, 'no-address')
  if (told.length === 0) return without(name, its.length === 0 ? 'no-address' : 'no-tool')
  const open = told.filter((it) => it.result === 'open').length
  return hop(name, open === told.length ? 'ok' : 'broken', 'inside', {
    kind: 'connects',
    open,
    of: told.length,
    results: [...new Set(told.flatMap(({ result }) => (isFailure(result) ? [result] : [])))],
    address: addressText(told, its.length),
    ms: Math.max(...told.map((it) => it.ms)),
  })
}

function isFailure(result: Crossing['result']): result is Exclude<ConnectResult, 'open'> {
  return result !== null && result !== 'open' && result !== 'no-name'
}

/** Which, or how many; what no tool could tell of is not counted as seen. */
function addressText(told: readonly Crossing[], planned: number): string {
  if (planned === 1) return `${told[0]?.host}:${told[0]?.port}`
  return told.length === planned
    ? `${planned} addresses`
    : `${told.length} of ${planned} addresses, the others not told,`
}

/** The Service's address from a probe pod on the same node, and from the other nodes: it is this, and not that. */
function nodeHops({ sources }: Model, { ask, from, to }: TraceEnds): readonly Bare[] {
  const { contacts } = sources
  if (to.kind !== 'service' || !contacts.known) return []
  const its = contacts.value.connects.filter((it) => isOf(it, to.service, ask.port) && it.via.kind === 'service')
  const [beside, elsewhere] = [its.filter((it) => it.node === from?.node), its.filter((it) => it.node !== from?.node)]
  return [
    ...(beside.length === 0 ? [] : [ofContacts('beside', beside)]),
    ...(elsewhere.length === 0 ? [] : [ofContacts('elsewhere', elsewhere)]),
  ]
}

function isOf(
  { service }: Contact,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  port: number | null,
): boolean {
  return service.namespace === namespace && service.name === name && (port === null || service.port === port)
}

function ofContacts(name: HopName, its: readonly Contact[]): Bare {
  const { of, open, by } = tally(its)
  return hop(name, open === of ? 'ok' : 'broken', 'beside', {
    kind: 'connects',
    open,
    of,
    results: (Object.keys(by) as ConnectResult[]).filter((it) => it !== 'open' && by[it] > 0),
    address: new Set(its.map((it) => `${it.ip}:${it.port}`)).size === 1 ? `${its[0]?.ip}:${its[0]?.port}` : 'each',
    ms: Math.max(0, ...its.flatMap((it) => it.tries.map((one) => one.ms))),
  })
}

function httpHop(model: Model, { ask, to }: TraceEnds): readonly Bare[] {
  const { contacts } = model.sources
  if (to.kind !== 'service' || !contacts.known) return []
  const excuse = excuseOf({ ...model.sources, scope: model.scope })
  const its = (contacts.value.direct ?? []).filter(
    (it) =>
      it.service.namespace === to.service.namespace &&
      it.service.name === to.service.name &&
      (ask.port === null || it.service.port === ask.port) &&
      excuse(it) === null,
  )
  if (its.length === 0) return [without('http', 'no-http')]
  const bad = its.filter(isBadEnd)
  return [
    hop('http', bad.length > 0 ? 'broken' : 'ok', 'beside', {
      kind: 'answers',
      bad: bad.length,
      of: its.length,
      statuses: [...new Set((bad.length > 0 ? bad : its).map((it) => it.error ?? String(it.status)))].slice(0, 4),
    }),
  ]
}

function whyNot(why: Unseen): Why {
  if (leftOutBy(why) !== null) return 'no-exec'
  if (why.reason === 'not-asked') return 'needs-probe'
  return why.reason === 'not-there' ? 'no-shell' : 'unclear'
}
