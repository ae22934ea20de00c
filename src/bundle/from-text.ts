import type { RawObject, Resource } from '../kube/cluster.ts'
import { known, unknown } from '../model/known.ts'
import { ToolError } from '../tool-error.ts'
import { type Bundle, bundleOf, everywhere, type Pieces, putPiece } from './bundle.ts'
import { withoutLogs } from './dump-text.ts'
import { jsonDocuments } from './json-documents.ts'
import { asDocument, type Document, itemsOf, resourceOf, keyOf } from './kinds.ts'
import { commonLabel, doubt } from './chosen.ts'

/**
 * What `kubectl get … -o json` or `kubectl cluster-info dump` printed. Rejects with ToolError `bad-file`; `name` is how
 * errors call it.
 */
export function bundleFromText(text: string, name: string): Bundle {
  const bare = withoutLogs(text)
  if (bare.kind === 'forged')
    throw new ToolError(
      'bad-file',
      `${name}: the log of ${bare.pod} writes what the dump itself writes, so no more of it can be told apart`,
      'dump into files, where logs stand by themselves: kubectl cluster-info dump --output-directory DIR',
    )
  const documents = jsonDocuments(bare.text)
  if (documents.kind === 'trouble')
    throw new ToolError('bad-file', `${name} ${documents.what}`, 'write it again: kubectl get KINDS -o json > FILE')
  const all = documents.values.flatMap((it) => asDocument(it) ?? [])
  if (all.some((it) => typeof it.kind !== 'string' || typeof it.apiVersion !== 'string'))
    throw new ToolError(
      'bad-file',
      `${name} holds JSON that is no Kubernetes object`,
      'a report (-o json) can not be read back; hopscope collect --out FILE.hops writes what --from reads',
    )
  return isDump(all) ? dumped(all, name) : listed(all)
}

function isDump(all: readonly Document[]): boolean {
  return all[0]?.kind === 'NodeList' && all.some((it) => it.kind === 'ReplicationControllerList')
}

const dump = 'kubectl cluster-info dump'

/** Nodes first, then for each namespace the same seven lists. Which namespace it is, the objects say. */
function dumped(all: readonly Document[], name: string): Bundle {
  const pieces: Pieces = new Map()
  const groups: Document[][] = []
  for (const it of all) {
    if (it.kind === 'NodeList') addList(pieces, it, everywhere)
    else if (it.kind === 'EventList') groups.push([it])
    else groups.at(-1)?.push(it)
  }
  const seen = new Set<string>()
  for (const group of groups) {
    const found = namespacesIn(group)
    const [namespace] = found
    if (namespace === undefined) continue
    if (found.length > 1 || seen.has(namespace))
      throw new ToolError(
        'bad-file',
        `${name} is no dump by kubectl: namespace ${namespace} does not stand by itself`,
        'write it again: kubectl cluster-info dump --output-directory DIR',
      )
    seen.add(namespace)
    for (const it of group) addList(pieces, it, namespace)
  }
  return bundleOf({ what: dump, taken: null, pieces, every: null })
}

function namespacesIn(group: readonly Document[]): readonly string[] {
  const all = group.flatMap((it) => {
    const items = itemsOf(it, '')
    return items.known ? items.value.flatMap(({ metadata }) => metadata.namespace ?? []) : []
  })
  return [...new Set(all)]
}

function listResource({ apiVersion, kind }: Document): Resource | null {
  return typeof kind === 'string' && kind.endsWith('List') ? resourceOf(apiVersion, kind.slice(0, -4)) : null
}

function addList(pieces: Pieces, list: Document, namespace: string): void {
  const resource = listResource(list)
  if (resource === null) return
  const items = itemsOf(list, `${dump}'s ${String(list.kind)}`)
  putPiece(pieces, keyOf(resource), namespace, () => items)
}

/** One command's objects: with those of two namespaces it was -A, else it was one namespace's. */
function listed(all: readonly Document[]): Bundle {
  const what = 'kubectl get'
  const pieces: Pieces = new Map()
  for (const document of all) {
    const list = listResource(document)
    if (document.kind !== 'List' && list === null) {
      addAlone(pieces, document)
      continue
    }
    const items = itemsOf(document, what)
    if (!items.known) throw new ToolError('bad-file', items.why.detail, 'write it again: kubectl get KINDS -o json')
    const label = commonLabel(items.value)
    const part =
      label === null ? null : unknown('cut-off', `all that ${what} wrote bears ${label}, as -l would choose it`)
    const found = [...new Set(items.value.flatMap(({ metadata }) => metadata.namespace ?? []))]
    const where = found.length === 1 ? (found[0] ?? everywhere) : everywhere
    for (const [resource, objects] of byResource(items.value, list)) {
      const key = keyOf(resource)
      const at = resource.namespaced ? where : everywhere
      const before = pieces.get(key)?.get(at)?.()
      const together = before?.known === true ? merged(before.value, objects) : objects
      putPiece(pieces, key, at, () => part ?? known(together))
    }
  }
  doubt(pieces, what)
  const taken =
    `${what} is taken to have written all of each kind in it: without -l, --field-selector and names of objects. ` +
    'A kind that is not in it may be none, or not asked for: it is unknown'
  return bundleOf({ what, taken, pieces, every: null })
}

/** `kubectl get svc web`: there may be others. */
function addAlone(pieces: Pieces, document: Document): void {
  const resource = resourceOf(document.apiVersion, document.kind)
  if (resource === null) return
  const { namespace } = (asDocument(document.metadata) ?? {}) as { readonly namespace?: unknown }
  const at = resource.namespaced && typeof namespace === 'string' ? namespace : everywhere
  const key = keyOf(resource)
  if (pieces.get(key)?.has(at) === true) return
  putPiece(pieces, key, at, () => unknown('cut-off', `kubectl get wrote one of the ${key} by its name, and not all`))
}

function byResource(items: readonly RawObject[], list: Resource | null): ReadonlyMap<Resource, RawObject[]> {
  const found = new Map<Resource, RawObject[]>()
  for (const it of items) {
    const resource = list ?? resourceOf(it.apiVersion, it.kind)
    if (resource === null) continue
    const its = found.get(resource)
    if (its === undefined) found.set(resource, [it])
    else its.push(it)
  }
  return found
}

/** The same object may stand in two lists: the later one counts. */
function merged(one: readonly RawObject[], other: readonly RawObject[]): readonly RawObject[] {
  const name = ({ metadata }: RawObject): string => `${metadata.namespace ?? ''}/${metadata.name}`
  return [...new Map([...one, ...other].map((it) => [name(it), it])).values()]
}
