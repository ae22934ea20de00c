import { condition, gateway, gatewayClass, route } from '../../../test/build/gateway.ts'
import { beside } from '../../../test/build/beside.ts'
import { deployment, notReady } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './class-unserved.ts'

const waiting = condition('Accepted', { status: 'Unknown', reason: 'Pending', message: 'Waiting for controller' })
const edge = gateway()

const contour = gatewayClass('contour')
const ofMaker = (desired: number, ready: number) => ({
  gateways: [edge],
  gatewayClasses: [contour],
  pods: [],
  workloads: [
    deployment('control', desired, {
      namespace: 'edge',
      ready,
      serves: { controllers: [contour.controller], classNames: [] },
    }),
  ],
})
const stale = {
  parent: {
    group: 'gateway.networking.k8s.io',
    kind: 'Gateway',
    namespace: 'edge',
    name: 'edge',
    section: null,
    port: null,
  },
  controller: contour.controller,
  conditions: [condition('Accepted', { generation: 3 })],
}

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
    it: 'its controller is scaled to 0, and a route is not looked at since',
    given: { ...ofMaker(0, 0), gatewayRoutes: [route([], { generation: 4, status: [stale] })] },
    expect: [
      {
        subject: 'GatewayClass/contour',
        severity: 'error',
        confidence: 'inferred',
        args: { state: 'gone', makerName: 'control' },
        says: /The controller of GatewayClass `contour` is not there: Deployment edge\/control is scaled to 0\./,
      },
    ],
  },
  {
    it: 'the same, and all that is there was looked at: what runs goes on',
    given: ofMaker(0, 0),
    expect: [{ subject: 'GatewayClass/contour', severity: 'warning', args: { state: 'gone' } }],
  },
  {
    it: 'none of its pods is ready',
    given: { ...ofMaker(2, 0), pods: [notReady('control-1', 'x', { namespace: 'edge' })] },
    expect: [{ subject: 'GatewayClass/contour', says: /has none of its 2 pods ready/ }],
  },
  {
    it: 'a file of manifests says nothing of pods: nor what is ready',
    given: modelOf({ ...ofMaker(2, 0) }, { pods: unknown('cut-off', 'kubectl get holds no pods') }),
    expect: 'ok',
  },
  {
    it: 'another workload of that controller is ready: a second revision',
    given: {
      ...ofMaker(0, 0),
      workloads: [...ofMaker(0, 0).workloads, ...ofMaker(1, 1).workloads.map((it) => ({ ...it, name: 'canary' }))],
    },
    expect: 'ok',
  },
  {
    it: 'a file that lacks a kind of workload, and holds this one',
    given: modelOf(
      { ...ofMaker(0, 0), beside: beside({ heldWorkloads: ofMaker(0, 0).workloads }) },
      { workloads: unknown('cut-off', 'kubectl get holds no cronjobs') },
    ),
    expect: [{ subject: 'GatewayClass/contour', args: { state: 'gone' } }],
  },
  {
    it: 'of one namespace, where others of its workloads are out of sight',
    given: modelOf(ofMaker(0, 0), {}, { namespace: 'edge' }),
    expect: [{ subject: 'GatewayClass/contour', severity: 'warning', confidence: 'possible' }],
  },
  { it: 'its controller runs', given: ofMaker(1, 1), expect: 'ok' },
  {
    it: 'a class that no Gateway uses',
    given: { gateways: [], gatewayClasses: [gatewayClass('contour', { conditions: [waiting] })] },
    expect: [{ subject: 'GatewayClass/contour', severity: 'info' }],
  },
  { it: 'accepted', given: { gateways: [edge], gatewayClasses: [gatewayClass('contour')] }, expect: 'ok' },
  { it: 'none', given: { gateways: [], gatewayClasses: [] }, expect: 'not-applicable' },
  { it: 'classes that could not be read', given: { gateways: [edge] }, expect: 'cannot-tell' },
])
