import { beside } from '../../../test/build/beside.ts'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { IngressSnippet } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import check from './snippet-answers.ts'

const at = { namespace: 'ingress-nginx', name: 'nginx' }
const image = 'registry.k8s.io/ingress-nginx/controller:v1.11.3'
const given = (snippet: Partial<IngressSnippet> | null, snippets: 'on' | 'off' | null = 'on') => ({
  ingresses: [
    ingress(
      [['/', 'web', 80]],
      snippet === null ? {} : { snippets: [{ by: 'server-snippet', does: 'return', status: 503, ...snippet }] },
    ),
  ],
  ingressClasses: [ingressClass('nginx')],
  ingressControllers: [controller({ product: 'ingress-nginx', image, configMap: at })],
  beside: beside({ controllerSettings: [{ ...at, proxyProtocol: null, snippets, risk: null }] }),
})
const found = { subject: 'Ingress/shop/web', severity: 'warning', confidence: 'inferred' } as const

describeCheck(check, [
  { it: 'an error for all', given: given({}), expect: [{ ...found, args: { status: 503, by: 'server-snippet' } }] },
  { it: 'of its own paths', given: given({ by: 'configuration-snippet', status: 404 }), expect: [found] },
  { it: 'a redirect, which may be meant', given: given({ status: 301 }), expect: [{ ...found, severity: 'info' }] },
  { it: 'callers by their address', given: given({ does: 'deny', status: 403 }), expect: 'cannot-tell' },
  { it: 'snippets are off', given: given({}, 'off'), expect: 'ok' },
  {
    it: 'whether they are was not read',
    given: { ...given({}), beside: beside({}) },
    expect: [{ ...found, confidence: 'possible' }],
  },
  { it: 'no snippet', given: given(null), expect: 'not-applicable' },
  { it: 'of another controller', given: { ...given({}), ingressControllers: [] }, expect: 'not-applicable' },
  {
    it: 'Ingresses forbidden',
    given: modelOf({}, { ingresses: unknown('forbidden', 'list ingresses') }),
    expect: 'cannot-tell',
  },
])
