import { apiPath, type ApiPath } from '../../kube/address.ts'
import type { Cluster } from '../../kube/cluster.ts'
import type { Service } from '../../model/service.ts'
import { full } from '../../phrases.ts'
import type { TracingServer } from './tracing-server.ts'

/** A Service that answers Jaeger's API, and its port for that. */
export interface Found {
  readonly service: Service
  readonly port: number
}

/** Jaeger's UI and its API: `query` of the Helm chart, `http-query` of the operator, 16686 of whoever has no name. */
export const uiPort = 16_686
const portNames: ReadonlySet<string> = new Set(['http-query', 'query-http', 'query'])
const byName = /(?:^|-)jaeger(?:-query)?$/

/**
 * The Service, if it is one that answers Jaeger's API: by its port, which Tempo's `tempo-query` has as well
 * (grafana.com/docs/tempo/latest/operations/tempo-query), or by its name.
 */
export function asTracing(service: Service): Found | null {
  const { name, ports } = service
  const tcp = ports.filter((it) => it.protocol === 'TCP')
  const own = tcp.find((it) => it.port === uiPort || it.targetPort === uiPort)
  const named = byName.test(name) ? tcp.find((it) => portNames.has(it.name ?? '') || it.targetPort === 'query') : null
  const port = (own ?? named)?.port
  return port === undefined ? null : { service, port }
}

/** The one to ask first: of the namespace that was asked about, then what has only its API behind it. */
export function inOrderOf(found: readonly Found[], home: string | null): readonly Found[] {
  const rank = ({ service }: Found): number =>
    (service.namespace === home ? 0 : 2) + (service.name.endsWith('query') ? 0 : 1)
  return found.toSorted((a, b) => rank(a) - rank(b) || (full(a.service) < full(b.service) ? -1 : 1))
}

/** Asks it through the API server's proxy; `most`: bytes of an answer. */
export function throughApiServer(
  cluster: Cluster,
  found: Found,
  limits: { readonly signal: AbortSignal; readonly maxBytes?: () => number },
): TracingServer {
  const { name, namespace } = found.service
  const { signal, maxBytes } = limits
  const forward = `kubectl -n ${namespace} port-forward svc/${name} ${uiPort}:${found.port}`
  return {
    where: `Service ${namespace}/${name}`,
    otherwise: `beside  ${forward}  ask it with --url http://127.0.0.1:${uiPort}`,
    get: (path) =>
      cluster.raw(proxied(found, path), { signal, ...(maxBytes === undefined ? {} : { maxBytes: maxBytes() }) }),
  }
}

/** The path below is Jaeger's own, and whole: its values are encoded already. */
function proxied({ service, port }: Found, path: ApiPath): ApiPath {
  const base = apiPath`/api/v1/namespaces/${service.namespace}/services/${service.name}:${port}/proxy`
  return `${base}${path}` as ApiPath
}
