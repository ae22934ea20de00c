import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import check from './no-such-port.ts'

const asked = (one: Service, number: number | null) =>
  modelOf(
    { services: [one] },
    {},
    {
      target: { kind: 'object', object: subject('Service', 'shop', 'cart'), url: null },
      trace: { from: { namespace: 'shop', pod: 'web-1' }, host: null, port: number },
    },
  )
const cart = service('cart', { ports: [port({ port: 80, targetPort: 8080, nodePort: 30080 })] })
const headless = { ...cart, clusterIP: 'None' }
const found = (is: string, use: number | null) => [
  { subject: 'Service/shop/cart', severity: 'error' as const, args: { is, use } },
]

describeCheck(check, [
  { it: 'the port of the pods', given: asked(cart, 8080), expect: found('target-port', 80) },
  { it: 'the port of the nodes', given: asked(cart, 30080), expect: found('node-port', 80) },
  { it: 'no port of it at all', given: asked(cart, 443), expect: found('other', null) },
  { it: 'headless, and its own port', given: asked(headless, 80), expect: found('headless', 8080) },
  { it: 'headless, and the port of the pods', given: asked(headless, 8080), expect: 'ok', says: /headless/ },
  {
    it: 'headless, and its port leads to a name',
    given: asked({ ...headless, ports: [port({ targetPort: 'http' })] }, 80),
    expect: 'ok',
    says: /another number/,
  },
  { it: 'its port', given: asked(cart, 80), expect: 'ok' },
  { it: 'no port was asked for', given: asked(cart, null), expect: 'not-applicable' },
  { it: 'no trace', given: { services: [cart] }, expect: 'not-applicable' },
  {
    it: 'an alias has no ports',
    given: asked({ ...cart, type: 'ExternalName', clusterIP: null, externalName: 'db.example.com' }, 443),
    expect: 'not-applicable',
  },
  { it: 'another Service was read', given: asked(service('web'), 443), expect: 'not-applicable' },
  {
    it: 'Services forbidden',
    given: modelOf({}, { services: unknown('forbidden', 'list services in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
