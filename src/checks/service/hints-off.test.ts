import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './hints-off.ts'

const near = service('cart', { trafficDistribution: 'PreferSameZone' })
const hinted = (...zones: readonly (string | null)[]) => {
  const made = slice(
    'cart',
    zones.map((_, index) => pod(`cart-${index}`, { ip: `10.2.1.${index + 1}` })),
  )
  return [
    {
      ...made,
      endpoints: made.endpoints.map((it, index) => {
        const zone = zones[index] ?? null
        return zone === null ? it : { ...it, zones: [zone] }
      }),
    },
  ]
}
const event = {
  namespace: 'shop',
  object: { kind: 'Service', name: 'cart' },
  reason: 'TopologyAwareHintsDisabled',
  said: 'One or more endpoints do not have a zone specified',
  times: 3,
}

describeCheck(check, [
  {
    it: 'one endpoint has no hint',
    given: { services: [near], endpointSlices: hinted('a', null), events: [event] },
    expect: [
      { subject: 'Service/shop/cart', severity: 'info', args: { bare: 1, ready: 2 }, says: /do not have a zone/ },
    ],
  },
  {
    it: 'one endpoint for a zone, and three for another',
    given: { services: [near], endpointSlices: hinted('a', 'b', 'b', 'b'), events: [] },
    expect: [{ subject: 'Service/shop/cart', args: { zone: 'a', bare: 0 } }],
  },
  { it: 'each has a hint', given: { services: [near], endpointSlices: hinted('a', 'b'), events: [] }, expect: 'ok' },
  {
    it: 'near is not asked for',
    given: { services: [service('cart')], endpointSlices: hinted(null), events: [] },
    expect: 'not-applicable',
  },
  {
    it: 'slices forbidden',
    given: modelOf({ services: [near] }, { endpointSlices: unknown('forbidden', 'list endpointslices') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
