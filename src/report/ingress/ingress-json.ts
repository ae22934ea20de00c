import type { IngressConf } from '../../answers/ingress-conf.ts'
import type { IngressRoute } from '../../answers/ingress-routes.ts'

/** One object each, versioned; the field names are the contract for scripts. */
export function ingressConfJson(conf: IngressConf): string {
  return `${JSON.stringify({ schema: 'hopscope/ingress-conf/v1', ...conf }, null, 2)}\n`
}

export function ingressRoutesJson(routes: readonly IngressRoute[]): string {
  return `${JSON.stringify({ schema: 'hopscope/ingress-routes/v1', routes }, null, 2)}\n`
}
