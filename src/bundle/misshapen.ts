import type { RawObject } from '../kube/cluster.ts'
import {
  configMaps,
  daemonSets,
  deployments,
  endpointSlices,
  ingresses,
  networkPolicies,
  nodes,
  pods,
  services,
  statefulSets,
} from '../kube/resources.ts'
import { unknown } from '../model/known.ts'
import type { Objects } from './bundle.ts'
import { keyOf } from './kinds.ts'

/** `[shape]` is a list of such; `texts` a map or a list of nothing but texts. What is absent or null is empty. */
type Shape = 'object' | 'texts' | readonly [Shape] | { readonly [field: string]: Shape }

const container: Shape = { ports: ['object'], env: ['object'], args: 'texts', command: 'texts' }
const podSpec: Shape = { containers: [container], initContainers: [container], volumes: ['object'] }
const template: Shape = { spec: { template: { metadata: 'object', spec: podSpec } } }
const rule = (peers: string): Shape => ({ [peers]: ['object'], ports: ['object'] })

/** By the types of k8s.io/api, as far as checks go by these fields. */
const shapes: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  [keyOf(nodes), { spec: { podCIDRs: 'texts' }, status: { addresses: ['object'], conditions: ['object'] } }],
  [keyOf(pods), { spec: podSpec, status: { conditions: ['object'], podIPs: ['object'] } }],
  [keyOf(services), { spec: { ports: ['object'], selector: 'texts' } }],
  [keyOf(endpointSlices), { endpoints: [{ addresses: 'texts' }], ports: ['object'] }],
  [keyOf(configMaps), { data: 'texts' }],
  [keyOf(ingresses), { spec: { rules: [{ http: { paths: ['object'] } }], tls: ['object'] } }],
  [keyOf(networkPolicies), { spec: { ingress: [rule('from')], egress: [rule('to')], policyTypes: 'texts' } }],
  [keyOf(deployments), template],
  [keyOf(statefulSets), template],
  [keyOf(daemonSets), template],
])

/**
 * A field of another type than the API has is unknown, and not empty: an API server writes no such thing, so that the
 * file was changed, and a list with such an object is not known.
 */
export function wellShaped(objects: Objects, key: string, what: string): Objects {
  const shape = shapes.get(key)
  if (!objects.known || shape === undefined) return objects
  for (const it of objects.value) {
    const wrong = wrongIn(it, shape, '')
    if (wrong !== null)
      return unknown('failed', `${what} holds ${nameOf(it)} of the ${key}, whose ${wrong}, as no API server writes it`)
  }
  return objects
}

function nameOf({ metadata: { namespace, name } }: RawObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`
}

/** `spec.ports is no list`. */
function wrongIn(value: unknown, shape: Shape, path: string): string | null {
  if (value === undefined || value === null) return null
  if (Array.isArray(shape)) return wrongInList(value, shape[0] as Shape, path)
  if (typeof value !== 'object') return `${path} is no ${shape === 'texts' ? 'map or list' : 'object'}`
  if (shape === 'texts') return Object.values(value).every((it) => typeof it === 'string') ? null : notTexts(path)
  if (Array.isArray(value)) return `${path} is no object`
  if (shape === 'object') return null
  for (const [field, of] of Object.entries(shape)) {
    const own: unknown = Object.hasOwn(value, field) ? (value as Readonly<Record<string, unknown>>)[field] : undefined
    const wrong = wrongIn(own, of, path === '' ? field : `${path}.${field}`)
    if (wrong !== null) return wrong
  }
  return null
}

function wrongInList(value: unknown, of: Shape, path: string): string | null {
  if (!Array.isArray(value)) return `${path} is no list`
  const all: readonly unknown[] = value
  for (const [index, it] of all.entries()) {
    const at = `${path}[${index}]`
    const wrong = it === null ? `${at} is no object` : wrongIn(it, of, at)
    if (wrong !== null) return wrong
  }
  return null
}

function notTexts(path: string): string {
  return `${path} holds what is no text`
}
