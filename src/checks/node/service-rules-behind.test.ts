import { networks } from '../../../test/build/node-network.ts'
import { pod } from '../../../test/build/pod.ts'
import { port, service, slice } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { ServiceRule } from '../../model/node-network.ts'
import check from './service-rules-behind.ts'

const young = [
  pod('cart-1', { ip: '10.2.1.5', node: 'worker-1', labels: { app: 'cart' } }),
  pod('cart-2', { ip: '10.2.2.5', node: 'worker-2', labels: { app: 'cart' } }),
]
const pods = young.map((it) => ({ ...it, standing: 'settled' as const }))
const right = ['10.2.1.5:8080', '10.2.2.5:8080']
const rule = (endpoints: readonly string[], about: Partial<ServiceRule> = {}): ServiceRule => ({
  ip: '10.96.44.7',
  port: 80,
  protocol: 'TCP',
  endpoints,
  ...about,
})
/** The rules of the three nodes; null: not read. */
const rulesOf = (...its: readonly (readonly ServiceRule[] | null)[]) =>
  networks(
    Object.fromEntries(its.map((rules, i) => [`worker-${i + 1}`, rules === null ? {} : { serviceRules: rules }])),
  )
const world = { services: [service('cart')], endpointSlices: [slice('cart', pods)], pods }
const well = [rule(right)]

describeCheck(check, [
  {
    it: 'one node leads to a pod that is gone',
    given: { ...world, nodeNetworks: rulesOf(well, [rule(['10.2.1.5:8080', '10.2.9.9:8080'])], well) },
    expect: [
      {
        subject: 'Node/worker-2',
        severity: 'error',
        confidence: 'observed',
        args: { services: ['shop/cart'], nodes: 3, lost: true },
        says: /port 80 \(http\): leads to 10\.2\.9\.9:8080, in no slice, leaves out 10\.2\.2\.5:8080/,
      },
    ],
  },
  {
    it: 'one node leads to a part of them',
    given: { ...world, nodeNetworks: rulesOf(well, [rule(['10.2.1.5:8080'])], well) },
    expect: [
      { subject: 'Node/worker-2', severity: 'warning', confidence: 'observed', says: /a part of the endpoints/ },
    ],
  },
  {
    it: 'its chain leads nowhere',
    given: { ...world, nodeNetworks: rulesOf(well, well, [rule([])]) },
    expect: [{ subject: 'Node/worker-3', severity: 'error', says: /leaves out 10\.2\.1\.5:8080/ }],
  },
  {
    it: 'no rule for it, where others have one',
    given: { ...world, nodeNetworks: rulesOf(well, [rule([], { ip: '10.96.0.99' })], well) },
    expect: [{ subject: 'Node/worker-2', severity: 'error', says: /port 80 \(http\): no rule/ }],
  },
  {
    it: 'all nodes lead to what is gone, and leave out who has been ready for long',
    given: { ...world, nodeNetworks: rulesOf(...[1, 2, 3].map(() => [rule(['10.2.9.9:8080'])])) },
    expect: [1, 2, 3].map((n) => ({ subject: `Node/worker-${n}`, severity: 'error', confidence: 'observed' })),
  },
  {
    it: 'all nodes lead to one that is in no slice: it may be newer than what was read',
    given: { ...world, nodeNetworks: rulesOf(...[1, 2, 3].map(() => [rule([...right, '10.2.9.9:8080'])])) },
    expect: [1, 2, 3].map((n) => ({ subject: `Node/worker-${n}`, severity: 'warning', confidence: 'possible' })),
  },
  {
    it: 'the pods that all leave out became ready just now',
    given: {
      ...world,
      pods: young,
      nodeNetworks: rulesOf(...[1, 2, 3].map(() => [rule(['10.2.1.5:8080'])])),
    },
    expect: [1, 2, 3].map((n) => ({ subject: `Node/worker-${n}`, severity: 'warning', confidence: 'possible' })),
  },
  { it: 'as the slices say', given: { ...world, nodeNetworks: rulesOf(well, well, well) }, expect: 'ok' },
  {
    it: 'as the slices say, where it was read',
    given: { ...world, nodeNetworks: rulesOf(well, well, null) },
    expect: 'cannot-tell',
    says: /worker-3/,
  },
  {
    it: 'a policy leads each node to its own',
    given: {
      ...world,
      services: [service('cart', { internalTrafficPolicy: 'Local' })],
      nodeNetworks: rulesOf([rule(['10.2.1.5:8080'])], [rule(['10.2.2.5:8080'])], [rule([])]),
    },
    expect: 'ok',
  },
  {
    it: 'a preference leads to the nearest',
    given: {
      ...world,
      services: [service('cart', { trafficDistribution: 'PreferClose' })],
      nodeNetworks: rulesOf([rule(['10.2.1.5:8080'])], [rule(['10.2.2.5:8080'])], well),
    },
    expect: 'ok',
  },
  {
    it: 'a preference leads nobody nowhere',
    given: {
      ...world,
      services: [service('cart', { trafficDistribution: 'PreferClose' })],
      nodeNetworks: rulesOf([rule([])], well, well),
    },
    expect: [{ subject: 'Node/worker-1', severity: 'error' }],
  },
  {
    it: 'nobody is ready: it goes on to those that leave',
    given: {
      ...world,
      endpointSlices: [
        slice(
          'cart',
          pods.map((it) => ({ ...it, ready: false })),
        ),
      ],
      nodeNetworks: rulesOf(well, [rule([])], well),
    },
    expect: 'ok',
  },
  {
    it: 'another port of the same address',
    given: {
      ...world,
      services: [service('cart', { ports: [port(), port({ name: 'admin', port: 81, targetPort: 9090 })] })],
      nodeNetworks: rulesOf(...[1, 2, 3].map(() => [rule(right), rule([], { port: 81 })])),
    },
    expect: 'ok',
  },
  {
    it: 'nobody has a rule for it: another proxy has it',
    given: { ...world, nodeNetworks: rulesOf(...[1, 2, 3].map(() => [rule([], { ip: '10.96.0.99' })])) },
    expect: 'not-applicable',
  },
  { it: 'no rules were read', given: { ...world, nodeNetworks: networks() }, expect: 'not-applicable' },
])
