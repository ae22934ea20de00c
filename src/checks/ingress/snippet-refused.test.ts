import { beside } from '../../../test/build/beside.ts'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { ControllerSettings } from '../../model/beside.ts'
import { unknown } from '../../model/known.ts'
import check from './snippet-refused.ts'

const snippet = 'nginx.ingress.kubernetes.io/configuration-snippet'
const given = (
  settings: Partial<ControllerSettings> | null,
  release = 'v1.12.1',
  annotated: readonly string[] = [snippet],
) => ({
  beside: beside({
    controllerSettings:
      settings === null
        ? []
        : [{ namespace: 'ingress-nginx', name: 'nginx', proxyProtocol: null, snippets: null, risk: null, ...settings }],
  }),
  ingresses: [ingress([['/', 'web', 80]], { annotated })],
  ingressClasses: [ingressClass('nginx')],
  ingressControllers: [
    controller({
      product: 'ingress-nginx',
      image: `registry.k8s.io/ingress-nginx/controller:${release}`,
      configMap: { namespace: 'ingress-nginx', name: 'nginx' },
    }),
  ],
})
const found = (says: RegExp) => [{ subject: 'Ingress/shop/web', confidence: 'inferred' as const, says }]

describeCheck(check, [
  { it: 'off', given: given({ snippets: 'off' }), expect: found(/is false/) },
  { it: 'off, of an old release', given: given({ snippets: 'off' }, 'v1.2.0'), expect: found(/is false/) },
  { it: 'not set, since 1.9', given: given({}, 'v1.9.4'), expect: found(/off since 1\.9/) },
  { it: 'not set, before 1.9', given: given({}, 'v1.8.2'), expect: 'ok' },
  { it: 'on, and within the risk', given: given({ snippets: 'on', risk: 'Critical' }), expect: 'ok' },
  { it: 'on, beyond the risk', given: given({ snippets: 'on' }), expect: found(/risk-level is High by default/) },
  { it: 'on, before there was a risk', given: given({ snippets: 'on' }, 'v1.11.5'), expect: 'ok' },
  { it: 'no snippet', given: given({ snippets: 'off' }, 'v1.12.1', []), expect: 'not-applicable' },
  { it: 'a ConfigMap that is not held', given: given(null), expect: 'cannot-tell', says: /not in the file/ },
  {
    it: 'a cluster',
    given: modelOf({ ingresses: [ingress([])] }, { beside: unknown('not-asked', 'of files alone') }),
    expect: 'not-applicable',
  },
])
