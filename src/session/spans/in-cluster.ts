import { projectService } from '../../collect/project/service.ts'
import { apiPath, type ApiPath } from '../../kube/address.ts'
import { services as serviceResource } from '../../kube/resources.ts'
import type { Service } from '../../model/service.ts'
import { some } from '../../phrases.ts'
import { ToolError } from '../../tool-error.ts'
import { createIntern } from '../../wire/intern.ts'
import type { Frame } from '../with-cluster.ts'
import type { TracingServer } from './tracing-server.ts'

interface Found {
  readonly service: Service
  readonly port: number
}

/** Jaeger's UI and its API: `query` of the Helm chart, `http-query` of the operator, 16686 of whoever has no name. */
const uiPort = 16_686
const portNames: ReadonlySet<string> = new Set(['http-query', 'query-http', 'query'])
const byName = /(?:^|-)jaeger(?:-query)?$/

/**
 * The Service of this cluster that answers Jaeger's API, read through the API server's proxy. Throws ToolError where
 * there is none, or Services may not be read.
 */
export async function tracingIn({ cluster, signal, tell }: Frame, namespace: string | null): Promise<TracingServer> {
  const intern = createIntern()
  const read = await cluster.list(serviceResource, { ...(namespace === null ? {} : { namespace }), signal }, (raw) => {
    const service = projectService(raw, intern)
    const port = service === null ? null : tracingPort(service)
    return service === null || port === null ? null : { service, port }
  })
  if (!read.known)
    throw new ToolError('forbidden', `Services could not be read: ${read.why.detail}`, 'name the server with --url')
  const all = read.value.toSorted((a, b) => Number(isQuery(b)) - Number(isQuery(a)) || (nameOf(a) < nameOf(b) ? -1 : 1))
  const [found, ...others] = all
  if (found === undefined)
    throw new ToolError(
      'not-found',
      `no tracing found: no Service ${namespace === null ? 'of this cluster' : `in namespace ${namespace}`} ` +
        `has Jaeger's port ${uiPort}`,
      'name it with --url http://HOST:16686, or a file with --from',
    )
  const left = others.length === 0 ? '' : `; not asked: ${some(others.map(nameOf))}`
  tell({
    kind: 'announce',
    line:
      `reads traces of Service ${nameOf(found)}, port ${found.port}, through the API server ` +
      `(get services/proxy)${left}`,
  })
  const { name, namespace: its } = found.service
  const forward = `kubectl -n ${its} port-forward svc/${name} 16686:${found.port}`
  return {
    where: `Service ${nameOf(found)}`,
    otherwise: `beside  ${forward}  ask it with --url http://127.0.0.1:16686`,
    get: (path) => cluster.raw(proxied(found, path), { signal }),
  }
}

function nameOf({ service }: Found): string {
  return `${service.namespace}/${service.name}`
}

function isQuery({ service }: Found): boolean {
  return service.name.endsWith('query')
}

function tracingPort({ name, ports }: Service): number | null {
  const tcp = ports.filter((it) => it.protocol === 'TCP')
  const own = tcp.find((it) => it.port === uiPort || it.targetPort === uiPort)
  const named = byName.test(name) ? tcp.find((it) => portNames.has(it.name ?? '') || it.targetPort === 'query') : null
  return (own ?? named)?.port ?? null
}

/** The path below is Jaeger's own, and whole: its values are encoded already. */
function proxied({ service, port }: Found, path: ApiPath): ApiPath {
  const base = apiPath`/api/v1/namespaces/${service.namespace}/services/${service.name}:${port}/proxy`
  return `${base}${path}` as ApiPath
}
