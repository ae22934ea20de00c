import { known, mapKnown, unknown, type Known } from '../model/known.ts'
import { describeAction, pathOf, queryOf } from './address.ts'
import type { ListOptions, RawObject, Resource } from './cluster.ts'
import { refusal } from './failure.ts'
import { mostObjects, mostPages } from './limits.ts'
import { projectAll } from './projected.ts'
import { asRawObject } from './raw-object.ts'
import { exchangeUpTo, isTooDense, parseObject } from './request.ts'
import type { Connection, Transport } from './transport.ts'

/**
 * kubectl's own page size (k8s.io/cli-runtime pkg/resource DefaultChunkLimit), and smaller ones for a list whose
 * objects are large.
 */
const pageSizes = [500, 150, 50, 5] as const

/**
 * All pages of a list, each object projected as its page arrives (null leaves it out). The timeout is for one page.
 * An expired continue token (410) starts the list over once; a list that breaks in the middle is unknown, not short.
 */
export async function listAll<T>(
  { transport, timeoutMs }: Connection,
  resource: Resource,
  options: ListOptions,
  project: (raw: RawObject) => T | null,
): Promise<Known<T[]>> {
  const action = describeAction({ verb: 'list', resource, namespace: options.namespace ?? null })
  let items: T[] = []
  let token: string | undefined
  /** A server that goes round in circles never comes to an end. */
  let before = new Set<string>()
  let restarted = false
  let size = 0
  for (let read = 0; ; read++) {
    if (read >= mostPages) return unknown('cut-off', `${action}: more than ${mostPages} pages`)
    const page = await readPage(transport, resource, options, { action, limit: pageSizes[size] ?? 5, token, timeoutMs })
    if (!page.known) return page
    if (page.value === 'too-much') {
      size += 1
      if (size < pageSizes.length) continue
      return unknown('cut-off', `${action}: ${pageSizes.at(-1)} objects are more than is read at once`)
    }
    if (page.value === 'expired') {
      if (restarted) return unknown('cut-off', `${action}: the list expired twice while it was read`)
      restarted = true
      items = []
      before = new Set()
      token = undefined
      continue
    }
    const more = projectAll(page.value.items, project, items)
    if (more !== null) return unknown('cut-off', `${action}: ${more}`)
    if (items.length > mostObjects) return unknown('cut-off', `${action}: more than ${mostObjects} objects`)
    if (page.value.next === null) return known(items)
    if (before.has(page.value.next)) return unknown('cut-off', `${action}: the list does not go on`)
    token = page.value.next
    before.add(token)
  }
}

/** Where a watch starts that is to miss nothing from now on. */
export async function currentVersion(
  transport: Transport,
  resource: Resource,
  namespace: string | null,
  timeoutMs: number,
): Promise<Known<string>> {
  const action = describeAction({ verb: 'list', resource, namespace })
  const page = await readPage(transport, resource, namespace === null ? {} : { namespace }, {
    action,
    limit: 1,
    token: undefined,
    timeoutMs,
  })
  return mapKnown(page, (value) => (typeof value === 'string' ? '' : value.resourceVersion))
}

interface Page {
  readonly items: readonly RawObject[]
  readonly next: string | null
  readonly resourceVersion: string
}

interface PageRequest {
  readonly action: string
  readonly limit: number
  readonly token: string | undefined
  readonly timeoutMs: number
}

async function readPage(
  transport: Transport,
  resource: Resource,
  options: ListOptions,
  { action, limit, token, timeoutMs }: PageRequest,
): Promise<Known<Page | 'expired' | 'too-much'>> {
  const query = queryOf({
    limit,
    continue: token,
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
  })
  const answer = await exchangeUpTo(transport, {
    path: pathOf(resource, options.namespace ?? null) + query,
    action,
    timeoutMs,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
  if (answer === 'too-much') return known(answer)
  if (!answer.known) return answer
  const { status, text } = answer.value
  if (status === 410 && token !== undefined) return known('expired')
  if (status < 200 || status >= 300) return refusal(status, text, action)
  return isTooDense(text) ? known('too-much') : parsePage(text, action)
}

/** A list's body; any object of the `*List` kinds has `metadata` and `items`. */
export function parsePage(text: string, action: string): Known<Page> {
  const body = parseObject(text, action)
  if (!body.known) return body
  const { items, metadata } = body.value
  // Go marshals an empty list as null.
  if (items !== null && !Array.isArray(items)) return unknown('failed', `${action}: the answer is not a list`)
  const meta = (typeof metadata === 'object' && metadata !== null ? metadata : {}) as {
    readonly continue?: unknown
    readonly resourceVersion?: unknown
  }
  // More may follow, and nobody can ask for it: what is here is not the list.
  if (meta.continue !== undefined && meta.continue !== null && typeof meta.continue !== 'string')
    return unknown('failed', `${action}: the answer does not say whether it is all`)
  return known({
    items: (items ?? []).flatMap((item: unknown) => asRawObject(item) ?? []),
    next: typeof meta.continue === 'string' && meta.continue !== '' ? meta.continue : null,
    resourceVersion: typeof meta.resourceVersion === 'string' ? meta.resourceVersion : '',
  })
}
