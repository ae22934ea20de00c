import * as v from 'valibot'
import type { ClusterFacts, Scope, SourceName, Sources } from '../model/sources.ts'
import type { Intern } from '../wire/intern.ts'
import { type Schema, objectSchemas, why } from './schema-objects.ts'
import { probeSchemas } from './schema-probes.ts'

/** Stands first in every header, so that other NDJSON is told apart. */
export const format = 'snapshot'

/** Raised when an old reader would read a new file wrongly; fields that an old reader may skip do not raise it. */
export const schemaVersion = 1

/** What can be said of any version's header. */
export const anyHeader = v.object({ hopscope: v.literal(format), schema: v.number(), tool: v.string() })

const cluster: Schema<ClusterFacts> = v.object({ context: v.string(), version: v.string(), tool: v.string() })

const object = v.object({ kind: v.string(), namespace: v.nullable(v.string()), name: v.string() })

const scope: Schema<Scope> = v.object({
  namespace: v.nullable(v.string()),
  target: v.variant('kind', [
    v.object({ kind: v.literal('everything') }),
    v.object({ kind: v.literal('dns') }),
    v.object({ kind: v.literal('object'), object, url: v.nullable(v.string()) }),
  ]),
  level: v.picklist(['read', 'probe', 'node']),
})

export const header = v.object({
  hopscope: v.literal(format),
  schema: v.literal(schemaVersion),
  tool: v.string(),
  t0: v.pipe(v.string(), v.isoTimestamp()),
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
  const probes = probeSchemas(objects.labels)
  return {
    nodes: objects.node,
    namespaces: objects.namespace,
    pods: objects.pod,
    services: objects.service,
    endpointSlices: objects.endpointSlice,
    workloads: objects.workload,
    ingresses: objects.ingress,
    ingressClasses: objects.ingressClass,
    ingressControllers: objects.ingressController,
    events: objects.event,
    networkPolicies: objects.networkPolicy,
    clusterDns: objects.clusterDns,
    dnsProbe: probes.dnsProbe,
    nameAnswers: probes.nameAnswers,
    contacts: probes.contacts,
    insideViews: probes.insideView,
    coreDnsWindows: probes.coreDnsWindow,
    dnsServerLogs: probes.dnsServerLog,
    conntrack: probes.conntrackWindow,
  }
}

/** Sources with one value; all others are lists. */
export const singleSources: readonly SourceName[] = ['clusterDns', 'dnsProbe', 'nameAnswers', 'contacts']
