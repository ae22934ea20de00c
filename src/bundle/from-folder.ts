import { join } from 'node:path'
import type { Resource } from '../kube/cluster.ts'
import * as resource from '../kube/resources.ts'
import { mapKnown, unknown } from '../model/known.ts'
import { ToolError } from '../tool-error.ts'
import { type Bundle, bundleOf, everywhere, type Objects, type Pieces, putPiece } from './bundle.ts'
import { namesIn, readPiece } from './files.ts'
import { jsonDocuments } from './json-documents.ts'
import { itemsOf, keyOf, within } from './kinds.ts'
import { mustGather } from './must-gather.ts'

/** What a folder holds, by its layout. Rejects with ToolError `bad-file` when it is none of them. */
export function bundleFromFolder(folder: string): Bundle {
  const found = firstOf(folder, [dumped, supportBundle, mustGather])
  if (found !== null) return found
  throw new ToolError(
    'bad-file',
    `${folder} is a folder, and no bundle that is known`,
    'name the .hops file in it, or the folder of kubectl cluster-info dump, a support bundle or a must-gather',
  )
}

/** Archives have a folder of their own around it, and must-gather another for each image. */
const deepest = 2

type Layout = (folder: string) => Bundle | null

/** A folder of more is no parcel that somebody sent. */
const mostFolders = 20

function firstOf(folder: string, layouts: readonly Layout[], depth = 0): Bundle | null {
  for (const layout of layouts) {
    const bundle = layout(folder)
    if (bundle !== null) return bundle
  }
  if (depth === deepest) return null
  const { folders } = namesIn(folder)
  if (folders.length > mostFolders) return null
  const found = folders.flatMap((it) => firstOf(join(folder, it), layouts, depth + 1) ?? [])
  // Of two, nobody said which.
  return found.length === 1 ? (found[0] ?? null) : null
}

const dumpFiles: Readonly<Record<string, Resource>> = {
  'daemonsets.json': resource.daemonSets,
  'deployments.json': resource.deployments,
  'events.json': resource.events,
  'pods.json': resource.pods,
  'replicasets.json': resource.replicaSets,
  'services.json': resource.services,
}

/** k8s.io/kubectl pkg/cmd/clusterinfo/clusterinfo_dump.go: a file for the nodes, a folder for each namespace. */
function dumped(folder: string): Bundle | null {
  const { files, folders } = namesIn(folder)
  const what = 'kubectl cluster-info dump'
  const pieces: Pieces = new Map()
  if (!files.includes('nodes.json')) return null
  putPiece(pieces, keyOf(resource.nodes), everywhere, () => listIn({ folder, names: ['nodes.json'], what }))
  for (const namespace of folders) {
    for (const file of namesIn(join(folder, namespace)).files) {
      const its = dumpFiles[file]
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
  const namespaces = pieces.get(keyOf(resource.namespaces))?.get(everywhere)?.()
  const every = namespaces?.known === true ? namespaces.value.map(({ metadata }) => metadata.name) : null
  return bundleOf({ what, taken: null, pieces, every })
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
  const documents = jsonDocuments(text.value)
  if (documents.kind === 'trouble') return unknown('cut-off', `${what}: ${file} ${documents.what}`)
  if (documents.values.length > 1) return unknown('failed', `${what}: ${file} is no list`)
  return within(itemsOf(documents.values[0], `${what}: ${file}`), `${what}: ${file}`, namespace)
}
