import * as v from 'valibot'
import { otherPolicyKinds } from '../model/network-policy.ts'
import type { ClusterFacts, Scope, SourceName, Sources } from '../model/sources.ts'
import {
  type Schema,
  exactly,
  just,
  list,
  maybe,
  nullable,
  number,
  object,
  oneOf,
  texts,
  variant,
  why,
} from '../model/marks.ts'
import type { Intern } from '../wire/intern.ts'
import { besideSchema } from './schema-beside.ts'
import { gatewaySchemas } from './schema-gateway.ts'
import { meshSchema } from './schema-mesh.ts'
import { objectSchemas } from './schema-objects.ts'
import { capture } from './schema-capture.ts'
import { spans } from './schema-spans.ts'
import { ingressConfigs, proxyLog } from './schema-ingress.ts'
import { nodeNetworksOf } from './schema-nodes.ts'
import { probeSchemas } from './schema-probes.ts'

/** Stands first in every header, so that other NDJSON is told apart. */
export const format = 'snapshot'

/** Raised when an old reader would read a new file wrongly; fields that an old reader may skip do not raise it. */
export const schemaVersion = 1

/** What can be said of any version's header. */
export const anyHeader = v.object({ hopscope: v.literal(format), schema: v.number(), tool: v.string() })

const m = texts()

const unreadKind = object({ kind: m.name, group: m.name, objects: number })

export const cluster = exactly<ClusterFacts>()(
  object({
    context: m.name,
    version: m.version,
    tool: m.version,
    file: maybe(object({ policiesNotHeld: list(oneOf(otherPolicyKinds)), unread: list(unreadKind) })),
  }),
)

const subject = object({ kind: m.word, namespace: nullable(m.name), name: m.name })

export const scope = exactly<Scope>()(
  object({
    namespace: nullable(m.name),
    target: variant('kind', [
      object({ kind: just('everything') }),
      object({ kind: just('dns') }),
      object({ kind: just('object'), object: subject, url: nullable(m.url) }),
    ]),
    serviceUrl: maybe(m.url),
    level: oneOf(['read', 'probe', 'node']),
    trace: maybe(
      object({
        from: object({ namespace: m.name, pod: m.name }),
        host: nullable(m.host),
        port: nullable(number),
      }),
    ),
  }),
)

export const header = object({
  hopscope: just(format),
  schema: just(schemaVersion),
  tool: m.version,
  t0: m.time,
  cluster,
  scope,
})

/** A record after the header: a source's state, an item of a list source, or the end. */
export const record = v.union([
  v.object({ source: v.string(), item: v.unknown() }),
  v.object({ source: v.string(), known: v.literal(true), items: v.number() }),
  v.object({ source: v.string(), known: v.literal(true), value: v.unknown() }),
  v.object({ source: v.string(), known: v.literal(false), why }),
  v.object({ end: v.literal(true), records: v.number() }),
])

/** Sources that are lists are written an item a record. */
type ItemOf<T> = T extends readonly (infer Item)[] ? Item : T

/** For each source the schema of one item, or of its one value. */
export function sourceSchemas(intern: Intern): { readonly [K in SourceName]: Schema<ItemOf<Sources[K]>> } {
  const objects = objectSchemas(intern)
  const gateways = gatewaySchemas(intern)
  const probes = probeSchemas(objects.labels)
  return {
    nodes: objects.node,
    namespaces: objects.namespace,
    pods: objects.pod,
    services: objects.service,
    endpointSlices: objects.endpointSlice,
    workloads: objects.workload,
    ingresses: objects.ingress,
    ingressesBeside: objects.ingress,
    ingressClasses: objects.ingressClass,
    ingressControllers: objects.ingressController,
    middlewares: objects.middleware,
    gatewayApi: gateways.api,
    gatewayClasses: gateways.gatewayClass,
    gateways: gateways.gateway,
    gatewayRoutes: gateways.route,
    referenceGrants: gateways.grant,
    backendTlsPolicies: gateways.tlsPolicy,
    httpProxies: gateways.proxy,
    tlsDelegations: gateways.delegation,
    mesh: meshSchema(intern),
    events: objects.event,
    beside: besideSchema,
    statuses: objects.status,
    networkPolicies: objects.networkPolicy,
    otherPolicies: objects.otherPolicy,
    clusterDns: objects.clusterDns,
    apiSlices: objects.endpointSlice,
    dnsProbe: probes.dnsProbe,
    nameAnswers: probes.nameAnswers,
    contacts: probes.contacts,
    podWays: probes.podWays,
    insideViews: probes.insideView,
    crossings: probes.crossing,
    outside: probes.outside,
    coreDnsWindows: probes.coreDnsWindow,
    dnsServerLogs: probes.dnsServerLog,
    programLogs: probes.programLog,
    ingressConfigs: ingressConfigs,
    proxyLogs: proxyLog,
    conntrack: probes.conntrackWindow,
    nodeNetworks: nodeNetworksOf(m),
    capture,
    spans,
  }
}

/** Sources with one value; all others are lists. */
export const singleSources: readonly SourceName[] = [
  'clusterDns',
  'gatewayApi',
  'mesh',
  'beside',
  'dnsProbe',
  'nameAnswers',
  'contacts',
  'podWays',
  'ingressConfigs',
  'outside',
  'nodeNetworks',
  'capture',
  'spans',
]
