import { expect, test } from 'vitest'
import type { Workload } from '../../model/workload.ts'
import { createIntern } from '../../wire/intern.ts'
import { projectDestinationRule } from './istio.ts'
import { projectPod } from './pod.ts'
import { projectService } from './service.ts'
import { projectWorkload } from './workload.ts'

const intern = createIntern()
const metadata = { namespace: 'shop', name: 'cart', labels: { app: 'cart' } }

test('of a pod without a node what it asks of one, and nothing of a pod that has one', () => {
  const spec = {
    nodeSelector: { pool: 'web', broken: 1 },
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            {
              matchExpressions: [
                { key: 'zone', operator: 'In', values: ['a'] },
                { key: 'cores', operator: 'Gt', values: ['4'] },
              ],
            },
          ],
        },
      },
    },
    tolerations: [
      { operator: 'Exists' },
      { key: 'gpu', value: 'yes', effect: 'NoSchedule' },
      { key: 'x', operator: 'Lt', value: '1' },
    ],
  }
  expect(projectPod({ metadata, spec }, intern)?.placement).toEqual({
    selector: { pool: 'web' },
    terms: [[{ key: 'zone', operator: 'In', values: ['a'] }]],
    tolerations: [
      { key: null, value: null, effect: null },
      { key: 'gpu', value: 'yes', effect: 'NoSchedule' },
      { key: 'x', value: null, effect: null },
    ],
  })
  expect(projectPod({ metadata, spec: { ...spec, nodeName: 'worker-1' } }, intern)?.placement).toBe(undefined)
})

test.each<[string, object, string | undefined]>([
  ['told to', { env: [{ name: 'svc_enable', value: 'true' }] }, 'on'],
  ['by its flag', { args: ['manager', '--services'] }, 'on'],
  ['told not to', { env: [{ name: 'svc_enable', value: 'false' }] }, 'off'],
  ['told nothing', { args: ['manager'] }, 'off'],
  ['a ConfigMap may say so', { envFrom: [{ configMapRef: { name: 'vip' } }] }, undefined],
  ['one value is of a ConfigMap', { env: [{ name: 'svc_enable', valueFrom: {} }] }, undefined],
  ['another program', { image: 'ghcr.io/kube-vip/kube-vip-cloud-provider:v0.0.10' }, undefined],
])('whether kube-vip serves Services: %s', (_, about, balances) => {
  const containers = [{ name: 'a', image: 'ghcr.io/kube-vip/kube-vip:v0.8.7', ...about }]
  expect(projectPod({ metadata, spec: { containers } }, intern)?.containers[0]?.balances).toBe(balances)
})

test.each([
  ['external', 'aws'],
  ['nlb-ip', 'aws'],
  ['nlb', undefined],
])('whom the annotation of AWS hands a load balancer to: %s', (type, handedTo) => {
  const annotations = { 'service.beta.kubernetes.io/aws-load-balancer-type': type }
  const raw = { metadata: { ...metadata, annotations }, spec: { type: 'LoadBalancer' } }
  expect(projectService(raw, intern)?.loadBalancer?.handedTo).toBe(handedTo)
})

test.each<[Workload['kind'], object, object, string | null]>([
  ['Deployment', { paused: true }, { replicas: 2, updatedReplicas: 0 }, 'paused'],
  ['Deployment', { paused: true }, { replicas: 2, updatedReplicas: 2 }, null],
  ['Deployment', {}, { replicas: 2, updatedReplicas: 1 }, null],
  ['Deployment', { paused: true }, { replicas: 2, updatedReplicas: 0, observedGeneration: 3 }, null],
  ['StatefulSet', { updateStrategy: { type: 'OnDelete' } }, { replicas: 2, updateRevision: 'b' }, 'OnDelete'],
  ['StatefulSet', { updateStrategy: { type: 'OnDelete' } }, { replicas: 2 }, null],
  [
    'StatefulSet',
    { updateStrategy: { rollingUpdate: { partition: 1 } } },
    { replicas: 2, updateRevision: 'b' },
    'partition',
  ],
  ['StatefulSet', { updateStrategy: { rollingUpdate: { partition: 0 } } }, { replicas: 2, updateRevision: 'b' }, null],
  [
    'DaemonSet',
    { updateStrategy: { type: 'OnDelete' } },
    { currentNumberScheduled: 2, updatedNumberScheduled: 1 },
    'OnDelete',
  ],
])('a change of a %s that is held back: %j', (kind, about, status, by) => {
  const template = {
    spec: {
      containers: [
        {
          ports: [
            { containerPort: 9090, name: 'rpc' },
            { containerPort: 53, protocol: 'UDP' },
          ],
        },
      ],
    },
  }
  const raw = {
    metadata: { ...metadata, generation: 4 },
    spec: { ...about, template },
    status: { observedGeneration: 4, ...status },
  }
  const { held } = projectWorkload(kind, raw, intern) ?? {}
  expect(held?.by ?? null).toBe(by)
  if (by !== null) expect(held?.ports).toEqual([{ name: 'rpc', port: 9090 }])
})

test.each<[string, object[], string | undefined]>([
  ['alone', [], 'off'],
  ['beside a setting that may turn TLS on', [{ name: 'REDIS_TLS', value: 'true' }], undefined],
])('that a URL is of no TLS is kept: %s', (_, more, tls) => {
  const containers = [{ name: 'a', image: 'x', env: [{ name: 'REDIS_URL', value: 'redis://redis:6379' }, ...more] }]
  expect(projectPod({ metadata, spec: { containers } }, intern)?.containers[0]?.calls?.[0]?.tls).toBe(tls)
})

test('of values from Secrets their number is kept', () => {
  const env = [
    { name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'a' } } },
    { name: 'B', valueFrom: { configMapKeyRef: { name: 'm', key: 'b' } } },
    { name: 'C', value: 'c' },
  ]
  const of = (about: object) =>
    projectPod({ metadata, spec: { containers: [{ name: 'a', image: 'x', ...about }] } }, intern)?.containers[0]
  expect(of({ env, envFrom: [{ secretRef: { name: 's' } }, { configMapRef: { name: 'm' } }] })?.fromSecrets).toBe(2)
  expect(of({ env: env.slice(1) })?.fromSecrets).toBe(undefined)
})

test('of the limits of a DestinationRule those that are 1', () => {
  const connectionPool = { tcp: { maxConnections: 1 }, http: { http1MaxPendingRequests: 10, http2MaxRequests: 1 } }
  const of = (pool: object) =>
    projectDestinationRule({ metadata, spec: { host: 'cart', trafficPolicy: { connectionPool: pool } } }, intern)?.ones
  expect(of(connectionPool)).toEqual(['tcp.maxConnections', 'http.http2MaxRequests'])
  expect(of({ tcp: { maxConnections: 0 } })).toBe(undefined)
})

test('since when a pod is ready, for ten minutes, and when the servers of a Corefile started', () => {
  const now = Date.parse('2026-11-30T12:00:00Z')
  const status = (lastTransitionTime: string) => ({
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime }],
    containerStatuses: [{ name: 'coredns', state: { running: { startedAt: '2026-11-30T11:00:00Z' } } }],
  })
  const turned = (at: string) => projectPod({ metadata, spec: {}, status: status(at) }, intern, now)?.turnedSeconds
  expect(turned('2026-11-30T11:59:52Z')).toBe(8)
  expect(turned('2026-11-30T11:49:59Z')).toBeUndefined()
  expect(turned('2026-11-30T12:00:03Z')).toBe(0)
  const mounts = [{ name: 'config', mountPath: '/etc/coredns' }]
  const volumes = [{ name: 'config', configMap: { name: 'coredns', items: [{ key: 'Corefile', path: 'Corefile' }] } }]
  const server = { metadata, spec: { volumes, containers: [{ name: 'coredns', volumeMounts: mounts }] } }
  const started = { ...server, status: status('2026-11-30T11:00:00Z') }
  expect(projectPod(started, intern, now)).toMatchObject({
    corefileMap: 'coredns',
    startedAt: Date.parse('2026-11-30T11:00:00Z'),
  })
  expect(projectPod({ ...server, status: {} }, intern, now)).not.toHaveProperty('startedAt')
})
