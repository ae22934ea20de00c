import type { Middleware } from '../../model/ingress.ts'

/** What ends the name of a Middleware that is an object of the cluster, where an Ingress names it. */
export const crdProvider = '@kubernetescrd'

/** How an Ingress names it, without the provider: `shop-auth`. */
export function calledAs({ namespace, name }: Pick<Middleware, 'namespace' | 'name'>): string {
  return plainName(`${namespace}-${name}`)
}

/** Letters and digits with single dashes between (traefik, pkg/provider, Normalize). */
export function plainName(name: string): string {
  return name
    .split(/[^\p{L}\p{N}]+/u)
    .filter((it) => it !== '')
    .join('-')
}
