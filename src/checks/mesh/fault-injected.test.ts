import { mesh, virtualService } from '../../../test/build/istio.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { MeshFault } from '../../model/mesh.ts'
import check from './fault-injected.ts'

const abort: MeshFault = { does: 'abort', status: 503, percent: 100, of: 'all', path: 'spec.http[0].fault' }
const given = (...faults: readonly MeshFault[]) => ({
  mesh: mesh({
    virtualServices: [virtualService([{}], { hosts: ['cart'], ...(faults.length === 0 ? {} : { faults }) })],
  }),
  services: [service('cart')],
})
const subject = 'VirtualService/shop/web'

describeCheck(check, [
  {
    it: 'each request is answered by it',
    given: given(abort),
    expect: [
      { subject, severity: 'error', confidence: 'inferred', says: /answers 503 to every request for cart itself/ },
    ],
  },
  {
    it: 'a share of them',
    given: given({ ...abort, percent: 10 }),
    expect: [{ subject, severity: 'warning', says: /10 % of/ }],
  },
  { it: 'those that match', given: given({ ...abort, of: 'some' }), expect: [{ subject, severity: 'warning' }] },
  {
    it: 'an answer that is no error',
    given: given({ ...abort, status: 200 }),
    expect: [{ subject, severity: 'warning' }],
  },
  { it: 'an error of gRPC', given: given({ ...abort, status: null }), expect: [{ subject, severity: 'error' }] },
  {
    it: 'a delay',
    given: given({ ...abort, does: 'delay', status: null }),
    expect: [{ subject, severity: 'warning', says: /delays every request/ }],
  },
  {
    it: 'the worst of two is told',
    given: given({ ...abort, does: 'delay', status: null }, abort),
    expect: [{ subject, args: { does: 'abort' } }],
  },
  {
    it: 'of a Service in which sidecars see no HTTP',
    given: { ...given(abort), services: [service('cart', { ports: [port({ name: 'tcp-cart' })] })] },
    expect: 'ok',
  },
  { it: 'none', given: given(), expect: 'ok' },
  { it: 'no VirtualService', given: { ...given(), mesh: mesh() }, expect: 'not-applicable' },
  {
    it: 'the mesh is not known',
    given: modelOf(given(), { mesh: unknown('forbidden', 'list virtualservices') }),
    expect: 'cannot-tell',
  },
])
