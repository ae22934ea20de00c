import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { networks, routesOf, threeNodes } from '../../../test/build/node-network.ts'
import { unknown } from '../../model/known.ts'
import check from './route-astray.ts'

const without = (name: string, to: string) => ({ routes: routesOf(name).filter((it) => it.to !== to) })
const base = { nodes: threeNodes, pods: [] }

describeCheck(check, [
  {
    it: 'one of two routes is gone: that is NOD512',
    given: { ...base, nodeNetworks: networks({ 'worker-1': without('worker-1', '10.2.3.0/24') }) },
    expect: 'ok',
  },
  {
    it: 'a blackhole',
    given: {
      ...base,
      nodeNetworks: networks({
        'worker-2': {
          routes: [...without('worker-2', '10.2.1.0/24').routes, { to: '10.2.1.0/24', via: null, dev: null }],
        },
      }),
    },
    expect: [{ subject: 'Node/worker-2', args: { why: 'refused' }, says: /refuses/ }],
  },
  {
    it: 'to the wrong node',
    given: {
      ...base,
      nodeNetworks: networks({
        'worker-2': {
          routes: [
            ...without('worker-2', '10.2.1.0/24').routes,
            { to: '10.2.1.0/24', via: '192.168.0.13', dev: 'eth0' },
          ],
        },
      }),
    },
    expect: [{ subject: 'Node/worker-2', args: { why: 'to-another', via: '192.168.0.13' } }],
  },
  {
    it: 'a bridge of its own over a part of the range: what it takes of the pods stays there',
    given: {
      ...base,
      pods: [pod('web-1', { node: 'worker-3', ip: '10.2.3.200' }), pod('web-2', { node: 'worker-3', ip: '10.2.3.7' })],
      nodeNetworks: networks({
        'worker-1': { routes: [...routesOf('worker-1'), { to: '10.2.3.0/25', via: null, dev: 'br-5f3a' }] },
      }),
    },
    expect: [
      {
        subject: 'Node/worker-1',
        args: { why: 'kept-here', to: ['worker-3'], ip: '10.2.3.7', dev: 'br-5f3a' },
        says: /keeps to itself what goes to the pods of worker-3/,
      },
    ],
  },
  {
    it: 'a device carries all pods without a next hop: an overlay',
    given: {
      ...base,
      pods: [pod('web-1', { node: 'worker-3', ip: '10.2.3.7' })],
      nodeNetworks: networks({
        'worker-1': { routes: [{ to: '10.2.0.0/16', via: null, dev: 'wg0' }] },
        'worker-2': { routes: [{ to: '10.2.0.0/16', via: null, dev: 'wg0' }] },
      }),
    },
    expect: 'ok',
  },
  {
    it: "a pod's own address says more than the range, which the CNI does not use",
    given: {
      ...base,
      pods: [pod('web-1', { node: 'worker-3', ip: '10.99.0.7' })],
      nodeNetworks: networks(
        Object.fromEntries(
          threeNodes.map(({ name }) => [
            name,
            { routes: [{ to: '10.99.0.0/26', via: '192.168.0.13', dev: name === 'worker-1' ? null : 'tunl0' }] },
          ]),
        ),
      ),
    },
    expect: [{ subject: 'Node/worker-1', args: { to: ['worker-3'], ip: '10.99.0.7' } }],
  },
  { it: 'all there', given: { ...base, nodeNetworks: networks() }, expect: 'ok' },
  {
    it: 'a cloud carries pods by its own table: default routes alone',
    given: {
      ...base,
      nodeNetworks: networks(
        Object.fromEntries(
          threeNodes.map(({ name }) => [name, { routes: [{ to: '0.0.0.0/0', via: '192.168.0.1', dev: 'eth0' }] }]),
        ),
      ),
    },
    expect: 'ok',
  },
  {
    it: 'no table was read',
    given: { ...base, nodeNetworks: networks(Object.fromEntries(threeNodes.map((it) => [it.name, { routes: null }]))) },
    expect: 'cannot-tell',
  },
  {
    it: 'one node',
    given: { ...base, nodes: threeNodes.slice(0, 1), nodeNetworks: networks() },
    expect: 'not-applicable',
  },
  {
    it: 'nodes were not read',
    given: modelOf({ ...base }, { nodeNetworks: unknown('not-asked', 'needs --node-access') }),
    expect: 'cannot-tell',
    says: /--node-access/,
  },
])
