import { describe, expect, it } from 'vitest'
import { podState, type RawPod } from './pod-state.ts'

function state(status: RawPod['status']) {
  return podState({ metadata: { name: 'x' }, ...(status === undefined ? {} : { status }) })
}
const container = (it: NonNullable<NonNullable<RawPod['status']>['containerStatuses']>[number]['state']) => [
  it === undefined ? {} : { state: it },
]

describe('pod state', () => {
  it.each([
    [undefined, { kind: 'waiting', why: 'not scheduled yet' }],
    [
      { phase: 'Pending', containerStatuses: container({ waiting: { reason: 'ContainerCreating' } }) },
      { kind: 'waiting', why: 'ContainerCreating' },
    ],
    [
      {
        phase: 'Pending',
        containerStatuses: container({ waiting: { reason: 'ErrImagePull', message: 'no such host' } }),
      },
      { kind: 'waiting', why: 'ErrImagePull: “no such host”' },
    ],
    [
      {
        phase: 'Pending',
        containerStatuses: container({ waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling' } }),
      },
      { kind: 'stuck', why: 'ImagePullBackOff: “Back-off pulling”' },
    ],
    [
      {
        phase: 'Pending',
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message: '0/3 nodes are available: 1 Too many pods.',
          },
        ],
      },
      { kind: 'stuck', why: 'Unschedulable: “0/3 nodes are available: 1 Too many pods”' },
    ],
    [{ phase: 'Running', containerStatuses: container({ running: {} }) }, { kind: 'started' }],
    [
      { phase: 'Running', containerStatuses: container({ terminated: { exitCode: 137, reason: 'OOMKilled' } }) },
      { kind: 'ended', why: 'OOMKilled: exit code 137' },
    ],
    [{ phase: 'Succeeded' }, { kind: 'ended', why: null }],
    [
      { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.\nmore' },
      { kind: 'ended', why: 'Evicted: “The node was low on resource: memory”' },
    ],
    [
      { phase: 'Failed', reason: 'DeadlineExceeded', message: 'Pod was active longer' },
      { kind: 'ended', why: 'DeadlineExceeded: “Pod was active longer”' },
    ],
    [{ phase: 'Failed' }, { kind: 'ended', why: 'the pod failed' }],
  ] as const)('%j', (status, expected) => {
    expect(state(status)).toEqual(expected)
  })
})
