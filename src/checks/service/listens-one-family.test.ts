import { container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Container, Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import type { Listen } from '../../wire/listens.ts'
import check from './listens-one-family.ts'

const v4: Listen = { by: 'listen', host: '0.0.0.0', port: 8080, only: 'IPv4', map: 'ngx', key: 'default.conf', line: 2 }
const v6: Listen = { ...v4, only: 'IPv6', line: 3 }
const both: Listen = { by: '--bind', host: '0.0.0.0', port: 8080 }
const of = (families: Service['families'], about: Partial<Service> = {}): Service =>
  service('cart', {
    clusterIP: families?.[0] === 'IPv6' ? 'fd00::7' : '10.96.0.7',
    ...(families === undefined ? {} : { families }),
    ports: [port({ targetPort: 8080 })],
    ...about,
  })
const behind = (listens: readonly Listen[], more: Partial<Container> = {}, about: Partial<Pod> = {}): Pod =>
  pod('cart-1', {
    ip: 'fd00::1',
    ips: ['fd00::1', '10.2.1.1'],
    containers: [container({ listens, ...more })],
    ...about,
  })
const given = (it: Service, ...pods: readonly Pod[]) => ({ services: [it], pods })
const cart = { subject: 'Service/shop/cart', severity: 'warning', confidence: 'possible' } as const

describeCheck(check, [
  {
    it: 'IPv6 alone, and it listens for IPv4',
    given: given(of(['IPv6']), behind([v4])),
    expect: [{ ...cart, says: 'offers IPv6 alone, and its pods listen on port 8080 for IPv4 alone' }],
  },
  {
    it: 'of an old recording without families, by its address',
    given: given(of(undefined, { clusterIP: 'fd00::7' }), behind([v4])),
    expect: [cart],
  },
  {
    it: 'both, and it listens for IPv4',
    given: given(of(['IPv4', 'IPv6']), behind([v4])),
    expect: [{ ...cart, args: { family: 'IPv6', alone: false } }],
  },
  {
    it: 'both, and it listens for IPv6',
    given: given(of(['IPv4', 'IPv6']), behind([v6])),
    expect: [{ ...cart, args: { family: 'IPv4', heard: 'IPv6' } }],
  },
  { it: 'it listens for each', given: given(of(['IPv4', 'IPv6']), behind([v4, v6])), expect: 'ok' },
  { it: 'one socket for both', given: given(of(['IPv6']), behind([both])), expect: 'ok' },
  { it: 'nothing is told', given: given(of(['IPv6']), behind([])), expect: 'ok' },
  { it: 'another port is told', given: given(of(['IPv6']), behind([{ ...v4, port: 9090 }])), expect: 'ok' },
  {
    it: 'the kubelet is answered by IPv6',
    given: given(of(['IPv6']), behind([v4], { readinessProbe: 'http-get :8080/ready' })),
    expect: 'ok',
  },
  {
    it: 'the kubelet is answered by IPv4, the first of its addresses',
    given: given(
      of(['IPv6']),
      behind([v4], { readinessProbe: 'http-get :8080/ready' }, { ip: '10.2.1.1', ips: ['10.2.1.1', 'fd00::1'] }),
    ),
    expect: [cart],
  },
  {
    it: 'the pods have no address of IPv6: another finding says so',
    given: given(of(['IPv4', 'IPv6']), behind([v4], {}, { ip: '10.2.1.1', ips: ['10.2.1.1'] })),
    expect: 'ok',
  },
  {
    it: 'a rollout is under way',
    given: given(of(['IPv6']), behind([v4]), { ...behind([v4, v6]), name: 'cart-2' }),
    expect: 'ok',
  },
  { it: 'IPv4 alone', given: given(of(['IPv4']), behind([v4])), expect: 'not-applicable' },
  {
    it: 'Services forbidden',
    given: modelOf({ pods: [] }, { services: unknown('forbidden', 'list services in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
