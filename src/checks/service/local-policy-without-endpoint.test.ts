import { contacts, repeat, toService } from '../../../test/build/contacts.ts'
import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './local-policy-without-endpoint.ts'

const services = [service('cart', { internalTrafficPolicy: 'Local' })]
const nodes = ['worker-1', 'worker-2'].map((it) => node(it))
const [here, there] = [pod('cart-1'), pod('cart-2', { node: 'worker-2', ip: '10.2.2.9' })]
const client = pod('web-1', { node: 'worker-2', ip: '10.2.2.8' })
const daemon = (name: string, on: string, ready: boolean) =>
  pod(name, { node: on, ready, owner: { kind: 'DaemonSet', name: 'cart' }, labels: { app: 'cart' } })
const cart = 'Service/shop/cart'

describeCheck(check, [
  {
    it: 'a node with pods, and no endpoint',
    given: { services, nodes, pods: [here, client] },
    expect: [
      { subject: cart, severity: 'warning', confidence: 'inferred', args: { without: 'worker-2', daemon: false } },
    ],
  },
  {
    it: 'the same, and connections from there fail',
    given: {
      services,
      nodes,
      pods: [here, client],
      contacts: contacts([toService('cart', 'worker-2', repeat(3, 'timeout'))]),
    },
    expect: [{ subject: cart, severity: 'error', confidence: 'observed' }],
  },
  {
    it: 'a node without pods in sight, and connections from there fail',
    given: {
      services,
      nodes,
      pods: [here],
      contacts: contacts([toService('cart', 'worker-2', repeat(3, 'timeout'))]),
    },
    expect: [{ subject: cart, severity: 'error', confidence: 'observed' }],
  },
  {
    it: 'the same, and they are answered',
    given: {
      services,
      nodes,
      pods: [here, client],
      contacts: contacts([toService('cart', 'worker-2', repeat(3, 'open'))]),
    },
    expect: 'ok',
  },
  {
    it: 'a DaemonSet whose pod there is not ready',
    given: { services, nodes, pods: [daemon('cart-a', 'worker-1', true), daemon('cart-b', 'worker-2', false)] },
    expect: [{ subject: cart, args: { daemon: true } }],
  },
  { it: 'an endpoint on each', given: { services, nodes, pods: [here, there] }, expect: 'ok' },
  { it: 'a node without pods has no clients', given: { services, nodes, pods: [here] }, expect: 'ok' },
  {
    it: 'a node that is cordoned or down is not counted',
    given: { services, nodes: [node('worker-1'), node('worker-2', { unschedulable: true })], pods: [here, client] },
    expect: 'ok',
  },
  { it: 'no endpoint at all is another check', given: { services, nodes, pods: [client] }, expect: 'ok' },
  {
    it: 'all nodes are used',
    given: { services: [service('cart')], nodes, pods: [here, client] },
    expect: 'not-applicable',
  },
])
