import { middlewareKinds } from '../kube/resources.ts'
import type { Middleware } from '../model/ingress.ts'
import { type Known, known } from '../model/known.ts'
import type { Reader } from './few-at-once.ts'
import { projectMiddleware } from './project/middleware.ts'
import { createIntern } from '../wire/intern.ts'
import { inOrder } from './order.ts'
import { servedKinds, type Serving } from './served-kinds.ts'

/**
 * Traefik's Middlewares of every namespace, since an Ingress may name those of any. A part of them would make others
 * look absent: then nothing is known. Of the two groups a release has one or both.
 */
export async function collectMiddlewares(
  cluster: Serving,
  reader: Reader,
  namespace: string | null,
): Promise<Known<readonly Middleware[]>> {
  const served = await servedKinds(cluster, middlewareKinds, {
    namespace,
    across: ['Middleware', 'OldMiddleware'],
  })
  if (!served.known) return served
  const { versions, silent, notHeld } = served.value
  const [unsaid] = silent.values()
  // A file with those of one group holds no others, as most clusters have no others.
  if (unsaid !== undefined && (notHeld.length === 0 || versions.size === 0)) return unsaid
  const [found, intern] = [new Map<string, Middleware>(), createIntern()]
  for (const [kind, version] of versions) {
    const listed = await reader.list({ ...middlewareKinds[kind], version }, {}, (raw) => projectMiddleware(raw, intern))
    if (!listed.known) return listed
    for (const it of listed.value) found.set(`${it.namespace}/${it.name}`, it)
  }
  return known([...found.values()].toSorted(inOrder))
}
