import { stat } from 'node:fs/promises'
import { asCluster } from '../bundle/as-cluster.ts'
import type { Bundle } from '../bundle/bundle.ts'
import { bundleFromFolder } from '../bundle/from-folder.ts'
import { bundleFromText } from '../bundle/from-text.ts'
import { closest } from '../closest.ts'
import { collect } from '../collect/collect.ts'
import * as resource from '../kube/resources.ts'
import { bytesIn, standardInput } from '../snapshot/open-file.ts'
import { readRecording, readSnapshotFrom, type Snapshot } from '../snapshot/read.ts'
import { ToolError } from '../tool-error.ts'
import { version } from '../version.ts'
import { wholeText } from './whole-text.ts'

export interface Opened extends Snapshot {
  /** What the answer rests on and the file can't prove; null of a recording of ours. */
  readonly taken: string | null
}

/**
 * A recording, or what another tool wrote of a cluster: `kubectl get -o json` or `-o yaml`, `kubectl cluster-info
 * dump`, a support bundle, a must-gather. `-` is standard input. `namespace` as in Narrower.
 */
export async function openRecording(path: string, namespace: string | null | undefined): Promise<Opened> {
  if (path !== '-' && (await stat(path).catch(() => null))?.isDirectory() === true)
    return collected(bundleFromFolder(path), { path, namespace, t0: (await stat(path)).mtime })
  const name = path === '-' ? 'standard input' : path
  const bytes = path === '-' ? standardInput() : bytesIn(path)
  const chunks = bytes[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  let first: IteratorResult<Uint8Array>
  try {
    first = await chunks.next()
  } catch {
    // Said by whoever reads recordings.
    return { ...(await readRecording(path)), taken: null }
  }
  if (first.done !== true && isGzip(first.value))
    throw new ToolError('bad-file', `${name} is an archive`, 'unpack it, and name the folder: tar -xzf FILE')
  if (first.done === true || !isText(first.value))
    return { ...(await readSnapshotFrom(rest(first, chunks), name)), taken: null }
  const text = await wholeText(rest(first, chunks), name, smaller)
  const made = path === '-' ? null : await stat(path).catch(() => null)
  return collected(bundleFromText(text, name), { path: name, namespace, t0: made?.mtime ?? new Date() })
}

/** RFC 1952, 2.3.1. */
function isGzip(start: Uint8Array): boolean {
  return start[0] === 0x1f && start[1] === 0x8b
}

/** Nothing at its start that a text never has: a recording of ours, zstd, starts with such. */
function isText(start: Uint8Array): boolean {
  if (start[0] === 0xff && start[1] === 0xfe) return true
  const isZstd = start[0] === 0x28
  return !isZstd && start.subarray(0, 200).every((it) => it >= 0x20 || (it >= 0x09 && it <= 0x0d))
}

async function* rest(first: IteratorResult<Uint8Array>, chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (let it = first; it.done !== true; it = await chunks.next()) yield it.value
}

const smaller = 'write one namespace of it (-n), or files: kubectl cluster-info dump --output-directory DIR'

interface Asked {
  readonly path: string
  readonly namespace: string | null | undefined
  readonly t0: Date
}

async function collected(bundle: Bundle, asked: Asked): Promise<Opened> {
  // What is whole is read whole, whatever is asked about: the cause may stand in another namespace.
  const named = namespaceOf(bundle, asked)
  const namespace = bundle.isWhole && holdsAll(bundle, named) ? null : named
  const scope = { namespace, target: { kind: 'everything' }, level: 'read' } as const
  const model = await collect(asCluster(bundle, namespace), { scope, tool: version })
  return { model, t0: asked.t0, taken: bundle.taken }
}

/** Of no kind more is in it of this namespace than of all. */
function holdsAll(bundle: Bundle, namespace: string | null): boolean {
  return mainKinds.every((it) => bundle.hasAll(it, null) || !bundle.holds(it, namespace))
}

const mainKinds = [
  resource.pods,
  resource.services,
  resource.endpointSlices,
  resource.ingresses,
  resource.networkPolicies,
  resource.deployments,
  resource.replicaSets,
  resource.statefulSets,
  resource.daemonSets,
  resource.jobs,
  resource.cronJobs,
  resource.configMaps,
  resource.events,
]

function allIn(bundle: Bundle): readonly string[] {
  const listed = bundle.read(resource.namespaces, null)
  if (listed.known) return listed.value.map(({ metadata }) => metadata.name)
  const objects = [resource.pods, resource.services].flatMap((it) => {
    const all = bundle.read(it, null)
    return all.known ? all.value : []
  })
  return [...new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []))]
}

/** DNS is looked up in it whatever is asked about. */
const ofCluster = 'kube-system'

/** What is not whole can only be read a namespace at a time: of half of them, none would be missed. */
function namespaceOf(bundle: Bundle, { path, namespace }: Asked): string | null {
  const { what, isWhole } = bundle
  if (isWhole && (namespace ?? null) === null) return null
  const namespaces = isWhole ? allIn(bundle) : bundle.namespaces
  const few = namespaces.slice(0, 8).join(', ')
  const all = namespaces.length > 8 ? `${few} and ${namespaces.length - 8} more` : few
  if (namespace !== undefined && namespace !== null) {
    if (namespaces.includes(namespace)) return namespace
    const near = closest(namespace, namespaces).map((it) => `\`${it}\``)
    throw new ToolError(
      'not-found',
      `${path} (${what}) holds nothing of namespace \`${namespace}\``,
      near.length === 0 ? `it holds ${all}` : `the closest are ${near.join(', ')}`,
    )
  }
  const others = namespaces.filter((it) => it !== ofCluster)
  const [only] = namespaces.length === 1 ? namespaces : others
  if (only !== undefined && others.length <= 1 && namespace === undefined) return only
  throw new ToolError(
    'usage',
    `${path} (${what}) does not hold every namespace`,
    namespaces.length === 0 ? 'it holds none: kubectl get KINDS -A -o yaml' : `name one of its own: -n ${all}`,
  )
}
