import type { Basis, HttpContact, HttpEnd } from '../model/contacts.ts'
import type { IngressConfigs } from '../model/ingress-config.ts'
import type { Ingress } from '../model/ingress.ts'
import type { Known } from '../model/known.ts'
import type { Outside, OutsideAnswer } from '../model/outside.ts'
import type { Model } from '../model/sources.ts'
import type { Subject } from '../model/subject.ts'
import { full } from '../phrases.ts'
import { isRoutingKind, servicesRoutedBy } from '../relations/gateway/routed-services.ts'
import {
  excuseOf,
  isBadEnd,
  isDoubtful,
  isLedAway,
  isRefusedCertificate,
  neverConnected,
} from '../relations/ingress/http-answers.ts'
import { liveTaker } from '../relations/ingress/live-taker.ts'
import { requestsOf, routeOfContact } from '../relations/ingress/http-of-ingress.ts'
import { unendedOf } from './trace/cut-asks.ts'
import { tally } from '../relations/service/service-contacts.ts'

/** One part of the way of a request, as it was asked by itself. */
export interface Leg {
  readonly name: 'outside' | 'controller' | 'service' | 'pods'
  /** Whom it was asked of: addresses, controller pods, a Service, pods. */
  readonly at: readonly string[]
  readonly bad: number
  /** Answered, and not as a client wants it: a 4xx, a certificate that clients refuse. */
  readonly doubtful: number
  readonly of: number
  /** What came: `200`, `502`, `ECONNREFUSED`; empty where only a connection was made. */
  readonly said: readonly string[]
  readonly slowestMs: number | null
  /** Whose end was not awaited; absent: none. */
  readonly unended?: number
}

/** Answers that take so long are not well, whatever they say. */
const slowMs = 3000

export function isSlow({ slowestMs }: Pick<Leg, 'slowestMs'>): boolean {
  return slowestMs !== null && slowestMs >= slowMs
}

/**
 * The way of the URL that was asked about, from outside to the pods: each leg is asked past the one before, so that the
 * first bad one with good ones behind it is where the request gets lost. Empty without a URL, or when nothing was
 * measured.
 */
export function legsOf(model: Model): readonly Leg[] {
  const { scope, sources } = model
  const { target } = scope
  const { outside, contacts, ingresses, ingressConfigs } = sources
  if (target.kind !== 'object' || target.url === null) return []
  if (isRoutingKind(target.object.kind)) return routedLegs(model, target.object)
  if (!ingresses.known) return []
  const ingress = ingresses.value.find(
    (it) => it.namespace === target.object.namespace && it.name === target.object.name,
  )
  if (ingress === undefined) return []
  const first = outside.known ? outsideLegs(outside.value) : []
  if (!contacts.known) return first
  const excuse = excuseOf({ ...sources, scope })
  const asked = requestsOf(contacts.value, ingress).filter((it) => it.basis === 'url' && excuse(it) === null)
  const to = asked.flatMap((it) => backendOf(ingress, it, ingressConfigs) ?? [])[0] ?? null
  const isOwn = (it: { readonly service: { readonly namespace: string; readonly name: string } }): boolean =>
    it.service.namespace === to?.namespace && it.service.name === to.name
  const connects = contacts.value.connects.filter((it) => isOwn(it) && it.via.kind === 'service')
  const own = (contacts.value.direct ?? []).filter(isOwn)
  const direct = own.filter((it) => excuse(it) === null)
  // Where a policy keeps the probe pods out of the endpoints, it does so by the Service's address as well.
  const { of, failed, by } = tally(direct.length === own.length ? connects : [])
  return [
    ...(outside.known ? outsideLegs(outside.value, asked) : []),
    ...(asked.length === 0 ? [] : [leg('controller', asked, (it) => it.via.controllerPod)]),
    ...(of === 0 || to === null
      ? []
      : [
          {
            name: 'service' as const,
            at: [full(to)],
            bad: failed,
            doubtful: 0,
            of,
            said: Object.entries(by).flatMap(([result, n]) => (n > 0 ? [result] : [])),
            slowestMs: Math.max(...connects.flatMap((it) => it.tries.map((one) => one.ms))),
          },
        ]),
    ...(direct.length === 0 ? [] : [leg('pods', direct, (it) => it.pod ?? it.ip)]),
  ]
}

/** By the configuration that the controller runs, where it was read, else by the rules of the Ingress. */
function backendOf(ingress: Ingress, it: HttpContact, configs: Known<IngressConfigs>) {
  const live = liveTaker(configs, { host: it.host, path: it.path, controllerPod: it.via.controllerPod })
  if (live !== null && live.to !== null) return live.to
  const service = routeOfContact(ingress, it)?.backend.service
  return service === undefined ? null : { namespace: ingress.namespace, name: service }
}

/** From outside, then of the data plane of its Gateway, then what stands behind it. */
function routedLegs(model: Model, object: Subject): readonly Leg[] {
  const { outside, contacts } = model.sources
  const first = outside.known ? outsideLegs(outside.value) : []
  if (!contacts.known) return first
  const names = new Set(servicesRoutedBy(model, object).map(full))
  const asked = (contacts.value.routed ?? []).filter(
    ({ route, ...it }) =>
      route.kind === object.kind &&
      route.namespace === object.namespace &&
      route.name === object.name &&
      it.basis === 'url' &&
      !neverConnected(it),
  )
  const connects = contacts.value.connects.filter((it) => it.via.kind === 'service' && names.has(full(it.service)))
  const excuse = excuseOf({ ...model.sources, scope: model.scope })
  const direct = (contacts.value.direct ?? []).filter((it) => names.has(full(it.service)) && excuse(it) === null)
  const { of, failed, by } = tally(connects)
  return [
    ...first,
    ...(asked.length === 0 ? [] : [leg('controller', asked, (it) => full(it.via))]),
    ...(of === 0
      ? []
      : [
          {
            name: 'service' as const,
            at: [...new Set(connects.map((it) => full(it.service)))],
            bad: failed,
            doubtful: 0,
            of,
            said: Object.entries(by).flatMap(([result, n]) => (n > 0 ? [result] : [])),
            slowestMs: Math.max(...connects.flatMap((it) => it.tries.map((one) => one.ms))),
          },
        ]),
    ...(direct.length === 0 ? [] : [leg('pods', direct, (it) => it.pod ?? it.ip)]),
  ]
}

/** A 4xx is an answer, and a wrong one where the controllers have another: then somebody before them gives it. */
function outsideLegs({ lookupError, answers }: Outside, inside: readonly HttpEnd[] = []): readonly Leg[] {
  if (lookupError !== null)
    return [{ name: 'outside', at: [], bad: 1, doubtful: 0, of: 1, said: [lookupError], slowestMs: null }]
  if (answers.length === 0) return []
  const isServed = inside.length > 0 && inside.every((it) => it.status !== null && it.status < 400 && !isBadEnd(it))
  // A redirect to another host that no controller makes is somebody else's as well.
  const isOther = (it: HttpEnd): boolean => (it.status ?? 0) >= 400 || (isLedAway(it) && !inside.some(isLedAway))
  const isBad = (it: OutsideAnswer): boolean => isBadEnd(it) || (isServed && isOther(it))
  return [leg('outside', answers, (it) => `${it.ip}:${it.port}`, isBad)]
}

type Ended = HttpEnd & { readonly host: string; readonly basis?: Basis }

function leg<T extends Ended>(
  name: Leg['name'],
  its: readonly T[],
  at: (it: T) => string,
  isBad: (it: T) => boolean = isBadEnd,
): Leg {
  return {
    name,
    at: [...new Set(its.map(at))],
    bad: its.filter(isBad).length,
    doubtful: its.filter((it) => !isBad(it) && isDoubtful(it)).length,
    of: its.length,
    said: [...new Set(its.map(said))],
    slowestMs: its.length === 0 ? null : Math.max(...its.map((it) => it.ms)),
    ...unendedOf(its),
  }
}

function said(it: Ended): string {
  const came = it.error ?? String(it.status)
  const { certificate } = it
  if (certificate === undefined || !isRefusedCertificate(it)) return came
  const { validity } = certificate
  return `${came}, ${validity === 'now' ? 'certificate of another name' : certificates[validity]}`
}

const certificates = { expired: 'certificate expired', 'not-yet': 'certificate not valid yet' } as const
