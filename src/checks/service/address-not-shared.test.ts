import { beside } from '../../../test/build/beside.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { AddressPool } from '../../model/beside.ts'
import { unknown } from '../../model/known.ts'
import type { LoadBalancer, Service } from '../../model/service.ts'
import check from './address-not-shared.ts'

const pool = (about: Partial<AddressPool> = {}): AddressPool => ({
  namespace: 'metallb-system',
  name: 'first',
  addresses: ['192.0.2.10-192.0.2.20'],
  assigns: 'itself',
  ...about,
})
const asks = { asksFor: 'something', asksAddresses: ['192.0.2.10'] } as const
const balanced = (name: string, about: Partial<LoadBalancer>, more: Partial<Service> = {}): Service =>
  service(name, {
    type: 'LoadBalancer',
    loadBalancer: { addresses: [], class: null, problem: null, ...about },
    ...more,
  })
const has = (about: Partial<LoadBalancer> = {}, more: Partial<Service> = {}) =>
  balanced('cart', { addresses: ['192.0.2.10'], ...about }, more)
const waits = (about: Partial<LoadBalancer> = {}, more: Partial<Service> = {}) =>
  balanced('web', { ...asks, ...about }, { ports: [port({ port: 8443 })], ...more })
const given = (services: readonly Service[], ...pools: readonly AddressPool[]) => ({
  beside: beside({ pools: pools.length === 0 ? [pool()] : pools }),
  services,
})
const one = { subject: 'Service/shop/web', severity: 'error', confidence: 'inferred' } as const
const found = (why: string) => [{ ...one, args: { why } }]
const key = { sharesBy: 'one' }
const local = { externalTrafficPolicy: 'Local' } as const
const tight = pool({ addresses: ['192.0.2.10/32'] })
const free = balanced('web', {})

describeCheck(check, [
  { it: 'it asks for an address that another has', given: given([has(), waits()]), expect: found('no-key') },
  { it: 'a key at one of them alone', given: given([has(), waits(key)]), expect: found('no-key') },
  {
    it: 'an annotation that is nearly the key',
    given: given([has(key), waits({ nearlyShares: 'metallb.io/allow-sharing' })]),
    expect: [{ ...one, args: { near: 'metallb.io/allow-sharing' } }],
  },
  { it: 'other keys', given: given([has({ sharesBy: 'two' }), waits(key)]), expect: found('other-key') },
  {
    it: 'one key, and one port',
    given: given([has(key), waits(key, { ports: [port({ port: 80 })] })]),
    expect: [{ ...one, args: { why: 'port' }, says: /both want port 80\/TCP/ }],
  },
  {
    it: 'one port number of two protocols',
    given: given([has(key), waits(key, { ports: [port({ port: 80, protocol: 'UDP' })] })]),
    expect: 'ok',
  },
  { it: 'one of them is Local', given: given([has(key), waits(key, local)]), expect: found('other-pods') },
  {
    it: 'both are Local, of one selector',
    given: given([
      has(key, { ...local, selector: { app: 'web', tier: 'a' } }),
      waits(key, { ...local, selector: { tier: 'a', app: 'web' } }),
    ]),
    expect: 'ok',
  },
  { it: 'one key, other ports', given: given([has(key), waits(key)]), expect: 'ok' },
  { it: 'nobody has it', given: given([waits()]), expect: 'ok' },
  { it: 'no pool has it', given: given([has(), waits()], pool({ addresses: ['198.51.100.0/24'] })), expect: 'ok' },
  { it: 'it waits for another controller', given: given([has(), waits({ class: 'cloud/lb' })]), expect: 'ok' },
  {
    it: 'who has it is in another namespace, which was not read',
    given: modelOf(given([waits()]), {}, { namespace: 'shop' }),
    expect: 'cannot-tell',
  },

  { it: 'no address is left', given: given([has(), free], tight), expect: found('full') },
  {
    it: 'no address is left of the pool that it asks for',
    given: given([has(), balanced('web', { asksFor: 'something', asksPool: 'first' })], tight, pool({ name: 'more' })),
    expect: found('full'),
  },
  {
    it: 'what is left is given out when asked',
    given: given([has(), free], tight, pool({ name: 'more', addresses: ['192.0.2.99/32'], assigns: 'when asked' })),
    expect: found('full'),
  },
  {
    it: 'what is left is for another namespace',
    given: given(
      [has(), free],
      tight,
      pool({
        name: 'more',
        addresses: ['192.0.2.99/32'],
        only: { namespaces: ['other'], namespacesBy: [], servicesBy: [] },
      }),
    ),
    expect: found('full'),
  },
  { it: 'one is left', given: given([has(), free], pool({ addresses: ['192.0.2.10/31'] })), expect: 'ok' },
  {
    it: 'the one that there is may be shared',
    given: given([has(key), balanced('web', key, { ports: [port({ port: 8443 })] })], tight),
    expect: 'ok',
  },
  { it: 'a pool of IPv6', given: given([has(), free], tight, pool({ addresses: ['2001:db8::/64'] })), expect: 'ok' },
  { it: 'a pool too large to count', given: given([has(), free], pool({ addresses: ['10.0.0.0/8'] })), expect: 'ok' },

  { it: 'no load balancer', given: given([service('web')]), expect: 'not-applicable' },
  { it: 'no pool', given: { beside: beside(), services: [waits()] }, expect: 'not-applicable' },
  {
    it: 'Services forbidden',
    given: modelOf(given([]), { services: unknown('forbidden', 'list services in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
