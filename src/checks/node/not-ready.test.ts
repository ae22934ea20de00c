import { expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { node } from '../../../test/build/node.ts'
import { completed, notReady, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { model } from '../../model/build.ts'
import { known } from '../../model/known.ts'
import noReadyEndpoints from '../service/no-ready-endpoints.ts'
import check from './not-ready.ts'

const gone = node('worker-1', { ready: 'Unknown', readyMessage: 'Kubelet stopped posting node status.' })
const broken = node('worker-1', {
  ready: 'False',
  readyMessage: 'container runtime network not ready: cni plugin not initialized',
})
const fine = node('worker-2')

describeCheck(check, [
  {
    it: 'carries pods',
    given: { nodes: [gone, fine], pods: [pod('cart-1'), pod('db-1', { node: 'worker-2' })] },
    expect: [
      {
        subject: 'Node/worker-1',
        severity: 'error',
        confidence: 'inferred',
        args: { state: 'not reporting', carries: '1 pod', down: 1, of: 2 },
      },
    ],
  },
  {
    it: 'carries DNS servers',
    given: { nodes: [broken, fine], pods: [], clusterDns: clusterDns() },
    expect: [
      {
        subject: 'Node/worker-1',
        severity: 'error',
        args: { state: 'not ready', carries: "1 of the cluster's DNS servers" },
      },
    ],
  },
  {
    it: 'carries nothing of ours',
    given: { nodes: [gone, fine], pods: [completed('cart-job')], clusterDns: clusterDns({ pods: [] }) },
    expect: [{ subject: 'Node/worker-1', severity: 'warning', args: { carries: '' } }],
  },
  {
    it: 'what it carries could not be read',
    given: { nodes: [gone] },
    expect: [{ subject: 'Node/worker-1', severity: 'error' }],
  },
  {
    it: 'its status says nothing of it',
    given: {
      nodes: [node('worker-1', { ready: 'Unknown', readyMessage: null, readyUnsaid: true })],
      pods: [pod('cart-1')],
    },
    expect: [
      {
        subject: 'Node/worker-1',
        severity: 'warning',
        confidence: 'possible',
        args: { state: 'not known to be ready' },
        says: /status has no condition Ready/,
      },
    ],
  },
  { it: 'all ready', given: { nodes: [fine], pods: [] }, expect: 'ok' },
  { it: 'cordoned is not broken', given: { nodes: [node('worker-1', { unschedulable: true })] }, expect: 'ok' },
  { it: 'nodes that could not be read', given: {}, expect: 'cannot-tell' },
])

test('takes a Service whose pods were all there under itself', () => {
  const given = model({
    nodes: known([gone, fine]),
    pods: known([notReady('cart-1', 'NodeNotReady')]),
    services: known([service('cart')]),
  })
  const { roots } = diagnose(given, { checks: [noReadyEndpoints, check] })
  expect(roots.map((it) => [it.finding.code, ...it.consequences.map((one) => one.code)])).toEqual([
    ['NOD501', 'SVC205'],
  ])
})
