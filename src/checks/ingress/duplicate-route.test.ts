import { ingress } from '../../../test/build/ingress.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Ingress } from '../../model/ingress.ts'
import check from './duplicate-route.ts'

const web = ingress([['/', 'web', 80]])
const other = (service: string, about: Partial<Ingress> = {}): Ingress =>
  ingress([['/', service, 80]], { name: 'web-2', ...about })
const canary = { rewrite: null, regex: false, canary: true, protocol: null }

describeCheck(check, [
  {
    it: 'the same host and path to another Service',
    given: { ingresses: [web, other('api')] },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', args: { others: 'shop/web-2' } }],
  },
  {
    it: 'in another namespace, whose Service of that name is another',
    given: { ingresses: [web, other('web', { namespace: 'attic' })] },
    expect: [{ subject: 'Ingress/shop/web', args: { others: 'attic/web-2' } }],
  },
  { it: 'to the same Service: no harm', given: { ingresses: [web, other('web')] }, expect: 'ok' },
  { it: 'a canary', given: { ingresses: [web, other('api', { nginx: canary })] }, expect: 'ok' },
  { it: 'another class', given: { ingresses: [web, other('api', { className: 'internal' })] }, expect: 'ok' },
  { it: 'another path', given: { ingresses: [web, ingress([['/api', 'api', 80]], { name: 'web-2' })] }, expect: 'ok' },
  {
    it: 'twice in one Ingress is for its maker to see',
    given: {
      ingresses: [
        ingress([
          ['/', 'web', 80],
          ['/', 'api', 80],
        ]),
      ],
    },
    expect: 'ok',
  },
  { it: 'no path', given: { ingresses: [] }, expect: 'not-applicable' },
])
