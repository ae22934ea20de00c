import { percentDecoded, percentEncoded } from '../wire/percent.ts'
import type { Resource } from './cluster.ts'

/** What a request does, in the words of RBAC. */
export interface Action {
  readonly verb: string
  readonly resource: Resource
  readonly subresource?: string
  readonly namespace: string | null
}

/** The URL path of a collection, an object or a subresource; `namespace` null means all of them, or none to have. */
export function pathOf(resource: Resource, namespace: string | null, name?: string, subresource?: string): string {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`
  const scope = resource.namespaced && namespace !== null ? `/namespaces/${percentEncoded(namespace)}` : ''
  const object = name === undefined ? '' : `/${percentEncoded(name)}`
  return `${root}${scope}/${resource.plural}${object}${subresource === undefined ? '' : `/${subresource}`}`
}

declare const made: unique symbol

/** A path whose parts can't make another path of it. */
export type ApiPath = string & { readonly [made]: 'path' }

/**
 * Tag of a path: each value in it is one segment, or one value of the query, whatever it holds. A server that gives a
 * pod the name `a/../b` or a line feed gets that name back, and Node refuses no request.
 */
export function apiPath(texts: TemplateStringsArray, ...values: readonly (string | number)[]): ApiPath {
  const [first = '', ...rest] = texts
  return rest.reduce((path, text, index) => path + percentEncoded(String(values[index])) + text, first) as ApiPath
}

/** `VERB RESOURCE[.GROUP][/SUB] [in namespace NS]`: what a user can paste into `kubectl auth can-i`, almost. */
export function describeAction({ verb, resource, subresource, namespace }: Action): string {
  const group = resource.group === '' ? '' : `.${resource.group}`
  const sub = subresource === undefined ? '' : `/${subresource}`
  const where = resource.namespaced && namespace !== null ? ` in namespace ${namespace}` : ''
  return `${verb} ${resource.plural}${group}${sub}${where}`
}

const objectPath = new RegExp(
  [
    '^/(?:api|apis/(?<group>[^/]+))/v[^/]+',
    '(?:/namespaces/(?<namespace>[^/]+))?',
    '/(?<plural>[^/]+)(?:/(?<name>[^/]+)(?:/(?<sub>[^/]+))?)?',
  ].join(''),
)

/**
 * The same words for a GET on any path: `get pods/proxy in namespace shop`, or `get /metrics` where the path is none of
 * an object's. How the API server reads a path: k8s.io/apiserver pkg/endpoints/request/requestinfo.go.
 */
export function describeGet(path: string): string {
  const plain = path.split('?', 1)[0] ?? path
  const parts = objectPath.exec(plain)?.groups
  if (parts?.['plural'] === undefined) return `get ${plain}`
  const sub = parts['sub'] === undefined ? '' : `/${parts['sub']}`
  const group = parts['group'] === undefined ? '' : `.${parts['group']}`
  const where = parts['namespace'] === undefined ? '' : ` in namespace ${percentDecoded(parts['namespace'])}`
  return `${parts['name'] === undefined ? 'list' : 'get'} ${parts['plural']}${group}${sub}${where}`
}

/** `?a=b&c=d` of what is set, or nothing. */
export function queryOf(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(values)) if (value !== undefined) query.append(key, String(value))
  return query.size === 0 ? '' : `?${query.toString()}`
}
