import * as v from 'valibot'
import type { Contacts } from '../model/contacts.ts'
import type { ConntrackWindow, CoreDnsWindow } from '../model/counters.ts'
import type { InsideResolving, InsideView } from '../model/inside.ts'
import type { Answer, DnsProbe, LookupSeries } from '../model/lookups.ts'
import type { NameAnswers } from '../model/name-answers.ts'
import { answerShape, httpEndFields, nameAnswerFields, serverShape } from '../model/probe-shapes.ts'
import type { DnsServerLog } from '../model/server-log.ts'
import { type Schema, known } from './schema-objects.ts'

const text = v.string()
const number = v.number()

const answer: Schema<Answer> = answerShape
const server = serverShape(text)

const series: Schema<LookupSeries> = v.object({
  node: text,
  server,
  transport: v.picklist(['udp', 'tcp']),
  method: v.picklist(['pair', 'sequential', 'getaddrinfo']),
  libc: v.nullable(v.picklist(['glibc', 'musl'])),
  name: text,
  zone: v.picklist(['cluster', 'external']),
  lookups: v.array(
    v.object({
      at: number,
      ms: number,
      a: answer,
      aaaa: answer,
      retries: number,
      firstLost: v.picklist(['none', 'a', 'aaaa', 'both']),
    }),
  ),
})

const httpEnd = httpEndFields(text)

/** The schemas of what probes and node counters gave. */
export function probeSchemas(labels: Schema<Readonly<Record<string, string>>>) {
  const from = v.object({ namespace: text, labels })

  const dnsProbe: Schema<DnsProbe> = v.object({
    from,
    nodes: v.array(text),
    missing: v.array(v.object({ node: text, why: text })),
    series: v.array(series),
    queriesSent: number,
    cap: v.object({ queriesPerSecondPerNode: number, lookupsPerSeries: number }),
    lag: v.exactOptional(v.array(v.object({ node: text, p99Ms: number }))),
    stray: v.exactOptional(v.array(v.object({ node: text, packets: number }))),
    large: v.exactOptional(
      v.array(
        v.object({
          node: text,
          ip: text,
          pod: text,
          result: v.picklist(['complete', 'stalled', 'unreachable', 'other']),
          bytes: number,
        }),
      ),
    ),
    stopped: v.nullable(text),
  })

  const ofService = v.object({ namespace: text, name: text })
  const nameAnswers: Schema<NameAnswers> = v.object({
    from,
    answers: v.array(v.object({ node: text, ...nameAnswerFields(text) })),
    searches: v.array(v.object({ node: text, suffixes: v.array(text), ndots: number })),
    notAsked: number,
  })

  const ofPort = v.object({ namespace: text, name: text, port: number })
  const controller = v.object({ controllerPod: text, ip: text, port: number })
  const tries = v.array(
    v.object({ result: v.picklist(['open', 'refused', 'timeout', 'no-route', 'error']), ms: number }),
  )
  const basis = v.picklist(['url', 'declared', 'guessed'])
  const contacts: Schema<Contacts> = v.object({
    from,
    connects: v.array(
      v.object({
        node: text,
        service: v.object({ namespace: text, name: text, port: number }),
        via: v.variant('kind', [
          v.object({ kind: v.literal('service') }),
          v.object({ kind: v.literal('endpoint'), pod: v.nullable(text) }),
        ]),
        ip: text,
        port: number,
        tries,
      }),
    ),
    http: v.array(
      v.object({
        node: text,
        ingress: v.object({ namespace: text, name: text }),
        host: text,
        path: text,
        basis: v.exactOptional(basis),
        via: controller,
        ...httpEnd,
      }),
    ),
    nodePorts: v.exactOptional(
      v.array(v.object({ node: text, service: ofPort, at: v.object({ node: text, ip: text }), port: number, tries })),
    ),
    direct: v.exactOptional(
      v.array(
        v.object({
          node: text,
          service: ofPort,
          pod: v.nullable(text),
          ip: text,
          port: number,
          host: text,
          path: text,
          basis,
          ...httpEnd,
        }),
      ),
    ),
    strangers: v.exactOptional(v.array(v.object({ node: text, host: text, via: controller, ...httpEnd }))),
    unasked: v.exactOptional(
      v.array(
        v.object({
          service: ofPort,
          protocol: v.picklist(['TCP', 'UDP', 'SCTP']),
          why: v.picklist(['not-http', 'not-tcp', 'mesh', 'bound']),
        }),
      ),
    ),
    eased: v.exactOptional(v.array(v.object({ node: text, ip: text, port: number, why: text }))),
  })

  const resolving: Schema<InsideResolving> = v.object({
    hosts: known(text),
    nsswitch: known(text),
    glibc: v.nullable(text),
    programs: v.array(text),
    servers: known(v.array(v.object({ ip: text, tool: text, result: v.nullable(answer), ms: number }))),
    names: v.array(
      v.object({ service: ofService, typed: text, tool: text, result: answer, addresses: v.array(text), ms: number }),
    ),
  })

  const insideView: Schema<InsideView> = v.object({
    namespace: text,
    pod: text,
    container: text,
    resolvConf: known(text),
    libc: v.exactOptional(v.nullable(v.picklist(['glibc', 'musl']))),
    lookup: known(v.object({ tool: text, name: text, result: answer, ms: number })),
    tcp53: known<'open' | 'refused' | 'timeout'>(v.picklist(['open', 'refused', 'timeout'])),
    resolving: v.exactOptional(resolving),
  })

  const conntrackWindow: Schema<ConntrackWindow> = v.object({
    node: text,
    windowMs: number,
    delta: v.object({
      insert_failed: number,
      drop: number,
      early_drop: number,
      invalid: number,
      clash_resolve: v.nullable(number),
      chaintoolong: v.exactOptional(number),
    }),
    entries: v.nullable(number),
    max: v.nullable(number),
  })

  const coreDnsWindow: Schema<CoreDnsWindow> = v.object({
    pod: text,
    ip: text,
    windowMs: number,
    cpuSeconds: v.nullable(number),
    requests: v.nullable(number),
    responses: v.record(text, number),
    slowShare: v.nullable(number),
    forwardFailures: v.nullable(number),
    upstreams: v.exactOptional(
      v.array(v.object({ to: text, sent: number, answers: v.record(text, number), seconds: number })),
    ),
    config: v.exactOptional(text),
    version: v.exactOptional(text),
  })

  const dnsServerLog: Schema<DnsServerLog> = v.object({
    pod: text,
    container: text,
    run: v.picklist(['now', 'before']),
    lines: number,
    signs: v.array(
      v.object({
        kind: v.picklist([
          'loop',
          'forbidden',
          'api-unreachable',
          'unsynced',
          'corefile-refused',
          'reload-failed',
          'cannot-listen',
          'io-timeout',
          'no-healthy-upstream',
          'too-many-concurrent',
          'no-upstream-service',
          'slow-health',
          'last-words',
        ]),
        times: number,
        said: text,
      }),
    ),
    config: v.exactOptional(text),
  })

  return { dnsProbe, nameAnswers, contacts, insideView, conntrackWindow, coreDnsWindow, dnsServerLog }
}
