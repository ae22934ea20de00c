import { conntrackOf } from '../../../test/build/lookups.ts'
import { cutBetween, defaultRoute, forwardingOf, mesh, rangeOf } from '../../../test/build/mesh.ts'
import { mtuPath, networks } from '../../../test/build/node-network.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './pod-route-missing.ts'

const nodes = ['worker-1', 'worker-2', 'worker-3']
const full = nodes.map((it) => forwardingOf(nodes, it))
const routes = (full[0]?.forwarding?.routes ?? []).filter((it) => it.to !== rangeOf(nodes, 'worker-3'))
const without = (its: typeof routes) => [forwardingOf(nodes, 'worker-1', { routes: its }), ...full.slice(1)]
const cut = mesh(nodes, cutBetween('worker-1', 'worker-3'))
/** The same where no pod that is asked is on worker-3, and it asks those on worker-1. */
const bare = mesh(nodes, cutBetween('worker-1', 'worker-3'), [8080, 9090], ['worker-1', 'worker-2'])
const farPath = mtuPath('worker-1', 'worker-3', { ip: '10.2.3.1', small: 0, large: 0, back: 0 })

describeCheck(check, [
  {
    it: 'lost on one node: the default route takes the packets',
    given: { ...cut, conntrack: without(routes) },
    expect: [
      {
        subject: 'Node/worker-1',
        confidence: 'observed',
        args: { to: ['worker-3'], ips: ['10.2.3.9'], fallback: '192.0.2.254', led: ['worker-2'] },
        says: /no route to the pods of worker-3/,
      },
    ],
  },
  {
    it: 'and no default route',
    given: { ...cut, conntrack: without(routes.filter((it) => it !== defaultRoute)) },
    expect: [{ subject: 'Node/worker-1', args: { fallback: null }, says: /and no default route/ }],
  },
  {
    it: 'no pod of the far node was asked: the address in its range that large packets went to stands for them',
    given: { ...bare, conntrack: without(routes), nodeNetworks: networks({}, [farPath]) },
    expect: [{ subject: 'Node/worker-1', args: { to: ['worker-3'], ips: ['10.2.3.1'], led: ['worker-2'] } }],
  },
  {
    it: 'no address of the far node is known',
    given: { ...bare, conntrack: without(routes), nodeNetworks: networks({}, []) },
    expect: 'cannot-tell',
    says: /a way of worker-3 is closed, and no address of a pod there is known/,
  },
  {
    it: 'packets cross all the same: another table leads there',
    given: { ...mesh(nodes, () => true), conntrack: without(routes) },
    expect: 'ok',
  },
  {
    it: 'routes to no node at all: an overlay leads there',
    given: { ...cut, conntrack: nodes.map((it) => forwardingOf(nodes, it, { routes: [defaultRoute] })) },
    expect: 'ok',
  },
  { it: 'closed, and the routes are there', given: { ...cut, conntrack: full }, expect: 'ok' },
  {
    it: 'a way is closed, and the routes of one of its ends were not read',
    given: { ...cut, conntrack: full.slice(1) },
    expect: 'cannot-tell',
    says: /a way of worker-1 is closed/,
  },
  { it: 'an old recording', given: { ...cut, conntrack: [conntrackOf('worker-1')] }, expect: 'not-applicable' },
  {
    it: 'nodes were not looked at',
    given: modelOf({}, { conntrack: unknown('not-asked', '--node-access') }),
    expect: 'cannot-tell',
  },
])
