import { beside, tlsSecret } from '../../../test/build/beside.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { mesh } from '../../../test/build/istio.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { HeldCertificate } from '../../model/beside.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Sources } from '../../model/sources.ts'
import check from './chain-incomplete.ts'

const web = (about: Partial<Ingress> = {}): Ingress =>
  ingress([['/', 'web', 80]], { tls: [{ hosts: ['web.example.com'], secret: 'web-tls' }], ...about })
const given = (certificate: Partial<HeldCertificate>, more: Partial<Sources> = {}): Partial<Sources> => ({
  ingresses: [web()],
  ingressClasses: [],
  ingressControllers: [],
  gateways: [],
  httpProxies: [],
  mesh: mesh(),
  beside: beside({
    secrets: { namespace: null, held: [tlsSecret(['web.example.com'], {}, { key: 'fits', ...certificate })] },
  }),
  ...more,
})

describeCheck(check, [
  { it: 'who issued it stands beside it, or is a root', given: given({}), expect: 'ok' },
  {
    it: 'issued by one in the middle',
    given: given({ issuer: { name: 'R11', looks: 'intermediate' } }),
    expect: [
      {
        subject: 'Ingress/shop/web',
        confidence: 'possible',
        severity: 'warning',
        says: /lacks the certificate of R11/,
      },
    ],
  },
  {
    it: 'one Secret of two Ingresses is told once',
    given: given(
      { issuer: { name: 'R11', looks: 'intermediate' } },
      { ingresses: [web(), web({ name: 'api', tls: [{ hosts: [], secret: 'web-tls' }] })] },
    ),
    expect: [{ subject: 'Ingress/shop/web' }],
  },
  {
    it: 'by a private authority, which may be what clients trust',
    given: given({ issuer: { name: 'Shop CA', looks: 'unsure' } }),
    expect: 'cannot-tell',
    says: /whether clients trust Shop CA itself/,
  },
  {
    it: 'an Ingress that names no Secret',
    given: given({ issuer: { name: 'R11', looks: 'intermediate' } }, { ingresses: [web({ tls: [] })] }),
    expect: 'not-applicable',
  },
  {
    it: 'a file without what is in Secrets',
    given: given({}, { beside: beside({ secrets: { namespace: null, held: [] } }) }),
    expect: 'not-applicable',
  },
])
