import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Container } from '../../model/pod.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import { textOrder } from '../../model/text-order.ts'
import { full } from '../../phrases.ts'
import { imageProgram } from '../../relations/image-program.ts'
import { meshOf } from '../../relations/service/mesh-sidecar.ts'
import { portText } from '../../relations/service/service-endpoints.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { serviceSubject } from './words.ts'

/**
 * Istio reads a port's protocol from `appProtocol`, else from the first word of its name, else it waits for the client
 * to speak. With MySQL and SMTP the server speaks first: both wait for each other.
 */
export default check({
  code: 'SVC234',
  slug: 'service/mesh-protocol',
  title: 'a mesh takes the protocol of a port for another',
  fine: 'ports of Services in the mesh say their protocol where it matters',
  severity: 'warning',
  needs: ['services', 'pods'],
  remedies: [],
  decides: ['MESH-05', 'MESH-13'],

  run({ services, pods }) {
    const podsOf = podsOfServices(pods)
    const meshed = services.flatMap((service) => {
      const own = podsOf(service).filter((it) => isLive(it) && meshOf(it) === 'Istio')
      return own.length === 0 ? [] : [{ service, pods: new Set(own.map(full)) }]
    })
    if (meshed.length === 0) return notApplicable('no Service here has pods with the sidecar of Istio')
    const silent = meshed.flatMap(({ service }) => {
      const port = service.ports.find((it) => serverFirst.has(numberOf(it)) && protocolOf(it) === null)
      return port === undefined ? [] : [unnamed(service, port)]
    })
    const misnamed = meshed.flatMap(({ service }) => {
      const its = podsOf(service).flatMap((it) => it.containers)
      const port = service.ports.find((it) => readsHttp.has(protocolOf(it) ?? '') && isDatabase(it, its))
      return port === undefined ? [] : [asHttp(service, port, databaseAt(port, its) ?? '')]
    })
    const torn = pairsOf(meshed).flatMap(([a, b]) => {
      const pair = conflict(a, b)
      return pair === null ? [] : [twice(a, b, pair)]
    })
    const found = [...silent, ...misnamed, ...torn]
    return found.length > 0 ? found : ok(meshed.length)
  },

  words: {
    headline: ({ subject: on, args }) => {
      if (args.is === 'as-http')
        return (
          `Port ${args.port} of Service ${full(on)} says ${args.protocol}, and its pods run ${args.other}, ` +
          'which speaks ' +
          'no HTTP: the sidecar breaks it.'
        )
      return args.is === 'unnamed'
        ? `Port ${args.port} of Service ${full(on)} does not say its protocol: the sidecar waits for the client, ` +
            'and the client for the server.'
        : `Service ${full(on)} says ${args.protocol} of port ${args.port}, and ${args.other} says ${args.others} ` +
            'of the same port of the same pods.'
    },
    detail: ({ args }) => details[args.is](args.target),
    note: ({ args }) => {
      if (args.is === 'as-http')
        return 'what is no HTTP is answered with 400 by the proxy, or hangs where the server speaks first'
      return args.is === 'unnamed'
        ? 'a server that speaks first (MySQL, SMTP) hangs until the detection gives up'
        : 'the sidecar has one listener for that port: which of the two it follows depends on the order of events'
    },
    help: ({ subject: on, args }) => [
      args.is === 'twice' ? 'say one protocol in both' : 'name the port tcp-… or mysql-…, or set appProtocol: tcp',
      `kubectl -n ${on.namespace} get service ${on.name} -o yaml`,
    ],
  },
})

const details = {
  unnamed: () => 'no appProtocol, and no protocol in its name',
  'as-http': () => 'by its appProtocol, else the first word of its name; the program by its image and its port',
  twice: (target: string) => `target port ${target} of both`,
} as const

/** What the sidecar reads HTTP in (istio.io, "Explicit protocol selection"). */
const readsHttp: ReadonlySet<string> = new Set(['http', 'http2', 'grpc', 'grpc-web'])

/** Servers that speak protocols of their own, by their usual ports (their own documentation; IANA). */
const databases: ReadonlyMap<number, RegExp> = new Map([
  [1433, /mssql|sql-?server|sql-edge/],
  [3306, /mysql|mariadb|percona/],
  [5432, /postgres|pgbouncer|timescale/],
  [5672, /rabbitmq/],
  [6379, /redis|valkey|dragonfly/],
  [9042, /cassandra|scylla/],
  [9092, /kafka|redpanda/],
  [11_211, /memcached/],
  [27_017, /mongo/],
])

/** By the image's last part, and the port: `mysqld-exporter` has another. */
function databaseAt(port: ServicePort, containers: readonly Container[]): string | null {
  const number = numberOf(port)
  const sign = databases.get(number)
  const its = containers.find((it) => sign?.test(imageProgram(it.image)) === true)
  return its === undefined ? null : imageProgram(its.image)
}

function isDatabase(port: ServicePort, containers: readonly Container[]): boolean {
  return databaseAt(port, containers) !== null
}

interface Meshed {
  readonly service: Service
  readonly pods: ReadonlySet<string>
}

/** Services that share a pod, each pair once: looked for by the pod, since few Services share one. */
function pairsOf(meshed: readonly Meshed[]): readonly (readonly [Service, Service])[] {
  const byPod = Map.groupBy(
    meshed.flatMap(({ service, pods }) => [...pods].map((pod) => ({ pod, service }))),
    (it) => it.pod,
  )
  const pairs = new Map<string, readonly [Service, Service]>()
  for (const its of byPod.values()) {
    const services = its
      .map((it) => it.service)
      .toSorted((a, b) => textOrder(full(a), full(b)))
      .slice(0, mostOnePod)
    for (const [index, a] of services.entries())
      for (const b of services.slice(index + 1)) pairs.set(`${full(a)} ${full(b)}`, [a, b])
  }
  return [...pairs.values()].toSorted(([a], [b]) => textOrder(full(a), full(b)))
}

/** A pod behind more Services than that was not made by hand. */
const mostOnePod = 20

/** Ports of protocols in which the server speaks first (istio.io, "Application Requirements"). */
const serverFirst: ReadonlySet<number> = new Set([25, 587, 3306])

const protocols = ['http', 'http2', 'https', 'grpc', 'grpc-web', 'mongo', 'mysql', 'redis', 'tcp', 'tls', 'udp']

/** As Istio reads it: `appProtocol`, else the name up to its first dash; null where neither says one. */
function protocolOf({ appProtocol, name }: ServicePort): string | null {
  const said = (appProtocol ?? name ?? '').toLowerCase()
  if (said.startsWith('grpc-web')) return 'grpc-web'
  const word = appProtocol === undefined ? (said.split('-')[0] ?? '') : said
  return protocols.includes(word) ? word : null
}

function numberOf({ port, targetPort }: ServicePort): number {
  return typeof targetPort === 'number' ? targetPort : port
}

interface Pair {
  readonly mine: ServicePort
  readonly other: ServicePort
}

/** A port that both lead to, with a protocol in each that is another. */
function conflict(a: Service, b: Service): Pair | null {
  for (const mine of a.ports) {
    const other = b.ports.find((it) => it.targetPort === mine.targetPort && it.protocol === mine.protocol)
    if (other === undefined) continue
    const [one, two] = [protocolOf(mine), protocolOf(other)]
    if (one !== null && two !== null && one !== two) return { mine, other }
  }
  return null
}

function unnamed(service: Service, port: ServicePort) {
  return finding({
    subject: serviceSubject(service),
    confidence: 'possible',
    args: {
      is: 'unnamed',
      port: portText(port),
      target: String(port.targetPort),
      protocol: null,
      other: null,
      others: null,
    },
    evidence: [{ kind: 'fact', label: `name of port ${port.port}`, value: port.name ?? 'none' }],
  })
}

function asHttp(service: Service, port: ServicePort, program: string) {
  return finding({
    subject: serviceSubject(service),
    confidence: 'inferred',
    args: {
      is: 'as-http',
      port: portText(port),
      target: String(port.targetPort),
      protocol: protocolOf(port),
      other: program,
      others: null,
    },
    evidence: [{ kind: 'fact', label: `port ${port.port}`, value: port.appProtocol ?? port.name ?? '' }],
  })
}

function twice(service: Service, second: Service, { mine, other }: Pair) {
  return finding({
    subject: serviceSubject(service),
    confidence: 'inferred',
    args: {
      is: 'twice',
      port: portText(mine),
      target: String(mine.targetPort),
      protocol: protocolOf(mine) ?? '',
      other: `Service ${full(second)}`,
      others: protocolOf(other) ?? '',
    },
    evidence: [
      {
        kind: 'shares',
        label: `Services that lead to port ${mine.targetPort} of the same pods`,
        rows: [
          { where: full(service), bad: 1, of: 1, note: portText(mine) },
          { where: full(second), bad: 1, of: 1, note: portText(other) },
        ],
      },
    ],
  })
}
