import { projectService } from '../../collect/project/service.ts'
import { services as serviceResource } from '../../kube/resources.ts'
import { full, some } from '../../phrases.ts'
import { ToolError } from '../../tool-error.ts'
import { createIntern } from '../../wire/intern.ts'
import type { Frame } from '../with-cluster.ts'
import { asTracing, inOrderOf, throughApiServer, uiPort } from './find-tracing.ts'
import type { TracingServer } from './tracing-server.ts'

/**
 * The Service of this cluster that answers Jaeger's API, read through the API server's proxy. Throws ToolError where
 * there is none, or Services may not be read.
 */
export async function tracingIn({ cluster, signal, tell }: Frame, namespace: string | null): Promise<TracingServer> {
  const intern = createIntern()
  const read = await cluster.list(serviceResource, { ...(namespace === null ? {} : { namespace }), signal }, (raw) => {
    const service = projectService(raw, intern)
    return service === null ? null : asTracing(service)
  })
  if (!read.known)
    throw new ToolError('forbidden', `Services could not be read: ${read.why.detail}`, 'name the server with --url')
  const [found, ...others] = inOrderOf(read.value, namespace)
  if (found === undefined)
    throw new ToolError(
      'not-found',
      `no tracing found: no Service ${namespace === null ? 'of this cluster' : `in namespace ${namespace}`} ` +
        `has Jaeger's port ${uiPort}`,
      'name it with --url http://HOST:16686, or a file with --from',
    )
  const left = others.length === 0 ? '' : `; not asked: ${some(others.map((it) => full(it.service)))}`
  tell({
    kind: 'announce',
    line:
      `reads traces of Service ${full(found.service)}, port ${found.port}, through the API server ` +
      `(get services/proxy)${left}`,
  })
  return throughApiServer(cluster, found, { signal })
}
