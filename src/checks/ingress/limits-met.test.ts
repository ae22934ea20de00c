import { ingress } from '../../../test/build/ingress.ts'
import { controllerConfig, ingressConfigs, nginxConf } from '../../../test/build/ingress-config.ts'
import { lately, lateRequests } from '../../../test/build/said-lately.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { known } from '../../model/known.ts'
import type { LateRequests } from '../../model/ingress-config.ts'
import { parseNginxConf } from '../../wire/nginx-conf.ts'
import check from './limits-met.ts'

const web = ingress([['/', 'web', 80]])
const conf = parseNginxConf(
  nginxConf([web]).replace('proxy_read_timeout', 'limit_req zone=shop_web_rps burst=5 nodelay;\n proxy_read_timeout'),
)
const line = conf.servers.flatMap((it) => it.locations)[0]?.line ?? 0

function given(...requests: readonly LateRequests[]) {
  const config = controllerConfig([web], { conf: known(conf), lately: known(lately(requests)) })
  return { ingresses: [web], ingressConfigs: ingressConfigs(config) }
}

describeCheck(check, [
  {
    it: 'a rate limit',
    given: given(lateRequests('limited', { line, times: 40 })),
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'warning',
        confidence: 'observed',
        args: { by: 'limited', times: 40, settings: ['limit_req zone=shop_web_rps burst=5 nodelay'] },
        says: /A limit of Ingress shop\/web refused 40 requests in the last 15 minutes/,
      },
    ],
  },
  {
    it: 'a list that keeps somebody out does what it is for',
    given: given(lateRequests('denied', { line })),
    expect: [{ subject: 'Ingress/shop/web', severity: 'info', args: { by: 'denied', times: 3, settings: [] } }],
  },
  {
    it: 'both',
    given: given(lateRequests('denied'), lateRequests('limited')),
    expect: [
      { subject: 'Ingress/shop/web', args: { by: 'limited' } },
      { subject: 'Ingress/shop/web', args: { by: 'denied' } },
    ],
  },
  { it: 'before the Ingress was changed', given: given(lateRequests('limited', { times: 0, over: 3 })), expect: 'ok' },
  { it: 'an upload is another check’s', given: given(lateRequests('body-too-big')), expect: 'ok' },
  { it: 'no Ingress', given: { ...given(), ingresses: [] }, expect: 'not-applicable' },
  { it: 'not asked', given: { ingresses: [web] }, expect: 'cannot-tell' },
])
