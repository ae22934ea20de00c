import { node } from '../../../test/build/node.ts'
import { container, deployment, pod } from '../../../test/build/pod.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Pod } from '../../model/pod.ts'
import check from './kept-off-by-others.ts'

const ports = [{ name: null, port: 8080, protocol: 'TCP' as const, hostPort: 8080 }]
const waits = (scheduling: string, about: Partial<Pod> = {}): Pod =>
  pod('cart-9', {
    node: null,
    ip: null,
    phase: 'Pending',
    ready: false,
    scheduling,
    containers: [container({ ports, ready: false })],
    ...about,
  })
const noPorts = "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports."
const apart = "0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules."
const nodes = [node('worker-1')]
const workloads = [deployment('cart', 1)]

describeCheck(check, [
  {
    it: 'one more of a rollout, by a hostPort',
    given: { nodes, workloads, pods: [pod('cart-1'), waits(noPorts)] },
    expect: [
      {
        subject: 'Deployment/shop/cart',
        severity: 'warning',
        confidence: 'observed',
        says: '1 pod of Deployment shop/cart finds no node: on each node another pod has hostPort 8080',
      },
    ],
  },
  {
    it: 'more replicas than nodes',
    given: { nodes, workloads: [deployment('cart', 2)], pods: [pod('cart-1'), waits(apart)] },
    expect: [{ subject: 'Deployment/shop/cart', severity: 'warning', args: { by: 'affinity', placed: 1, desired: 2 } }],
  },
  {
    it: 'none of it is ready',
    given: { nodes, pods: [waits(noPorts)] },
    expect: [{ subject: 'Deployment/shop/cart', severity: 'error' }],
  },
  { it: 'room is short', given: { pods: [waits('0/1 nodes are available: 1 Insufficient cpu.')] }, expect: 'ok' },
  { it: 'one that goes', given: { pods: [waits(noPorts, { deleting: true })] }, expect: 'not-applicable' },
  { it: 'none waits', given: { pods: [pod('cart-1')] }, expect: 'not-applicable' },
])
