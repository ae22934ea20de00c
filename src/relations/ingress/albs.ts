import type { AlbListens, AlbTarget, Ingress, IngressClass } from '../../model/ingress.ts'
import type { Service } from '../../model/service.ts'

const ours = 'ingress.k8s.aws/alb'

/** Whether the AWS Load Balancer Controller makes its load balancer; EKS's auto mode has classes of the same name. */
export function isOfAlb({ className, vendors }: Ingress, classes: readonly IngressClass[]): boolean {
  const named = classes.find((it) => it.name === className)
  if (named !== undefined) return named.controller === ours
  return className === 'alb' || (className === null && vendors?.includes('alb') === true)
}

/** The target-type that annotations say, a Service's before that of its Ingress; undefined: none does. */
export function toldTarget(ingress: Ingress, service: Service): AlbTarget | undefined {
  return service.albTarget ?? (ingress.albTarget === 'unset' ? undefined : ingress.albTarget)
}

/** What parameters of the class say goes before annotations, and they are not read. */
export function hasParameters({ className }: Ingress, classes: readonly IngressClass[]): boolean {
  return classes.some((it) => it.name === className && it.parameters === true)
}

/**
 * Where the load balancer of an Ingress listens; null where that is not known: a list that can't be read, or a group
 * of which other namespaces may have members. `all`: the Ingresses that were read, of every namespace or of one.
 */
export function albListeners(
  { albListens, namespace, name }: Ingress,
  all: readonly Ingress[],
  isWhole: boolean,
): NonNullable<AlbListens['on']> | null {
  if (albListens === undefined) return null
  const { group } = albListens
  if (group === undefined) return albListens.on
  const members = all.filter((it) => it.albListens?.group === group || (it.namespace === namespace && it.name === name))
  const on = members.map((it) => it.albListens?.on ?? null)
  return isWhole && on.every((it) => it !== null) ? on.flat() : null
}
