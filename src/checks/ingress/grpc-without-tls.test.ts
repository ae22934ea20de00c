import { contacts, get } from '../../../test/build/contacts.ts'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Sources } from '../../model/sources.ts'
import check from './grpc-without-tls.ts'

const rpc = (about: Partial<Ingress> = {}, protocol: string | null = 'GRPC'): Ingress =>
  ingress([['/', 'web', 80]], { nginx: { rewrite: null, regex: false, canary: false, protocol }, ...about })
const tls = [{ hosts: ['web.example.com'], secret: 'web-tls' }]
const given = (one: Ingress, more: Partial<Sources> = {}): Partial<Sources> => ({
  ingresses: [one],
  ingressClasses: [ingressClass('nginx')],
  ingressControllers: [controller({ product: 'ingress-nginx' })],
  ingressesBeside: [],
  contacts: contacts([]),
  ...more,
})
const found = [{ subject: 'Ingress/shop/web', severity: 'warning', confidence: 'possible' }] as const

describeCheck(check, [
  { it: 'no certificate', given: given(rpc()), expect: found },
  { it: 'GRPCS, no certificate', given: given(rpc({}, 'GRPCS')), expect: found },
  {
    it: 'one for another host alone',
    given: given(rpc({ tls: [{ hosts: ['a.example.com'], secret: 'a' }] })),
    expect: found,
  },
  { it: 'no host at all', given: given(rpc({ rules: [] })), expect: found },
  { it: 'with a certificate', given: given(rpc({ tls })), expect: 'ok' },
  {
    it: 'an Ingress beside it has one for the host',
    given: given(rpc(), { ingressesBeside: [rpc({ namespace: 'other', tls }, null)] }),
    expect: 'ok',
  },
  {
    it: 'the controller has one for all hosts',
    given: given(rpc(), { ingressControllers: [controller({ product: 'ingress-nginx', defaultCertificate: true })] }),
    expect: 'ok',
  },
  {
    it: 'TLS goes to the pods',
    given: given(rpc({ nginx: { rewrite: null, regex: false, canary: false, protocol: 'GRPC', passthrough: true } })),
    expect: 'not-applicable',
  },
  { it: 'answered', given: given(rpc(), { contacts: contacts([], [get('/', 200)]) }), expect: 'not-applicable' },
  { it: 'HTTP', given: given(rpc({}, null)), expect: 'not-applicable' },
  {
    it: 'of another controller',
    given: given(rpc({ className: 'traefik' }), {
      ingressClasses: [ingressClass('traefik', { controller: 'traefik.io/ingress-controller' })],
    }),
    expect: 'not-applicable',
  },
])
