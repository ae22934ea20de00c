import type { AttachedPolicy } from '../../model/attached-policy.ts'
import type { Gateway, GatewayRoute } from '../../model/gateway.ts'
import type { Known } from '../../model/known.ts'
import type { Service } from '../../model/service.ts'

type Target = AttachedPolicy['targets'][number]

interface Seen {
  readonly gatewayRoutes: Known<readonly GatewayRoute[]>
  readonly gateways: Known<readonly Gateway[]>
  readonly services: Known<readonly Service[]>
}

/** What a target names: it is there, gone (beside others of its kind), without its section, or unknown. */
export type Named =
  | { readonly is: 'there' | 'unknown' }
  | { readonly is: 'gone' | 'no-section'; readonly others: readonly string[] }

/**
 * Of routes a list may hold one kind alone, and of Services one namespace: what is missing is said where another one of
 * its kind is there. Each look-up is of one map.
 */
export function targetsNamed({ gatewayRoutes, gateways, services }: Seen): (it: AttachedPolicy, to: Target) => Named {
  const all = [
    ...(gatewayRoutes.known ? gatewayRoutes.value.map((it) => ({ kind: it.kind, it, listeners: none })) : []),
    ...(gateways.known
      ? gateways.value.map((it) => ({ kind: 'Gateway', it, listeners: it.listeners.map(({ name }) => name) }))
      : []),
    ...(services.known ? services.value.map((it) => ({ kind: 'Service', it, listeners: none })) : []),
  ]
  const byKind = Map.groupBy(all, ({ kind, it }) => `${kind} ${it.namespace}`)
  const byName = new Map(all.map((one) => [`${one.kind} ${keyOf(one.it)}`, one]))
  return (policy, { kind, name, namespace, section }) => {
    const home = namespace ?? policy.namespace
    const found = byName.get(`${kind} ${keyOf({ namespace: home, name })}`)
    if (found === undefined) {
      const others = byKind.get(`${kind} ${home}`) ?? []
      return others.length === 0 ? { is: 'unknown' } : { is: 'gone', others: others.map(({ it }) => it.name) }
    }
    if (kind !== 'Gateway' || section === null || found.listeners.includes(section)) return { is: 'there' }
    return { is: 'no-section', others: found.listeners }
  }
}

const none: readonly string[] = []

const keyOf = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string =>
  `${namespace}/${name}`
