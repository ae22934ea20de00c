import { join } from 'node:path'
import type { RawObject, Resource } from '../kube/cluster.ts'
import { asRawObject } from '../kube/raw-object.ts'
import * as resource from '../kube/resources.ts'
import { type Known, known, mapKnown, unknown } from '../model/known.ts'
import { type Bundle, bundleOf, everywhere, type Objects, type Pieces, putPiece } from './bundle.ts'
import { namesIn, readPiece } from './files.ts'
import { customKind, itemsOf, keyOf, within } from './kinds.ts'
import { objectsOf, type Stranger, strangersOf, unreadOf } from './strangers.ts'
import { yamlValue } from './yaml-documents.ts'

/** Files of `namespaces/NAME`: a folder for each group, a file for each kind (openshift/oc pkg/cli/admin/inspect). */
const namespaced: readonly Resource[] = [
  resource.configMaps,
  resource.cronJobs,
  resource.daemonSets,
  resource.deployments,
  resource.endpointSlices,
  resource.events,
  resource.ingresses,
  resource.jobs,
  resource.networkPolicies,
  resource.pods,
  resource.replicaSets,
  resource.services,
  resource.statefulSets,
]

/** A file for each object. */
const clusterWide: readonly Resource[] = [resource.ingressClasses, resource.namespaces, resource.nodes]

const what = 'must-gather'

/** An inspection of some namespaces, or of those that OpenShift's components have; null for another folder. */
export function mustGather(folder: string): Bundle | null {
  const { folders, files } = namesIn(folder)
  if (!folders.includes('namespaces')) return null
  const pieces: Pieces = new Map()
  const byGroup = Map.groupBy(namespaced, groupFolder)
  for (const namespace of namesIn(join(folder, 'namespaces')).folders) {
    for (const [group, all] of byGroup) {
      const there = new Set(namesIn(join(folder, 'namespaces', namespace, group)).files)
      for (const its of all) {
        const file = `${its.plural}.yaml`
        if (!there.has(file)) continue
        const names = ['namespaces', namespace, group, file]
        putPiece(pieces, keyOf(its), namespace, () => listIn(folder, names, namespace))
      }
    }
  }
  const isGathered = files.includes('version')
  const strangers = addCustom(folder, pieces, isGathered)
  // `oc adm inspect node/x` writes one node where must-gather, which says its version, writes each.
  if (isGathered) addClusterWide(folder, pieces)
  if (pieces.size === 0) return null
  return bundleOf({
    what,
    taken: null,
    pieces,
    every: null,
    unread: (where) => unreadOf(strangers, where),
    strangers: (where) => strangersOf(strangers, where),
    others: (where) => objectsOf(strangers, where),
  })
}

/**
 * Kinds that not every cluster has: a list, `GROUP/PLURAL.yaml`, or a file for each object, `GROUP/PLURAL/NAME.yaml`,
 * of which must-gather writes all and `oc adm inspect` those that it was asked for.
 */
function addCustom(root: string, pieces: Pieces, isGathered: boolean): readonly Stranger[] {
  const strangers: Stranger[] = []
  const places: readonly (readonly [namespace: string | null, names: readonly string[]])[] = [
    [null, ['cluster-scoped-resources']],
    ...namesIn(join(root, 'namespaces')).folders.map((it) => [it, ['namespaces', it]] as const),
  ]
  for (const [namespace, place] of places) {
    // Logs are in `pods`; of the core group all that is of use is read above.
    for (const group of namesIn(join(root, ...place)).folders.filter((it) => it.includes('.'))) {
      const { files, folders } = namesIn(join(root, ...place, group))
      const lists = files
        .filter((it) => it.endsWith('.yaml'))
        .map((it) => [it.slice(0, -'.yaml'.length), [it]] as const)
      const each = folders.map((it) => [it, oneByOne(join(root, ...place, group), it)] as const)
      for (const [plural, names] of [...lists, ...each]) {
        const key = `${plural}.${group}`
        const paths = names.map((it) => [...place, group, it])
        const isWhole = isGathered || files.includes(`${plural}.yaml`)
        if (customKind(key) === null) {
          for (const path of paths) strangers.push({ key, namespace, value: () => valueIn(root, path.flatMap(apart)) })
        } else if (isWhole && pieces.get(key)?.has(namespace ?? everywhere) !== true) {
          putPiece(pieces, key, namespace ?? everywhere, () => allIn(root, paths, namespace))
        }
      }
    }
  }
  return strangers
}

function oneByOne(folder: string, plural: string): readonly string[] {
  return namesIn(join(folder, plural))
    .files.filter((it) => it.endsWith('.yaml'))
    .map((it) => `${plural}/${it}`)
}

function apart(name: string): readonly string[] {
  return name.split('/')
}

function allIn(root: string, paths: readonly (readonly string[])[], namespace: string | null): Objects {
  const objects: RawObject[] = []
  for (const path of paths) {
    const names = path.flatMap(apart)
    const read = valueIn(root, names)
    if (!read.known) return read
    const one = asRawObject(read.value)
    const file = `${what}: ${names.join('/')}`
    const its = within(one === null ? itemsOf(read.value, file) : known([one]), file, namespace ?? undefined)
    if (!its.known) return its
    objects.push(...its.value)
  }
  return known(objects)
}

function groupFolder({ group }: Resource): string {
  return group === '' ? 'core' : group
}

function addClusterWide(folder: string, pieces: Pieces): void {
  for (const its of clusterWide) {
    const place = ['cluster-scoped-resources', groupFolder(its), its.plural]
    const files = namesIn(join(folder, ...place)).files.filter((it) => it.endsWith('.yaml'))
    if (files.length === 0) continue
    putPiece(pieces, keyOf(its), everywhere, () => {
      const objects = []
      for (const file of files) {
        const read = valueIn(folder, [...place, file])
        if (!read.known) return read
        const object = asRawObject(read.value)
        if (object === null) return unknown('failed', `${what}: ${file} is no object`)
        objects.push(object)
      }
      return known(objects)
    })
  }
}

function listIn(folder: string, names: readonly string[], namespace: string): Objects {
  const read = valueIn(folder, names)
  if (!read.known) return read
  const file = `${what}: ${names.join('/')}`
  return within(itemsOf(read.value, file), file, namespace)
}

function valueIn(folder: string, names: readonly string[]): Known<unknown> {
  const text = readPiece(folder, ...names)
  if (!text.known) return mapKnown(text, () => null as unknown)
  const value = yamlValue(text.value)
  return value.known ? value : unknown('cut-off', `${what}: ${names.join('/')} ${value.why.detail}`)
}
