import { expect, test } from 'vitest'
import type { IngressController } from '../../model/ingress.ts'
import { nodesBelow } from './nodes-below.ts'

const on = (...nodes: readonly (string | null | undefined)[]): readonly IngressController[] =>
  nodes.map((node, nth) => ({
    namespace: 'ingress-nginx',
    pod: `controller-${nth}`,
    ip: null,
    ...(node === undefined ? {} : { node }),
    ready: false,
    controller: 'k8s.io/ingress-nginx',
    classNames: [],
  }))

test.each([
  ['all on one node', on('worker-3', 'worker-3'), ['node-down:worker-3']],
  ['on two nodes: one that is down explains no more than its own', on('worker-2', 'worker-3'), []],
  ['one has no node yet', on('worker-3', null), []],
  ['an old recording', on(undefined), []],
  ['none', on(), []],
] as const)('%s', (_, controllers, expected) => expect(nodesBelow(controllers)).toEqual(expected))
