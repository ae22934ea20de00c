import { certificate, contacts, get, stranger } from '../../../test/build/contacts.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Certificate, Contacts } from '../../model/contacts.ts'
import check from './certificate-refused.ts'

const tls = [{ hosts: ['web.example.com'], secret: 'web-tls' }]
const shown = (about: Partial<Certificate>, more: Partial<Contacts> = {}, ofIngress = { tls }) => ({
  contacts: { ...contacts([], [get('/', 200, { scheme: 'https', certificate: certificate(about) })]), ...more },
  ingresses: [ingress([['/', 'web', 80]], ofIngress)],
})
const fake = {
  names: ['ingress.local'],
  subject: 'Kubernetes Ingress Controller Fake Certificate',
  issuer: 'Kubernetes Ingress Controller Fake Certificate',
  covers: false,
  trust: 'self-signed',
} as const
const company = { names: ['*.company.test'], subject: '*.company.test', covers: false } as const

describeCheck(check, [
  {
    it: 'expired',
    given: shown({ validity: 'expired' }),
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'error',
        args: { fault: 'expired', host: 'web.example.com', secret: 'web-tls' },
      },
    ],
  },
  {
    it: 'not valid yet',
    given: shown({ validity: 'not-yet', validFrom: 'Jan  1 00:00:00 2030 GMT' }),
    expect: [
      {
        subject: 'Ingress/shop/web',
        args: { fault: 'not-yet' },
        says: /it is valid from Jan {2}1 00:00:00 2030 GMT on[^]*from Jan .* 2030 GMT until Jan .* 2031 GMT/,
      },
    ],
  },
  {
    it: 'for another name',
    given: shown({ names: ['old.example.com'], covers: false }),
    expect: [{ subject: 'Ingress/shop/web', args: { fault: 'other-name', what: 'it is for old.example.com' } }],
  },
  {
    it: "the controller's own by name",
    given: shown(fake),
    expect: [{ subject: 'Ingress/shop/web', args: { fault: 'default' } }],
  },
  {
    it: "the controller's own by comparison",
    given: shown(company, { strangers: [stranger(404, { scheme: 'https', certificate: certificate(company) })] }),
    expect: [{ subject: 'Ingress/shop/web', args: { fault: 'default' } }],
  },
  {
    it: 'a default that is for this host too',
    given: shown(
      { names: ['*.example.com'] },
      { strangers: [stranger(404, { scheme: 'https', certificate: certificate({ names: ['*.example.com'] }) })] },
    ),
    expect: 'ok',
  },
  {
    it: 'a private authority',
    given: shown({ trust: 'unknown-issuer' }),
    expect: 'ok',
    says: /signed by “Example CA”, whom the probe does not know/,
  },
  {
    it: 'TLS that may end before the controller',
    given: { ...shown(fake), ingresses: [ingress([['/', 'web', 80]])] },
    expect: [{ subject: 'Ingress/shop/web', severity: 'info' }],
  },
  {
    it: 'TLS that nobody looked at',
    given: { contacts: contacts([]), ingresses: [ingress([['/', 'web', 80]], { tls })] },
    expect: 'cannot-tell',
    says: /was not looked at/,
  },
  { it: 'well', given: shown({}), expect: 'ok' },
  {
    it: 'no TLS',
    given: { contacts: contacts([], [get('/', 200)]), ingresses: [ingress([['/', 'web', 80]])] },
    expect: 'not-applicable',
  },
  { it: 'no probe', given: { ingresses: [ingress([['/', 'web', 80]])] }, expect: 'cannot-tell' },
  { it: 'no probe, and no Ingress: nothing was missed', given: { ingresses: [] }, expect: 'not-applicable' },
])
