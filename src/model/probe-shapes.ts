import { pageMakers } from './contacts.ts'
import { type Texts, flag, just, list, maybe, nullable, number, object, oneOf, variant } from './marks.ts'

/*
 * What a probe's answers look like, once for the log of a pod and for a recording of it. The two differ in how long a
 * text may be, so that each hands in its own texts.
 */

/** `model/lookups.ts` Answer. */
export const answers = [
  'ok',
  'nodata',
  'other-name',
  'nxdomain',
  'not-found',
  'servfail',
  'refused',
  'truncated',
  'timeout',
  'unreachable',
  'not-asked',
] as const

export const answerShape = oneOf(answers)

/** `model/lookups.ts` DnsServer. */
export function serverShape(m: Texts) {
  return object({
    role: oneOf(['service', 'endpoint', 'node-cache', 'upstream']),
    ip: m.address,
    pod: nullable(m.name),
  })
}

/** The fields of `model/contacts.ts` HttpEnd. */
export function httpEndFields(m: Texts) {
  return {
    status: nullable(number),
    error: nullable(m.text),
    ms: number,
    location: maybe(m.url),
    redirects: maybe(list(object({ status: number, location: m.url }))),
    scheme: maybe(oneOf(['http', 'https'])),
    certificate: maybe(
      object({
        names: list(m.host),
        subject: m.title,
        issuer: m.title,
        covers: flag,
        validity: oneOf(['now', 'expired', 'not-yet']),
        validFrom: maybe(m.time),
        validTo: m.time,
        trust: oneOf(['public', 'unknown-issuer', 'self-signed']),
      }),
    ),
    page: maybe(object({ body: m.hash, head: m.hash, by: maybe(oneOf(pageMakers)) })),
    unended: maybe(oneOf(['stream', 'long'])),
  }
}

/** The fields of `model/name-answers.ts` NameAnswer, but for the node, which a pod does not say of itself. */
export function nameAnswerFields(m: Texts) {
  const named = object({ namespace: m.name, name: m.name })
  return {
    server: serverShape(m),
    reason: variant('kind', [
      object({ kind: just('service'), service: named }),
      object({ kind: just('way'), service: named, typed: m.host, suffix: m.host }),
      object({ kind: just('outside'), typed: m.host, suffix: nullable(m.host) }),
      object({ kind: just('random'), suffix: m.host }),
      object({ kind: just('member'), service: named, pod: m.name }),
      object({ kind: just('rewritten'), to: m.host }),
      object({ kind: just('upstream') }),
      object({ kind: just('hosts'), ips: list(m.address) }),
      object({ kind: just('port'), service: named, port: m.name, protocol: oneOf(['TCP', 'UDP', 'SCTP']) }),
    ]),
    name: m.host,
    type: oneOf(['A', 'AAAA', 'SRV']),
    answer: answerShape,
    rcode: nullable(m.word),
    addresses: list(m.address),
    aliases: list(m.host),
    ports: maybe(list(object({ port: number, target: m.host }))),
    ttl: nullable(number),
    ms: maybe(number),
  }
}

/** What `model/node-network.ts` NodeNetwork has of the node by itself, as its pod reads it. */
export function networkHereFields(m: Texts) {
  return {
    links: list(
      object({
        name: m.name,
        kind: oneOf(['loopback', 'bridge', 'tunnel', 'other']),
        mtu: nullable(number),
        addresses: list(m.address),
        reversePath: oneOf(['off', 'strict', 'loose', 'unknown']),
        forwards: nullable(flag),
      }),
    ),
    routes: nullable(list(object({ to: m.address, via: nullable(m.address), dev: nullable(m.name) }))),
    ruled: maybe(
      object({
        rules: oneOf(['none', 'added', 'unknown']),
        others: list(object({ table: m.word, to: m.address, refuses: flag })),
      }),
    ),
    fixed: maybe(list(object({ ip: m.address, mac: m.address, dev: m.name }))),
    forwards: object({ v4: nullable(flag), v6: nullable(flag) }),
    keptSeconds: maybe(nullable(number)),
    bridgeCalls: oneOf(['on', 'off', 'no-module', 'unknown']),
    proxy: object({
      health: oneOf(['well', 'unwell', 'mute', 'nobody', 'unknown']),
      metrics: maybe(oneOf(['answers', 'mute', 'nobody', 'unknown'])),
      said: m.text,
      mode: nullable(m.word),
    }),
  }
}
