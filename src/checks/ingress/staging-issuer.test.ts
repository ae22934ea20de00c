import { beside } from '../../../test/build/beside.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { AcmeIssuer, WantedCertificate } from '../../model/beside.ts'
import { unknown } from '../../model/known.ts'
import check from './staging-issuer.ts'

const wanted: WantedCertificate = {
  namespace: 'shop',
  name: 'web',
  secret: 'web-tls',
  hosts: ['web.example.com'],
  issuer: { kind: 'ClusterIssuer', name: 'le' },
}
const issuer = (about: Partial<AcmeIssuer> = {}): AcmeIssuer => ({
  kind: 'ClusterIssuer',
  namespace: null,
  name: 'le',
  server: 'acme-staging-v02.api.letsencrypt.org',
  is: 'staging',
  ...about,
})
const withTls = (host: string) => ingress([['/', 'web', 80]], { tls: [{ hosts: [host], secret: 'web-tls' }] })
const given = (issuers: readonly AcmeIssuer[], host = 'web.example.com', certificate = wanted) => ({
  ingresses: [withTls(host)],
  beside: beside({ certificates: [certificate], issuers }),
})

describeCheck(check, [
  {
    it: 'the staging environment',
    given: given([issuer()]),
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'warning',
        confidence: 'inferred',
        says: /acme-staging-v02\.api\.letsencrypt\.org, which is for tests/,
      },
    ],
  },
  {
    it: 'of a host of tests',
    given: given([issuer()], 'web.staging.example.com'),
    expect: [{ subject: 'Ingress/shop/web', severity: 'info' }],
  },
  { it: 'the real one', given: given([issuer({ server: 'acme-v02.api.letsencrypt.org', is: 'other' })]), expect: 'ok' },
  {
    it: 'an Issuer of that name elsewhere',
    given: given([issuer({ kind: 'Issuer', namespace: 'x' })]),
    expect: 'cannot-tell',
  },
  { it: 'no issuer in the file', given: given([]), expect: 'cannot-tell' },
  { it: 'for nobody', given: { ...given([issuer()]), ingresses: [] }, expect: 'not-applicable' },
  {
    it: 'of an issuer that is none of these kinds',
    given: given([issuer()], 'web.example.com', { ...wanted, issuer: null }),
    expect: 'not-applicable',
  },
  {
    it: 'of a cluster',
    given: modelOf({ ingresses: [withTls('web.example.com')] }, { beside: unknown('not-asked', 'of files alone') }),
    expect: 'not-applicable',
  },
])
