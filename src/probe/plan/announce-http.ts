import type { PlannedRouted, ProbePlan } from './plan.ts'
import { onePathMs } from './pace.ts'
import { directTimes } from './plan-direct.ts'
import { count, full, some } from '../../phrases.ts'

/** From each node. One browser that loads a page asks for as much. */
export const httpPerSecond = 30

type HttpPart = Pick<ProbePlan, 'http' | 'strangers' | 'direct' | 'through' | 'routed'>

/** How many GETs one node sends when nothing redirects. */
export function requestsOf(plan: HttpPart): number {
  return (
    timesOf(plan.http) +
    timesOf(plan.routed) +
    plan.strangers.length +
    (plan.direct.length + plan.through.length) * directTimes(plan) +
    largeAsks(plan).length
  )
}

/**
 * Of the endpoints and then the controllers, by their places in the list of both: the first question to each port is
 * asked once more in the size of a full packet.
 */
export function largeAsks({ direct, http }: Pick<HttpPart, 'direct' | 'http'>): readonly number[] {
  const first = new Map<string, number>()
  const all = [...direct, ...http.map((it) => ({ ...it.via, gentle: it.gentle }))]
  for (const [at, { ip, port, ...it }] of all.entries()) {
    // One more would be the one that a limit refuses.
    if ('gentle' in it && it.gentle === true) continue
    const key = `${ip} ${port}`
    if (!first.has(key)) first.set(key, at)
  }
  return [...first.values()]
}

function timesOf(http: readonly { readonly times: number }[]): number {
  return http.reduce((sum, it) => sum + it.times, 0)
}

/** Long enough for all of them at their rate, with time for slow ones; `diagnose` must end soon all the same. */
export function httpBudget(plan: HttpPart & Pick<ProbePlan, 'pace'>): number {
  if (plan.pace === 'one-path') return onePathMs.requests
  return Math.round(Math.min(12, Math.max(6, (1.4 * requestsOf(plan)) / httpPerSecond)) * 1000)
}

/** The first URLs by name: what is asked of somebody's application is for its owner to read. */
export function announceHttp(plan: ProbePlan): readonly string[] {
  const of = requestsOf(plan)
  if (of === 0) return []
  const large = largeAsks(plan).length
  const parts = [
    ...(plan.http.length === 0 ? [] : [`${getsOf(plan.http)} to Ingress controllers`]),
    ...(plan.routed.length === 0 ? [] : [`${getsOf(plan.routed)} to ${planesOf(plan.routed)}`]),
    ...(plan.strangers.length === 0 ? [] : [`${plan.strangers.length} for a host that nobody has`]),
    ...(plan.direct.length === 0
      ? []
      : [`${count(plan.direct.length * directTimes(plan), 'GET')} to ${count(plan.direct.length, 'endpoint')}`]),
    ...(plan.through.length === 0
      ? []
      : [
          `${count(plan.through.length * directTimes(plan), 'GET')} of ` +
            `${plan.through.map((it) => `${it.scheme}://${it.host}${it.path}`).join(', ')} ` +
            "to the Service's own address",
        ]),
    ...(large === 0
      ? []
      : [
          `one more to ${large === 1 ? 'the port' : `each of ${large} ports`}, ` +
            'where it answers, padded by a header to fill a packet (4000 bytes at most), ' +
            'and a small one where that is silent',
        ]),
  ]
  const denied = [...plan.http, ...plan.strangers]
    .map(({ via }) => `${via.ip}:${via.port}`)
    .concat(plan.direct.map((it) => `${it.ip}:${it.port}`))
    .filter((it) => plan.denied.has(it))
  return [
    ...(denied.length === 0
      ? []
      : [
          `NetworkPolicies deny the probe pods the way to ${count(new Set(denied).size, 'address', 'addresses')}: ` +
            'requests are sent there only where a connection opens within 3 s all the same',
        ]),
    `sends at most ${httpPerSecond} HTTP requests/s from each of ${plan.contactNodes.join(', ')}: ` +
      `${parts.join(', ')}; follows redirects to the same host, three at most; ` +
      'asks over TLS who does not understand plain HTTP; leaves alone what is silent, slow, or answers 429',
  ]
}

function getsOf(asks: readonly Pick<PlannedRouted, 'scheme' | 'host' | 'path' | 'times'>[]): string {
  const urls = [...new Set(asks.map((it) => `${it.scheme}://${it.host}${it.path}`))]
  const more = urls.length > 3 ? ` and ${urls.length - 3} more` : ''
  return `${count(timesOf(asks), 'GET')} of ${urls.slice(0, 3).join(', ')}${more}`
}

function planesOf(asks: readonly PlannedRouted[]): string {
  const all = [...new Set(asks.map(({ via }) => `${full(via)}:${via.port}`))]
  return `${all.length === 1 ? 'Service' : 'Services'} ${some(all)} of Gateways`
}
