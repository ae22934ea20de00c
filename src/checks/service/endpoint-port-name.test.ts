import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { contacts, repeat, toService } from '../../../test/build/contacts.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { port, service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { unknown } from '../../model/known.ts'
import type { EndpointSlice, ServicePort } from '../../model/service.ts'
import serviceUnanswered from './unanswered.ts'
import check from './endpoint-port-name.ts'

const pods = [pod('cart-1')]
const hand = { selector: null }
const of = (...ports: readonly EndpointSlice['ports'][number][]) => slice('cart', pods, { ports })
const tcp = (name: string | null, number: number | null = 8080) => ({ name, port: number, protocol: 'TCP' as const })
const dummy = of().endpoints.map((it) => ({ ...it, ip: '192.192.192.192' }))
const unready = {
  ...of(tcp('web')),
  endpoints: of().endpoints.map((it) => ({ ...it, ready: false })),
}
const given = (ports: readonly ServicePort[], slices: readonly EndpointSlice[], about = {}) => ({
  services: [service('cart', { ...hand, ports, ...about })],
  endpointSlices: slices,
})

const byName = (slices: readonly EndpointSlice[]) =>
  given([port({ targetPort: 'http' })], slices, { selector: { app: 'cart' } })

describeCheck(check, [
  {
    it: 'another name',
    given: given([port()], [of(tcp('htttp'))]),
    expect: [
      {
        subject: 'Service/shop/cart',
        severity: 'error',
        confidence: 'inferred',
        args: { port: '80 (http)', theirs: '`htttp` 8080/TCP', at: 0, kept: false },
      },
    ],
  },
  {
    it: 'the endpoint that Cilium gives to the Service of a Gateway',
    given: given([port({ name: 'port-80' })], [{ ...of(tcp('', 9999)), endpoints: dummy }, of(tcp('port-80'))]),
    expect: 'ok',
  },
  {
    it: 'that endpoint by itself',
    given: given([port({ name: 'port-80' })], [{ ...of(tcp('', 9999)), endpoints: dummy }]),
    expect: 'not-applicable',
  },
  {
    it: 'a name in the slice, and none in the Service',
    given: given([port({ name: null })], [of(tcp('http'))]),
    expect: [{ subject: 'Service/shop/cart', args: { name: '"" (unnamed)' } }],
  },
  {
    it: 'a name in the Service, and none in the slice',
    given: given([port()], [of(tcp(''))]),
    expect: [{ subject: 'Service/shop/cart', args: { theirs: '"" (unnamed) 8080/TCP' } }],
  },
  {
    it: 'the name, for another protocol',
    given: given([port()], [of({ name: 'http', port: 8080, protocol: 'UDP' })]),
    expect: [{ subject: 'Service/shop/cart', args: { at: 'none' } }],
  },
  {
    it: 'no port in the slice',
    given: given([port()], [of()]),
    expect: [{ subject: 'Service/shop/cart', args: { theirs: 'no port' } }],
  },
  {
    it: 'the name without a number: kube-proxy skips it',
    given: given([port()], [of(tcp('http', null))]),
    expect: [{ subject: 'Service/shop/cart' }],
  },
  {
    it: 'one of two ports',
    given: given([port(), port({ name: 'admin', port: 81 })], [of(tcp('http'), tcp('adm', 8081))]),
    expect: [{ subject: 'Service/shop/cart', args: { port: '81 (admin)', at: 1 } }],
  },
  {
    it: 'a Service with a selector, by number: a change, or somebody else writes its slices',
    given: given([port()], [of(tcp('web'))], { selector: { app: 'cart' } }),
    expect: [{ subject: 'Service/shop/cart', severity: 'error', args: { kept: true } }],
  },
  {
    it: 'a headless Service: its clients need no port of it',
    given: given([port()], [of(tcp('web'))], { clusterIP: 'None' }),
    expect: [{ subject: 'Service/shop/cart', severity: 'warning' }],
  },
  {
    it: 'somebody answers at that port',
    given: {
      ...given([port()], [of(tcp('web'))]),
      contacts: contacts([toService('cart', 'worker-1', repeat(3, 'open'))]),
    },
    expect: 'ok',
  },
  { it: 'the same name', given: given([port()], [of(tcp('http', 9000))]), expect: 'ok' },
  {
    it: 'both unnamed, one as null and one as empty',
    given: given([port({ name: null })], [of(tcp(''))]),
    expect: 'ok',
  },
  { it: 'one of two slices has it', given: given([port()], [of(tcp('web')), of(tcp('http'))]), expect: 'ok' },
  {
    it: 'a targetPort by name that pods do not declare: SVC203',
    given: { ...byName([of()]), pods: [pod('cart-1', { containers: [container({ ports: [] })] })] },
    expect: 'ok',
  },
  {
    it: 'a targetPort by name that all pods declare, and a slice without it',
    given: { ...byName([of()]), pods },
    expect: [{ subject: 'Service/shop/cart', severity: 'error', args: { kept: true } }],
  },
  {
    it: 'a targetPort by name that all pods declare, and a slice with another name',
    given: { ...byName([of(tcp('httpx'))]), pods },
    expect: [{ subject: 'Service/shop/cart', args: { theirs: '`httpx` 8080/TCP' } }],
  },
  {
    it: 'a targetPort by name that one of two pods declares: SVC203',
    given: {
      ...byName([of()]),
      pods: [...pods, pod('cart-2', { containers: [container({ ports: [] })] })],
    },
    expect: 'ok',
  },
  {
    it: 'a targetPort by name, and nobody knows what the pods declare',
    given: modelOf(byName([of()]), { pods: unknown('forbidden', 'list pods in shop') }),
    expect: 'cannot-tell',
    says: /whether the pods of shop\/cart declare it/,
  },
  { it: 'no endpoint is ready: SVC205', given: given([port()], [unready]), expect: 'not-applicable' },
  { it: 'no slice', given: given([port()], []), expect: 'not-applicable' },
  {
    it: 'a slice of names, which kube-proxy does not read',
    given: given([port()], [{ ...of(tcp('web')), addressType: 'FQDN' }]),
    expect: 'not-applicable',
  },
  {
    it: 'slices forbidden',
    given: modelOf(
      { services: [service('cart')] },
      { endpointSlices: unknown('forbidden', 'list endpointslices in shop') },
    ),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])

test('refused connections stand under the name that is not there', () => {
  const model = modelOf({
    ...given([port()], [of(tcp('web'))]),
    pods,
    contacts: contacts([toService('cart', 'worker-1', repeat(3, 'refused'))]),
  })
  const roots = diagnose(model, { checks: [check, serviceUnanswered] }).roots
  expect(roots.map((it) => [it.finding.code, it.consequences.map(({ code }) => code)])).toEqual([
    ['SVC210', ['SVC207']],
  ])
})

test('a port has an endpoint exactly when some ready slice has its name and protocol', () => {
  const name = fc.constantFrom(null, '', 'http', 'web')
  const protocol = fc.constantFrom('TCP' as const, 'UDP' as const)
  const slicePort = fc.record({ name, port: fc.constant(8080), protocol })
  fc.assert(
    fc.property(
      name,
      protocol,
      fc.array(fc.array(slicePort, { maxLength: 3 }), { minLength: 1, maxLength: 3 }),
      (n, p, all) => {
        const slices = all.map((ports) => of(...ports))
        const led = all.flat().some((it) => (it.name ?? '') === (n ?? '') && it.protocol === p)
        const model = modelOf(given([port({ name: n, protocol: p })], slices))
        const found = diagnose(model, { checks: [check] }).roots
        expect(found.map(({ finding }) => finding.code)).toEqual(led ? [] : ['SVC210'])
      },
    ),
  )
})
