import type { Ingress, IngressSnippet } from '../../model/ingress.ts'
import { snippetEffect } from '../../wire/nginx-snippet.ts'

const kinds = ['server-snippet', 'configuration-snippet'] as const

/**
 * What answers by itself, or keeps callers out (ingress-nginx, docs/user-guide/nginx-configuration/annotations.md): of
 * a snippet nothing else is kept, since it may hold credentials.
 */
export function snippetsOf(annotations: Readonly<Record<string, string>>): Pick<Ingress, 'snippets'> {
  const found = kinds.flatMap((by): readonly IngressSnippet[] => {
    const { returns, denies } = snippetEffect(annotations[`nginx.ingress.kubernetes.io/${by}`] ?? '')
    if (returns !== null) return [{ by, does: 'return', status: returns }]
    return denies === null ? [] : [{ by, does: 'deny', status: 403 }]
  })
  return found.length === 0 ? {} : { snippets: found }
}
