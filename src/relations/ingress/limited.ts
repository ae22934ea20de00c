import type { Contacts, HttpContact } from '../../model/contacts.ts'
import type { IngressConfigs } from '../../model/ingress-config.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import { saidByLog } from './said-by-log.ts'

/**
 * Annotations by which a controller refuses whoever asks too often: of ingress-nginx (annotations/ratelimit,
 * globalratelimit), F5's, HAProxy's of both makers, and Kong's plugins are no part of them.
 */
const limits = new RegExp(
  '^(?:nginx\\.ingress\\.kubernetes\\.io/(?:limit-(?:rps|rpm|connections)|global-rate-limit)|' +
    'nginx\\.org/limit-req-rate|haproxy\\.org/rate-limit-(?:requests|period)|' +
    'haproxy-ingress\\.github\\.io/limit-(?:rps|connections))$',
)

/** Those of this Ingress, as they stand there. */
export function limitsOn({ annotated = [] }: Pick<Ingress, 'annotated'>): readonly string[] {
  return annotated.filter((it) => limits.test(it))
}

interface Seen {
  readonly contacts: Pick<Contacts, 'http'>
  readonly ingresses: readonly Ingress[]
  readonly ingressConfigs: Known<IngressConfigs>
}

/**
 * Whether an answer is what a limit says to the probe's own requests: nobody else's, and no fault. 503 is what
 * ingress-nginx says (`limit-req-status-code`). Its log tells; without one, another request that it let through does.
 */
export function refusedByLimit({ contacts, ingresses, ingressConfigs }: Seen): (it: HttpContact) => boolean {
  const limited = new Set(ingresses.filter((it) => limitsOn(it).length > 0).map((it) => `${it.namespace}/${it.name}`))
  const keyOf = ({ ingress }: HttpContact): string => `${ingress.namespace}/${ingress.name}`
  const through = new Set(
    contacts.http.filter((it) => it.status !== null && it.status < 400 && it.error === null).map(keyOf),
  )
  return (it) => {
    if (!limited.has(keyOf(it)) || it.error !== null || (it.status !== 503 && it.status !== 429)) return false
    const said = saidByLog(ingressConfigs, { host: it.host, controllers: [it.via.controllerPod] })
    return said === null ? through.has(keyOf(it)) : said.trouble === 'limited'
  }
}
