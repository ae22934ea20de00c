import { type LinearPattern, linearPattern } from '../../wire/linear-regex.ts'
import { closest } from '../../closest.ts'
import type { Cluster, RawObject, Resource } from '../../kube/cluster.ts'
import { daemonSets, deployments, jobs, pods, replicaSets, services, statefulSets } from '../../kube/resources.ts'
import { ToolError } from '../../tool-error.ts'

/** Which pods a user means. */
export interface Selection {
  readonly labelSelector: string | null
  readonly pod: Pick<LinearPattern, 'test'> | null
}

const kinds: readonly (readonly [words: readonly string[], resource: Resource])[] = [
  [['deploy', 'deployment', 'deployments'], deployments],
  [['svc', 'service', 'services'], services],
  [['sts', 'statefulset', 'statefulsets'], statefulSets],
  [['ds', 'daemonset', 'daemonsets'], daemonSets],
  [['rs', 'replicaset', 'replicasets'], replicaSets],
  [['job', 'jobs'], jobs],
  [['po', 'pod', 'pods'], pods],
]

/** `deploy/cart` by its selector, `pod/cart-1` by its name; any other word is a part of pods' names, as to stern. */
export async function selectionOf(
  cluster: Pick<Cluster, 'get' | 'list'>,
  target: string | null,
  namespace: string | null,
): Promise<Selection> {
  if (target === null) return { labelSelector: null, pod: null }
  const [, word = '', name = ''] = /^([a-z]+)\/(.+)$/.exec(target) ?? []
  const kind = kinds.find(([words]) => words.includes(word))
  if (word === '') return { labelSelector: null, pod: patternOf(target) }
  if (kind === undefined)
    throw new ToolError(
      'usage',
      `\`${target}\` is no target of logs`,
      'part of a pod name, deploy/NAME, sts/NAME, ds/NAME, svc/NAME, job/NAME, pod/NAME or ingress/NAME',
    )
  if (namespace === null)
    throw new ToolError(
      'usage',
      `\`${target}\` may be in any namespace`,
      'name its namespace: -n NAMESPACE, without -A',
    )
  const [, resource] = kind
  if (resource === pods) return { labelSelector: null, pod: { test: (text) => text === name } }
  const found = await cluster.get(resource, namespace, name, (raw) => labelSelectorOf(raw))
  if (!found.known && found.why.reason !== 'not-there')
    throw new ToolError(
      found.why.reason === 'forbidden' ? 'forbidden' : 'unreachable',
      `${target} could not be read: ${found.why.detail}`,
      'deploy/rbac-read.yaml',
    )
  if (!found.known) {
    const listed = await cluster.list(resource, { namespace }, (raw) => raw.metadata.name)
    const near = closest(name, listed.known ? listed.value : [])
    throw new ToolError(
      'not-found',
      `no ${target} in namespace ${namespace}`,
      near.length === 0
        ? `hopscope logs -n ${namespace}`
        : `the closest are ${near.map((it) => `\`${it}\``).join(', ')}`,
    )
  }
  if (found.value === null)
    throw new ToolError('usage', `${target} selects no pods`, 'name pods by -l LABEL=VALUE or a part of their names')
  return { labelSelector: found.value, pod: null }
}

export function patternOf(text: string): Pick<LinearPattern, 'test'> {
  const pattern = linearPattern(text)
  if (pattern !== null) return pattern
  throw new ToolError(
    'usage',
    `\`${text.slice(0, 100)}\` is no regular expression`,
    'a plain word finds what has it: hopscope logs web',
  )
}

type Fields = Readonly<Record<string, unknown>>

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

/** As the API takes it; null where it has none. */
function labelSelectorOf(raw: RawObject): string | null {
  const selector = fields(fields(raw['spec'])['selector'])
  const isNew = selector['matchLabels'] !== undefined || selector['matchExpressions'] !== undefined
  const labels = Object.entries(fields(isNew ? selector['matchLabels'] : selector)).map(
    ([key, value]) => `${key}=${String(value)}`,
  )
  const list = selector['matchExpressions']
  const rules = (Array.isArray(list) ? list : []).map((it) => {
    const { key, operator, values } = fields(it)
    const all = Array.isArray(values) ? values.map(String).join(',') : ''
    if (operator === 'Exists') return String(key)
    if (operator === 'DoesNotExist') return `!${String(key)}`
    return `${String(key)} ${operator === 'In' ? 'in' : 'notin'} (${all})`
  })
  const all = [...labels, ...rules]
  return all.length === 0 ? null : all.join(',')
}
