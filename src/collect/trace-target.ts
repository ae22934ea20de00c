import type { Names } from './target.ts'
import { resolveTarget } from './target.ts'
import { pods, services } from '../kube/resources.ts'
import type { TraceAsk } from '../model/crossing.ts'
import type { Scope } from '../model/sources.ts'
import { subject, subjectKey } from '../model/subject.ts'
import { workloadOfPod } from '../relations/workload-of-pod.ts'
import { ToolError } from '../tool-error.ts'
import { asDnsName, asIpAddress } from '../wire/dns-name.ts'
import { createIntern } from '../wire/intern.ts'
import { projectPod } from './project/pod.ts'

export interface ResolvedTrace {
  readonly namespace: string
  readonly target: Scope['target']
  readonly trace: TraceAsk
}

const fromForms = 'a trace starts from a pod: pod/NAME, or deploy/NAME, sts/NAME, ds/NAME for one of its pods'
const toForms = 'a trace leads to svc/NAME[:PORT], pod/NAME[:PORT] or HOST:PORT; NAME.NAMESPACE for another namespace'

/**
 * The two ends of a trace, checked to be there. Rejects with a ToolError: `usage` for what is no end, `not-found` with
 * the closest names, `forbidden`.
 */
export async function resolveTrace(
  ends: { readonly from: string; readonly to: string },
  cluster: Names,
  namespace: string | null,
): Promise<ResolvedTrace> {
  if (namespace === null)
    throw new ToolError('usage', 'a trace starts from one pod', 'name its namespace: -n NAMESPACE, without -A')
  const from = { namespace, pod: await podFrom(ends.from, cluster, namespace) }
  const far = await farEnd(ends.to, cluster, namespace)
  if (far.kind === 'host') {
    const target = { kind: 'object', object: subject('Pod', namespace, from.pod), url: null } as const
    return { namespace, target, trace: { from, host: far.host, port: far.port } }
  }
  return {
    namespace: far.namespace,
    target: { kind: 'object', object: subject(far.object, far.namespace, far.name), url: null },
    trace: { from, host: null, port: far.port },
  }
}

/** Of a workload the first running pod by name, a ready one first. */
async function podFrom(text: string, cluster: Names, namespace: string): Promise<string> {
  if (text === 'outside')
    throw new ToolError(
      'usage',
      'a trace starts inside the cluster',
      'from outside it is: hopscope diagnose https://HOST/PATH --probe',
    )
  const word = text.includes('/') ? text : `pod/${text}`
  const { target } = await resolveTarget(word, cluster, namespace)
  if (target.kind !== 'object') throw new ToolError('usage', `\`${text}\` is no start of a trace`, fromForms)
  if (target.object.kind === 'Pod') return target.object.name
  const wanted = subjectKey(target.object)
  const intern = createIntern()
  const listed = await cluster.list(pods, { namespace }, (raw) => projectPod(raw, intern))
  if (!listed.known)
    throw new ToolError(
      'forbidden',
      `the pods of ${text} are not known`,
      `this needs the right to ${listed.why.detail}`,
    )
  const own = listed.value
    .filter((it) => it !== null && subjectKey(workloadOfPod(it)) === wanted && !it.deleting)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const running = own.filter((it) => it.phase === 'Running')
  const pod = running.find((it) => it.ready) ?? running[0] ?? own[0]
  if (pod === undefined)
    throw new ToolError(
      'not-found',
      `${text} has no pod in namespace ${namespace}`,
      `hopscope diagnose ${text} says why`,
    )
  return pod.name
}

type FarEnd =
  | { readonly kind: 'host'; readonly host: string; readonly port: number }
  | {
      readonly kind: 'object'
      readonly object: 'Service' | 'Pod'
      readonly namespace: string
      readonly name: string
      readonly port: number | null
    }

async function farEnd(text: string, cluster: Names, namespace: string): Promise<FarEnd> {
  const { word, name, port } = parse(text)
  if (word === 'svc' || word === 'pod')
    return object(word === 'svc' ? 'Service' : 'Pod', { name, port }, cluster, namespace)
  const asService = await serviceNamed(name, cluster, namespace)
  if (asService !== null) return { kind: 'object', object: 'Service', ...asService, port }
  if (port === null) throw new ToolError('usage', `\`${text}\` names no port`, toForms)
  if (asIpAddress(name) === null && asDnsName(name) === null)
    throw new ToolError('usage', `\`${text}\` is no host`, toForms)
  return { kind: 'host', host: name, port }
}

/** `svc/cart:8080`, `pod/db-0.shop:5432`, `cart.shop:80`, `https://example.com`. */
function parse(text: string): {
  readonly word: 'svc' | 'pod' | null
  readonly name: string
  readonly port: number | null
} {
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null
  if (url !== null) {
    const scheme = url.protocol === 'https:' ? 443 : 80
    return { word: null, name: url.hostname, port: url.port === '' ? scheme : Number(url.port) }
  }
  const [, kind = '', name = '', digits] =
    /^(?:([a-z]{2,10})\/)?(\[[0-9a-f:.]{2,45}\]|[^/:]{1,253})(?::(\d{1,5}))?$/i.exec(text) ?? []
  const port = digits === undefined ? null : Number(digits)
  if (name === '' || (port !== null && (port < 1 || port > 65_535)))
    throw new ToolError('usage', `\`${text}\` is no end of a trace`, toForms)
  const words: Readonly<Record<string, 'svc' | 'pod'>> = {
    svc: 'svc',
    service: 'svc',
    services: 'svc',
    po: 'pod',
    pod: 'pod',
    pods: 'pod',
  }
  if (kind === '') return { word: null, name: name.replace(/^\[|\]$/g, ''), port }
  const word = Object.hasOwn(words, kind.toLowerCase()) ? words[kind.toLowerCase()] : undefined
  if (word === undefined) throw new ToolError('usage', `\`${kind}\` is no end of a trace`, toForms)
  return { word, name, port }
}

/** In the namespace of the run, else behind its last dot: Services' names have none, pods' may. */
async function object(
  kind: 'Service' | 'Pod',
  { name, port }: { readonly name: string; readonly port: number | null },
  cluster: Names,
  namespace: string,
): Promise<FarEnd> {
  const resource = kind === 'Service' ? services : pods
  const word = kind === 'Service' ? 'svc' : 'pod'
  const dot = name.lastIndexOf('.')
  const here = dot === -1 ? true : (await cluster.get(resource, namespace, name, () => true)).known
  const [bare, of] = here ? [name, namespace] : [name.slice(0, dot), name.slice(dot + 1)]
  await resolveTarget(`${word}/${bare}`, cluster, of)
  return { kind: 'object', object: kind, namespace: of, name: bare, port }
}

/** `cart`, `cart.shop`, `cart.shop.svc` and longer, as a program may spell a Service. */
async function serviceNamed(
  host: string,
  cluster: Names,
  namespace: string,
): Promise<{ readonly namespace: string; readonly name: string } | null> {
  if (asIpAddress(host) !== null) return null
  const [name = '', of = namespace, svc] = host.split('.')
  if (svc !== undefined && svc !== 'svc') return null
  const found = await cluster.get(services, of, name, () => true)
  return found.known ? { namespace: of, name } : null
}
