import type { Ingress } from '../../model/ingress.ts'
import type { Model } from '../../model/sources.ts'
import { isRoutingKind, servicesRoutedBy } from '../../relations/gateway/routed-services.ts'
import { routeFor } from '../../relations/ingress/ingress-routes-to-service.ts'
import { liveTaker } from '../../relations/ingress/live-taker.ts'
import { countEndpoints, portsText } from '../../relations/service/service-endpoints.ts'
import { type Leg, legsOf } from '../legs.ts'
import { easedAt } from './cut-asks.ts'
import { largeHop } from './large-hop.ts'
import type { Bare, Hop, HopName, Seen, Why } from './hop.ts'

/** Whether the scope is of a URL that an object of the cluster answers for. */
export function isOfUrl({ scope: { target } }: Pick<Model, 'scope'>): boolean {
  return target.kind === 'object' && target.url !== null
}

/**
 * From this machine to the pods that a URL leads to: what DNS says here, the load balancer, a controller, the Service,
 * its endpoints, the pods. Each is asked past the one before.
 */
export function outsideHops(model: Model): readonly Bare[] {
  const legs = legsOf(model)
  return [...lookupHop(model), legHop(legs, 'outside', whyOutside(model)), ...insideHops(model, legs)]
}

/** The same from the controller on, for a trace that starts from a pod. */
export function urlHops(model: Model): readonly Bare[] {
  return isOfUrl(model) ? insideHops(model, legsOf(model)) : []
}

function insideHops(model: Model, legs: readonly Leg[]): readonly Bare[] {
  const { target } = model.scope
  const isRouted = target.kind === 'object' && isRoutingKind(target.object.kind)
  return [
    ...(isRouted ? [] : [eased(model, legHop(legs, 'controller', notAsked(model)))]),
    ...backendHops(model),
    legHop(legs, 'service', notAsked(model)),
    eased(model, legHop(legs, 'pods', notAsked(model))),
    ...largeHop(model, backendsOf(model), null),
  ]
}

/** `--lb` goes past DNS: then nothing is looked up. */
function lookupHop({ scope: { target }, sources: { outside } }: Model): readonly Bare[] {
  if (target.kind !== 'object' || target.url === null || !outside.known) return []
  const typed = URL.parse(target.url)?.hostname ?? ''
  const { lookupError, answers } = outside.value
  if (lookupError !== null) return [hop('resolve', 'broken', { kind: 'lookup', typed, result: lookupError })]
  if (answers.some((it) => it.by === 'lb')) return []
  const addresses = [...new Set(answers.map((it) => it.ip))]
  return [hop('resolve', 'ok', { kind: 'lookup', typed, result: addresses.join(', ') })]
}

const hopOfLeg: Readonly<Record<Leg['name'], HopName>> = {
  outside: 'outside',
  controller: 'controller',
  service: 'backend',
  pods: 'http',
}

function legHop(legs: readonly Leg[], name: Leg['name'], why: Why): Bare {
  const leg = legs.find((it) => it.name === name)
  const at = hopOfLeg[name]
  if (leg === undefined || (name === 'outside' && leg.at.length === 0))
    return { name: at, verdict: 'not-looked', how: 'nobody', seen: { kind: 'why', why } }
  const { bad, doubtful, of, said, unended } = leg
  return {
    name: at,
    verdict: bad === 0 ? 'ok' : 'broken',
    how: name === 'outside' ? 'outside' : 'beside',
    seen: {
      kind: 'answers',
      bad,
      ...(doubtful === 0 ? {} : { doubtful }),
      ...(unended === undefined ? {} : { unended }),
      of,
      statuses: said.slice(0, 4),
      at: leg.at.slice(0, 3),
    },
  }
}

/** Who was asked no further was not seen well. */
function eased({ sources: { contacts } }: Model, bare: Bare): Bare {
  if (!contacts.known || bare.seen.kind !== 'answers') return bare
  const { http, routed = [], direct = [] } = contacts.value
  const asked = bare.name === 'controller' ? [...http, ...routed].map(({ via }) => via) : direct
  const found = easedAt(contacts.value, asked)
  if (found.eased === undefined) return bare
  return { ...bare, verdict: bare.verdict === 'ok' ? 'cannot-tell' : bare.verdict, seen: { ...bare.seen, ...found } }
}

function whyOutside({ sources: { outside } }: Model): Why {
  return outside.known ? 'no-address' : 'needs-probe'
}

function notAsked({ sources: { contacts } }: Model): Why {
  if (contacts.known) return 'no-http'
  return contacts.why.reason === 'not-asked' ? 'needs-probe' : 'unclear'
}

function hop(name: HopName, verdict: Hop['verdict'], seen: Seen): Bare {
  return { name, verdict, how: 'outside', seen }
}

/** The Services that the URL is routed to, and what stands behind them. */
function backendHops(model: Model): readonly Bare[] {
  const { services, endpointSlices } = model.sources
  const names = backendsOf(model)
  if (names.length === 0 || !services.known)
    return [{ name: 'service', verdict: 'not-looked', how: 'nobody', seen: { kind: 'why', why: 'not-read' } }]
  const isOutside = ({ namespace }: { readonly namespace: string }): boolean =>
    model.scope.namespace !== null && namespace !== model.scope.namespace
  if (names.some(isOutside))
    return [{ name: 'service', verdict: 'not-looked', how: 'nobody', seen: { kind: 'why', why: 'not-read' } }]
  const there = names.flatMap(
    ({ namespace, name }) => services.value.find((it) => it.namespace === namespace && it.name === name) ?? [],
  )
  const absent = names.filter((it) => !there.some((one) => one.namespace === it.namespace && one.name === it.name))
  const about: Bare = {
    name: 'service',
    verdict: absent.length === 0 ? 'ok' : 'broken',
    how: 'config',
    seen: {
      kind: 'backends',
      names: names.map((it) => `${it.namespace}/${it.name}`),
      absent: absent.map((it) => `${it.namespace}/${it.name}`),
      ports: there.map(portsText),
    },
  }
  if (there.every((it) => it.type === 'ExternalName')) return [about]
  if (!endpointSlices.known)
    return [about, { name: 'endpoints', verdict: 'not-looked', how: 'nobody', seen: { kind: 'why', why: 'not-read' } }]
  const counts = there
    .filter((it) => it.type !== 'ExternalName')
    .map((it) =>
      countEndpoints(endpointSlices.value.filter((s) => s.namespace === it.namespace && s.service === it.name)),
    )
    .map(({ ready, leaving, notReady }) => ({
      ready: ready.length,
      leaving: leaving.length,
      of: ready.length + leaving.length + notReady.length,
    }))
  const sum = (key: 'ready' | 'leaving' | 'of'): number => counts.reduce((total, it) => total + it[key], 0)
  const leaving = sum('leaving')
  const isEmpty = counts.some((it) => it.ready + it.leaving === 0)
  return [
    about,
    {
      name: 'endpoints',
      verdict: isEmpty ? 'broken' : 'ok',
      how: 'config',
      seen: { kind: 'endpoints', ready: sum('ready'), of: sum('of'), ...(leaving === 0 ? {} : { leaving }) },
    },
  ]
}

function backendsOf(model: Model): readonly { readonly namespace: string; readonly name: string }[] {
  const { target } = model.scope
  if (target.kind !== 'object' || target.url === null) return []
  const { object } = target
  if (isRoutingKind(object.kind)) return servicesRoutedBy(model, object)
  const { ingresses } = model.sources
  const ingress = (ingresses.known ? ingresses.value : []).find(
    (it) => it.namespace === object.namespace && it.name === object.name,
  )
  const at = URL.parse(target.url)
  const made = at === null ? null : { host: at.hostname, path: at.pathname }
  // Of several Ingresses of one host, nginx's own configuration says which one has the request.
  const live = made === null ? null : liveTaker(model.sources.ingressConfigs, made)
  if (live !== null && live.to !== null) return [live.to]
  const service = ingress === undefined ? null : backendOf(ingress, target.url)
  return ingress === undefined || service === null ? [] : [{ namespace: ingress.namespace, name: service }]
}

function backendOf(ingress: Ingress, url: string): string | null {
  const at = URL.parse(url)
  return at === null ? null : (routeFor(ingress, at.hostname, at.pathname)?.backend.service ?? null)
}

/**
 * The innermost bad part: what is bad behind it would make it bad as well. A name that leads nowhere from here comes
 * before all others: nobody gets as far as them.
 */
export function outsideBreak(hops: readonly Bare[]): HopName | null {
  const isBroken = (name: HopName): boolean => hops.some((it) => it.name === name && it.verdict === 'broken')
  const order = ['resolve', 'service', 'endpoints', 'http', 'large', 'backend', 'controller', 'outside'] as const
  return order.find(isBroken) ?? null
}
