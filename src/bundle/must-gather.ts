import { join } from 'node:path'
import type { Resource } from '../kube/cluster.ts'
import { firstDocument } from '../kube/first-document.ts'
import { asRawObject } from '../kube/raw-object.ts'
import * as resource from '../kube/resources.ts'
import { type Known, known, mapKnown, unknown } from '../model/known.ts'
import { type Bundle, bundleOf, everywhere, type Objects, type Pieces, putPiece } from './bundle.ts'
import { namesIn, readPiece } from './files.ts'
import { itemsOf, keyOf, within } from './kinds.ts'

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

/** YAML is read at a hundredth of JSON's speed, all of it before anything else can happen. */
const mostYaml = 4 * 2 ** 20

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
  // `oc adm inspect node/x` writes one node where must-gather, which says its version, writes each.
  if (files.includes('version')) addClusterWide(folder, pieces)
  return pieces.size === 0 ? null : bundleOf({ what, taken: null, pieces, every: null })
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

/** With plain numbers, as an API server's JSON has them. `oc` writes no aliases, and a bomb is made of them. */
export function yamlValue(text: string): Known<unknown> {
  if (text.length > mostYaml) return unknown('cut-off', 'is more YAML than is read')
  const read = firstDocument(text)
  if (read.kind === 'trouble') return unknown('cut-off', read.what)
  const value = plain(read.value, new Set())
  return value === aliased ? unknown('cut-off', 'holds aliases') : known(value)
}

const aliased = Symbol('aliased')

function plain(value: unknown, seen: Set<object>): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'object' || value === null) return value
  if (seen.has(value)) return aliased
  seen.add(value)
  const entries = Object.entries(value).map(([key, it]) => [key, plain(it, seen)] as const)
  if (entries.some(([, it]) => it === aliased)) return aliased
  return Array.isArray(value) ? entries.map(([, it]) => it) : Object.fromEntries(entries)
}
