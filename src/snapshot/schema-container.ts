import {
  exactly,
  flag,
  just,
  list,
  maybe,
  nullable,
  number,
  object,
  oneOf,
  type Schema,
  type Texts,
} from '../model/marks.ts'
import type { Container } from '../model/pod.ts'
import { containerProxy } from './schema-proxy.ts'
import { deniedVerbs } from '../wire/denied-account.ts'
import { flawKinds } from '../wire/flawed-values.ts'
import { leadingPrograms } from '../wire/leads-to-tls.ts'
import { listenHosts } from '../wire/listens.ts'
import { speeches } from '../wire/speeches.ts'
import { complaintKinds } from '../wire/program-words.ts'

const protocol = oneOf(['TCP', 'UDP', 'SCTP'])

/** A container of a pod; `shared` are the texts of which many bear the same. */
export function containerOf(m: Texts, shared: Texts): Schema<Container> {
  return exactly<Container>()(
    object({
      name: shared.name,
      image: shared.image,
      ports: list(object({ name: nullable(shared.name), port: number, protocol, hostPort: maybe(number) })),
      args: m.args,
      calls: maybe(
        list(
          object({
            by: nullable(shared.name),
            host: m.host,
            port: nullable(number),
            portBy: maybe(shared.name),
            map: maybe(shared.name),
            key: maybe(shared.name),
            line: maybe(number),
            scheme: maybe(oneOf(['http', 'https'])),
            isUrl: maybe(just(true)),
            otlp: maybe(oneOf(['grpc', 'http'])),
            tls: maybe(oneOf(['on', 'off'])),
            over: maybe(oneOf(['TCP', 'UDP'])),
            srv: maybe(shared.name),
            speaks: maybe(oneOf(speeches)),
            replicaSet: maybe(shared.name),
          }),
        ),
      ),
      advertises: maybe(
        list(
          object({
            by: shared.name,
            host: m.host,
            port: nullable(number),
            map: maybe(shared.name),
            key: maybe(shared.name),
            line: maybe(number),
            own: maybe(just(true)),
          }),
        ),
      ),
      replicaSet: maybe(shared.name),
      unread: maybe(number),
      unasked: maybe(object({ probe: oneOf(['readiness', 'startup']), delay: number })),
      hostList: maybe(shared.name),
      addresses: maybe(list(object({ by: shared.name, ip: m.address, port: nullable(number) }))),
      flaws: maybe(list(object({ by: shared.name, kind: oneOf(flawKinds), text: m.text, map: maybe(shared.name) }))),
      fromSecrets: maybe(number),
      secures: maybe(oneOf(['on', 'off'])),
      balances: maybe(oneOf(['on', 'off'])),
      nearby: maybe(list(object({ by: nullable(shared.name), of: oneOf(['pod', 'node']), port: number }))),
      listens: maybe(
        list(
          object({
            by: shared.name,
            host: nullable(oneOf(listenHosts)),
            port: nullable(number),
            portBy: maybe(shared.name),
            isDefault: maybe(just(true)),
            map: maybe(shared.name),
            key: maybe(shared.name),
            line: maybe(number),
            isGuess: maybe(just(true)),
            only: maybe(oneOf(['IPv4', 'IPv6'])),
          }),
        ),
      ),
      refusals: maybe(
        list(
          object({
            by: oneOf(['deny', 'return', 'https']),
            status: number,
            rules: list(object({ is: oneOf(['allow', 'deny']), of: nullable(m.address) })),
            line: number,
            port: number,
            map: shared.name,
            key: shared.name,
          }),
        ),
      ),
      lookups: maybe(
        list(
          object({
            host: m.host,
            line: number,
            by: shared.name,
            servers: nullable(list(m.host)),
            map: shared.name,
            key: shared.name,
            isGuess: maybe(just(true)),
          }),
        ),
      ),
      leadsToTls: maybe(object({ program: oneOf(leadingPrograms), port: number })),
      endLink: maybe(object({ variable: nullable(m.name), ip: nullable(m.address), port: nullable(number) })),
      endLookup: maybe(object({ name: m.host, server: nullable(m.address), how: m.text })),
      endStart: maybe(
        oneOf(['exec-format', 'no-program', 'not-executable', 'no-workdir', 'no-mount', 'no-user', 'little-memory']),
      ),
      endProgram: maybe(m.said),
      readinessAsks: maybe(list(object({ host: m.host, port: nullable(number) }))),
      endSaid: maybe(object({ kind: oneOf(complaintKinds), host: nullable(m.host), port: nullable(number) })),
      endDenied: maybe(
        object({
          account: object({ namespace: shared.name, name: shared.name }),
          verb: oneOf(deniedVerbs),
          resource: m.spot,
          group: m.spot,
          namespace: nullable(shared.name),
        }),
      ),
      pages: maybe(
        object({
          base: maybe(object({ by: shared.name, path: m.path })),
          port: maybe(object({ by: shared.name, port: number })),
        }),
      ),
      proxy: maybe(containerProxy),
      proxyElsewhere: maybe(just(true)),
      cpuLimitMilli: nullable(number),
      cpuRequestMilli: nullable(number),
      memoryLimitBytes: nullable(number),
      readinessProbe: nullable(shared.check),
      ready: flag,
      restarts: number,
      waiting: nullable(shared.word),
      lastTermination: nullable(shared.word),
      pullLookup: maybe(object({ name: m.host, server: nullable(m.address), how: m.text })),
      message: maybe(m.said),
      exitCode: maybe(number),
      livenessProbe: maybe(shared.check),
      startupProbe: maybe(shared.check),
      probeHosts: maybe(object({ readiness: maybe(m.host), liveness: maybe(m.host), startup: maybe(m.host) })),
      started: maybe(flag),
    }),
  )
}
