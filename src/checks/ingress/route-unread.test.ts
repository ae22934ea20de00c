import { beside, ingressRoute } from '../../../test/build/beside.ts'
import { controller } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { IngressRoute } from '../../model/beside.ts'
import type { IngressController } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import check from './route-unread.ts'

type Crd = NonNullable<IngressController['crd']>

const traefik = (image: string, crd: Partial<Crd> = {}): IngressController =>
  controller({
    namespace: 'traefik',
    pod: 'traefik-1',
    controller: 'traefik.io/ingress-controller',
    image,
    crd: { watches: null, className: null, acrossNamespaces: 'no', externalNames: 'no', ...crd },
  })
const given = (route: Partial<IngressRoute>, ...controllers: readonly IngressController[]) => ({
  beside: beside({ ingressRoutes: [ingressRoute([['web', 80]], route)] }),
  ingressControllers: controllers,
})
const old = { group: 'traefik.containo.us' }
const ofShop = { matchLabels: { team: 'shop' }, matchExpressions: [] }
const found = (why: string) => [{ subject: 'IngressRoute/shop/web', confidence: 'inferred' as const, args: { why } }]

describeCheck(check, [
  { it: 'the old group under 3', given: given(old, traefik('traefik:v3.2.1')), expect: found('gone-group') },
  {
    it: 'the old group under the tag 3',
    given: given(old, traefik('docker.io/traefik:v3')),
    expect: found('gone-group'),
  },
  {
    it: 'the old group under 2, of a mirror',
    given: given(old, traefik('rancher/mirrored-library-traefik:2.11.8')),
    expect: 'ok',
  },
  { it: 'the new group under 3', given: given({}, traefik('traefik:v3.2.1')), expect: 'ok' },
  { it: 'the new group under 2.9', given: given({}, traefik('traefik:2.9.10')), expect: found('new-group') },
  { it: 'the new group under 2.10', given: given({}, traefik('traefik:v2.10')), expect: 'ok' },
  {
    it: 'one of two reads it',
    given: given(old, traefik('traefik:v3.2.1'), traefik('traefik:v2.11.0')),
    expect: 'ok',
  },
  {
    it: 'both are there: somebody moves',
    given: {
      beside: beside({ ingressRoutes: [ingressRoute([], old), ingressRoute([])] }),
      ingressControllers: [traefik('traefik:v3.2.1')],
    },
    expect: 'ok',
  },
  {
    it: 'a namespace that it does not look at',
    given: given({}, traefik('traefik:v3.2.1', { watches: ['tools'] })),
    expect: found('namespace'),
  },
  {
    it: 'no flag turns the provider on',
    given: given({}, traefik('traefik:v3.2.1', { off: true })),
    expect: found('off'),
  },
  {
    it: 'off at one of two',
    given: given({}, traefik('traefik:v3.2.1', { off: true }), traefik('traefik:v3.2.1')),
    expect: 'ok',
  },
  { it: 'one that it looks at', given: given({}, traefik('traefik:v3.2.1', { watches: ['shop'] })), expect: 'ok' },
  {
    it: 'another class',
    given: given({ className: 'inner' }, traefik('traefik:v3.2.1', { className: 'outer' })),
    expect: found('class'),
  },
  {
    it: 'labels that it does not look for',
    given: given({ labels: { team: 'pay' } }, traefik('traefik:v3.2.1', { selector: ofShop })),
    expect: [{ subject: 'IngressRoute/shop/web', args: { why: 'labels', of: 'team=shop' } }],
  },
  { it: 'no labels', given: given({}, traefik('traefik:v3.2.1', { selector: ofShop })), expect: found('labels') },
  {
    it: 'labels that it looks for',
    given: given({ labels: { team: 'shop' } }, traefik('traefik:v3.2.1', { selector: ofShop })),
    expect: 'ok',
  },
  {
    it: 'a class that nobody looks for',
    given: given({ className: 'inner' }, traefik('traefik:v3.2.1')),
    expect: 'ok',
  },
  {
    it: 'an image that does not say which release it is',
    given: given(old, traefik('registry.example/traefik:latest')),
    expect: 'cannot-tell',
    says: /its image does not say/,
  },
  { it: 'no Traefik among the pods', given: given(old, controller()), expect: 'cannot-tell', says: /no pod/ },
  { it: 'none', given: { beside: beside(), ingressControllers: [] }, expect: 'not-applicable' },
  {
    it: 'a cluster',
    given: modelOf({ ingressControllers: [] }, { beside: unknown('not-asked', 'of files alone') }),
    expect: 'not-applicable',
  },
])
