import { mesh, meshGateway, virtualService } from '../../../test/build/istio.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { MeshGateway } from '../../model/mesh.ts'
import { subject } from '../../model/subject.ts'
import check from './gateways-share-certificate.ts'

const tls = (name: string, hosts: readonly string[], credential = 'wild', about: Partial<MeshGateway> = {}) =>
  meshGateway({ name, servers: [{ port: 443, protocol: 'HTTPS', hosts, credential }], ...about })
const given = (...gateways: readonly MeshGateway[]) => ({
  mesh: mesh({ gateways, virtualServices: [virtualService([], { namespace: 'edge', gateways: ['web'] })] }),
})
const web = tls('web', ['web.example.com'])

describeCheck(check, [
  {
    it: 'two of one proxy and one certificate',
    given: given(web, tls('cart', ['cart.example.com'])),
    expect: [{ subject: 'Gateway/edge/web', severity: 'info', confidence: 'possible' }],
  },
  {
    it: 'the same, and one of their routes is asked for',
    given: modelOf(
      given(web, tls('cart', ['cart.example.com'])),
      {},
      { target: { kind: 'object', object: subject('VirtualService', 'edge', 'web'), url: null } },
    ),
    expect: [{ subject: 'Gateway/edge/web', severity: 'warning' }],
  },
  { it: 'a certificate of its own', given: given(web, tls('cart', ['cart.example.com'], 'cart')), expect: 'ok' },
  {
    it: 'another proxy',
    given: given(web, tls('cart', ['cart.example.com'], 'wild', { selector: { istio: 'inner' } })),
    expect: 'ok',
  },
  { it: 'one Gateway of two hosts', given: given(tls('web', ['web.example.com', 'cart.example.com'])), expect: 'ok' },
  {
    it: 'one wildcard in both',
    given: given(tls('web', ['*.example.com']), tls('b', ['*.example.com'])),
    expect: 'ok',
  },
  { it: 'no Gateway', given: given(), expect: 'not-applicable' },
  {
    it: 'a mesh that was not read',
    given: modelOf({}, { mesh: unknown('forbidden', 'list gateways') }),
    expect: 'cannot-tell',
  },
])
