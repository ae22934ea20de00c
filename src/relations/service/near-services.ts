import { closest, editDistance } from '../../closest.ts'
import type { Service } from '../../model/service.ts'
import { once } from '../once.ts'

const byNamespace = once((services: readonly Service[]) => Map.groupBy(services, (it) => it.namespace))
export const servicesByOwnName = once((services: readonly Service[]) => Map.groupBy(services, (it) => it.name))

interface Around {
  readonly services: readonly Service[]
  readonly namespaces: readonly string[] | null
}

/** As many letters may be wrong in a slip. */
const slip = 2

/** A Service that may be meant by a name that none has: of a slip in it, or in one other namespace. Null: none. */
export function nearService(name: string, namespace: string, services: readonly Service[]): string | null {
  const beside = (byNamespace(services).get(namespace) ?? []).map((it) => it.name)
  // A pod of a StatefulSet by its own name: `db-0` is no slip of `db`.
  if (/-\d+$/.test(name)) return null
  const near = closest(name, beside, 1)[0]
  if (near !== undefined && editDistance(name, near) <= Math.min(slip, Math.floor(name.length / 3))) return near
  const [other, ...more] = servicesByOwnName(services).get(name) ?? []
  return other === undefined || more.length > 0 ? null : `${name}.${other.namespace}`
}

/** `NAME.NAMESPACE` where such a Service is in a namespace of nearly that name. */
export function nearNamespace(name: string, namespace: string, { services, namespaces }: Around): string | null {
  const having = new Set((servicesByOwnName(services).get(name) ?? []).map((it) => it.namespace))
  const near = closest(
    namespace,
    (namespaces ?? []).filter((it) => having.has(it)),
    1,
  )[0]
  return near === undefined || editDistance(namespace, near) > slip ? null : `${name}.${near}`
}
