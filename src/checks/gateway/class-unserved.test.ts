import { condition, gateway, gatewayClass, route } from '../../../test/build/gateway.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './class-unserved.ts'

const waiting = condition('Accepted', { status: 'Unknown', reason: 'Pending', message: 'Waiting for controller' })
const edge = gateway()

describeCheck(check, [
  {
    it: 'a class that is not there',
    given: {
      gateways: [gateway([], { className: 'contuor' })],
      gatewayClasses: [gatewayClass('contour')],
      gatewayRoutes: [],
    },
    expect: [{ subject: 'Gateway/edge/edge', severity: 'error', confidence: 'inferred', args: { near: 'contour' } }],
  },
  {
    it: 'a class that nobody serves',
    given: {
      gateways: [gateway([], { conditions: [waiting] })],
      gatewayClasses: [gatewayClass('contour', { conditions: [waiting] })],
      gatewayRoutes: [route([])],
    },
    expect: [
      { subject: 'GatewayClass/contour', severity: 'error', confidence: 'observed', args: { state: 'waiting' } },
    ],
  },
  {
    it: 'a class into which nobody writes, though its Gateway is in force: Contour with a gatewayRef',
    given: { gateways: [edge], gatewayClasses: [gatewayClass('contour', { conditions: [waiting] })] },
    expect: [{ subject: 'GatewayClass/contour', severity: 'info' }],
  },
  {
    it: 'the same, and the Gateway is not programmed: that is another finding',
    given: {
      gateways: [
        gateway([], { conditions: [condition('Programmed', { status: 'False', reason: 'ListenersNotValid' })] }),
      ],
      gatewayClasses: [gatewayClass('contour', { conditions: [waiting] })],
    },
    expect: [{ subject: 'GatewayClass/contour', severity: 'info' }],
  },
  {
    it: 'a class that its controller refuses',
    given: {
      gateways: [edge],
      gatewayClasses: [
        gatewayClass('contour', {
          conditions: [condition('Accepted', { status: 'False', reason: 'InvalidParameters' })],
        }),
      ],
    },
    expect: [{ subject: 'GatewayClass/contour', args: { state: 'refused' } }],
  },
  {
    it: 'a class that no Gateway uses',
    given: { gateways: [], gatewayClasses: [gatewayClass('contour', { conditions: [waiting] })] },
    expect: [{ subject: 'GatewayClass/contour', severity: 'info' }],
  },
  { it: 'accepted', given: { gateways: [edge], gatewayClasses: [gatewayClass('contour')] }, expect: 'ok' },
  { it: 'none', given: { gateways: [], gatewayClasses: [] }, expect: 'not-applicable' },
  { it: 'classes that could not be read', given: { gateways: [edge] }, expect: 'cannot-tell' },
])
