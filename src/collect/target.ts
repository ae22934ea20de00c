import { closest } from '../closest.ts'
import type { Cluster, Resource } from '../kube/cluster.ts'
import {
  daemonSets,
  deployments,
  gatewayKinds,
  ingresses,
  jobs,
  namespaces,
  pods,
  replicaSets,
  services,
  statefulSets,
} from '../kube/resources.ts'
import type { Beside } from '../model/beside.ts'
import type { Known, Why } from '../model/known.ts'
import type { Scope } from '../model/sources.ts'
import { type Subject, subject } from '../model/subject.ts'
import { ToolError } from '../tool-error.ts'
import { asIpAddress } from '../wire/dns-name.ts'
import { ownerOf } from './url.ts'

export interface ResolvedTarget {
  readonly target: Scope['target']
  readonly serviceUrl?: string
  /** The namespace to read: the Ingress's own for a URL, else the one given. null = every namespace. */
  readonly namespace: string | null
}

/** Where names are looked for: a cluster, or a recording of one. */
export type Names = Pick<Cluster, 'get' | 'list'> & {
  readonly beside?: Beside
  /** A recording, or a file of another tool: asking again changes nothing. */
  readonly isFile?: true
}

export interface Kind {
  readonly kind: string
  readonly resource: Resource
  /** What a user may write before the slash: kubectl's names. */
  readonly words: readonly string[]
}

const kinds: readonly Kind[] = [
  { kind: 'Service', resource: services, words: ['svc', 'service', 'services'] },
  { kind: 'Deployment', resource: deployments, words: ['deploy', 'deployment', 'deployments'] },
  { kind: 'StatefulSet', resource: statefulSets, words: ['sts', 'statefulset', 'statefulsets'] },
  { kind: 'DaemonSet', resource: daemonSets, words: ['ds', 'daemonset', 'daemonsets'] },
  { kind: 'ReplicaSet', resource: replicaSets, words: ['rs', 'replicaset', 'replicasets'] },
  { kind: 'Job', resource: jobs, words: ['job', 'jobs'] },
  { kind: 'Pod', resource: pods, words: ['po', 'pod', 'pods'] },
  { kind: 'Ingress', resource: ingresses, words: ['ing', 'ingress', 'ingresses'] },
  { kind: 'HTTPRoute', resource: gatewayKinds.HTTPRoute, words: ['httproute', 'httproutes'] },
  { kind: 'GRPCRoute', resource: gatewayKinds.GRPCRoute, words: ['grpcroute', 'grpcroutes'] },
  { kind: 'TLSRoute', resource: gatewayKinds.TLSRoute, words: ['tlsroute', 'tlsroutes'] },
  { kind: 'HTTPProxy', resource: gatewayKinds.HTTPProxy, words: ['httpproxy', 'httpproxies'] },
]

const forms = 'a target is dns, svc/NAME, deploy/NAME, sts/NAME, ds/NAME, pod/NAME, ing/NAME or https://HOST/PATH'

/**
 * What the user's words mean in this cluster, checked to be there. null = everything. `namespace` null = every one.
 * Rejects with a ToolError: `usage` for what is no target, `not-found` with the closest names, `forbidden`,
 * `unreachable`.
 */
export async function resolveTarget(
  text: string | null,
  cluster: Names,
  namespace: string | null,
): Promise<ResolvedTarget> {
  if (text !== null && /^https?:\/\//i.test(text)) return resolveUrl(text, cluster, namespace)
  const asked = text === null || text === 'dns' ? null : parse(text)
  if (asked !== null && namespace === null)
    throw new ToolError('usage', `\`${text}\` may be in any namespace`, 'name its namespace: -n NAMESPACE, without -A')
  if (namespace !== null) await requireNamespace(cluster, namespace)

  if (text === null) return { target: { kind: 'everything' }, namespace }
  if (asked === null || namespace === null) return { target: { kind: 'dns' }, namespace }
  await requireObject(cluster, asked.kind, namespace, asked.name)
  return { target: { kind: 'object', object: subject(asked.kind.kind, namespace, asked.name), url: null }, namespace }
}

/** The kind that a word of kubectl's names: `svc`, `deployments`; null for none. */
export function kindNamed(word: string): Kind | null {
  return kinds.find((it) => it.words.includes(word.toLowerCase())) ?? null
}

/** An object as it would be typed: `svc/cart`. */
export function typedAs({ kind, name }: Pick<Subject, 'kind' | 'name'>): string {
  const word = kinds.find((it) => it.kind === kind)?.words.find((it) => it.length > 2) ?? kind.toLowerCase()
  return `${word}/${name}`
}

function parse(text: string): { readonly kind: Kind; readonly name: string } {
  const slash = text.indexOf('/')
  const name = text.slice(slash + 1)
  if (slash <= 0 || name === '' || name.includes('/'))
    throw new ToolError('usage', `\`${text}\` is no target`, slash === -1 ? `${forms}. Perhaps svc/${text}` : forms)
  const word = text.slice(0, slash).toLowerCase()
  const kind = kindNamed(word)
  if (kind === null) throw new ToolError('usage', `\`${word}\` is no kind of target`, otherKinds())
  return { kind, name }
}

/** What a route of another kind serves is asked for by its URL. */
function otherKinds(): string {
  const words = kinds.map((it) => `${it.words[0]}/NAME`).join(', ')
  return `a target is dns, ${words} or https://HOST/PATH: of a route of another kind ask for the URL that it serves`
}

/** A user who may not read Namespaces gets the benefit of the doubt: what is read next will tell. */
export async function requireNamespace(cluster: Names, namespace: string): Promise<void> {
  const found = await cluster.get(namespaces, null, namespace, () => true)
  if (found.known || found.why.reason !== 'not-there') return
  const names = await namesOf(cluster, namespaces, null)
  throw new ToolError(
    'not-found',
    `no namespace \`${namespace}\` in this cluster`,
    nearest(namespace, names) ?? 'kubectl get namespaces lists them; -n picks one',
  )
}

async function requireObject(cluster: Names, kind: Kind, namespace: string, name: string): Promise<void> {
  const found = await cluster.get(kind.resource, namespace, name, () => true)
  if (found.known) return
  if (found.why.reason !== 'not-there')
    throw notRead(`${kind.kind} \`${name}\` in namespace ${namespace}`, found.why, { cluster, kind })
  const names = await namesOf(cluster, kind.resource, namespace)
  throw new ToolError(
    'not-found',
    `no ${kind.kind} \`${name}\` in namespace ${namespace}`,
    nearest(name, names) ??
      (cluster.isFile === true ? 'the file does not hold it: ' : '') +
        `kubectl get ${kind.resource.plural} -n ${namespace} lists what is there; -n picks another namespace`,
  )
}

async function resolveUrl(text: string, cluster: Names, namespace: string | null): Promise<ResolvedTarget> {
  const url = URL.parse(text)
  if (url === null || url.hostname === '') throw new ToolError('usage', `\`${text}\` is no URL`, forms)
  const plain = plainUrl(url)
  // No rule of an Ingress is meant by a name that only the cluster's DNS has, whatever takes any host.
  const isInner = /^[^.]+$|\.svc(?:\.|$)/.test(url.hostname)
  const inner = isInner ? await serviceNamed(url.hostname, cluster, namespace) : null
  if (inner !== null) return ofService(inner, plain)
  const found = await ownerOf(url, cluster, namespace)
  if (!found.known) throw notRead('Ingresses', found.why, { cluster, kind: null })
  const object = found.value
  const service = object === null && !isInner ? await serviceNamed(url.hostname, cluster, namespace) : null
  if (service !== null) return ofService(service, plain)
  if (object === null)
    throw new ToolError(
      'not-found',
      `no Ingress, route, HTTPProxy or VirtualService has a rule for ${url.hostname}${url.pathname}`,
      'kubectl get ingresses -A lists their hosts',
    )
  return {
    target: { kind: 'object', object, url: plain },
    namespace: object.namespace,
  }
}

function ofService(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  url: string,
): ResolvedTarget {
  return {
    target: { kind: 'object', object: subject('Service', namespace, name), url: null },
    serviceUrl: url,
    namespace,
  }
}

/**
 * Credentials before the host are no part of the question, and scope is printed; a query is, and the door masks secrets
 * in it.
 */
export function plainUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}${url.search}`
}

/** `cart`, `cart.shop`, `cart.shop.svc` and longer, as a program may spell a Service. */
export async function serviceNamed(
  host: string,
  cluster: Names,
  namespace: string | null,
): Promise<{ readonly namespace: string; readonly name: string } | null> {
  if (asIpAddress(host) !== null) return null
  const [name = '', of = namespace, svc] = host.split('.')
  if (of === null || (svc !== undefined && svc !== 'svc')) return null
  const found = await cluster.get(services, of, name, () => true)
  return found.known ? { namespace: of, name } : null
}

async function namesOf(cluster: Names, resource: Resource, namespace: string | null): Promise<readonly string[]> {
  const names: Known<string[]> = await cluster.list(
    resource,
    namespace === null ? {} : { namespace },
    (raw) => raw.metadata.name,
  )
  return names.known ? names.value : []
}

function nearest(name: string, candidates: readonly string[]): string | null {
  const near = closest(name, candidates).map((it) => `\`${it}\``)
  if (near.length === 0) return null
  return near.length === 1 ? `the closest name is ${near[0]}` : `the closest names are ${near.join(', ')}`
}

interface Asked {
  readonly cluster: Names
  /** null: Ingresses. */
  readonly kind: Kind | null
}

function notRead(what: string, why: Why, { cluster, kind }: Asked): ToolError {
  if (why.reason === 'forbidden')
    return new ToolError('forbidden', `no permission to read ${what}`, `this needs the right to ${why.detail}`)
  if (cluster.isFile === true) {
    const plural = (kind?.resource ?? ingresses).plural
    return new ToolError(
      'not-found',
      `the file does not say whether there is ${what}: ${why.detail}`,
      `write ${plural} into it as well (kubectl get ${plural},… -A -o yaml), or name a target that it holds`,
    )
  }
  return new ToolError(
    'unreachable',
    `could not read ${what}: ${why.detail}`,
    'try again, or give it longer: --request-timeout 60s',
  )
}
