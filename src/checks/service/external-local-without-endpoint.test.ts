import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { contacts } from '../../../test/build/contacts.ts'
import { controller, ingress } from '../../../test/build/ingress.ts'
import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { unknown } from '../../model/known.ts'
import type { Service } from '../../model/service.ts'
import check from './external-local-without-endpoint.ts'

const kept = (about: Partial<Service> = {}): Service =>
  service('web', { type: 'NodePort', externalTrafficPolicy: 'Local', ports: [port({ nodePort: 30080 })], ...about })
const nodes = ['worker-1', 'worker-2', 'worker-3'].map((name, at) => node(name, { ip: `10.0.0.${at + 1}` }))
const one = [pod('web-1')]
const asked = {
  target: { kind: 'object', object: { kind: 'Service', namespace: 'shop', name: 'web' }, url: null },
} as const
const web = 'Service/shop/web'
const connects = (at: string, result: 'open' | 'timeout') => ({
  ...contacts([]),
  nodePorts: [
    {
      node: 'worker-1',
      service: { namespace: 'shop', name: 'web', port: 80 },
      at: { node: at, ip: '10.0.0.2' },
      port: 30080,
      tries: Array.from({ length: 5 }, () => ({ result, ms: 1, at: 0 })),
    },
  ],
})

describeCheck(check, [
  {
    it: 'its only external address is of a node without an endpoint',
    given: { services: [kept({ externalIPs: ['10.0.0.2'] })], nodes, pods: one },
    expect: [{ subject: web, severity: 'error', args: { dropped: ['10.0.0.2'] }, says: /External address 10.0.0.2/ }],
  },
  {
    it: 'another of its external addresses is of the node with the endpoint',
    given: { services: [kept({ externalIPs: ['10.0.0.1', '10.0.0.2'] })], nodes, pods: one },
    expect: [{ subject: web, severity: 'warning', args: { dropped: [] } }],
  },
  {
    it: 'an external address that no node has is led there by somebody',
    given: { services: [kept({ externalIPs: ['192.0.2.7'] })], nodes, pods: one },
    expect: [{ subject: web, severity: 'info', args: { dropped: [] } }],
  },
  {
    it: 'one without NodePorts',
    given: { services: [kept({ type: 'ClusterIP', externalIPs: ['10.0.0.3'] })], nodes, pods: one },
    expect: [{ subject: web, severity: 'error', args: { dropped: ['10.0.0.3'] } }],
  },
  {
    it: 'the same on the node with the endpoint',
    given: { services: [kept({ type: 'ClusterIP', externalIPs: ['10.0.0.1'] })], nodes, pods: one },
    expect: 'ok',
  },
  {
    it: 'a NodePort, and two of three nodes without an endpoint',
    given: { services: [kept()], nodes, pods: one },
    expect: [
      {
        subject: web,
        severity: 'info',
        confidence: 'inferred',
        args: { count: 2, of: 3, without: 'worker-2, worker-3', with: 'worker-1' },
      },
    ],
  },
  {
    it: 'the same, and somebody asks about it',
    given: { services: [kept()], nodes, pods: one },
    scope: asked,
    expect: [{ subject: web, severity: 'warning' }],
  },
  {
    it: 'a status sends users to a node without one',
    given: {
      services: [kept({ type: 'LoadBalancer', loadBalancer: { addresses: ['10.0.0.2'], class: null, problem: null } })],
      nodes,
      pods: one,
    },
    expect: [{ subject: web, severity: 'warning', args: { ip: '10.0.0.2' } }],
  },
  {
    it: 'Ingresses that its pods serve send users there',
    given: {
      services: [kept()],
      nodes,
      pods: one,
      ingresses: [ingress([], { addresses: ['10.0.0.3'] })],
      ingressControllers: [controller({ namespace: 'shop', pod: 'web-1' })],
    },
    expect: [{ subject: web, severity: 'warning', args: { ip: '10.0.0.3' } }],
  },
  {
    it: 'seen to be silent',
    given: { services: [kept()], nodes, pods: one, contacts: connects('worker-2', 'timeout') },
    expect: [{ subject: web, severity: 'warning', confidence: 'observed' }],
  },
  {
    it: 'a load balancer leaves nodes without an endpoint out',
    given: { services: [kept({ type: 'LoadBalancer' })], nodes, pods: one },
    expect: 'ok',
  },
  {
    it: 'an endpoint on each node',
    given: {
      services: [kept()],
      nodes,
      pods: nodes.map(({ name }, at) => pod(`web-${at}`, { node: name, ip: `10.2.${at}.9` })),
    },
    expect: 'ok',
  },
  {
    it: 'a node that is down has no users',
    given: { services: [kept()], nodes: [nodes[0]!, node('worker-2', { ready: 'False' })], pods: one },
    expect: 'ok',
  },
  {
    it: 'no endpoint at all is another check',
    given: { services: [kept()], nodes, pods: [] },
    expect: 'not-applicable',
  },
  {
    it: 'each node forwards to every endpoint',
    given: { services: [service('web', { type: 'NodePort', ports: [port({ nodePort: 30080 })] })], nodes, pods: one },
    expect: 'not-applicable',
  },
  {
    it: 'Nodes forbidden',
    given: modelOf({ services: [kept()], pods: one }, { nodes: unknown('forbidden', 'list nodes') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])

test('whatever the nodes and wherever the pods: each node without one is counted, and none that has one', () =>
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 2, maxLength: 8 }), (has) => {
      const all = has.map((_, at) => node(`n${at}`, { ip: `10.0.0.${at}` }))
      const pods = has.flatMap((it, at) => (it ? [pod(`web-${at}`, { node: `n${at}`, ip: `10.2.0.${at}` })] : []))
      const [result] = diagnose(modelOf({ services: [kept()], nodes: all, pods }), { checks: [check] }).results
      const missing = has.filter((it) => !it).length
      expect(result?.findings.map((it) => it.args.count)).toEqual(
        missing === 0 || missing === has.length ? [] : [missing],
      )
    }),
  ))
