import { ingress } from '../../../test/build/ingress.ts'
import { controllerConfig, ingressConfigs, nginxConf } from '../../../test/build/ingress-config.ts'
import { lately, lateRequests } from '../../../test/build/said-lately.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { ControllerConfig } from '../../model/ingress-config.ts'
import { known, unknown } from '../../model/known.ts'
import { parseNginxConf } from '../../wire/nginx-conf.ts'
import check from './error-page-missing.ts'

const web = ingress([['/', 'web', 80]])
const name = '@custom_upstream-default-backend_404'
const page = `error_page 404 = ${name};`
const place = `location ${name} { internal; set $proxy_upstream_name "upstream-default-backend"; }`
/** As ingress-nginx v1.11 writes it of its own default backend. */
const door = 'server { listen 8181 default_server; set $proxy_upstream_name "internal"; location / { return 404; } }'

interface Parts {
  readonly http?: string
  readonly server?: string
  readonly inLocation?: string
  readonly rest?: string
}

function confOf({ http = '', server = '', inLocation = '', rest = '' }: Parts) {
  return nginxConf([web])
    .replace('http {', `http {\n${http}`)
    .replaceAll('listen 443 ssl;', `listen 443 ssl;\n${server}`)
    .replaceAll('proxy_read_timeout', `${inLocation}\nproxy_read_timeout`)
    .replace(/\}$/, `${rest}\n}`)
}

function given(parts: Parts, about: Partial<ControllerConfig> = {}, endpoint = '127.0.0.1:8181') {
  const backends = [{ upstream: 'upstream-default-backend', endpoints: [endpoint], weight: null, alternatives: [] }]
  const conf = known(parseNginxConf(confOf(parts)))
  const config = controllerConfig([web], { conf, backends: known(backends), ...about })
  return { ingresses: [web], ingressConfigs: ingressConfigs(config) }
}

const custom = { http: page, server: place, rest: door }
const of503 = (it: string): string => it.replaceAll('404', '503')

describeCheck(check, [
  {
    it: 'custom-http-errors of the ConfigMap without a default backend',
    given: given(custom),
    expect: [
      {
        subject: 'Pod/ingress-nginx/controller-1',
        severity: 'warning',
        confidence: 'inferred',
        args: { kind: 'own-door', statuses: [404], gives: 500, times: 0, ingresses: ['shop/web'] },
        says: /takes the 404 of pods away for an error page that it lacks: clients get 500/,
      },
    ],
  },
  {
    it: 'and users met it',
    given: given(custom, { lately: known(lately([lateRequests('no-error-page', { times: 7 })])) }),
    expect: [
      { subject: 'Pod/ingress-nginx/controller-1', severity: 'error', confidence: 'observed', args: { times: 7 } },
    ],
  },
  {
    it: 'or the probe did',
    given: given(custom, {
      failed: known([{ host: 'web.example.com', upstream: null, trouble: 'no-error-page', times: 2 }]),
    }),
    expect: [{ subject: 'Pod/ingress-nginx/controller-1', severity: 'error', args: { times: 2 } }],
  },
  { it: 'a default backend that has the pages', given: given(custom, {}, '10.2.0.9:8080'), expect: 'ok' },
  {
    it: 'the annotation without a default backend: another status for it',
    given: given({ inLocation: of503(page), server: of503(place), rest: door }),
    expect: [{ subject: 'Pod/ingress-nginx/controller-1', severity: 'warning', args: { kind: 'bare', gives: 404 } }],
  },
  {
    it: 'the same status, and the page alone is lost',
    given: given({ inLocation: page, server: place, rest: door }),
    expect: [{ subject: 'Pod/ingress-nginx/controller-1', severity: 'info', args: { kind: 'bare' } }],
  },
  {
    it: 'a snippet whose place is gone',
    given: given({ server: 'error_page 502 503 @sorry;' }),
    expect: [
      { subject: 'Pod/ingress-nginx/controller-1', args: { kind: 'missing', target: '@sorry', statuses: [502, 503] } },
    ],
  },
  {
    it: "a location's own pages take the place of those around it",
    given: given({ http: 'error_page 502 @sorry;', inLocation: 'error_page 404 /404.html;' }),
    expect: 'ok',
  },
  { it: 'no error pages', given: given({ rest: door }), expect: 'ok' },
  {
    it: 'read in part',
    given: given({}, { conf: known(parseNginxConf(confOf(custom), true)) }),
    expect: 'cannot-tell',
  },
  { it: 'not read', given: given({}, { conf: unknown('forbidden', 'exec') }), expect: 'cannot-tell' },
  { it: 'no Ingress', given: { ...given(custom), ingresses: [] }, expect: 'not-applicable' },
])
