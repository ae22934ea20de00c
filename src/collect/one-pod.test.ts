import { expect, test } from 'vitest'
import { ToolError } from '../tool-error.ts'
import { clusterOf } from './cluster-of.ts'
import { onePod, takenText } from './one-pod.ts'

const pod = (name: string, ready: boolean, owner: string, about: { deleting?: true; phase?: string } = {}): object => ({
  metadata: {
    namespace: 'shop',
    name,
    labels: { app: 'web', 'pod-template-hash': '5d8' },
    ownerReferences: [{ kind: 'ReplicaSet', name: `${owner}-5d8`, controller: true }],
    ...(about.deleting === undefined ? {} : { deletionTimestamp: '2026-01-01T00:00:00Z' }),
  },
  spec: { nodeName: 'worker-1', containers: [{ name: 'app' }] },
  status: {
    phase: about.phase ?? 'Running',
    podIP: '10.2.1.1',
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
  },
})
const named = (name: string, spec: object = {}) => ({ metadata: { namespace: 'shop', name, labels: {} }, spec })
const cluster = clusterOf({
  namespaces: [{ metadata: { name: 'shop', labels: {} } }],
  deployments: [named('web'), named('idle'), named('ending')],
  pods: [
    pod('web-5d8-a', true, 'web', { deleting: true }),
    pod('web-5d8-b', false, 'web'),
    pod('web-5d8-c', true, 'web'),
    pod('web-5d8-d', true, 'web'),
    pod('ending-5d8-a', false, 'ending', { phase: 'Pending' }),
  ],
  services: [named('web', { selector: { app: 'web' }, clusterIP: '10.96.0.9' })],
  ingresses: [named('web')],
})
const take = async (text: string) => {
  const one = await onePod(text, cluster, 'shop', 'name a pod')
  return [one.pod, takenText(text, one)]
}

test.each([
  ['pod/web-5d8-b', 'web-5d8-b', null],
  ['web-5d8-b', 'web-5d8-b', null],
  ['deploy/web', 'web-5d8-c', 'takes pod web-5d8-c, one of 3 of deploy/web'],
  ['deployment/web', 'web-5d8-c', 'takes pod web-5d8-c, one of 3 of deployment/web'],
  ['deploy/ending', 'ending-5d8-a', 'takes pod ending-5d8-a, the only one of deploy/ending'],
])('%s: a ready one of its own, and which one is said', async (text, name, said) => {
  expect(await take(text)).toEqual([name, said])
})

test.each([
  ['deploy/idle', 'not-found', 'deploy/idle has no pod in namespace shop'],
  ['deploy/none', 'not-found', 'no Deployment `none` in namespace shop'],
  ['ingress/web', 'usage', '`ingress/web` is no pod, and has none of its own'],
  ['dns', 'not-found', 'no Pod `dns` in namespace shop'],
])('%s: %s', async (text, code, message) => {
  const error = await take(text).catch((one: unknown) => one)
  expect(error).toBeInstanceOf(ToolError)
  expect(error).toMatchObject({ code, message: expect.stringContaining(message) as string })
})
