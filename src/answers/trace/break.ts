import type { Hop, HopName, HopVerdict, Narrowed, Part } from './hop.ts'

/**
 * The first broken hop, as far as the pod itself did not prove it whole: an open connection refutes what was worked out
 * from objects, and a name that is not found breaks the path however open the address is. `staysOn`: whether the pod's
 * own tool stayed on the line, and would have seen who hangs up.
 */
export function breakOf(hops: readonly Hop[], measured: Hop | undefined, staysOn: boolean): HopName | null {
  const broken = hops.filter((it) => it.verdict === 'broken')
  // A lookup that nobody answers is lost on the same nodes' ways: the name is not what is wrong.
  const name = broken.find((it) => it.name === 'resolve')?.seen
  const isLost = name?.kind === 'name' && name.result === 'timeout'
  if (isLost && broken.some((it) => it.name === 'route')) return 'route'
  // Who is refused was heard: its packets got there, and the answer back.
  const failures = measured?.seen.kind === 'connects' ? measured.seen.results : []
  const isHeard = failures.length > 0 && failures.every((it) => it === 'refused' || it === 'hung-up')
  const around: ReadonlySet<HopName> = new Set([
    ...(['beside', 'elsewhere', 'direct'] as const),
    ...(isHeard ? (['route', 'mtu'] as const) : []),
  ])
  const own = broken.filter((it) => !around.has(it.name))
  if (measured?.verdict !== 'ok')
    return (own[0] ?? (measured?.verdict === 'broken' ? measured : broken[0]))?.name ?? null
  return within(own) ?? aroundIt(broken, staysOn)
}

/** An open connection has sent no packet of full size, and asked nothing yet. */
const inside: ReadonlySet<HopName> = new Set(['resolve', 'mtu', 'http', 'large', 'controller', 'backend', 'endpoints'])

function within(own: readonly Hop[]): HopName | null {
  return own.find((it) => inside.has(it.name))?.name ?? null
}

/**
 * One connect came through by chance; others of the same pod's, or of its node's, were led to where nobody answers. Or
 * whoever stays on the line is hung up on, and the pod's own tool did not stay.
 */
function aroundIt(broken: readonly Hop[], staysOn: boolean): HopName | null {
  const beside = broken.filter((it) => it.name === 'beside' || it.name === 'elsewhere' || it.name === 'direct')
  const hungUp = staysOn ? undefined : beside.find((it) => isHungUp(it) && !isPart(it))
  return (hungUp ?? broken.find((it) => (isOfPod(it) || it.name === 'beside') && isPart(it)))?.name ?? null
}

/** Past the Service, tried in the pod itself. */
function isOfPod({ name, how }: Hop): boolean {
  return name === 'direct' && how === 'inside'
}

function isPart({ seen }: Hop): boolean {
  return seen.kind === 'connects' && seen.open > 0 && seen.open < seen.of
}

/** It opens, and the other side ends it at once. */
export function isHungUp({ seen }: Pick<Hop, 'seen'>): boolean {
  return seen.kind === 'connects' && seen.results.length > 0 && seen.results.every((it) => it === 'hung-up')
}

/** Which share of connections gets through, where some do: "does not reach" is not said of these. */
export function partOf(hops: readonly Hop[], at: HopName | null): Part | null {
  const named = (name: HopName): Hop | undefined => hops.find((it) => it.name === name)
  const seen = hops.find((it) => it.name === at)?.seen
  if (seen?.kind === 'policy')
    return seen.denied < seen.of ? { of: seen.of, well: seen.of - seen.denied, what: 'endpoints' } : null
  if (at === 'http' && seen?.kind === 'answers') {
    const { well, bad, of } = seen
    if (well !== undefined && well.endpoints > 0) return { of: well.of, well: well.endpoints, what: 'endpoint-answers' }
    return bad < of ? { of, well: of - bad, what: 'answers' } : null
  }
  if (at !== 'connect' && at !== 'direct' && at !== 'beside') return null
  // What the pod itself tried says more than what others did.
  const tried = [named('connect'), named('direct'), named('beside')].find((it) => it !== undefined && isPart(it))
  if (tried?.seen.kind !== 'connects') return null
  const { open, of, unmeasured = 0 } = tried.seen
  return tried.how === 'inside'
    ? { of: of + unmeasured, well: open, what: 'endpoints' }
    : { of, well: open, what: 'tries' }
}

/** One try of a probe pod that came through: "no node reaches it" is not so. */
function isReachedByOthers({ name, seen }: Hop): boolean {
  return (name === 'beside' || name === 'elsewhere') && seen.kind === 'connects' && seen.open > 0
}

export function narrow(hops: readonly Hop[]): Narrowed | null {
  const of = (name: HopName): HopVerdict | null => hops.find((it) => it.name === name)?.verdict ?? null
  const [connect, beside, elsewhere, direct] = [of('connect'), of('beside'), of('elsewhere'), of('direct')]
  if (connect !== 'broken') return null
  const seen = hops.find((it) => it.name === 'direct')?.seen
  // Its node led it there, and nobody else's would lead it further.
  const isLed = hops.some((it) => it.name === 'connect' && isHungUp(it))
  if (isLed) return direct === 'broken' && beside === 'broken' ? 'everywhere' : null
  // A Service without a ready endpoint refuses as it should.
  if (direct === 'ok' && beside !== 'ok') return of('endpoints') === 'broken' ? null : 'service-address'
  if (beside === 'ok') return 'this-pod'
  if (beside === 'broken' && elsewhere === 'ok') return 'this-node'
  if (seen?.kind === 'connects' && seen.open > 0 && seen.open < seen.of) return 'some-endpoints'
  return beside === 'broken' && elsewhere === 'broken' && !hops.some(isReachedByOthers) ? 'everywhere' : null
}
