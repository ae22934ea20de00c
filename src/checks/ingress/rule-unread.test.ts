import { beside, ingressRoute } from '../../../test/build/beside.ts'
import { controller } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { TraefikRoute } from '../../model/beside.ts'
import type { IngressController } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import { ruleFaults } from '../../wire/traefik-rule-faults.ts'
import check from './rule-unread.ts'

type Crd = NonNullable<IngressController['crd']>

const traefik = (image: string, crd: Partial<Crd> = {}): IngressController =>
  controller({
    namespace: 'traefik',
    pod: 'traefik-1',
    controller: 'traefik.io/ingress-controller',
    image,
    crd: { watches: null, className: null, acrossNamespaces: 'no', externalNames: 'no', ...crd },
  })
const [three, two] = [traefik('traefik:v3.2.1'), traefik('traefik:v2.11.0')]
const given = (rule: string, controllers: readonly IngressController[], about: Partial<TraefikRoute> = {}) => ({
  beside: beside({ ingressRoutes: [ingressRoute([['web', 80]], {}, { odd: ruleFaults(rule), ...about })] }),
  ingressControllers: controllers,
})
const found = (fault: string, severity: 'error' | 'warning' = 'error') => [
  { subject: 'IngressRoute/shop/web', confidence: 'inferred' as const, severity, args: { fault } },
]
const regexp = 'HostRegexp(`{sub:[a-z]+}.example.com`)'

describeCheck(check, [
  { it: 'two hosts under 3', given: given('Host(`a`, `b`)', [three]), expect: found('several') },
  { it: 'two hosts under 2', given: given('Host(`a`, `b`)', [two]), expect: 'ok' },
  { it: 'single quotes under 2', given: given("Host('a.example')", [two]), expect: found('quotes') },
  { it: 'single quotes, whatever the release', given: given("Host('ab')", [traefik('x')]), expect: found('quotes') },
  { it: 'a template under 3', given: given(regexp, [three]), expect: found('template', 'warning') },
  { it: 'a template under 2', given: given(regexp, [two]), expect: 'ok' },
  { it: 'a template that is to be read as of 2', given: given(regexp, [three], { syntax: 'v2' }), expect: 'ok' },
  { it: 'the same by a flag', given: given(regexp, [traefik('traefik:v3.0', { syntax: 'v2' })]), expect: 'ok' },
  {
    it: 'a pattern under 2',
    given: given('HostRegexp(`^.+\\.example$`)', [two]),
    expect: found('pattern', 'warning'),
  },
  { it: 'a pattern under 3', given: given('HostRegexp(`^.+\\.example$`)', [three]), expect: 'ok' },
  { it: 'Headers under 3', given: given('Headers(`a`, `b`)', [three]), expect: found('gone') },
  { it: 'Header under 2', given: given('Header(`a`, `b`)', [two]), expect: found('new') },
  { it: 'Header under 3', given: given('Header(`a`, `b`)', [three]), expect: 'ok' },
  { it: 'one of two reads it', given: given('Host(`a`, `b`)', [three, two]), expect: 'ok' },
  {
    it: 'one that reads none',
    given: given('Header(`a`, `b`)', [traefik('traefik:v3.2', { off: true }), two]),
    expect: found('new'),
  },
  { it: 'a plain rule of a release that is not known', given: given('Host(`a`)', [traefik('x:latest')]), expect: 'ok' },
  {
    it: 'an odd rule of a release that is not known',
    given: given('Host(`a`, `b`)', [traefik('x:latest')]),
    expect: 'cannot-tell',
    says: /its image does not say/,
  },
  {
    it: 'no Traefik among the pods',
    given: given('Host(`a`, `b`)', [controller()]),
    expect: 'cannot-tell',
    says: /no pod/,
  },
  { it: 'none', given: { beside: beside(), ingressControllers: [] }, expect: 'not-applicable' },
  {
    it: 'a cluster',
    given: modelOf({ ingressControllers: [] }, { beside: unknown('not-asked', 'of files alone') }),
    expect: 'not-applicable',
  },
])
