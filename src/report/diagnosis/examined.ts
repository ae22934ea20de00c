import type { Known } from '../../model/known.ts'
import type { Model } from '../../model/sources.ts'
import type { diagnosis } from '../schemas/diagnosis.ts'
import type { Output } from '../schemas/parts.ts'

/** The denominators of an answer: of what it says "nothing wrong". null where it was not read, or not asked. */
export function examined({ sources }: Model): Output<typeof diagnosis>['examined'] {
  const { services, pods, ingresses, nodes, clusterDns, dnsProbe, insideViews, contacts } = sources
  const series = dnsProbe.known ? dnsProbe.value.series : null
  const http = contacts.known ? contacts.value : null
  return {
    services: size(services),
    pods: size(pods),
    ingresses: size(ingresses),
    nodes: size(nodes),
    dnsServers: clusterDns.known ? clusterDns.value.pods.length : null,
    namesLookedUp: distinct(series?.map((it) => it.name)),
    nodesLookedUpFrom: distinct(series?.map((it) => it.node)),
    lookups: series === null ? null : series.reduce((sum, it) => sum + it.lookups.length, 0),
    podsLookedInto: insideViews.known
      ? distinct(insideViews.value.filter((it) => it.lookup.known).map((it) => `${it.namespace}/${it.pod}`))
      : null,
    servicesConnectedTo: distinct(http?.connects.map((it) => `${it.service.namespace}/${it.service.name}`)),
    endpointsAskedOverHttp: distinct(http?.direct?.map((it) => `${it.ip}:${it.port}`)),
    requestsThroughIngresses: http === null ? null : http.http.length,
  }
}

function size(source: Known<readonly unknown[]>): number | null {
  return source.known ? source.value.length : null
}

function distinct(keys: readonly string[] | undefined): number | null {
  return keys === undefined ? null : new Set(keys).size
}
