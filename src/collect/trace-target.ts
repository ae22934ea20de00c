import type { Names } from './target.ts'
import { plainUrl, resolveTarget, serviceNamed } from './target.ts'
import { ingresses, nodes, pods, services } from '../kube/resources.ts'
import type { TraceAsk } from '../model/crossing.ts'
import type { Scope } from '../model/sources.ts'
import { subject } from '../model/subject.ts'
import { ToolError } from '../tool-error.ts'
import { asDnsName, asIpAddress } from '../wire/dns-name.ts'
import { createIntern } from '../wire/intern.ts'
import { projectIngress } from './project/ingress.ts'
import { projectNode } from './project/node.ts'
import { onePod, podsIn } from './one-pod.ts'

export interface ResolvedTrace {
  readonly namespace: string | null
  readonly target: Scope['target']
  readonly serviceUrl?: string
  /** Not of a trace from outside: no pod of the cluster asks. */
  readonly trace?: TraceAsk
}

const fromForms =
  'a trace starts from pod/NAME; from deploy/NAME, sts/NAME, ds/NAME or svc/NAME for one of its pods; from node/NAME ' +
  'for a pod in the network of that node; or from outside'
const toForms =
  'a trace leads to svc/NAME[:PORT], pod/NAME[:PORT], deploy/NAME[:PORT], ingress/NAME, node/NAME:PORT, HOST:PORT or ' +
  'a URL; NAME.NAMESPACE for another namespace'

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
  const url = await urlOf(ends.to, cluster, namespace)
  if (ends.from === 'outside') return fromOutside(url, cluster, namespace)
  const from = await startOf(ends.from, cluster, namespace)
  const served = url === null ? null : await servedHere(url, cluster, namespace)
  const isRouted = served !== null && served.serviceUrl === undefined
  if (isRouted && url !== null) {
    const port = url.port === '' ? defaultPort(url) : Number(url.port)
    return { ...served, trace: { from, host: url.hostname, port } }
  }
  const far = await farEnd(url === null ? ends.to : url.href, cluster, namespace)
  if (far.kind === 'host') {
    const target = { kind: 'object', object: subject('Pod', from.namespace, from.pod), url: null } as const
    return { namespace: from.namespace, target, trace: { from, host: far.host, port: far.port } }
  }
  return {
    namespace: far.namespace,
    target: { kind: 'object', object: subject(far.object, far.namespace, far.name), url: null },
    ...(url !== null && far.object === 'Service' ? { serviceUrl: plainUrl(url) } : {}),
    trace: { from, host: null, port: far.port },
  }
}

/** What the URL leads to, as `diagnose URL` finds it. */
async function fromOutside(url: URL | null, cluster: Names, namespace: string): Promise<ResolvedTrace> {
  if (url === null)
    throw new ToolError(
      'usage',
      'a trace from outside leads to a URL or an Ingress',
      'hopscope trace outside https://HOST/PATH --probe, with --lb ADDRESS where DNS does not lead to it',
    )
  return resolveTarget(url.href, cluster, namespace)
}

/** null: nobody in the cluster has a rule for it, so that it is a host like any other. */
async function servedHere(url: URL, cluster: Names, namespace: string): Promise<ResolvedTrace | null> {
  try {
    return await resolveTarget(url.href, cluster, namespace)
  } catch (error) {
    if (error instanceof ToolError && error.code !== 'usage') return null
    throw error
  }
}

function defaultPort(url: URL): number {
  return url.protocol === 'https:' ? 443 : 80
}

/** A URL as it is; an Ingress by the first host that it has a rule for. null: it is neither. */
async function urlOf(text: string, cluster: Names, namespace: string): Promise<URL | null> {
  if (/^https?:\/\//i.test(text)) {
    const url = URL.parse(text)
    if (url === null || url.hostname === '') throw new ToolError('usage', `\`${text}\` is no URL`, toForms)
    return url
  }
  if (!/^(?:ing|ingress|ingresses)\//i.test(text)) return null
  const { target } = await resolveTarget(text, cluster, namespace)
  const name = target.kind === 'object' ? target.object.name : ''
  const intern = createIntern()
  const found = await cluster.get(ingresses, namespace, name, (raw) => projectIngress(raw, intern))
  const ingress = found.known ? found.value : null
  const rule = ingress?.rules.find((it) => it.host !== null && !it.host.startsWith('*'))
  const host = rule?.host ?? null
  if (ingress === null || host === null)
    throw new ToolError(
      'usage',
      `Ingress \`${name}\` has no rule with a host of its own`,
      'name what a user would ask for: hopscope trace FROM https://HOST/PATH',
    )
  const scheme = (ingress.tls ?? []).some((it) => it.hosts.includes(host)) ? 'https' : 'http'
  return URL.parse(`${scheme}://${host}${pathOf(rule?.paths[0]?.path ?? null)}`)
}

/** A pattern is no path that somebody could ask for. */
function pathOf(path: string | null): string {
  return path !== null && /^\/[\w\-./~]*$/.test(path) ? path : '/'
}

type From = TraceAsk['from']

async function startOf(text: string, cluster: Names, namespace: string): Promise<From> {
  const [, node] = /^nodes?\/(.+)$/i.exec(text) ?? []
  if (node !== undefined) return onNode(node, cluster)
  const { pod } = await onePod(text, cluster, namespace, fromForms)
  return { namespace, pod }
}

async function onNode(name: string, cluster: Names): Promise<From> {
  const own = (await podsIn(cluster, `node/${name}`, null))
    .filter((it) => it.node === name && it.hostNetwork && it.phase === 'Running' && !it.deleting)
    .toSorted((a, b) => Number(b.ready) - Number(a.ready) || (a.name < b.name ? -1 : 1))
  const [pod] = own
  if (pod !== undefined) return { namespace: pod.namespace, pod: pod.name }
  await nodeAddress(name, cluster)
  throw new ToolError('not-found', `no pod runs in the network of node ${name}`, fromForms)
}

async function nodeAddress(name: string, cluster: Names): Promise<string> {
  const intern = createIntern()
  const found = await cluster.get(nodes, null, name, (raw) => projectNode(raw, intern))
  const ip = found.known ? (found.value?.ip ?? null) : null
  if (ip !== null) return ip
  if (found.known) throw new ToolError('not-found', `node ${name} has no address`, 'kubectl get nodes -o wide')
  throw found.why.reason === 'not-there'
    ? new ToolError('not-found', `no node \`${name}\``, 'kubectl get nodes lists them')
    : new ToolError('forbidden', `node ${name} could not be read`, `this needs the right to ${found.why.detail}`)
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
  if (word === 'node') {
    if (port === null) throw new ToolError('usage', `\`${text}\` names no port`, toForms)
    return { kind: 'host', host: await nodeAddress(name, cluster), port }
  }
  if (word === 'workload') {
    const { namespace: of, pod } = await startOf(text.replace(/:\d+$/, ''), cluster, namespace)
    return { kind: 'object', object: 'Pod', namespace: of, name: pod, port }
  }
  if (word === 'svc' || word === 'pod')
    return object(word === 'svc' ? 'Service' : 'Pod', { name, port }, cluster, namespace)
  const asService = await serviceNamed(name, cluster, namespace)
  if (asService !== null) return { kind: 'object', object: 'Service', ...asService, port }
  if (port === null) throw new ToolError('usage', `\`${text}\` names no port`, toForms)
  if (asIpAddress(name) === null && asDnsName(name) === null)
    throw new ToolError('usage', `\`${text}\` is no host`, toForms)
  return { kind: 'host', host: name, port }
}

type Word = 'svc' | 'pod' | 'node' | 'workload'

const words: Readonly<Record<string, Word>> = {
  svc: 'svc',
  service: 'svc',
  services: 'svc',
  po: 'pod',
  pod: 'pod',
  pods: 'pod',
  no: 'node',
  node: 'node',
  nodes: 'node',
  deploy: 'workload',
  deployment: 'workload',
  deployments: 'workload',
  sts: 'workload',
  statefulset: 'workload',
  ds: 'workload',
  daemonset: 'workload',
}

/** `svc/cart:8080`, `pod/db-0.shop:5432`, `cart.shop:80`, `https://example.com`. */
function parse(text: string): {
  readonly word: Word | null
  readonly name: string
  readonly port: number | null
} {
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null
  if (url !== null) {
    return { word: null, name: url.hostname, port: url.port === '' ? defaultPort(url) : Number(url.port) }
  }
  const [, kind = '', name = '', digits] =
    /^(?:([a-z]{2,10})\/)?(\[[0-9a-f:.]{2,45}\]|[^/:]{1,253})(?::(\d{1,5}))?$/i.exec(text) ?? []
  const port = digits === undefined ? null : Number(digits)
  if (name === '' || (port !== null && (port < 1 || port > 65_535)))
    throw new ToolError('usage', `\`${text}\` is no end of a trace`, toForms)
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
