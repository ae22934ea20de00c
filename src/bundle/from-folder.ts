import { join } from 'node:path'
import type { Resource } from '../kube/cluster.ts'
import { inMiB } from '../kube/limits.ts'
import * as resource from '../kube/resources.ts'
import { type Known, known, mapKnown, unknown } from '../model/known.ts'
import { ToolError } from '../tool-error.ts'
import { type Bundle, bundleOf, everywhere, type Objects, type Pieces, putPiece } from './bundle.ts'
import { namesIn, readPiece } from './files.ts'
import { listed, objectsIn } from './from-text.ts'
import { jsonDocuments, mostBytes } from './json-documents.ts'
import { customKind, type Document, itemsOf, keyOf, within } from './kinds.ts'
import { mustGather } from './must-gather.ts'
import { objectsOf, type Stranger, strangersOf, unreadOf } from './strangers.ts'
import { yamlDocuments, yamlValue } from './yaml-documents.ts'

/** What a folder holds, by its layout. Rejects with ToolError `bad-file` when it is none of them. */
export function bundleFromFolder(folder: string): Bundle {
  const found = firstOf(folder) ?? (holdsBundle(folder) ? null : written(folder))
  if (found !== null) return found
  throw new ToolError(
    'bad-file',
    `${folder} is a folder, and no bundle that is known`,
    'name the .hops file in it, or a folder that kubectl, a support bundle or a must-gather wrote',
  )
}

/** Archives have a folder of their own around it, and must-gather another for each image. */
const deepest = 2

const layouts: readonly ((folder: string) => Bundle | null)[] = [dumped, supportBundle, mustGather]

/** A folder of more is no parcel that somebody sent. */
const mostFolders = 20

function firstOf(folder: string, depth = 0): Bundle | null {
  for (const layout of layouts) {
    const bundle = layout(folder)
    if (bundle !== null) return bundle
  }
  if (depth === deepest) return null
  const { folders } = namesIn(folder)
  if (folders.length > mostFolders) return null
  const found = folders.flatMap((it) => firstOf(join(folder, it), depth + 1) ?? [])
  // Of two, nobody said which.
  return found.length === 1 ? (found[0] ?? null) : null
}

/** Of two, nobody said which; and both together are no cluster. */
function holdsBundle(folder: string, depth = 0): boolean {
  if (layouts.some((layout) => layout(folder) !== null)) return true
  const { folders } = namesIn(folder)
  return (
    depth < deepest && folders.length <= mostFolders && folders.some((it) => holdsBundle(join(folder, it), depth + 1))
  )
}

/** Files that `kubectl get … -o yaml` or `-o json` wrote, in folders or not: all of it as if it were one file. */
function written(folder: string): Bundle | null {
  const paths = dataFiles(folder, deepest)
  const documents: Document[] = []
  let length = 0
  for (const path of paths) {
    const text = readPiece(folder, ...path)
    if (!text.known) throw new ToolError('bad-file', text.why.detail, 'leave it out, or write it again')
    length += text.value.length
    if (length > mostBytes)
      throw new ToolError('bad-file', `${folder} has more than ${inMiB(mostBytes)}`, 'name one of its files')
    // Values and settings lie beside objects.
    if (isOfObjects(text.value)) documents.push(...objectsIn(text.value, `${folder}: ${path.join('/')}`))
  }
  return documents.length === 0 ? null : listed(documents)
}

function dataFiles(root: string, depth: number): readonly (readonly string[])[] {
  const { files, folders } = namesIn(root)
  const inner = depth === 0 || folders.length > mostFolders ? [] : folders.filter((it) => !it.startsWith('.'))
  return [
    ...files.filter((it) => /\.(?:json|ya?ml)$/.test(it)).map((it) => [it]),
    ...inner.flatMap((folder) => dataFiles(join(root, folder), depth - 1).map((it) => [folder, ...it])),
  ]
}

/** A kind is said at the margin of YAML, and somewhere in JSON. */
function isOfObjects(text: string): boolean {
  return /^apiVersion:/m.test(text) || /"apiVersion"\s{0,100}:/.test(text)
}

const dumpFiles: Readonly<Record<string, Resource>> = {
  daemonsets: resource.daemonSets,
  deployments: resource.deployments,
  events: resource.events,
  pods: resource.pods,
  replicasets: resource.replicaSets,
  services: resource.services,
}

/**
 * k8s.io/kubectl pkg/cmd/clusterinfo/clusterinfo_dump.go: a file for the nodes, a folder for each namespace; `.yaml`
 * with `-o yaml`.
 */
function dumped(folder: string): Bundle | null {
  const { files, folders } = namesIn(folder)
  const what = 'kubectl cluster-info dump'
  const pieces: Pieces = new Map()
  const nodes = files.find((it) => it === 'nodes.json' || it === 'nodes.yaml')
  if (nodes === undefined) return null
  putPiece(pieces, keyOf(resource.nodes), everywhere, () => listIn({ folder, names: [nodes], what }))
  for (const namespace of folders) {
    for (const file of namesIn(join(folder, namespace)).files) {
      const its = isData(file) ? dumpFiles[withoutEnding(file)] : undefined
      if (its === undefined) continue
      putPiece(pieces, keyOf(its), namespace, () => listIn({ folder, names: [namespace, file], what, namespace }))
    }
  }
  return pieces.size === 1 ? null : bundleOf({ what, taken: null, pieces, every: null })
}

/** Folders of `cluster-resources`, a file for each namespace in each. */
const supportFolders: Readonly<Record<string, Resource>> = {
  configmaps: resource.configMaps,
  cronjobs: resource.cronJobs,
  daemonsets: resource.daemonSets,
  deployments: resource.deployments,
  endpointslices: resource.endpointSlices,
  events: resource.events,
  ingress: resource.ingresses,
  jobs: resource.jobs,
  'network-policy': resource.networkPolicies,
  pods: resource.pods,
  replicasets: resource.replicaSets,
  services: resource.services,
  statefulsets: resource.statefulSets,
}
const supportFiles: Readonly<Record<string, Resource>> = {
  'ingress-classes.json': resource.ingressClasses,
  'namespaces.json': resource.namespaces,
  'nodes.json': resource.nodes,
}

/** replicatedhq/troubleshoot pkg/collect/cluster_resources.go. What it may not list has no file. */
function supportBundle(root: string): Bundle | null {
  if (!namesIn(root).folders.includes('cluster-resources')) return null
  const folder = join(root, 'cluster-resources')
  const what = 'support bundle'
  const { files, folders } = namesIn(folder)
  const pieces: Pieces = new Map()
  for (const file of files) {
    const its = supportFiles[file]
    if (its !== undefined) putPiece(pieces, keyOf(its), everywhere, () => listIn({ folder, names: [file], what }))
  }
  for (const kind of folders) {
    const its = supportFolders[kind]
    if (its === undefined) continue
    for (const file of namesIn(join(folder, kind)).files) {
      if (!file.endsWith('.json')) continue
      const namespace = file.slice(0, -'.json'.length)
      putPiece(pieces, keyOf(its), namespace, () => listIn({ folder, names: [kind, file], what, namespace }))
    }
  }
  const strangers = addCustom(folder, what, pieces)
  const namespaces = pieces.get(keyOf(resource.namespaces))?.get(everywhere)?.()
  const every = namespaces?.known === true ? namespaces.value.map(({ metadata }) => metadata.name) : null
  return bundleOf({
    what,
    taken: null,
    pieces,
    every,
    unread: (where) => unreadOf(strangers, where),
    strangers: (where) => strangersOf(strangers, where),
    others: (where) => objectsOf(strangers, where),
  })
}

/**
 * `custom-resources/PLURAL.GROUP/NAMESPACE.yaml`, and a file without a folder for a kind of no namespace: lists of
 * objects, where there are any (crsV1).
 */
function addCustom(root: string, what: string, pieces: Pieces): readonly Stranger[] {
  const folder = join(root, 'custom-resources')
  const { files, folders } = namesIn(folder)
  const strangers: Stranger[] = []
  const add = (key: string, namespace: string | null, names: readonly string[]): void => {
    const value = (): Known<unknown> => customValue(folder, names, what)
    if (customKind(key) === null) strangers.push({ key, namespace, value })
    else putPiece(pieces, key, namespace ?? everywhere, () => customList(value(), names.join('/'), namespace))
  }
  for (const file of files) if (isData(file)) add(withoutEnding(file), null, [file])
  for (const key of folders)
    for (const file of namesIn(join(folder, key)).files) if (isData(file)) add(key, withoutEnding(file), [key, file])
  return strangers
}

function isData(file: string): boolean {
  return /\.(?:yaml|json)$/.test(file) && !file.endsWith('-errors.json')
}

function withoutEnding(file: string): string {
  return file.slice(0, file.lastIndexOf('.'))
}

function customValue(folder: string, names: readonly string[], what: string): Known<unknown> {
  const text = readPiece(folder, ...names)
  if (!text.known) return mapKnown(text, () => null as unknown)
  // JSON is YAML, and read ten times faster as what it is.
  const documents = jsonDocuments(text.value)
  if (documents.kind === 'documents' && documents.values.length === 1) return known(documents.values[0])
  const value = yamlValue(text.value)
  return value.known ? value : unknown('cut-off', `${what}: custom-resources/${names.join('/')} ${value.why.detail}`)
}

function customList(value: Known<unknown>, file: string, namespace: string | null): Objects {
  return value.known ? within(itemsOf(value.value, file), file, namespace ?? undefined) : mapKnown(value, () => [])
}

interface Where {
  readonly folder: string
  readonly names: readonly string[]
  readonly what: string
  readonly namespace?: string
}

function listIn({ folder, names, what, namespace }: Where): Objects {
  const text = readPiece(folder, ...names)
  if (!text.known) return mapKnown(text, () => [])
  const file = names.join('/')
  const documents = file.endsWith('.yaml') ? yamlDocuments(text.value) : jsonDocuments(text.value)
  if (documents.kind === 'trouble') return unknown('cut-off', `${what}: ${file} ${documents.what}`)
  if (documents.values.length > 1) return unknown('failed', `${what}: ${file} is no list`)
  return within(itemsOf(documents.values[0], `${what}: ${file}`), `${what}: ${file}`, namespace)
}
