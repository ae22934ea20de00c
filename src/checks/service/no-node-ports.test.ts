import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './no-node-ports.ts'

const balanced = (nodePorts: 'none' | undefined, nodePort: number | null, sendsTo?: 'pods') =>
  service('edge', {
    type: 'LoadBalancer',
    ports: [port({ nodePort })],
    loadBalancer: {
      addresses: ['203.0.113.7'],
      class: null,
      problem: null,
      ...(nodePorts === undefined ? {} : { nodePorts }),
      ...(sendsTo === undefined ? {} : { sendsTo }),
    },
  })

describeCheck(check, [
  {
    it: 'none is given out',
    given: { services: [balanced('none', null)] },
    expect: [{ subject: 'Service/shop/edge', severity: 'info', confidence: 'possible', args: { ports: '80' } }],
  },
  { it: 'none is given out, and one was before', given: { services: [balanced('none', 30080)] }, expect: 'ok' },
  { it: 'it sends to pods themselves', given: { services: [balanced('none', null, 'pods')] }, expect: 'ok' },
  { it: 'node ports', given: { services: [balanced(undefined, 30080)] }, expect: 'ok' },
  { it: 'no load balancer', given: { services: [service('cart')] }, expect: 'not-applicable' },
  {
    it: 'Services forbidden',
    given: modelOf({}, { services: unknown('forbidden', 'list services in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
