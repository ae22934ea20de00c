import type { IngressConf } from '../../answers/ingress-conf.ts'
import type { IngressRoute } from '../../answers/ingress-routes.ts'

/** One object each, versioned; the field names are the contract for scripts. */
export function ingressConfAnswer(conf: IngressConf) {
  return { schema: 'hopscope/ingress-conf/v1', ...conf } as const
}

export function ingressRoutesAnswer(routes: readonly IngressRoute[]) {
  return { schema: 'hopscope/ingress-routes/v1', routes } as const
}
