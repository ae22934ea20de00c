import { contacts } from '../../../test/build/contacts.ts'
import { mesh, virtualService } from '../../../test/build/istio.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { DirectContact } from '../../model/contacts.ts'
import { unknown } from '../../model/known.ts'
import type { MeshTimeout, VirtualService } from '../../model/mesh.ts'
import check from './timeout-too-short.ts'

const answered = (ms: number): DirectContact => ({
  node: 'node-1',
  service: { namespace: 'shop', name: 'cart', port: 80 },
  pod: 'cart-1',
  ip: '10.244.1.7',
  port: 8080,
  host: 'cart',
  path: '/',
  basis: 'declared',
  status: 200,
  error: null,
  ms,
})
const timeout = (seconds: number, about: Partial<MeshTimeout> = {}): MeshTimeout => ({
  seconds,
  of: 'all',
  path: 'spec.http[0].timeout',
  ...about,
})
const given = (timeouts: readonly MeshTimeout[], about: Partial<VirtualService> = {}) => ({
  mesh: mesh({ virtualServices: [virtualService([{ host: 'cart' }], { hosts: ['cart'], timeouts, ...about })] }),
  services: [service('cart')],
})

describeCheck(check, [
  {
    it: '5 ms for every request',
    given: given([timeout(0.005)]),
    expect: [
      {
        subject: 'VirtualService/shop/web',
        severity: 'warning',
        confidence: 'possible',
        says: /every request for cart 5 ms/,
      },
    ],
  },
  {
    it: 'each try',
    given: given([timeout(10), timeout(0.01, { path: 'spec.http[0].retries.perTryTimeout', of: 'some' })]),
    expect: [{ subject: 'VirtualService/shop/web', args: { of: 'some' }, says: /perTryTimeout/ }],
  },
  {
    it: 'the pods were measured, and take longer',
    given: { ...given([timeout(0.005)]), contacts: { ...contacts([]), direct: [answered(30)] } },
    expect: [{ subject: 'VirtualService/shop/web', confidence: 'inferred', args: { takes: 0.03 } }],
  },
  {
    it: 'the pods were measured, and take less',
    given: { ...given([timeout(0.005)]), contacts: { ...contacts([]), direct: [answered(1)] } },
    expect: 'ok',
  },
  { it: '3 s', given: given([timeout(3)]), expect: 'ok' },
  {
    it: 'a Service of TCP alone, where the rule is never asked',
    given: { ...given([timeout(0.005)]), services: [service('cart', { ports: [port({ name: 'tcp-cart' })] })] },
    expect: 'ok',
  },
  { it: 'no timeout', given: { mesh: mesh({ virtualServices: [virtualService([])] }) }, expect: 'not-applicable' },
  { it: 'no VirtualService', given: { mesh: mesh() }, expect: 'not-applicable' },
  {
    it: 'the mesh is forbidden',
    given: modelOf({}, { mesh: unknown('forbidden', 'list virtualservices') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
