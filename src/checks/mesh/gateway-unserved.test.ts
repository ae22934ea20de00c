import { mesh, meshGateway, virtualService } from '../../../test/build/istio.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Mesh, MeshGateway } from '../../model/mesh.ts'
import check from './gateway-unserved.ts'

const given = (about: Partial<Mesh>) => ({ mesh: mesh(about) })
const of = (...gateways: readonly string[]) => [virtualService([], { gateways })]
const hosts = (...its: readonly string[]): Partial<MeshGateway> => ({
  servers: [{ port: 80, protocol: 'HTTP', hosts: its }],
})
const route = (fault: string, rest = {}) => [{ subject: 'VirtualService/shop/web', args: { fault, ...rest } }]

describeCheck(check, [
  {
    it: 'a Gateway of another namespace, by its name alone',
    given: given({ virtualServices: of('edge'), gateways: [meshGateway()] }),
    expect: route('no-gateway', { what: 'shop/edge', there: ['edge/edge'] }),
  },
  {
    it: 'a Gateway that takes other hosts',
    given: given({ virtualServices: of('edge/edge'), gateways: [meshGateway(hosts('*.example.org'))] }),
    expect: route('other-hosts', { there: ['*.example.org'] }),
  },
  {
    it: 'a Gateway that takes hosts of another namespace',
    given: given({ virtualServices: of('edge/edge'), gateways: [meshGateway(hosts('pay/*'))] }),
    expect: route('other-hosts'),
  },
  {
    it: 'a Gateway without a pod',
    given: given({ gateways: [meshGateway({ pods: 0, open: null })] }),
    expect: [{ subject: 'Gateway/edge/edge', args: { fault: 'no-pods', what: 'istio=ingressgateway' } }],
  },
  {
    it: 'a port that no Service brings to it',
    given: given({ gateways: [meshGateway({ open: [443, 15021] })] }),
    expect: [{ subject: 'Gateway/edge/edge', args: { fault: 'closed-port', what: '80', there: ['443', '15021'] } }],
  },
  {
    it: 'all is there, in each way to write it',
    given: given({
      virtualServices: [...of('edge/edge', 'mesh'), virtualService([], { namespace: 'edge', gateways: ['edge'] })],
      gateways: [meshGateway(hosts('shop/web.example.com', './*'))],
    }),
    expect: 'ok',
  },
  {
    it: 'Gateways of other namespaces may not be listed',
    given: given({ virtualServices: of('edge/edge'), inScopeOnly: ['Gateway'] }),
    expect: 'ok',
  },
  {
    it: 'the pods of one of two were not looked at: they may not be listed, or are too many',
    given: given({ gateways: [meshGateway(), meshGateway({ name: 'other', pods: null, open: null })] }),
    expect: 'cannot-tell',
    says: /the pods of 1 of 2 Gateways of Istio were not looked at: edge\/other/,
  },
  { it: 'a route for sidecars alone', given: given({ virtualServices: of('mesh') }), expect: 'not-applicable' },
  {
    it: 'Gateways forbidden',
    given: modelOf({}, { mesh: unknown('forbidden', 'list gateways') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
