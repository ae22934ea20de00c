import type { RawObject, Resource } from '../kube/cluster.ts'
import { asRawObject } from '../kube/raw-object.ts'
import { known, unknown } from '../model/known.ts'
import { ToolError } from '../tool-error.ts'
import { type Bundle, bundleOf, everywhere, type Pieces, putPiece } from './bundle.ts'
import { withoutLogs } from './dump-text.ts'
import { jsonDocuments } from './json-documents.ts'
import { toldTwice } from './told-twice.ts'
import { asDocument, type Document, itemsOf, resourceOf, keyOf } from './kinds.ts'
import { commonLabel, doubt } from './chosen.ts'
import { addEndpoints } from './endpoints.ts'
import { addNoMakers } from './no-makers.ts'
import { othersIn } from './strangers.ts'
import { strangersIn, typedIn, unreadKinds } from './unread.ts'
import { yamlDocuments } from './yaml-documents.ts'

/**
 * What `kubectl get … -o json`, `-o yaml` or `kubectl cluster-info dump` printed. Rejects with ToolError `bad-file`;
 * `name` is how errors call it.
 */
export function bundleFromText(text: string, name: string): Bundle {
  const bare = withoutLogs(text)
  if (bare.kind === 'forged')
    throw new ToolError(
      'bad-file',
      `${name}: the log of ${bare.pod} writes what the dump itself writes, so no more of it can be told apart`,
      'dump into files, where logs stand by themselves: kubectl cluster-info dump --output-directory DIR',
    )
  const all = objectsIn(bare.text, name)
  return isDump(all) ? dumped(all, name) : listed(all)
}

/** What `--from` takes, for whoever named something else. */
const whatIsRead =
  '--from reads what these wrote: hopscope collect (.hops), kubectl get -o json or -o yaml, ' +
  'kubectl cluster-info dump, a support bundle or a must-gather (unpacked)'

const again = 'write it again: kubectl get KINDS -o yaml > FILE'

/** The documents of a text, each of which says its kind. Throws ToolError `bad-file` for any other text. */
export function objectsIn(text: string, name: string): readonly Document[] {
  const isJson = /^(?:\uFEFF)?\s{0,100}[{[]/.test(text)
  const documents = isJson ? jsonDocuments(text) : yamlDocuments(text)
  if (documents.kind === 'trouble') {
    if (!isJson && !hasKind(text)) throw foreign(name)
    throw new ToolError('bad-file', `${name} ${documents.what}`, again)
  }
  const all = documents.values.flatMap((it) => asDocument(it) ?? [])
  const other = all.find((it) => typeof it.kind !== 'string' || typeof it.apiVersion !== 'string')
  if (other === undefined && (isJson || all.length > 0)) return all
  if (isJson)
    throw new ToolError(
      'bad-file',
      `${name} holds JSON that is no Kubernetes object`,
      'a report (-o json) can not be read back; hopscope collect --out FILE.hops writes what --from reads',
    )
  // kubectl writes keys in their order: behind what is missing of a list stands its kind.
  if (typeof other?.apiVersion === 'string') throw new ToolError('bad-file', `${name} ${cutOff}`, again)
  throw hasKind(text)
    ? new ToolError('bad-file', `${name} holds YAML that is no Kubernetes object`, again)
    : foreign(name)
}

const cutOff = 'is cut off, or no Kubernetes object: it says no kind'

function hasKind(text: string): boolean {
  return /^(?:- )?(?:apiVersion|kind):/m.test(text)
}

function foreign(name: string): ToolError {
  return new ToolError(
    'bad-file',
    `${name} is neither a hopscope snapshot nor Kubernetes objects in JSON or YAML`,
    whatIsRead,
  )
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
export function listed(written: readonly Document[]): Bundle {
  const all = inLists(written)
  const what = 'kubectl get'
  const pieces: Pieces = new Map()
  const doubted = new Map<string, RawObject[]>()
  const whole: RawObject[] = []
  const doubtful = (resource: Resource, objects: readonly RawObject[]): void => {
    doubted.set(keyOf(resource), [...(doubted.get(keyOf(resource)) ?? []), ...objects])
  }
  for (const document of all) {
    const list = listResource(document)
    if (document.kind !== 'List' && list === null) {
      const alone = addAlone(pieces, document)
      if (alone !== null) doubtful(alone.resource, [alone.object])
      continue
    }
    const items = itemsOf(document, what)
    if (!items.known) throw new ToolError('bad-file', items.why.detail, again)
    whole.push(...items.value)
    const label = commonLabel(items.value)
    const part =
      label === null ? null : unknown('cut-off', `all that ${what} wrote bears ${label}, as -l would choose it`)
    const found = [...new Set(items.value.flatMap(({ metadata }) => metadata.namespace ?? []))]
    const where = found.length === 1 ? (found[0] ?? everywhere) : everywhere
    for (const [resource, objects] of byResource(items.value, list)) {
      const key = keyOf(resource)
      const at = resource.namespaced ? where : everywhere
      const before = pieces.get(key)?.get(at)?.()
      const together = merged(before?.known === true ? before.value : [], objects)
      putPiece(pieces, key, at, () => part ?? known(together))
      if (part !== null) doubtful(resource, objects)
    }
  }
  doubt(pieces, what)
  const none = addNoMakers(pieces, whole)
  const twice = toldTwice(whole)
  addEndpoints(pieces, all)
  const strangers = strangersIn(all.flatMap(typedIn))
  const unread = unreadKinds(strangers)
  const taken =
    `${what} is taken to have written all of each kind in it: without -l, --field-selector and names of objects. ` +
    'A kind that is not in it may be none, or not asked for: it is unknown' +
    (none.length === 0 ? '' : `, but for ${none.map((it) => `${it}s`).join(' and ')}: beside so many workloads, none`) +
    (twice === null ? '' : `. ${twice}, of which the one that stands last was taken`)
  const others = (): readonly RawObject[] => othersIn(all)
  const held = { unread: () => unread, strangers: () => strangers, others }
  return bundleOf({ what, taken, pieces, every: null, doubted, ...held })
}

/** Nobody names more one by one. */
const mostNamed = 10

/** A list whose objects somebody wrote apart, each a document, is the list that it was: of a cluster, not for one. */
function inLists(all: readonly Document[]): readonly Document[] {
  const isList = (it: Document): boolean => it.kind === 'List' || listResource(it) !== null
  const alone = all.filter((it) => !isList(it))
  if (alone.length < mostNamed || alone.length < all.length || !alone.some(isOfCluster)) return all
  return [{ apiVersion: 'v1', kind: 'List', items: alone }]
}

/** What an API server writes into each object, and nobody who wants to make one. */
function isOfCluster({ metadata }: Document): boolean {
  const { uid, resourceVersion } = (asDocument(metadata) ?? {}) as Readonly<Record<string, unknown>>
  return typeof uid === 'string' || typeof resourceVersion === 'string'
}

/** `kubectl get svc web`: there may be others. */
function addAlone(pieces: Pieces, document: Document): { resource: Resource; object: RawObject } | null {
  const resource = resourceOf(document.apiVersion, document.kind)
  const object = asRawObject(document)
  if (resource === null || object === null) return null
  const { namespace } = (asDocument(document.metadata) ?? {}) as { readonly namespace?: unknown }
  const at = resource.namespaced && typeof namespace === 'string' ? namespace : everywhere
  const key = keyOf(resource)
  // All of them were written as well.
  if (pieces.get(key)?.has(at) === true) return null
  putPiece(pieces, key, at, () => unknown('cut-off', `kubectl get wrote one of the ${key} by its name, and not all`))
  return { resource, object }
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
