import { beside } from '../../../test/build/beside.ts'
import { backend, gateway, gatewayClass, route } from '../../../test/build/gateway.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { GatewayRoute } from '../../model/gateway.ts'
import { unknown } from '../../model/known.ts'
import type { ServicePort } from '../../model/service.ts'
import check from './grpc-by-http1.ts'

interface Given {
  readonly port?: Partial<ServicePort>
  readonly probe?: string
  readonly controller?: string
  readonly kind?: GatewayRoute['kind']
}

const given = ({
  port: about = {},
  probe,
  controller = 'gateway.envoyproxy.io/gatewayclass-controller',
  kind,
}: Given) => ({
  gatewayRoutes: [
    route([backend('quotes', { port: 50_051 })], { status: [], ...(kind === undefined ? {} : { kind }) }),
  ],
  gateways: [gateway()],
  gatewayClasses: [gatewayClass('contour', { controller })],
  services: [service('quotes', { ports: [port({ name: 'main', port: 50_051, targetPort: 50_051, ...about })] })],
  pods: [pod('quotes-1', { containers: [container({ readinessProbe: probe ?? null })] })],
})
const found = (sign: string) => [
  { subject: 'HTTPRoute/shop/web', severity: 'warning' as const, confidence: 'possible' as const, args: { sign } },
]

describeCheck(check, [
  { it: 'by the name of the port', given: given({ port: { name: 'grpc' } }), expect: found('name') },
  { it: 'by the probe', given: given({ probe: 'grpc :50051' }), expect: found('probe') },
  {
    it: 'a policy of Envoy Gateway has its clients decide',
    given: {
      ...given({ port: { name: 'grpc' } }),
      beside: beside({
        clientProtocols: [{ namespace: 'shop', name: 'quotes', targets: [{ kind: 'HTTPRoute', name: 'web' }] }],
      }),
    },
    expect: 'not-applicable',
  },
  {
    it: 'one of another route',
    given: {
      ...given({ port: { name: 'grpc' } }),
      beside: beside({
        clientProtocols: [{ namespace: 'shop', name: 'quotes', targets: [{ kind: 'HTTPRoute', name: 'api' }] }],
      }),
    },
    expect: found('name'),
  },
  {
    it: 'the port says that it wants HTTP/2',
    given: given({ port: { name: 'grpc', appProtocol: 'kubernetes.io/h2c' } }),
    expect: 'ok',
  },
  { it: 'a GRPCRoute', given: given({ port: { name: 'grpc' }, kind: 'GRPCRoute' }), expect: 'not-applicable' },
  { it: 'gRPC for browsers', given: given({ port: { name: 'grpc-web' } }), expect: 'ok' },
  { it: 'a probe of another port', given: given({ probe: 'grpc :9000' }), expect: 'ok' },
  {
    it: 'the kubelet asks that port by HTTP',
    given: given({ port: { name: 'grpc' }, probe: 'http-get :50051/healthz' }),
    expect: 'ok',
  },
  { it: 'pages', given: given({ port: { name: 'http' } }), expect: 'ok' },
  {
    it: 'Istio goes by the name',
    given: given({ port: { name: 'grpc' }, controller: 'istio.io/gateway-controller' }),
    expect: 'not-applicable',
  },
  {
    it: 'routes that were not read',
    given: modelOf({ services: [], pods: [] }, { gatewayRoutes: unknown('forbidden', 'list httproutes') }),
    expect: 'cannot-tell',
  },
])
