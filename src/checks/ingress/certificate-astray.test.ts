import { beside, tlsSecret } from '../../../test/build/beside.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { WantedCertificate } from '../../model/beside.ts'
import { unknown } from '../../model/known.ts'
import check from './certificate-astray.ts'

const certificate = (about: Partial<WantedCertificate> = {}): WantedCertificate => ({
  namespace: 'shop',
  name: 'web',
  secret: 'web-tls',
  hosts: ['web.example.com'],
  issuer: null,
  ...about,
})
const withTls = (about = {}) =>
  ingress([['/', 'web', 80]], { tls: [{ hosts: ['web.example.com'], secret: 'web-tls' }], ...about })
const given = (certificates: readonly WantedCertificate[], about = {}) => ({
  ingresses: [withTls()],
  beside: beside({ certificates, ...about }),
})
const held = (hosts: readonly string[]) => ({ secrets: { namespace: null, held: [tlsSecret(hosts)] } })

describeCheck(check, [
  {
    it: 'the Certificate writes another Secret',
    given: given([certificate({ secret: 'web-example-com' })]),
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'warning',
        confidence: 'possible',
        says: /Certificate shop\/web makes web-example-com for that name, and nobody uses it/,
      },
    ],
  },
  {
    it: 'and the one that is named is not there',
    given: given([certificate({ secret: 'other' })], { secrets: { namespace: null, held: [] } }),
    expect: [{ subject: 'Ingress/shop/web', args: { made: 'other' } }],
  },
  {
    it: 'its Certificate is for another name',
    given: given([certificate({ hosts: ['www.example.com'] })]),
    expect: [{ subject: 'Ingress/shop/web', confidence: 'inferred', args: { lacks: ['web.example.com'] } }],
  },
  { it: 'as it should', given: given([certificate()]), expect: 'ok' },
  { it: 'by a wildcard', given: given([certificate({ hosts: ['*.example.com'] })]), expect: 'ok' },
  { it: 'names that are not told', given: given([certificate({ hosts: [] })]), expect: 'ok' },
  {
    it: 'two Certificates of one Secret',
    given: given([certificate(), certificate({ name: 'old', hosts: ['old.example.com'] })]),
    expect: 'ok',
  },
  {
    it: 'the Secret that is there fits, whoever made it',
    given: given([certificate({ secret: 'other' })], held(['web.example.com'])),
    expect: 'ok',
  },
  {
    it: 'another Ingress uses what the Certificate makes',
    given: {
      ...given([certificate({ secret: 'other' })]),
      ingresses: [withTls(), withTls({ name: 'api', tls: [{ hosts: ['web.example.com'], secret: 'other' }] })],
    },
    expect: 'ok',
  },
  { it: 'no Certificate', given: given([]), expect: 'not-applicable' },
  { it: 'no Ingress with TLS', given: { ...given([certificate()]), ingresses: [] }, expect: 'not-applicable' },
  {
    it: 'of a cluster',
    given: modelOf({ ingresses: [withTls()] }, { beside: unknown('not-asked', 'of files alone') }),
    expect: 'not-applicable',
  },
])
