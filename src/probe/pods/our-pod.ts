import type { RawObject } from '../../kube/cluster.ts'
import { containerName, labels, podName } from './pod-manifest.ts'

/**
 * Whether a pod is one that podManifest makes, by the whole of its form: anybody may write `managed-by: hopscope` on
 * what is theirs, copy a name, or make a pod of their own out of one of hopscope's. What it has to have, no admission
 * changes: its command and specification, a deadline, the one node that it and its name say, no token and no owner.
 */
export function isOurs({ metadata, spec }: RawObject): boolean {
  const run = metadata.labels?.[labels.run] ?? ''
  const isRun = /^[0-9a-f]{8}$/.test(run) && metadata.labels?.[labels.managedBy] === 'hopscope'
  if (!isRun || (metadata.ownerReferences ?? []).length > 0) return false
  const annotations = fields(metadata['annotations'])
  const isTold = typeof annotations['hopscope.dev/about'] === 'string' && annotations['hopscope.dev/remove'] === removal
  const pod = fields(spec)
  const node = nodeOf(pod)
  return (
    isTold &&
    node !== null &&
    metadata.name === podName(run, node, pod['hostNetwork'] === true) &&
    deadlineOf(pod) !== null &&
    pod['restartPolicy'] === 'Never' &&
    pod['terminationGracePeriodSeconds'] === 0 &&
    pod['automountServiceAccountToken'] === false &&
    pod['enableServiceLinks'] === false &&
    list(pod['volumes']).every(holdsNothing) &&
    hasOurContainer(list(pod['containers']))
  )
}

const removal = 'hopscope cleanup'

/** When the kubelet ends it, counted from its start; null where nothing does. */
export function deadlineOf(spec: unknown): number | null {
  const own = fields(spec)['activeDeadlineSeconds']
  return typeof own === 'number' && own > 0 ? own : null
}

/** Proxies that meshes put into every pod of a namespace; any other container is work of somebody's. */
const injected: ReadonlySet<unknown> = new Set(['istio-proxy', 'linkerd-proxy', 'kuma-sidecar', 'consul-dataplane'])

function hasOurContainer(containers: readonly Fields[]): boolean {
  const [own, ...others] = containers.toSorted(
    (a, b) => Number(b['name'] === containerName) - Number(a['name'] === containerName),
  )
  if (own === undefined || own['name'] !== containerName || others.some((it) => !injected.has(it['name']))) return false
  const [program, flag, text, ...more] = Array.isArray(own['command']) ? own['command'] : []
  return (
    program === 'node' &&
    flag === '-e' &&
    typeof text === 'string' &&
    more.length === 0 &&
    list(own['env']).some((it) => it['name'] === 'HOPSCOPE_SPEC' && isSpec(it['value']))
  )
}

function isSpec(value: unknown): boolean {
  if (typeof value !== 'string') return false
  try {
    return typeof fields(JSON.parse(value.replaceAll('$$', '$')))['kind'] === 'string'
  } catch {
    return false
  }
}

/** What injectors bring holds no data of anybody's. */
function holdsNothing(volume: Fields): boolean {
  const kinds = Object.keys(volume).filter((it) => it !== 'name')
  return kinds.every((it) => ['emptyDir', 'projected', 'configMap', 'secret', 'downwardAPI'].includes(it))
}

/** The node that its affinity names, as the manifest does. */
function nodeOf(pod: Fields): string | null {
  const affinity = fields(fields(fields(pod['affinity'])['nodeAffinity'])[required])
  const [term, ...others] = list(affinity['nodeSelectorTerms'])
  const [match] = list(term?.['matchFields'])
  const node: unknown = Array.isArray(match?.['values']) ? match['values'][0] : undefined
  return others.length === 0 && match?.['key'] === 'metadata.name' && typeof node === 'string' ? node : null
}

const required = 'requiredDuringSchedulingIgnoredDuringExecution'

type Fields = Readonly<Record<string, unknown>>

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fields) : []
}
