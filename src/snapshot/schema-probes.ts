import type { Contacts } from '../model/contacts.ts'
import type { ConntrackWindow, CoreDnsWindow } from '../model/counters.ts'
import type { Crossing } from '../model/crossing.ts'
import type { InsideResolving, InsideView, PodSockets } from '../model/inside.ts'
import type { Answer, DnsProbe, LookupSeries } from '../model/lookups.ts'
import type { NameAnswers } from '../model/name-answers.ts'
import {
  type Schema,
  counts,
  exactly,
  just,
  known,
  list,
  maybe,
  nullable,
  number,
  object,
  oneOf,
  texts,
  variant,
  flag,
} from '../model/marks.ts'
import type { Outside } from '../model/outside.ts'
import type { PodWays } from '../model/pod-ways.ts'
import { answerShape, httpEndFields, nameAnswerFields, serverShape } from '../model/probe-shapes.ts'
import type { ProgramLog } from '../model/program-log.ts'
import type { DnsServerLog } from '../model/server-log.ts'
import { lackWords } from '../wire/lack-words.ts'
import { complaintKinds } from '../wire/program-words.ts'

const m = texts()
const answer = exactly<Answer>()(answerShape)
const server = serverShape(m)

const series = exactly<LookupSeries>()(
  object({
    node: m.name,
    server,
    transport: oneOf(['udp', 'tcp']),
    method: oneOf(['pair', 'sequential', 'getaddrinfo']),
    libc: nullable(oneOf(['glibc', 'musl'])),
    name: m.host,
    zone: oneOf(['cluster', 'external']),
    lookups: list(
      object({
        at: number,
        ms: number,
        a: answer,
        aaaa: answer,
        retries: number,
        firstLost: oneOf(['none', 'a', 'aaaa', 'both']),
      }),
    ),
  }),
)

const httpEnd = httpEndFields(m)

/** The schemas of what probes and node counters gave. */
export function probeSchemas(labels: Schema<Readonly<Record<string, string>>>) {
  const from = object({ namespace: m.name, labels })

  const dnsProbe = exactly<DnsProbe>()(
    object({
      from,
      nodes: list(m.name),
      missing: list(object({ node: m.name, why: m.text })),
      series: list(series),
      edns: maybe(list(series)),
      named: maybe(list(series)),
      farTcp: maybe(list(series)),
      queriesSent: number,
      cap: object({ queriesPerSecondPerNode: number, lookupsPerSeries: number }),
      lag: maybe(list(object({ node: m.name, p99Ms: number, maxMs: maybe(number) }))),
      stray: maybe(list(object({ node: m.name, packets: number }))),
      large: maybe(
        list(
          object({
            node: m.name,
            ip: m.address,
            pod: m.name,
            result: oneOf(['complete', 'stalled', 'unreachable', 'other']),
            bytes: number,
          }),
        ),
      ),
      stopped: nullable(m.text),
    }),
  )

  const ofService = object({ namespace: m.name, name: m.name })
  const answers = list(object({ node: m.name, ...nameAnswerFields(m) }))
  const nameAnswers = exactly<NameAnswers>()(
    object({
      from,
      answers,
      upstreams: maybe(answers),
      fromHosts: maybe(answers),
      searches: list(object({ node: m.name, suffixes: list(m.host), ndots: number })),
      notAsked: number,
    }),
  )

  const ofPort = object({ namespace: m.name, name: m.name, port: number })
  const controller = object({ controllerPod: m.name, ip: m.address, port: number })
  const tries = list(
    object({
      result: oneOf(['open', 'refused', 'timeout', 'no-route', 'no-source', 'error']),
      ms: number,
      hungUpMs: maybe(nullable(number)),
      refusal: maybe(oneOf(['full', 'not-welcome'])),
      sourcePort: maybe(number),
    }),
  )
  const basis = oneOf(['url', 'declared', 'guessed'])
  const route = object({
    kind: oneOf(['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute', 'HTTPProxy']),
    namespace: m.name,
    name: m.name,
  })
  const direct = list(
    object({
      node: m.name,
      service: ofPort,
      pod: nullable(m.name),
      ip: m.address,
      port: number,
      host: m.host,
      path: m.path,
      basis,
      ...httpEnd,
    }),
  )
  const contacts = exactly<Contacts>()(
    object({
      from,
      connects: list(
        object({
          node: m.name,
          service: object({ namespace: m.name, name: m.name, port: number }),
          via: variant('kind', [
            object({ kind: just('service') }),
            object({ kind: just('endpoint'), pod: nullable(m.name) }),
          ]),
          ip: m.address,
          port: number,
          tries,
        }),
      ),
      http: list(
        object({
          node: m.name,
          ingress: object({ namespace: m.name, name: m.name }),
          host: m.host,
          path: m.path,
          basis: maybe(basis),
          via: controller,
          ...httpEnd,
        }),
      ),
      nodePorts: maybe(
        list(
          object({ node: m.name, service: ofPort, at: object({ node: m.name, ip: m.address }), port: number, tries }),
        ),
      ),
      direct: maybe(direct),
      through: maybe(direct),
      large: maybe(
        list(
          object({
            node: m.name,
            of: variant('kind', [
              object({ kind: just('endpoint'), service: ofPort, pod: nullable(m.name) }),
              object({ kind: just('controller'), ingress: ofService, pod: m.name }),
            ]),
            ip: m.address,
            port: number,
            host: m.host,
            path: m.path,
            bytes: number,
            smallAgain: nullable(flag),
            ...httpEnd,
          }),
        ),
      ),
      strangers: maybe(list(object({ node: m.name, host: m.host, via: controller, ...httpEnd }))),
      routed: maybe(
        list(
          object({
            node: m.name,
            route,
            host: m.host,
            path: m.path,
            basis,
            via: object({ namespace: m.name, name: m.name, ip: m.address, port: number }),
            backends: list(ofPort),
            ...httpEnd,
          }),
        ),
      ),
      unrouted: maybe(
        list(
          object({
            route,
            why: oneOf([
              'planes-unread',
              'no-plane',
              'several-planes',
              'no-port',
              'not-attached',
              'not-http',
              'no-url',
              'deed',
              'bound',
              'flag',
            ]),
          }),
        ),
      ),
      unasked: maybe(
        list(
          object({
            service: ofPort,
            protocol: oneOf(['TCP', 'UDP', 'SCTP']),
            why: oneOf(['not-http', 'not-tcp', 'mesh', 'bound', 'guarded', 'flag']),
          }),
        ),
      ),
      eased: maybe(list(object({ node: m.name, ip: m.address, port: number, why: m.text }))),
    }),
  )

  const insideServer = object({ ip: m.address, tool: m.word, result: nullable(answer), ms: number })
  const resolving = exactly<InsideResolving>()(
    object({
      hosts: known(m.file),
      nsswitch: known(m.file),
      glibc: nullable(m.version),
      programs: list(m.word),
      servers: known(list(insideServer)),
      outside: maybe(object({ name: m.host, servers: list(insideServer) })),
      names: list(
        object({
          service: ofService,
          typed: m.host,
          tool: m.word,
          result: answer,
          addresses: list(m.address),
          ms: number,
        }),
      ),
    }),
  )

  const carried = nullable(object({ asked: number, small: number, there: number, back: number }))
  const podWays = exactly<PodWays>()(
    object({
      from,
      api: list(object({ node: m.name, via: oneOf(['service', 'endpoint']), ip: m.address, port: number, tries })),
      between: list(
        object({
          node: m.name,
          to: m.name,
          ip: m.address,
          mtu: nullable(number),
          datagrams: carried,
          streams: carried,
        }),
      ),
      missing: list(object({ node: m.name, why: m.text })),
    }),
  )

  const place = { ip: m.address, port: number }
  const sockets = exactly<PodSockets>()(
    object({
      connecting: list(object({ ...place, sockets: number, ms: number, reads: number })),
      unacknowledged: list(object({ ...place, own: nullable(number), sockets: number, again: number })),
      unaccepted: list(object({ ...place, waits: number, stay: number, ms: number })),
      ports: nullable(object({ from: number, to: number })),
      crowds: list(object({ ...place, sockets: number })),
    }),
  )

  const insideView = exactly<InsideView>()(
    object({
      namespace: m.name,
      pod: m.name,
      container: m.name,
      resolvConf: known(m.file),
      resolvConfUnread: maybe(object({ uid: nullable(number) })),
      libc: maybe(nullable(oneOf(['glibc', 'musl']))),
      lookup: known(object({ tool: m.word, name: m.host, result: answer, ms: number })),
      tcp53: known(oneOf(['open', 'refused', 'timeout'])),
      listeners: maybe(
        known(
          list(object({ ip: m.address, port: number, sockets: maybe(number), v4: maybe(oneOf(['open', 'refused'])) })),
        ),
      ),
      sockets: maybe(known(sockets)),
      fullFiles: maybe(list(object({ limit: number, open: number }))),
      routes: maybe(known(list(object({ to: m.address, via: nullable(m.address), dev: nullable(m.name) })))),
      resolving: maybe(resolving),
    }),
  )

  const conntrackWindow = exactly<ConntrackWindow>()(
    object({
      node: m.name,
      windowMs: number,
      delta: object({
        insert_failed: number,
        drop: number,
        early_drop: number,
        invalid: number,
        clash_resolve: nullable(number),
        chaintoolong: maybe(number),
      }),
      entries: nullable(number),
      max: nullable(number),
      way: maybe(oneOf(['kube-proxy-exec', 'host-network-pod'])),
      forwarding: maybe(
        object({
          all: nullable(flag),
          off: list(m.word),
          routes: nullable(list(object({ to: m.address, via: nullable(m.address), device: m.word }))),
        }),
      ),
    }),
  )

  const coreDnsWindow = exactly<CoreDnsWindow>()(
    object({
      pod: m.name,
      ip: m.address,
      windowMs: number,
      cpuSeconds: nullable(number),
      requests: nullable(number),
      responses: counts(),
      slowShare: nullable(number),
      forwardFailures: nullable(number),
      upstreams: maybe(list(object({ to: m.address, sent: number, answers: counts(), seconds: number }))),
      config: maybe(m.hash),
      version: maybe(m.version),
    }),
  )

  const programLog = exactly<ProgramLog>()(
    object({
      namespace: m.name,
      pod: m.name,
      container: m.name,
      seconds: number,
      during: number,
      lines: number,
      cut: maybe(number),
      unread: maybe(just('too-long')),
      complaints: list(
        object({
          kind: oneOf(complaintKinds),
          host: nullable(m.address),
          port: nullable(number),
          times: number,
          during: number,
          words: maybe(list(oneOf(lackWords))),
        }),
      ),
    }),
  )

  const dnsServerLog = exactly<DnsServerLog>()(
    object({
      pod: m.name,
      container: m.name,
      run: oneOf(['now', 'before']),
      lines: number,
      signs: list(
        object({
          kind: oneOf([
            'loop',
            'forbidden',
            'api-unreachable',
            'watch-ended',
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
          said: m.said,
        }),
      ),
      config: maybe(m.hash),
    }),
  )

  const crossing = exactly<Crossing>()(
    object({
      from: object({ namespace: m.name, pod: m.name, container: m.name }),
      to: variant('kind', [
        object({ kind: just('service'), namespace: m.name, name: m.name, port: number }),
        object({ kind: just('endpoint'), namespace: m.name, service: nullable(m.name), pod: nullable(m.name) }),
        object({ kind: just('host') }),
      ]),
      host: m.host,
      port: number,
      tool: nullable(m.word),
      result: nullable(oneOf(['open', 'refused', 'timeout', 'no-route', 'no-source', 'error', 'no-name'])),
      ms: number,
      again: maybe(just(true)),
      hungUp: maybe(flag),
    }),
  )

  const outside = exactly<Outside>()(
    object({
      lookupError: nullable(m.word),
      answers: list(
        object({
          by: oneOf(['dns', 'lb']),
          ip: m.address,
          port: number,
          host: m.host,
          path: m.path,
          ...httpEndFields(m),
        }),
      ),
    }),
  )

  return {
    dnsProbe,
    nameAnswers,
    contacts,
    podWays,
    insideView,
    crossing,
    outside,
    conntrackWindow,
    coreDnsWindow,
    dnsServerLog,
    programLog,
  }
}
