// Who did what, from the API server's own audit log.
import { readFile } from 'node:fs/promises'

export interface Request {
  /** A long one stands in the log twice: when its answer began, and when it ended. */
  readonly id: string
  readonly verb: string
  readonly user: string
  readonly agent: string
  /** `pods`, `pods/log`, `apps/deployments`. */
  readonly resource: string
  readonly namespace: string | null
  readonly name: string | null
  readonly code: number
  /** Tried by the API server, and not kept. */
  readonly dryRun: boolean
}

interface RawRequest {
  readonly auditID?: string
  readonly verb: string
  readonly requestURI?: string
  readonly user?: { readonly username?: string }
  readonly impersonatedUser?: { readonly username?: string }
  readonly userAgent?: string
  readonly objectRef?: {
    readonly apiGroup?: string
    readonly resource?: string
    readonly subresource?: string
    readonly namespace?: string
    readonly name?: string
  }
  readonly responseStatus?: { readonly code?: number }
  readonly stage?: string
}

/** Requests that hopscope made since byte `from` of the log. */
export async function requests(auditLog: string, from: number): Promise<readonly Request[]> {
  const text = (await readFile(auditLog)).subarray(from).toString('utf8')
  return text.split('\n').flatMap((line) => {
    if (!line.includes('"userAgent":"hopscope')) return []
    const raw = JSON.parse(line) as RawRequest
    const { apiGroup, resource, subresource, namespace, name } = raw.objectRef ?? {}
    return [
      {
        id: raw.auditID ?? '',
        verb: raw.verb,
        user: raw.impersonatedUser?.username ?? raw.user?.username ?? '',
        agent: raw.userAgent ?? '',
        resource:
          resource === undefined ? '' : [apiGroup, resource, subresource].filter((it) => it !== undefined).join('/'),
        namespace: namespace ?? null,
        name: name ?? null,
        code: raw.responseStatus?.code ?? 0,
        dryRun: raw.requestURI?.includes('dryRun=All') === true,
      },
    ]
  })
}

export async function logSize(auditLog: string): Promise<number> {
  return (await readFile(auditLog)).length
}

/** Verbs that change something, and `create` on what only looks like reading: exec is a create of pods/exec. */
export function writes(all: readonly Request[]): readonly Request[] {
  const reads = new Set(['get', 'list', 'watch'])
  return all.filter((it) => !reads.has(it.verb) && it.resource !== 'authorization.k8s.io/selfsubjectaccessreviews')
}
