import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Container, EndLink, Pod } from '../../model/pod.ts'
import check from './link-variables.ts'

const link = (about: Partial<EndLink> = {}): EndLink => ({
  variable: 'CART_PORT',
  ip: '10.96.44.7',
  port: 80,
  ...about,
})
const ended = (endLink: EndLink, about: Partial<Pod> = {}, isReady = false): Pod =>
  pod('cart-1', {
    ready: isReady,
    containers: [container({ ready: isReady, waiting: isReady ? null : 'CrashLoopBackOff', endLink })],
    ...about,
  })
const found = { subject: 'Deployment/shop/cart', severity: 'error' as const, confidence: 'inferred' as const }
const given = (one: Pod, ...services: readonly ReturnType<typeof service>[]) => ({ pods: [one], services })

const crashed = (image: string, about: Partial<Pod> = {}, how: Partial<Container> = {}): Pod =>
  pod('neo4j-0', {
    ready: false,
    containers: [container({ image, ready: false, waiting: 'CrashLoopBackOff', lastTermination: 'Error', ...how })],
    ...about,
  })

describeCheck(check, [
  {
    it: 'a program that is known to read them crashes, and says nothing',
    given: given(crashed('docker.io/library/neo4j:5.20'), service('neo4j')),
    expect: [
      { subject: 'Deployment/shop/neo4j', severity: 'warning', confidence: 'possible', args: { prefix: 'NEO4J' } },
    ],
  },
  {
    it: 'the same with links off',
    given: given(crashed('neo4j:5', { serviceLinks: 'off' }), service('neo4j')),
    expect: 'not-applicable',
  },
  {
    it: 'its Service is called otherwise',
    given: given(crashed('neo4j:5'), service('graph')),
    expect: 'not-applicable',
  },
  {
    it: 'its Service is headless, of which no variables are made',
    given: given(crashed('neo4j:5'), service('neo4j', { clusterIP: 'None' })),
    expect: 'not-applicable',
  },
  {
    it: 'it said what it misses',
    given: given(crashed('neo4j:5', {}, { endSaid: { kind: 'refused', host: 'pay', port: 80 } }), service('neo4j')),
    expect: 'not-applicable',
  },
  {
    it: 'a program of which nothing is known',
    given: given(crashed('cart:1'), service('neo4j')),
    expect: 'not-applicable',
  },
  {
    it: 'the variable of the Service that is called like the program',
    given: given(ended(link()), service('cart')),
    expect: [{ ...found, args: { service: 'cart', variable: 'CART_PORT' }, says: /CART_PORT, a variable/ }],
  },
  {
    it: 'of a name with a dash',
    given: given(ended(link({ variable: 'MY_CART_PORT', ip: '10.96.0.9' })), service('my-cart')),
    expect: [{ ...found, args: { service: 'my-cart' } }],
  },
  {
    it: 'the value alone: the Service with that address and port',
    given: given(ended(link({ variable: null })), service('other', { clusterIP: '10.96.44.8' }), service('cart')),
    expect: [{ ...found, args: { service: 'cart' } }],
  },
  {
    it: 'two pods of one workload',
    given: { pods: [ended(link()), { ...ended(link()), name: 'cart-2' }], services: [service('cart')] },
    expect: [{ ...found, args: { pods: ['cart-1', 'cart-2'] } }],
  },
  {
    it: 'links are off: somebody else set it',
    given: given(ended(link(), { serviceLinks: 'off' }), service('cart')),
    expect: 'ok',
  },
  {
    it: 'no Service of that address, nor of that name',
    given: given(ended(link({ port: 81 })), service('web')),
    expect: 'ok',
  },
  {
    it: 'a headless Service has no variables',
    given: given(ended(link()), service('cart', { clusterIP: 'None' })),
    expect: 'ok',
  },
  {
    it: 'a Service of another namespace',
    given: given(ended(link()), service('cart', { namespace: 'other' })),
    expect: 'ok',
  },
  { it: 'it runs again', given: given(ended(link(), {}, true), service('cart')), expect: 'not-applicable' },
  { it: 'nobody says so', given: given(pod('cart-1'), service('cart')), expect: 'not-applicable' },
  {
    it: 'pods forbidden',
    given: modelOf({ services: [service('cart')] }, { pods: unknown('forbidden', 'list pods in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
