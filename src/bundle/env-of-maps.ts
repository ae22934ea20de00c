import type { RawObject } from '../kube/cluster.ts'
import { mostObjects } from '../kube/limits.ts'

/** What a ConfigMap holds; null where it is not in the file. */
export type MapOf = (namespace: string, name: string) => Readonly<Record<string, unknown>> | null

/** ConfigMaps by namespace and name, as far as a file holds them. */
export function mapsIn(objects: readonly RawObject[]): MapOf {
  const found = new Map(
    objects
      .slice(0, mostObjects)
      .map((it) => [`${it.metadata.namespace ?? ''}/${it.metadata.name}`, fields(it['data'])]),
  )
  return (namespace, name) => found.get(`${namespace}/${name}`) ?? null
}

/**
 * A pod with the environment that ConfigMaps of the same file give its containers, spelled out as if it stood in the
 * spec: `envFrom` first, a later one over an earlier, and `env` over all of them (core/v1, Container). Live, ConfigMaps
 * of users are not read; a file that holds them was written to be looked at. What is in none stays as it was.
 */
export function withEnvOfMaps(pod: RawObject, mapOf: MapOf): RawObject {
  const spec = fields(pod['spec'])
  const { namespace = '' } = pod.metadata
  const filled = ['containers', 'initContainers'].flatMap((list) => {
    const containers = spec[list]
    return Array.isArray(containers) && containers.some(asksMaps)
      ? [[list, containers.map((it: unknown) => withEnv(fields(it), namespace, mapOf))] as const]
      : []
  })
  return filled.length === 0 ? pod : { ...pod, spec: { ...spec, ...Object.fromEntries(filled) } }
}

function asksMaps(container: unknown): boolean {
  const { env, envFrom } = fields(container)
  return Array.isArray(envFrom) || (Array.isArray(env) && env.some((it) => 'valueFrom' in fields(it)))
}

interface Variable {
  readonly name: string
  readonly value: string
  /** The ConfigMap that it comes from, which is no field of the API's. */
  readonly map: string
}

function withEnv(container: Fields, namespace: string, mapOf: MapOf): Fields {
  const own = Array.isArray(container['env'])
    ? container['env'].flatMap((it: unknown) => filled(it, namespace, mapOf))
    : []
  const names = new Set(own.map((it) => fields(it)['name']))
  const from = Array.isArray(container['envFrom']) ? container['envFrom'] : []
  const more = new Map<string, Variable>()
  for (const it of from.slice(0, mostSources))
    for (const one of allOf(fields(it), namespace, mapOf)) if (!names.has(one.name)) more.set(one.name, one)
  return { ...container, env: [...more.values(), ...own] }
}

/** One variable that names a key of a map. The kubelet leaves out an optional one whose key is not in the map. */
function filled(variable: unknown, namespace: string, mapOf: MapOf): readonly unknown[] {
  const { name, valueFrom } = fields(variable)
  const { name: map, key, optional } = fields(fields(valueFrom)['configMapKeyRef'])
  if (typeof name !== 'string' || typeof map !== 'string' || typeof key !== 'string') return [variable]
  const data = mapOf(namespace, map)
  const value = data !== null && Object.hasOwn(data, key) ? data[key] : null
  if (typeof value === 'string') return [{ name, value, map }]
  return data !== null && optional === true ? [] : [variable]
}

/** All variables of a map, with the prefix that the container gives them. */
function allOf({ prefix, configMapRef }: Fields, namespace: string, mapOf: MapOf): readonly Variable[] {
  const { name } = fields(configMapRef)
  const data = typeof name === 'string' ? mapOf(namespace, name) : null
  if (data === null) return []
  const before = typeof prefix === 'string' ? prefix : ''
  return Object.entries(data)
    .slice(0, mostKeys)
    .flatMap(([key, value]) =>
      typeof value === 'string' ? [{ name: `${before}${key}`, value, map: String(name) }] : [],
    )
}

/** A map holds a megabyte at most, and a pod that takes a thousand is nobody's. */
const mostSources = 100
const mostKeys = 2000

type Fields = Readonly<Record<string, unknown>>

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}
