import { contacts, get } from '../../../test/build/contacts.ts'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Ingress } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import check from './external-host-unknown.ts'

const given = (externalName: string, about: Partial<Ingress> = {}) => ({
  ingresses: [ingress([['/', 'out', 80]], about)],
  services: [service('out', { type: 'ExternalName', externalName, selector: null })],
  ingressClasses: [ingressClass('nginx')],
  ingressControllers: [controller({ product: 'ingress-nginx' })],
})
const routing = { rewrite: null, regex: false, canary: false, protocol: null }
const found = [{ subject: 'Ingress/shop/web', confidence: 'possible' as const, severity: 'warning' as const }]

describeCheck(check, [
  { it: 'a platform', given: given('acme-legacy.herokuapp.com'), expect: found },
  { it: 'a bucket', given: given('acme.s3-website-us-east-1.amazonaws.com'), expect: found },
  { it: 'a gateway of one region', given: given('a1b2.execute-api.eu-west-1.amazonaws.com.'), expect: found },
  {
    it: 'a platform that is told its own name',
    given: given('acme.herokuapp.com', { nginx: { ...routing, vhost: 'acme.herokuapp.com' } }),
    expect: 'ok',
  },
  {
    it: 'a platform that was asked by this very host, and has a page for it',
    given: { ...given('acme.herokuapp.com'), contacts: contacts([], [get('/', 200)]) },
    expect: 'ok',
  },
  {
    it: 'a platform that says at times that it has no such customer',
    given: { ...given('acme.herokuapp.com'), contacts: contacts([], [get('/', 200), get('/', 404)]) },
    expect: found,
  },
  { it: 'the very host', given: given('web.example.com'), expect: 'ok' },
  { it: 'a host that may serve whatever it is asked for', given: given('legacy.example.com'), expect: 'ok' },
  { it: 'a database', given: given('db.a1b2.eu-west-1.rds.amazonaws.com'), expect: 'ok' },
  { it: 'a Service of the cluster', given: given('web.tools.svc.cluster.local'), expect: 'ok' },
  {
    it: 'an Ingress of another controller',
    given: { ...given('acme.herokuapp.com', { className: 'traefik' }), ingressControllers: [] },
    expect: 'not-applicable',
  },
  {
    it: 'Services forbidden',
    given: modelOf({ ingresses: [ingress([['/', 'out', 80]])] }, { services: unknown('forbidden', 'list services') }),
    expect: 'cannot-tell',
  },
])
