import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { projectStatuses } from './status.ts'

const now = Date.parse('2026-11-29T12:00:00Z')

interface About {
  readonly annotations?: object
  readonly deleted?: string
  readonly apiVersion?: string
  readonly name?: string
  readonly generation?: number
  readonly owner?: readonly [kind: string, name: string]
  readonly status?: object
  readonly made?: string
}

function object(kind: string, condition: object, about: About = {}): object {
  const {
    apiVersion = 'cert-manager.io/v1',
    name = 'web',
    generation,
    owner,
    status,
    made,
    annotations,
    deleted,
  } = about
  const ownerReferences = owner && [{ kind: owner[0], name: owner[1], controller: true }]
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace: 'shop',
      generation,
      ownerReferences,
      creationTimestamp: made,
      annotations,
      deletionTimestamp: deleted,
    },
    status: status ?? { conditions: [{ lastTransitionTime: '2026-11-29T11:00:00Z', ...condition }] },
  }
}
const not = (type: string, more: object = {}): object => ({ type, status: 'False', reason: 'R', message: 'm', ...more })
const is = (type: string, more: object = {}): object => ({ ...not(type), status: 'True', ...more })

/** `Certificate/web Ready`, of each that is wrong. */
const wrong = (...objects: readonly object[]): string =>
  projectStatuses(objects, now)
    .filter((it) => it.wrong)
    .map((it) => `${it.kind}/${it.name} ${it.type}`)
    .join(', ')

const challenge = (reason: string, about: About = {}): object =>
  object('Challenge', {}, { apiVersion: 'acme.cert-manager.io/v1', status: { state: 'pending', reason }, ...about })
const waiting = 'Waiting for HTTP-01 challenge propagation: failed to perform self check GET request: EOF'
const slow = 'Waiting for DNS-01 challenge propagation: DNS record for "a.example" not yet propagated'

const managed = (status: object, made = '2026-11-29T09:00:00Z'): object =>
  object('ManagedCertificate', {}, { apiVersion: 'networking.gke.io/v1', status, made })

const accepted = { status: { ancestors: [{ conditions: [not('Accepted')] }] } }

const admitted = { status: { ingress: [{ conditions: [not('Admitted')], host: 'a.example' }] } }
const deep = { status: { a: { b: [{ c: { conditions: [not('Ready')] } }] } } }
const deeper = { status: { a: { b: { c: { d: { e: { conditions: [not('Ready')] } } } } } } }
const before = { status: { conditions: [is('Ready')], history: [{ conditions: [not('Ready')] }] } }

test.each<[string, readonly object[], string]>([
  ['a Route that a router of OpenShift does not take', [object('Route', {}, admitted)], 'Route/web Admitted'],
  ['conditions four levels down', [object('Some', {}, deep)], 'Some/web Ready'],
  ['conditions further down than any that is known', [object('Some', {}, deeper)], ''],
  ['conditions of before', [object('Some', {}, before)], ''],
  ['Ready is not', [object('Certificate', not('Ready'))], 'Certificate/web Ready'],
  ['Ready is', [object('Certificate', is('Ready'))], ''],
  [
    'Ready is not known yet',
    [object('Certificate', { type: 'Ready', status: 'Unknown', lastTransitionTime: '2026-11-29T11:30:00Z' })],
    '',
  ],
  [
    'Ready is not known for an hour',
    [object('Route', { type: 'Ready', status: 'Unknown', lastTransitionTime: '2026-10-14T09:00:00Z' })],
    'Route/web Ready',
  ],
  [
    'a type that ends so',
    [object('AuthorizationPolicy', not('ZtunnelAccepted'))],
    'AuthorizationPolicy/web ZtunnelAccepted',
  ],
  ['a bad state', [object('Operator', is('Degraded'))], 'Operator/web Degraded'],
  ['a bad state that is not', [object('Operator', not('Degraded'))], ''],
  ['a type of which nobody knows what is good', [object('ScaledObject', not('Active')), object('A', is('Paused'))], ''],
  [
    'somebody wants it so',
    [object('HorizontalPodAutoscaler', not('ScalingActive', { reason: 'ScalingDisabled' }))],
    '',
  ],
  [
    'a canary of Argo waits for somebody',
    [object('Rollout', {}, { status: { phase: 'Paused', pauseConditions: [{}], conditions: [not('Healthy')] } })],
    '',
  ],
  [
    'a canary of Argo that failed',
    [object('Rollout', {}, { status: { phase: 'Degraded', conditions: [not('Healthy')] } })],
    'Rollout/web Healthy, Rollout/web phase',
  ],
  [
    'an object of Crossplane that is paused',
    [object('Bucket', {}, { status: { conditions: [not('Synced', { reason: 'ReconcilePaused' }), not('Ready')] } })],
    '',
  ],
  [
    'paused by an annotation',
    [object('Bucket', not('Ready'), { annotations: { 'crossplane.io/paused': 'true' } })],
    '',
  ],
  [
    'paused no more',
    [object('Bucket', not('Ready'), { annotations: { 'crossplane.io/paused': 'false' } })],
    'Bucket/web Ready',
  ],
  ['a Bucket that is not ready', [object('Bucket', not('Ready', { reason: 'Unavailable' }))], 'Bucket/web Ready'],
  ['it is being deleted', [object('Bucket', not('Ready'), { deleted: '2026-11-29T11:00:00Z' })], ''],
  [
    'a certificate of Google that failed',
    [managed({ certificateStatus: 'ProvisioningFailed', domainStatus: [] })],
    'ManagedCertificate/web certificateStatus',
  ],
  [
    'a domain of it is not seen',
    [
      managed({
        certificateStatus: 'Provisioning',
        domainStatus: [{ domain: 'shop.example', status: 'FailedNotVisible' }],
      }),
    ],
    'ManagedCertificate/web certificateStatus',
  ],
  [
    'a domain of a new one is not seen yet',
    [
      managed(
        { certificateStatus: 'Provisioning', domainStatus: [{ domain: 'a.example', status: 'FailedNotVisible' }] },
        '2026-11-29T11:55:00Z',
      ),
    ],
    '',
  ],
  [
    'a certificate of Google that is there',
    [managed({ certificateStatus: 'Active', domainStatus: [{ domain: 'shop.example', status: 'Active' }] })],
    '',
  ],
  ['it is on its way', [object('Certificate', not('Ready', { lastTransitionTime: '2026-11-29T11:59:30Z' }))], ''],
  ['of an older version', [object('Certificate', not('Ready', { observedGeneration: 1 }), { generation: 2 })], ''],
  [
    'of this version',
    [object('Certificate', not('Ready', { observedGeneration: 2 }), { generation: 2 })],
    'Certificate/web Ready',
  ],
  ['of whom it is attached to', [object('SecurityPolicy', {}, accepted)], 'SecurityPolicy/web Accepted'],
  [
    'what its owner says better',
    [
      object('Certificate', is('Ready')),
      object('CertificateRequest', not('Ready'), { name: 'web-1', owner: ['Certificate', 'web'] }),
    ],
    '',
  ],
  [
    'whose owner is not in the file',
    [object('CertificateRequest', not('Ready'), { owner: ['Certificate', 'web'] })],
    'CertificateRequest/web Ready',
  ],
  [
    'a request of old, for what is well now',
    [object('Certificate', is('Ready')), object('CertificateRequest', not('Ready'), { name: 'web-1' })],
    '',
  ],
  [
    'a request for what is not well',
    [object('Certificate', not('Ready')), object('CertificateRequest', not('Ready'), { name: 'web-1' })],
    'Certificate/web Ready, CertificateRequest/web-1 Ready',
  ],
  [
    'one after which another went well, and one after such a one',
    [
      object('CertificateRequest', not('Ready'), { name: 'web-1', made: '2026-11-01T00:00:00Z' }),
      object('CertificateRequest', is('Ready'), { name: 'web-2', made: '2026-11-02T00:00:00Z' }),
      object('CertificateRequest', not('Ready'), { name: 'web-3', made: '2026-11-03T00:00:00Z' }),
    ],
    'CertificateRequest/web-3 Ready',
  ],
  [
    'whose owner is gone, of a kind that is there',
    [
      object('Certificate', is('Ready'), { name: 'other' }),
      object('CertificateRequest', not('Ready'), { owner: ['Certificate', 'web'] }),
    ],
    '',
  ],
  [
    'a kind with checks of its own',
    [
      object('Pod', not('Ready'), { apiVersion: 'v1' }),
      object('Gateway', not('Programmed'), { apiVersion: 'gateway.networking.k8s.io/v1' }),
    ],
    '',
  ],
  [
    'a Gateway of others',
    [object('Gateway', not('Programmed'), { apiVersion: 'a.example/v1' })],
    'Gateway/web Programmed',
  ],
  ['a Job that failed', [object('Job', is('Failed'), { apiVersion: 'batch/v1' })], ''],
  [
    'a pool in conflict',
    [object('CiliumLoadBalancerIPPool', is('cilium.io/PoolConflict'))],
    'CiliumLoadBalancerIPPool/web cilium.io/PoolConflict',
  ],
  [
    'being made',
    [object('Certificate', not('Ready', { reason: 'Pending', lastTransitionTime: '2026-11-29T11:55:00Z' }))],
    '',
  ],
  [
    'a first certificate',
    [object('Certificate', not('Ready', { reason: 'DoesNotExist', lastTransitionTime: '2026-11-29T11:55:00Z' }))],
    '',
  ],
  ['being made for long', [object('Certificate', not('Ready', { reason: 'Pending' }))], 'Certificate/web Ready'],
  ['a word', [object('VirtualServer', {}, { status: { state: 'Invalid' } })], 'VirtualServer/web state'],
  ['a good word', [object('VirtualServer', {}, { status: { state: 'Valid', phase: 'Bound' } })], ''],
  [
    'a word of health',
    [object('Application', {}, { status: { health: { status: 'Degraded' } } })],
    'Application/web health',
  ],
  ['a try that failed', [challenge(waiting)], 'Challenge/web state'],
  ['an answer that is none', [challenge("wrong status code '404', expected '200'")], 'Challenge/web state'],
  ['one that failed a minute after it was made', [challenge(waiting, { made: '2026-11-29T11:59:00Z' })], ''],
  ['one of an hour ago', [challenge(waiting, { made: '2026-11-29T11:00:00Z' })], 'Challenge/web state'],
  ['what only takes its time', [challenge(slow, { made: '2026-11-29T11:40:00Z' })], ''],
  ['what has taken it for long', [challenge(slow, { made: '2026-11-29T09:40:00Z' })], 'Challenge/web state'],
  [
    'whose maker waits for it',
    [
      object('Order', {}, { apiVersion: 'acme.cert-manager.io/v1', status: { state: 'pending' } }),
      challenge(waiting, { owner: ['Order', 'web'] }),
    ],
    'Challenge/web state',
  ],
  [
    'a phase and its message',
    [object('Tunnel', {}, { status: { phase: 'Pending', message: 'dial tcp: connection refused' } })],
    'Tunnel/web phase',
  ],
  [
    'a phase that waits',
    [object('Claim', {}, { status: { phase: 'Pending', message: 'waiting for a consumer' } })],
    '',
  ],
  ['what is done, and tells of before', [challenge(waiting, { status: { state: 'valid', reason: waiting } })], ''],
  ['what ended', [object('Workflow', {}, { status: { phase: 'Failed' } })], ''],
  [
    'a Deployment',
    [object('Deployment', is('ReplicaFailure'), { apiVersion: 'apps/v1' })],
    'Deployment/web ReplicaFailure',
  ],
  ['a rollout that takes its time', [object('Deployment', not('Progressing'), { apiVersion: 'apps/v1' })], ''],
])('%s', (_it, objects, expected) => expect(wrong(...objects)).toBe(expected))

test('keeps what is said, and the Secret', () => {
  const certificate = { ...object('Certificate', not('Ready')), spec: { secretName: 'web-tls' } }
  expect(projectStatuses([certificate], now)).toEqual([
    {
      kind: 'Certificate',
      group: 'cert-manager.io',
      namespace: 'shop',
      name: 'web',
      type: 'Ready',
      state: 'False',
      wrong: true,
      reason: 'R',
      said: 'm',
      age: 3600,
      secret: 'web-tls',
    },
  ])
})

test('ten thousand objects are a bounded number of statuses, and no shape of one is an error', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => object('A', not('Ready'), { name: `a${index}` }))
  expect(projectStatuses(many, now)).toHaveLength(4000)
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      projectStatuses([value, object('A', {}, { status: { conditions: value, ancestors: value } as object })], null)
    }),
  )
})

test('keeps the host of a Challenge', () => {
  const given = { ...challenge(waiting), spec: { dnsName: 'web.example.com' } }
  expect(projectStatuses([given], now)).toMatchObject([
    { type: 'state', reason: 'pending', said: waiting, host: 'web.example.com' },
  ])
})
