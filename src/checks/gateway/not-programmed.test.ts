import { condition, gateway, listener, route } from '../../../test/build/gateway.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './not-programmed.ts'

const of = (...conditions: readonly ReturnType<typeof condition>[]) => [gateway([listener()], { conditions })]

describeCheck(check, [
  {
    it: 'no address was assigned',
    given: {
      gateways: of(
        condition('Accepted'),
        condition('Programmed', { status: 'False', reason: 'AddressNotAssigned', message: 'No address yet.' }),
      ),
      gatewayRoutes: [route([])],
    },
    expect: [{ subject: 'Gateway/edge/edge', severity: 'error', confidence: 'observed', says: 'No address yet' }],
  },
  {
    it: 'nobody has looked at it',
    given: { gateways: of(condition('Accepted', { status: 'Unknown', reason: 'Pending' })), gatewayRoutes: [] },
    expect: [{ subject: 'Gateway/edge/edge', severity: 'error', args: { state: 'waiting' } }],
  },
  {
    it: 'no condition at all',
    given: { gateways: of() },
    expect: [{ subject: 'Gateway/edge/edge', severity: 'error' }],
  },
  {
    it: 'changed since: an older version is in force',
    given: { gateways: [gateway([listener()], { generation: 2 })] },
    expect: [{ subject: 'Gateway/edge/edge', severity: 'warning' }],
  },
  {
    it: 'programmed without an address, as behind NodePorts',
    given: { gateways: [gateway([listener()], { addresses: [] })] },
    expect: [{ subject: 'Gateway/edge/edge', severity: 'info', confidence: 'possible' }],
  },
  { it: 'in force', given: { gateways: [gateway()] }, expect: 'ok' },
  { it: 'none', given: { gateways: [] }, expect: 'not-applicable' },
])
