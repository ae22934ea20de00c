import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import check from './family-without-endpoint.ts'

const dual = (about: Partial<Service> = {}): Service =>
  service('cart', { families: ['IPv4', 'IPv6'], familyPolicy: 'PreferDualStack', ...about })
const v4 = pod('cart-1')
const both = pod('cart-1', { ips: ['10.2.1.9', 'fd00::9'] })
const slices = [slice('cart', [v4])]
const bothSlices = [
  ...slices,
  slice('cart', [pod('cart-1', { ip: 'fd00::9' })], { name: 'cart-6', addressType: 'IPv6' }),
]

describeCheck(check, [
  {
    it: 'IPv6 is asked for first, and the pods have none',
    given: { services: [dual({ families: ['IPv6', 'IPv4'] })], endpointSlices: slices, pods: [v4] },
    expect: [
      {
        subject: 'Service/shop/cart',
        severity: 'warning',
        confidence: 'inferred',
        args: { empty: 'IPv6', without: 1 },
      },
    ],
  },
  {
    it: 'the second family is required',
    given: { services: [dual({ familyPolicy: 'RequireDualStack' })], endpointSlices: slices, pods: [v4] },
    expect: [{ subject: 'Service/shop/cart', severity: 'warning' }],
  },
  {
    it: 'the second family is a wish',
    given: { services: [dual()], endpointSlices: slices, pods: [v4] },
    expect: [{ subject: 'Service/shop/cart', severity: 'info' }],
  },
  {
    it: 'the second family is a wish, and somebody asks about the Service',
    given: modelOf(
      { services: [dual()], endpointSlices: slices, pods: [v4] },
      {},
      { target: { kind: 'object', object: subject('Service', 'shop', 'cart'), url: null } },
    ),
    expect: [{ subject: 'Service/shop/cart', severity: 'warning' }],
  },
  {
    it: 'pods that may not be read',
    given: modelOf({ services: [dual()], endpointSlices: slices }, { pods: unknown('forbidden', 'list pods') }),
    expect: [{ subject: 'Service/shop/cart', args: { pods: null } }],
  },
  {
    it: 'headless without a selector: both families are the default of the API server',
    given: {
      services: [dual({ clusterIP: 'None', selector: null, familyPolicy: 'RequireDualStack' })],
      endpointSlices: slices,
      pods: [],
    },
    expect: 'ok',
  },
  {
    it: 'and where somebody asks about it',
    given: modelOf(
      {
        services: [dual({ clusterIP: 'None', selector: {}, familyPolicy: 'RequireDualStack' })],
        endpointSlices: slices,
        pods: [],
      },
      {},
      { target: { kind: 'object', object: subject('Service', 'shop', 'cart'), url: null } },
    ),
    expect: 'ok',
  },
  {
    it: 'headless with a selector, and without one with an address: somebody asked for them',
    given: {
      services: [
        dual({ clusterIP: 'None', familyPolicy: 'RequireDualStack' }),
        dual({ name: 'ext', selector: null, familyPolicy: 'RequireDualStack' }),
      ],
      endpointSlices: [...slices, slice('ext', [v4])],
      pods: [v4],
    },
    expect: [{ subject: 'Service/shop/cart' }, { subject: 'Service/shop/ext' }],
  },
  {
    it: 'endpoints in both',
    given: { services: [dual()], endpointSlices: bothSlices, pods: [both] },
    expect: 'ok',
  },
  {
    it: 'endpoints in none: not for this reason',
    given: { services: [dual()], endpointSlices: [], pods: [] },
    expect: 'ok',
  },
  {
    it: 'recordings of before say no family',
    given: { services: [service('cart')], endpointSlices: slices, pods: [] },
    expect: 'not-applicable',
  },
])
