import { beside } from '../../../test/build/beside.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { IpPool } from '../../model/beside.ts'
import check from './pool-without-nat.ts'

const pods = [pod('web-1', { ip: '10.244.1.7' }), pod('db-1', { ip: '203.0.113.9' })]
const given = (...pools: readonly Partial<IpPool>[]) => ({
  pods,
  beside: beside({
    ipPools: pools.map((it) => ({
      name: 'default',
      cidr: '10.244.0.0/16',
      nat: 'off' as const,
      encapsulated: 'always' as const,
      ...it,
    })),
  }),
})

describeCheck(check, [
  {
    it: 'an overlay without NAT',
    given: given({}),
    expect: [{ subject: 'IPPool/default', severity: 'warning', confidence: 'possible' }],
  },
  { it: 'with NAT', given: given({ nat: 'on' }), expect: 'ok' },
  { it: 'routers know the way to the pods, by BGP', given: given({ encapsulated: 'never' }), expect: 'ok' },
  { it: 'some nodes are beside one another', given: given({ encapsulated: 'sometimes' }), expect: 'ok' },
  { it: 'addresses of everybody', given: given({ cidr: '203.0.113.0/24' }), expect: 'ok' },
  { it: 'a pool of which no pod gets one', given: given({ disabled: true }), expect: 'not-applicable' },
  {
    it: 'a pool for load balancers, or of no node: no pod has an address of it',
    given: given({ cidr: '172.30.0.0/16' }),
    expect: 'not-applicable',
  },
  { it: 'no pool', given: { beside: beside(), pods }, expect: 'not-applicable' },
])
