import { ingress } from '../../../test/build/ingress.ts'
import { controllerConfig, ingressConfigs } from '../../../test/build/ingress-config.ts'
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
    it: 'and which is the older one',
    given: { ingresses: [{ ...web, created: 20 }, other('api', { created: 10 })] },
    expect: [{ subject: 'Ingress/shop/web', args: { older: ' (here shop/web-2)' } }],
  },
  {
    it: 'in another namespace, whose Service of that name is another',
    given: { ingresses: [web, other('web', { namespace: 'attic' })] },
    expect: [{ subject: 'Ingress/shop/web', args: { others: 'attic/web-2' } }],
  },
  {
    it: 'and which of them has it, by what the controller runs',
    given: { ingresses: [web, other('api')], ingressConfigs: ingressConfigs(controllerConfig([other('api'), web])) },
    expect: [
      {
        subject: 'Ingress/shop/web',
        args: { winner: 'Ingress shop/web-2 has it: nginx.conf line 14 in controller-1' },
      },
    ],
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
  {
    it: 'one of another namespace',
    given: { ingresses: [web], ingressesBeside: [{ ...other('api'), namespace: 'legacy' }] },
    expect: [{ subject: 'Ingress/shop/web', args: { others: 'legacy/web-2' } }],
  },
  {
    it: 'two of another namespace are for those to hear',
    given: {
      ingresses: [ingress([['/own', 'own', 80]], { name: 'own' })],
      ingressesBeside: [
        { ...web, namespace: 'legacy' },
        { ...other('api'), namespace: 'legacy' },
      ],
    },
    expect: 'ok',
  },
])
