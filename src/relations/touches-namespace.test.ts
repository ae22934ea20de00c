import { expect, test } from 'vitest'
import { controller, ingress, ingressClass } from '../../test/build/ingress.ts'
import { gateway, parent, route } from '../../test/build/gateway.ts'
import { container, pod } from '../../test/build/pod.ts'
import { service } from '../../test/build/service.ts'
import { modelOf } from '../../test/describe-check.ts'
import { subject, type Subject } from '../model/subject.ts'
import { touchesNamespace } from './touches-namespace.ts'

const edge = { namespace: 'ingress-nginx', labels: { app: 'edge' } }
const model = modelOf({
  ingresses: [ingress([['/', 'web', 80]])],
  ingressClasses: [ingressClass('nginx')],
  ingressControllers: [controller()],
  pods: [pod('controller-1', edge), pod('web-1')],
  services: [service('edge', { namespace: 'ingress-nginx', selector: { app: 'edge' } }), service('web')],
})
const told = (on: Subject, about: Partial<Parameters<ReturnType<typeof touchesNamespace>>[0]> = {}): boolean =>
  touchesNamespace(model, 'shop')({ code: 'SVC299', subject: on, args: {}, evidence: [], ...about })

test.each<[string, Subject]>([
  ['an object of it', subject('Pod', 'shop', 'web-1')],
  ['the namespace', subject('Namespace', null, 'shop')],
  ['a node', subject('Node', null, 'worker-1')],
  ['the Service before the controller of its Ingress', subject('Service', 'ingress-nginx', 'edge')],
  ['that controller', subject('Pod', 'ingress-nginx', 'controller-1')],
])('%s touches it', (_, on) => expect(told(on)).toBe(true))

test.each<[string, Subject]>([
  ['an object of another', subject('Service', 'pay', 'edge')],
  ['another namespace', subject('Namespace', null, 'pay')],
])('%s does not', (_, on) => expect(told(on)).toBe(false))

test('what names an object of it touches it, wherever it stands', () => {
  const on = subject('AuthorizationPolicy', 'pay', 'allow')
  expect(told(on, { also: [subject('Deployment', 'shop', 'web')] })).toBe(true)
  expect(told(on, { args: { callers: ['Deployment shop/web'] } })).toBe(true)
  expect(told(on, { args: { callers: ['Deployment shopping/web', 'workshop/web'] } })).toBe(false)
  const lines = { path: 'spec', lines: ['a'], at: 0, mark: 'a', label: '' }
  expect(told(on, { evidence: [{ kind: 'config', object: subject('Pod', 'shop', 'a'), ...lines }] })).toBe(true)
})

test('what has no namespace and is for some alone touches those, and that of its Service', () => {
  const on = subject('ValidatingWebhookConfiguration', null, 'pol')
  expect(told(on, { args: { onlyFor: null } })).toBe(true)
  expect(told(on, { args: { onlyFor: ['shop'] } })).toBe(true)
  expect(told(on, { args: { onlyFor: ['pay'] } })).toBe(false)
  expect(told(on, { args: { onlyFor: ['pay'] }, also: [subject('Service', 'shop', 'pol')] })).toBe(true)
})

test('what every node runs, and the DNS of the cluster, touch every namespace', () => {
  expect(told(subject('DaemonSet', 'kube-system', 'kube-proxy'), { code: 'NOD544' })).toBe(true)
  expect(told(subject('ConfigMap', 'kube-system', 'coredns'), { code: 'DNS114' })).toBe(true)
  expect(told(subject('Service', 'pay', 'edge'), { code: 'DNS182' })).toBe(true)
})

test('what is wrong where its pods are told to call touches it', () => {
  const web = pod('web-1', { containers: [container({ calls: [{ host: 'pay.pay', port: 80, by: 'URL' }] })] })
  const pay = service('pay', { namespace: 'pay' })
  const touches = touchesNamespace(modelOf({ pods: [web], services: [pay], ingresses: [] }), 'shop')
  const on = { code: 'SVC299', subject: subject('Service', 'pay', 'pay'), args: {}, evidence: [] }
  expect(touches({ ...on, severity: 'error' })).toBe(true)
  expect(touches({ ...on, severity: 'info' })).toBe(false)
  expect(touches({ ...on, severity: 'error', subject: subject('Service', 'pay', 'other') })).toBe(false)
})

test('a Gateway elsewhere that its routes name, and no other', () => {
  const own = route([], { parents: [parent({ namespace: 'infra', name: 'edge' })] })
  const at = modelOf({ gatewayRoutes: [own], gateways: [gateway([], { namespace: 'infra', name: 'edge' })] })
  const touched = (name: string): boolean =>
    touchesNamespace(at, 'shop')({ code: 'ING360', subject: subject('Gateway', 'infra', name), args: {}, evidence: [] })
  expect([touched('edge'), touched('other')]).toEqual([true, false])
})
