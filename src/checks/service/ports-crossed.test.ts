import { expect, test } from 'vitest'
import { contacts, get, pageOf } from '../../../test/build/contacts.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { completed, container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { unknown } from '../../model/known.ts'
import pathNotFound from '../ingress/path-not-found.ts'
import check from './ports-crossed.ts'

type To = readonly [name: string, target: number | string]
const cart = (...ports: readonly To[]) =>
  service('cart', { ports: ports.map(([name, targetPort], at) => port({ name, port: 80 + at, targetPort })) })
const declares = (...ports: readonly (readonly [name: string, port: number])[]) => ({
  containers: [container({ ports: ports.map(([name, at]) => ({ name, port: at, protocol: 'TCP' as const })) })],
})
const both = declares(['http', 8080], ['admin', 9090])
const pods = [pod('cart-1', both), pod('cart-2', both)]
const crossed = cart(['http', 'admin'], ['admin', 'http'])

describeCheck(check, [
  {
    it: 'two ports, crossed by name',
    given: { services: [crossed], pods },
    expect: [
      {
        subject: 'Service/shop/cart',
        severity: 'warning',
        confidence: 'inferred',
        args: {
          ways: 'http leads to admin, admin leads to http',
          pods: 2,
          patch:
            '[{"op":"replace","path":"/spec/ports/0/targetPort","value":"http"},' +
            '{"op":"replace","path":"/spec/ports/1/targetPort","value":"admin"}]',
        },
      },
    ],
  },
  {
    it: 'crossed by number',
    given: { services: [cart(['http', 9090], ['admin', 8080])], pods },
    expect: [{ subject: 'Service/shop/cart' }],
  },
  {
    it: 'two of three crossed',
    given: { services: [cart(['http', 'admin'], ['admin', 'http'], ['metrics', 9100])], pods },
    expect: [{ subject: 'Service/shop/cart', args: { names: 'http, admin' } }],
  },
  {
    it: 'three in a round',
    given: {
      services: [cart(['a', 'b'], ['b', 'c'], ['c', 'a'])],
      pods: [pod('cart-1', declares(['a', 1000], ['b', 2000], ['c', 3000]))],
    },
    expect: [{ subject: 'Service/shop/cart', args: { names: 'a, b, c' } }],
  },

  { it: 'each its own', given: { services: [cart(['http', 'http'], ['admin', 'admin'])], pods }, expect: 'ok' },
  {
    it: 'both to one: a second name for it may be meant',
    given: { services: [cart(['http', 'admin'], ['admin', 'admin'])], pods },
    expect: 'ok',
  },
  {
    it: 'the pods name one of the two otherwise',
    given: { services: [crossed], pods: [pod('cart-1', declares(['http', 8080], ['adm', 9090]))] },
    expect: 'ok',
  },
  {
    it: 'one pod has other numbers: not crossed in each',
    given: {
      services: [cart(['http', 9090], ['admin', 8080])],
      pods: [...pods, pod('cart-3', declares(['http', 9090], ['admin', 8080]))],
    },
    expect: 'ok',
  },
  {
    it: 'one number under both names',
    given: { services: [crossed], pods: [pod('cart-1', declares(['http', 8080], ['admin', 8080]))] },
    expect: 'ok',
  },
  {
    it: 'a headless Service',
    given: { services: [{ ...crossed, clusterIP: 'None' }], pods },
    expect: 'not-applicable',
  },
  { it: 'one port', given: { services: [service('cart')], pods }, expect: 'not-applicable' },
  {
    it: 'no pod that lives',
    given: { services: [crossed], pods: [completed('cart-1')] },
    expect: 'not-applicable',
  },
  { it: 'pods that could not be read', given: { services: [crossed] }, expect: 'cannot-tell' },
  {
    it: 'Services forbidden',
    given: modelOf({}, { services: unknown('forbidden', 'list services in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])

test('a URL that is answered 404 is its consequence', () => {
  const missing = get('/', 404, { scheme: 'http', basis: 'declared', page: pageOf('app') })
  const given = modelOf({
    services: [crossed],
    pods,
    ingresses: [ingress([['/', 'cart', 'http']])],
    contacts: contacts([], [missing]),
  })
  const { roots } = diagnose(given, { checks: [check, pathNotFound] })
  expect(roots.map((it) => [it.finding.code, ...it.consequences.map((one) => one.code)])).toEqual([
    ['SVC241', 'ING308'],
  ])
})
