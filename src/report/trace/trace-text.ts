import type { Hop, HopName, How, Narrowed, Seen, Trace, Why } from '../../answers/trace/hop.ts'
import { isHungUp } from '../../answers/trace/break.ts'
import { isUntold } from '../../answers/trace/trace.ts'
import type { ConnectResult } from '../../model/contacts.ts'
import type { Mark, Paint } from '../paint.ts'
import { tableLines } from '../table.ts'
import { page } from '../visible.ts'
import { sightText } from '../../relations/service/meet-each.ts'
import { count, full, ms, some } from '../../phrases.ts'

/** What a hop is called; `direct` by what it goes past. */
export function hopLabel(name: HopName): string {
  return name === 'direct' ? 'past the Service' : labels[name]
}

const labels: Readonly<Record<HopName, string>> = {
  resolve: 'resolve',
  service: 'service',
  endpoints: 'endpoints',
  policy: 'policy',
  route: 'route',
  mtu: 'packet size',
  connect: 'connect',
  beside: 'same node',
  elsewhere: 'other nodes',
  direct: 'endpoints',
  outside: 'load balancer',
  controller: 'controller',
  backend: 'Service address',
  http: 'http',
  large: 'large request',
}

function hopMark(it: Pick<Hop, 'verdict' | 'seen'>): Mark {
  return isDoubtful(it) ? 'warning' : marks[it.verdict]
}

const marks: Readonly<Record<Hop['verdict'], Mark>> = {
  ok: 'ok',
  broken: 'error',
  'cannot-tell': 'cannot-tell',
  'not-looked': 'not-applicable',
}

export const hows: Readonly<Record<How, string>> = {
  inside: 'measured in the pod',
  beside: 'measured by a probe pod',
  node: 'read on the nodes',
  outside: 'measured from here',
  config: 'read',
  simulated: 'worked out',
  nobody: '',
}

const results: Readonly<Record<ConnectResult | 'hung-up', string>> = {
  open: 'open',
  'hung-up': 'hung up at once',
  refused: 'refused',
  timeout: 'timed out',
  'no-route': 'no route',
  'no-source': 'no source port free',
  error: 'failed',
}

const whys: Readonly<Record<Why, string>> = {
  'needs-probe': 'not measured: needs --probe',
  'no-exec': 'not measured: left out by --no-exec',
  'no-shell': 'not measured: the container has no shell',
  'no-tool': 'not measured: the container has no tool that could tell',
  'not-running': 'not measured: the pod does not run',
  'not-read': 'not known: it could not be read',
  'no-address': 'no address to judge or to connect to',
  'not-tcp': 'not a port of TCP: not judged, and nothing was sent to it',
  'no-http': 'nothing was asked over HTTP',
  'not-filled': 'no packet of full size was sent to this port: only what answers HTTP is sent one',
  'not-asked': 'not measured in this pod',
  unclear: 'not known: what was measured does not tell',
}

/** The answer first, then every hop with how it is known, then what the tests around the break leave. */
export function traceText(trace: Trace, paint: Paint): string {
  const rest = sentences(trace)
  return page(
    [...head(trace, paint), '', ...hopLines(trace.hops, paint), ...(rest.length === 0 ? [] : ['', ...rest])],
    paint,
  )
}

function head(trace: Trace, paint: Paint): readonly string[] {
  const { from, to, verdict, at } = trace
  const pod = from === null ? 'this machine' : `pod ${from.namespace}/${from.pod}`
  const node = from === null || from.node === null ? '' : ` (${from.node})`
  const hop = trace.hops.find((it) => it.name === at)
  const tried = trace.hops.some((it) => it.name === 'connect' && it.verdict === 'broken')
  const byObjects = !tried && (hop?.how === 'simulated' || hop?.how === 'config')
  const ends: Readonly<Record<Trace['verdict'], readonly [Mark, string]>> = {
    open: untold(trace) ??
      answeredAs(trace, `${pod}${node}`) ??
      namedLate(trace, `${pod}${node}`) ??
      openedLate(trace, `${pod}${node}`) ??
      withTrouble(trace, `${pod}${node}`) ??
      askedNoFurther(trace, `${pod}${node}`) ?? ['ok', `${pod}${node} reaches ${to}.`],
    clear: ['cannot-tell', `${untried(trace, `${pod}${node}`)}.`],
    broken: [
      'error',
      `${pod}${node} ${reachText(trace)}: the path breaks at ${at === null ? 'an unknown hop' : hopLabel(at)}` +
        `${byObjects ? ', as far as objects say' : ''}.`,
    ],
  }
  const [mark, text] = ends[verdict]
  return [`${paint.mark(mark)} ${paint.strong(text)}`]
}

/** Of some endpoints of a Service nothing is known: that one connection opened is not that each does. */
function untold({ hops, from, to }: Trace): readonly [Mark, string] | null {
  const missing = Math.max(0, ...hops.map(({ seen }) => (seen.kind === 'connects' ? (seen.unmeasured ?? 0) : 0)))
  if (missing === 0) return null
  const pod = from === null ? 'this machine' : `pod ${from.namespace}/${from.pod}`
  return [
    'cannot-tell',
    `${pod} reaches ${to} as far as was measured: ${count(missing, 'address was', 'addresses were')} not.`,
  ]
}

/** Who asks for a URL wants more than to reach it. What a user gets comes before what the controllers say. */
function answeredAs({ hops, to }: Trace, pod: string): readonly [Mark, string] | null {
  const seen = hops.flatMap((it) => (isDoubtful(it) && it.seen.kind === 'answers' ? [it.seen] : []))[0]
  return seen === undefined ? null : ['warning', `${pod} reaches ${to}, and is answered ${seen.statuses.join('; ')}.`]
}

/** It opens, and only since a lost SYN is sent again: each such connection waits for a second or more. */
function openedLate({ hops, to }: Trace, pod: string): readonly [Mark, string] | null {
  const seen = hops.flatMap((it) => (it.seen.kind === 'connects' ? [it.seen] : []))
  const [resent, of] = [sum(seen.map((it) => it.resent ?? 0)), sum(seen.map((it) => it.of))]
  if (resent === 0) return null
  return ['warning', `${pod} reaches ${to}, and ${resent} of ${of} connections lost their first SYN: 1 s or more each.`]
}

/** It is found, each time after a silent nameserver was waited for: slow, and not broken. */
function namedLate({ hops, to }: Trace, pod: string): readonly [Mark, string] | null {
  const [slow] = hops.flatMap((it) => (isDoubtful(it) && it.seen.kind === 'name' ? [it.seen] : []))
  if (slow?.slowMs === undefined) return null
  return ['warning', `${pod} reaches ${to}, slowly: looking up ${slow.typed} takes ${ms(slow.slowMs)} or more.`]
}

/** A finding of the same path stands below: what was measured is well, and something of it is not. */
function withTrouble({ trouble = [], to }: Trace, pod: string): readonly [Mark, string] | null {
  if (trouble.length === 0) return null
  const names = [...new Set(trouble.map((it) => `${it.code} (${it.of.kind} ${full(it.of)})`))]
  return ['warning', `${pod} reaches ${to}, with trouble: ${some(names, 2)}, below.`]
}

/** It answered, and worse and worse, or too slowly: it was let alone before all was seen. */
function askedNoFurther({ hops, to }: Trace, pod: string): readonly [Mark, string] | null {
  const [seen] = hops.flatMap((it) => (it.seen.kind === 'answers' && it.seen.eased !== undefined ? [it.seen] : []))
  return seen === undefined ? null : ['cannot-tell', `${pod} reaches ${to}; it was asked no further: ${seen.eased}.`]
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, it) => total + it, 0)
}

/** Answered, and not as a client wants it, or late since a packet was lost: no sign of health. */
export function isDoubtful({ verdict, seen }: Pick<Hop, 'verdict' | 'seen'>): boolean {
  if (verdict !== 'ok') return false
  if (seen.kind === 'name') return seen.slowMs !== undefined
  if (seen.kind === 'endpoints') return (seen.published ?? 0) > 0
  if (seen.kind === 'connects') return (seen.resent ?? 0) > 0
  return seen.kind === 'answers' && (seen.doubtful ?? 0) > 0
}

function reachText({ part, to, at, hops }: Trace): string {
  const hop = hops.find((it) => it.name === at)
  if (hop !== undefined && part === null && isHungUp(hop))
    return `reaches ${to}, ${hop.how === 'inside' ? 'which hangs up' : 'where probe pods are hung up on'} at once`
  if (at === 'large') return `reaches ${to}, and is not answered when a request fills a packet`
  if (part === null) return `does not reach ${to}`
  const { well, of } = part
  switch (part.what) {
    case 'endpoints':
      return `reaches only ${well} of ${of} endpoints of ${to}`
    case 'tries':
      return `reaches ${to} only some of the time: ${well} of ${of} tries beside it opened`
    case 'endpoint-answers':
      return `reaches ${to}, and only ${well} of ${of} endpoints answer well`
    case 'answers':
      return `reaches ${to}, and is answered well only ${well} of ${of} times`
  }
}

function untried(trace: Trace, pod: string): string {
  const { hops, to } = trace
  const isOk = (name: HopName): boolean => hops.some((it) => it.name === name && it.verdict === 'ok')
  if (!isUntold(trace))
    return `A probe pod on the node of ${pod} reaches ${to}, and policies let the pod through; in it nothing was tried`
  const whether = `hopscope can't tell whether ${pod} reaches ${to}`
  if (hops.some((it) => it.name === 'connect' && it.seen.kind === 'why' && it.seen.why === 'not-tcp'))
    return `${whether}: its port is not of TCP, and nothing was sent to it; no hop that was read stands in the way`
  if (isOk('beside'))
    return `${whether}: a probe pod beside it does, and what policies make of the pod's own labels is not known`
  const answered = isOk('http') ? ', though probe pods get an HTTP answer there' : ''
  return `${whether}: the connection itself was not measured${answered}; no hop that was read stands in the way`
}

function hopLines(hops: readonly Hop[], paint: Paint): readonly string[] {
  const rows = hops.map((it, index) => {
    const codes = it.codes.length === 0 || (it.verdict === 'ok' && !isDoubtful(it)) ? '' : `  ${it.codes.join(', ')}`
    return [
      String(index + 1),
      `${paint.mark(hopMark(it))} ${hopLabel(it.name)}`,
      `${seenText(it.seen)}${codes}`,
      paint.dim(hows[it.how]),
    ]
  })
  return tableLines(rows, { right: [0], least: [2] })
}

export function seenText(seen: Seen): string {
  switch (seen.kind) {
    case 'name':
      return nameText(seen)
    case 'service':
      return seen.missing === null
        ? `${seen.type}, port ${seen.ports || 'none'}`
        : `${seen.type}, no port ${seen.missing}: it has ${seen.ports}`
    case 'endpoints':
      return endpointsText(seen)
    case 'policy':
      return policyText(seen)
    case 'connects':
      return connectsText(seen)
    case 'answers':
      return answersText(seen)
    case 'lookup':
      return `${seen.typed} -> ${seen.result}`
    case 'backends':
      return seen.absent.length === 0
        ? `${seen.names.join(', ')}, port ${seen.ports.join('; ')}`
        : `${seen.absent.join(', ')} is not there`
    case 'routes':
      return routesText(seen)
    case 'sizes':
      return seen.lost.length === 0
        ? `UDP of ${seen.mtu} bytes crosses between the nodes as small does`
        : `UDP of ${seen.mtu} bytes is lost from ${seen.lost.join(', ')}; small passes`
    case 'large':
      return seen.lost === 0
        ? `${seen.of} requests that fill a packet (${seen.bytes} bytes) answered as small ones are`
        : `${seen.lost} of ${seen.of} requests of ${seen.bytes} bytes never answered, and small ones are`
    case 'why':
      return whys[seen.why]
  }
}

function endpointsText({ ready, of, leaving = 0, published = 0 }: Extract<Seen, { kind: 'endpoints' }>): string {
  const ending = leaving === 0 ? '' : `, ${leaving} ${leaving === 1 ? 'ends and still serves' : 'end and still serve'}`
  const unready =
    published === 0 ? '' : `, ${published} ${published === 1 ? 'is' : 'are'} not, and published all the same`
  return `${ready} ready of ${of}${ending}${unready}`
}

function nameText({ typed, addresses, result, container, slowMs }: Extract<Seen, { kind: 'name' }>): string {
  const where = container === undefined ? '' : ` in container ${container}`
  const led = `${typed} -> ${addresses.join(', ') || result}${where}`
  if (slowMs === undefined) return led
  const late = result === 'ok' ? `${led}, after ${ms(slowMs)}` : `${typed}${where}: no address within ${ms(slowMs)}`
  return `${late}: a nameserver before the one that answers is silent`
}

function connectsText(seen: Extract<Seen, { kind: 'connects' }>): string {
  const { address, open, of, unmeasured = 0, resent = 0, sight } = seen
  const missing = unmeasured === 0 ? '' : `, ${unmeasured} not measured`
  if (open < of) {
    const how = seen.results.map((it) => results[it]).join(', ')
    return `${address} ${how}: ${open} of ${of} ${seen.results.includes('hung-up') ? 'stayed open' : 'open'}${missing}`
  }
  const said = unmeasured === 0 ? '' : `${of} of `
  const worth = sight === undefined ? '' : `; ${sightText(sight)}`
  const again = resent === 0 ? '' : `: ${resent} of ${of} by a SYN sent again, the first was lost`
  return `${said}${address} open, ${of === 1 ? '' : 'slowest '}${ms(seen.ms)}${again}${missing}${worth}`
}

function answersText({ bad, of, statuses, at = [], well, ...more }: Extract<Seen, { kind: 'answers' }>): string {
  const some = well === undefined || well.of === well.endpoints ? '' : `${well.endpoints} of ${well.of} endpoints: `
  const own = bad === 0 ? some : ''
  const whom = at.length === 0 ? own : `${at.join(', ')}: `
  return bad === 0
    ? `${whom}${of} asked, answered ${statuses.join(', ')}${shortText(of, more)}`
    : `${whom}${bad} of ${of} answered badly: ${statuses.join(', ')}`
}

/** What of the answers was not seen. */
function shortText(
  of: number,
  { unended = 0, eased }: Pick<Extract<Seen, { kind: 'answers' }>, 'unended' | 'eased'>,
): string {
  const whose = unended === of ? 'the heads alone were awaited' : `of ${unended} the head alone was awaited`
  return `${unended === 0 ? '' : `; ${whose}`}${eased === undefined ? '' : `; asked no further: ${eased}`}`
}

function routesText({ bad, notForwarding, ruled, read, of }: Extract<Seen, { kind: 'routes' }>): string {
  const nodes = `${read.length} of ${of} nodes read`
  const wrong = [...bad, ...notForwarding.map((it) => `${it} forwards nothing`)]
  const rules =
    ruled.length === 0
      ? 'no `ip rule` was read'
      : `${ruled.slice(0, 3).join(', ')} ${ruled.length === 1 ? 'has' : 'have'} rules (\`ip rule\`) ` +
        'that may lead elsewhere'
  return wrong.length === 0
    ? `there and back by the main table, ${nodes}; ${rules}`
    : `${wrong.slice(0, 3).join(', ')}; ${nodes}`
}

function policyText({ denied, open, of, by }: Extract<Seen, { kind: 'policy' }>): string {
  const names = by.slice(0, 3).join(', ')
  if (denied > 0) return `${names} lets nothing through to ${denied} of ${of} endpoints`
  if (open > 0) return `${names} leaves ${open} of ${of} endpoints to the CNI`
  return `lets it through to ${of === 1 ? 'the endpoint' : `each of ${of} endpoints`}`
}

const left: Readonly<Record<Narrowed, string>> = {
  'this-pod':
    'Another pod on the same node reaches it: what stops this connection is about this pod, ' +
    'such as a policy on its labels, a sidecar, or its network namespace.',
  'this-node':
    'Pods on other nodes reach it, and no pod on this node does: ' +
    'it is the node, such as kube-proxy, its routes or a firewall.',
  'service-address':
    'The endpoints answer by their own addresses: ' +
    'it is the Service in between, such as its ports or kube-proxy on this node.',
  'some-endpoints': 'Some endpoints answer and others do not: it is those pods, and not the way to them.',
  everywhere: 'No node reaches it either: it is the other end, and not the way from this pod.',
}

const hungUpEverywhere =
  'Probe pods are hung up on as well: it is the program at the other end, or a proxy before it, and not the way there.'

/** What the tests around the break leave. */
export function sentences({ verdict, at, narrowed, hops }: Omit<Trace, 'from' | 'to'>): readonly string[] {
  const hungUp = hops.some((it) => it.name === 'connect' && isHungUp(it))
  const refuted = verdict === 'open' && hops.some((it) => it.name === 'policy' && it.verdict === 'broken')
  return [
    ...(narrowed === null ? [] : [narrowed === 'everywhere' && hungUp ? hungUpEverywhere : left[narrowed]]),
    ...(refuted
      ? ['A NetworkPolicy denies this connection, and it opens all the same: the CNI does not enforce it.']
      : []),
    ...(at === 'resolve' && hops.some((it) => it.name === 'connect' && it.verdict === 'ok')
      ? ['By its address it is reached: it is the name that fails, and not the connection.']
      : []),
  ]
}
