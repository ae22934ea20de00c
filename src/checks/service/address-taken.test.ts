import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Service } from '../../model/service.ts'
import check from './address-taken.ts'

const at = (name: string, clusterIP: string, about: Partial<Service> = {}): Service =>
  service(name, { clusterIP, ...about })
const balanced = (name: string, address: string, about: Partial<Service> = {}): Service =>
  at(name, `10.96.0.${name.length}`, {
    type: 'LoadBalancer',
    loadBalancer: { addresses: [address], class: null, problem: null },
    ...about,
  })

describeCheck(check, [
  {
    it: 'one cluster address twice, in two namespaces',
    given: { services: [at('cart', '10.96.0.9'), { ...at('web', '10.96.0.9'), namespace: 'other' }] },
    expect: [{ subject: 'Service/other/web', args: { kind: 'cluster-address', others: ['shop/cart'] } }],
  },
  {
    it: 'one external address with the same port',
    given: { services: [balanced('a', '203.0.113.7'), balanced('bb', '203.0.113.7')] },
    expect: [{ subject: 'Service/shop/a', args: { kind: 'external-address', at: '203.0.113.7:80/TCP' } }],
  },
  {
    it: 'externalIPs and a load balancer',
    given: { services: [balanced('a', '203.0.113.7'), at('b', '10.96.0.9', { externalIPs: ['203.0.113.7'] })] },
    expect: [{ subject: 'Service/shop/a' }],
  },
  {
    it: 'one node port twice',
    given: {
      services: [
        at('a', '10.96.0.1', { ports: [port({ nodePort: 30080 })] }),
        at('b', '10.96.0.2', { ports: [port({ nodePort: 30080 })] }),
      ],
    },
    expect: [{ subject: 'Service/shop/a', args: { kind: 'node-port' }, says: /port 30080\/TCP/ }],
  },
  {
    it: 'one external address with two ports: shared on purpose',
    given: {
      services: [balanced('a', '203.0.113.7'), balanced('bb', '203.0.113.7', { ports: [port({ port: 443 })] })],
    },
    expect: 'ok',
  },
  {
    it: 'TCP and UDP of one port',
    given: {
      services: [balanced('a', '203.0.113.7'), balanced('bb', '203.0.113.7', { ports: [port({ protocol: 'UDP' })] })],
    },
    expect: 'ok',
  },
  { it: 'each its own', given: { services: [at('a', '10.96.0.1'), at('b', '10.96.0.2')] }, expect: 'ok' },
  { it: 'headless ones have none', given: { services: [at('a', 'None'), at('b', 'None')] }, expect: 'not-applicable' },
  {
    it: 'Services forbidden',
    given: modelOf({}, { services: unknown('forbidden', 'list services in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
