import { isIP } from 'node:net'
import type { HttpEnd } from '../../../model/contacts.ts'
import { inACircle, lateError, lateOf, wantsCertificate } from '../../../model/http-error.ts'
import { tcpConnect } from './connects.ts'
import { ownMtu } from './mtu-asks.ts'
import { type HttpAnswer, hostname, httpGet } from './http-get.ts'
import type { Emit } from '../records.ts'
import type { HttpSpec, ProbeSpec } from '../spec.ts'
import { tokenBucket } from '../dns/token-bucket.ts'

/**
 * nginx gives up on a silent upstream after 5 s, three upstreams in turn, and then says 504: that word is worth the
 * wait.
 */
const answerMs = 18_000

/** Of an endpoint itself there is no such word to wait for: later than this no user waits, either. */
const directMs = 8000

/** Whoever waits for the command waits no longer than this for requests, however late the last of them began. */
const allMs = 20_000
const leastMs = 6_000
/** Linux sends a SYN again after 1 and 3 s. */
const threeSynsMs = 3300

/** What was asked for so long has said what it has to say, and whoever waits for the command waits for the slowest. */
const slowMs = 3000

/** So many hosts and endpoints are waited for at one time: one that is silent must not hold up the others. */
const atOnce = 12
/** Where all of it has an end, a queue behind silent ones would be asked too late; the rate is what bounds the load. */
const atOnceToAnEnd = 60

/** As for connects: a policy that is enforced drops, and what drops is silent for as long as anybody waits. */
const knockMs = 3000

/** TCP sends again after 0.2, 0.6, 1.4 and 3 s: what is silent after that was lost five times. */
const largeMs = 3500
const promptMs = 1000
const usualMtu = 1500
/** Of jumbo frames as much as every server takes: nginx, Apache and Tomcat have 8 KiB for all headers, or for one. */
const mostBytes = 4000

const mostRedirects = 3
const bodyAtMost = 256 * 1024

/**
 * Every URL and endpoint `times` times, one after the other, all of them bounded by one rate. What gets slower while it
 * is asked, is silent, or says that it is too much, is left alone: an answer is wanted, not a load.
 */
export async function httpContacts(
  spec: Pick<ProbeSpec, 'http' | 'httpPerSecond' | 'httpBudgetMs' | 'httpEndMs'>,
  emit: Emit,
): Promise<void> {
  const bucket = tokenBucket(spec.httpPerSecond)
  const signal = AbortSignal.timeout(spec.httpBudgetMs)
  const waiting = [...spec.http]
  const began = performance.now()
  const mute = muteQuestions()
  const way: Way = {
    mayAsk: () => bucket.take(1, signal),
    until: ({ direct, host, path }) => (direct === true ? undefined : mute.signalOf(`${host} ${path}`)),
    // A redirect, or a second try over TLS, is a request of its own in the load, and none in the time.
    patience: ({ direct }) => patienceOf(direct === true ? directMs : answerMs, performance.now() - began, spec),
  }
  const worker = async (): Promise<void> => {
    for (let ask = waiting.shift(); ask !== undefined; ask = waiting.shift()) await askOften(ask)
  }
  await Promise.all(Array.from({ length: spec.httpEndMs === undefined ? atOnce : atOnceToAnEnd }, worker))

  async function askOften(ask: HttpSpec): Promise<void> {
    if (ask.knock === true && !(await opens(ask))) return
    const watch = gentleness()
    let isWell = true
    let { scheme } = ask
    for (let i = 0; i < ask.times; i++) {
      if (!(await bucket.take(1, signal))) return
      const end = await askAsUser(ask, way)
      emit({ t: 'http', id: ask.id, ...end })
      if (ask.direct === true && lateOf(end.error) === 'answer') mute.add(`${ask.host} ${ask.path}`)
      isWell &&= end.error === null && end.status !== null && end.ms < promptMs
      if (ask.orTls && end.scheme !== undefined) scheme = end.scheme
      const why = watch(end)
      // Each of several was prompt: that is enough to know, and no reason to ask it less than others.
      if (why !== null && isWell && i > 0 && end.status !== 429) break
      if (why !== null) {
        if (i < ask.times - 1) emit({ t: 'eased', ip: ask.ip, port: ask.port, why })
        return
      }
    }
    if (ask.large === true && isWell) await askLarge({ ...ask, scheme }, way.mayAsk, emit)
  }

  /** False where it stays silent, which is told, or where the time is over. */
  async function opens(ask: HttpSpec): Promise<boolean> {
    if (!(await bucket.take(1, signal))) return false
    const { result, ms } = await tcpConnect(ask.ip, ask.port, knockMs)
    if (result !== 'timeout') return true
    const error = lateError('connection', knockMs, 0)
    emit({ t: 'http', id: ask.id, status: null, error, ms, scheme: ask.scheme })
    return false
  }
}

/**
 * One request that fills a packet; where it is not answered, a small one again, or the server might have gone away
 * meanwhile. Not asked where the small ones were slow: its silence would say nothing.
 */
async function askLarge(ask: HttpSpec, mayAsk: Way['mayAsk'], emit: Emit): Promise<void> {
  const bytes = Math.min(ownMtu() ?? usualMtu, mostBytes)
  const { ip, port, host, path, scheme } = ask
  const one = { ip, port, host, path, scheme, atMost: bodyAtMost, timeoutMs: largeMs }
  if (!(await mayAsk())) return
  const large = await httpGet({ ...one, padTo: bytes - overheadOf(ip, scheme) })
  if (large.status !== null || large.error === wantsCertificate || !large.connected) {
    // A connection that does not open is nothing of the size: the ones before and after tell of it.
    if (large.connected)
      emit({ t: 'large', id: ask.id, bytes, smallAgain: null, ...endOf({ ...large, scheme }, large.ms, []) })
    return
  }
  if (!(await mayAsk())) return
  const small = await httpGet(one)
  const again = endOf({ ...small, scheme }, small.ms, [])
  emit({
    t: 'large',
    id: ask.id,
    bytes,
    smallAgain: small.status !== null && small.error === null,
    ...endOf({ ...large, scheme }, large.ms, []),
  })
  if (small.status === null || small.error !== null) emit({ t: 'http', id: ask.id, ...again })
}

/** IP, TCP with its timestamps (RFC 7323, which Linux has on), and of TLS 1.3 a record's head, tag and type. */
function overheadOf(ip: string, scheme: HttpSpec['scheme']): number {
  return (isIP(ip) === 6 ? 40 : 20) + 32 + (scheme === 'https' ? 22 : 0)
}

/** Where all of it has an end, the last one to begin has the time of three SYNs still. */
function patienceOf(most: number, elapsed: number, { httpEndMs }: Pick<ProbeSpec, 'httpEndMs'>): number {
  const [all, least] = httpEndMs === undefined ? [allMs, leastMs] : [httpEndMs, threeSynsMs]
  return Math.max(least, Math.min(most, all - elapsed))
}

interface Way {
  readonly mayAsk: () => Promise<boolean>
  readonly patience: (ask: HttpSpec) => number
  readonly until: (ask: HttpSpec) => AbortSignal | undefined
}

/**
 * What an endpoint took, and did not answer, a controller before it waits for in vain, a minute long: whoever asked the
 * controller the same hears no more of it.
 */
function muteQuestions(): { readonly add: (key: string) => void; readonly signalOf: (key: string) => AbortSignal } {
  const questions = new Map<string, AbortController>()
  const of = (key: string): AbortController => {
    const one = questions.get(key) ?? new AbortController()
    questions.set(key, one)
    return one
  }
  return { add: (key) => of(key).abort(), signalOf: (key) => of(key).signal }
}

/** Why to ask no more, or null. */
export function gentleness(): (end: HttpEnd) => string | null {
  const times: number[] = []
  return ({ status, error, ms }) => {
    if (status === 429) return 'it said 429, too many requests'
    if (error !== null && ms >= 2000) return `it was silent for ${Math.round(ms)} ms`
    times.push(ms)
    const spent = times.reduce((sum, it) => sum + it, 0)
    if (spent >= slowMs) return `its answers took ${Math.round(spent)} ms`
    const first = Math.min(...times.slice(0, 2))
    return times.length > 2 && ms > 1000 && ms > 5 * first
      ? `it took ${Math.round(ms)} ms, and ${Math.round(first)} ms at first`
      : null
  }
}

/**
 * As a browser asks: a redirect to the same host is followed, to the same address, with TLS where it says so. What the
 * last of them answered is the answer; one that comes back to where it was is a circle.
 */
async function askAsUser(ask: HttpSpec, way: Way): Promise<HttpEnd> {
  let { scheme, port, path } = ask
  const redirects: { status: number; location: string }[] = []
  const seen = new Set([`${scheme} ${path}`])
  let ms = 0
  for (;;) {
    const answer = await getOrTls({ ...ask, scheme, port, path }, way)
    ms += answer.ms
    scheme = answer.scheme
    const next = ask.follow ? sameHost(answer, { ...ask, scheme, path }) : null
    if (next === null || redirects.length === mostRedirects || !(await way.mayAsk()))
      return endOf(answer, ms, redirects)
    redirects.push({ status: answer.status ?? 0, location: answer.location ?? '' })
    const key = `${next.scheme} ${next.path}`
    // An application that sets a cookie and sends the browser back is no circle: this client has no cookies.
    if (seen.has(key))
      return answer.setsCookie ? endOf(answer, ms, redirects) : endOf({ ...answer, error: inACircle }, ms, redirects)
    seen.add(key)
    port = next.scheme === 'https' ? ask.tlsPort : ask.plainPort
    ;({ scheme, path } = next)
  }
}

interface Answered extends HttpAnswer {
  readonly scheme: 'http' | 'https'
}

/**
 * An endpoint that hangs up on plain HTTP, or answers that it wants TLS, is asked over TLS: no object says which it is.
 */
async function getOrTls(ask: HttpSpec, way: Way): Promise<Answered> {
  const { ip, port, host, path, scheme } = ask
  const one = {
    ip,
    port,
    host,
    path,
    atMost: bodyAtMost,
    timeoutMs: Math.round(way.patience(ask)),
    ...untilOf(way.until(ask)),
  }
  const answer = { ...(await httpGet({ ...one, scheme })), scheme }
  if (!ask.orTls || scheme === 'https' || answer.late || !answer.connected || !isUnlikeHttp(answer)) return answer
  if (!(await way.mayAsk())) return answer
  const tls = await httpGet({ ...one, scheme: 'https' })
  return tls.certificate === null && tls.error !== wantsCertificate ? answer : { ...tls, scheme: 'https' }
}

function untilOf(until: AbortSignal | undefined): { readonly until?: AbortSignal } {
  // Asked after it is known, it has its own time: nothing says that this one meets the same endpoint.
  return until === undefined || until.aborted ? {} : { until }
}

/**
 * Go's server says 400 "Client sent an HTTP request to an HTTPS server", nginx 400 "plain HTTP request was sent to
 * HTTPS port".
 */
function isUnlikeHttp({ status, error, body }: HttpAnswer): boolean {
  return status === null ? error !== null : status === 400 && /https/i.test(body)
}

function sameHost(
  answer: HttpAnswer,
  ask: HttpSpec,
): { readonly scheme: 'http' | 'https'; readonly path: string } | null {
  if (answer.error !== null || answer.location === null || ![301, 302, 303, 307, 308].includes(answer.status ?? 0))
    return null
  const to = URL.canParse(answer.location, `${ask.scheme}://${ask.host}${ask.path}`)
    ? new URL(answer.location, `${ask.scheme}://${ask.host}${ask.path}`)
    : null
  if (to === null || (to.protocol !== 'http:' && to.protocol !== 'https:')) return null
  if (to.hostname.toLowerCase() !== hostname(ask.host).toLowerCase()) return null
  return { scheme: to.protocol === 'https:' ? 'https' : 'http', path: `${to.pathname}${to.search}` }
}

function endOf(answer: Answered, ms: number, redirects: HttpEnd['redirects'] & object): HttpEnd {
  return {
    status: answer.status,
    error: answer.error,
    ms,
    scheme: answer.scheme,
    ...(answer.location === null ? {} : { location: answer.location }),
    ...(redirects.length === 0 ? {} : { redirects }),
    ...(answer.certificate === null ? {} : { certificate: answer.certificate }),
    ...(answer.page === null ? {} : { page: answer.page }),
    ...(answer.unended === null ? {} : { unended: answer.unended }),
  }
}
