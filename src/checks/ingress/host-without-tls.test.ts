import { beside, tlsSecret } from '../../../test/build/beside.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Ingress } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import check from './host-without-tls.ts'

const web = (...hosts: readonly string[]): Ingress =>
  ingress([['/', 'web', 80]], { tls: [{ hosts, secret: 'web-tls' }] })

describeCheck(check, [
  {
    it: 'the certificate is for none of its hosts',
    given: { ingresses: [web('www.example.com')] },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', args: { hosts: ['web.example.com'] } }],
  },
  {
    it: 'and its Secret is for that host all the same',
    given: {
      ingresses: [web('www.example.com')],
      beside: beside({ secrets: { namespace: null, held: [tlsSecret(['web.example.com'])] } }),
    },
    expect: [{ subject: 'Ingress/shop/web', severity: 'info' }],
  },
  {
    it: 'and somebody asks for it over TLS',
    given: modelOf(
      { ingresses: [web('www.example.com')] },
      {},
      { target: { kind: 'object', object: subject('Ingress', 'shop', 'web'), url: 'https://web.example.com/' } },
    ),
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning' }],
  },
  { it: 'its own', given: { ingresses: [web('web.example.com')] }, expect: 'ok' },
  { it: 'a wildcard', given: { ingresses: [web('*.example.com')] }, expect: 'ok' },
  {
    it: 'another Ingress has the certificate of the host',
    given: { ingresses: [web('www.example.com'), { ...web('web.example.com'), name: 'tls' }] },
    expect: 'ok',
  },
  { it: 'for every host', given: { ingresses: [web()] }, expect: 'not-applicable' },
  { it: 'no TLS', given: { ingresses: [ingress([['/', 'web', 80]])] }, expect: 'not-applicable' },
  {
    it: 'Ingresses forbidden',
    given: modelOf({}, { ingresses: unknown('forbidden', 'list ingresses in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
