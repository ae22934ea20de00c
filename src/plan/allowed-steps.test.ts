import { describe, expect, test } from 'vitest'
import { subject } from '../model/subject.ts'
import { type Manifest, put } from '../manifest/object.ts'
import { notOf } from './allowed.ts'
import { apiVersionOf, resourceOf } from './kinds.ts'
import type { Plan, Step } from './plan.ts'

/* What each remedy may write, and what stands right beside it. */

const namespaced = 'shop'

/** Every field that a remedy touches or must not: one shape for all kinds. */
function object(kind: string, name = 'web'): Manifest {
  return {
    apiVersion: apiVersionOf(resourceOf(kind)),
    kind,
    metadata: { name, namespace: namespaced, labels: { app: 'web' } },
    data: { Corefile: '.:53 {' },
    spec: {
      replicas: 1,
      selector: { app: 'web' },
      ports: [{ port: 53 }],
      template: { spec: { containers: [{ name: 'web', args: ['-a'] }, { name: 'side' }], volumes: [{ name: 'a' }] } },
    },
  }
}

const base = (kind: string, name: string) => ({
  resource: resourceOf(kind),
  object: subject(kind, namespaced, name),
  say: null,
})
const before = (object: Manifest) => ({ uid: 'u', resourceVersion: '1', object })
const creates = (kind: string, name: string, after = object(kind, name)): Step => ({
  ...base(kind, name),
  verb: 'create',
  before: null,
  after,
  inverse: { verb: 'delete' },
})
const deletes = (kind: string, name: string, was = object(kind, name)): Step => ({
  ...base(kind, name),
  verb: 'delete',
  before: before(was),
  after: null,
  inverse: { verb: 'create' },
})
const replaces = (kind: string, name: string, after: Manifest, was = object(kind, name)): Step => ({
  ...base(kind, name),
  verb: 'replace',
  before: before(was),
  after,
  inverse: { verb: 'restore' },
})
type Path = readonly (string | number)[]
const changes = (kind: string, name: string, ...path: Path): Step =>
  replaces(kind, name, put(object(kind, name), path, 'other'))

const of = (remedy: string, ...steps: readonly Step[]): string | null => notOf({ remedy, steps } as unknown as Plan)

const pod: Path = ['spec', 'template', 'spec']
const container: Path = [...pod, 'containers', 0]

test.each<[remedy: string, what: string, step: Step]>([
  ['corefile-edit', 'the Corefile', changes('ConfigMap', 'coredns', 'data', 'Corefile')],
  ['dns-service', 'the ports', changes('Service', 'kube-dns', 'spec', 'ports', 0, 'port')],
  ['dns-service', 'the traffic policy', changes('Service', 'kube-dns', 'spec', 'internalTrafficPolicy')],
  ['enough-coredns', 'the count', changes('Deployment', 'coredns', 'spec', 'replicas')],
  ['enough-coredns', 'resources', changes('Deployment', 'coredns', ...container, 'resources', 'requests', 'cpu')],
  ['enough-coredns', 'the spread', changes('Deployment', 'coredns', ...pod, 'topologySpreadConstraints')],
  ['enough-coredns', 'affinity', changes('Deployment', 'coredns', ...pod, 'affinity')],
  ['enough-coredns', 'a budget', creates('PodDisruptionBudget', 'coredns')],
  ['node-local-dns', 'its account', creates('ServiceAccount', 'node-local-dns')],
  ['node-local-dns', 'its Corefile', creates('ConfigMap', 'node-local-dns')],
  ['node-local-dns', 'its pods', creates('DaemonSet', 'node-local-dns')],
  ['node-local-dns', 'its Service', creates('Service', 'node-local-dns')],
  ['node-local-dns', 'the Service above it', creates('Service', 'kube-dns-upstream')],
  ['node-local-dns', 'a policy', creates('NetworkPolicy', 'any')],
  ['node-local-dns', "a policy's rules", changes('NetworkPolicy', 'any', 'spec', 'egress')],
  ['pod-dns', 'dnsPolicy', changes('Deployment', 'web', ...pod, 'dnsPolicy')],
  ['pod-dns', 'dnsConfig', changes('DaemonSet', 'web', ...pod, 'dnsConfig', 'nameservers')],
  ['pod-dns', 'dnsConfig of a set', changes('StatefulSet', 'web', ...pod, 'dnsConfig')],
  ['policy-allow-dns', 'a policy', creates('NetworkPolicy', 'web-allow-dns')],
  ['replace-dns-pod', 'a pod', deletes('Pod', 'coredns-x')],
  ['resolver-options', 'options', changes('Deployment', 'web', ...pod, 'dnsConfig', 'options')],
  ['service-selector', 'the selector', changes('Service', 'web', 'spec', 'selector', 'app')],
  ['scale-coredns', 'the count', changes('Deployment', 'coredns', 'spec', 'replicas')],
  ['weave-tc', 'a container', changes('DaemonSet', 'weave-net', ...container, 'image')],
  ['weave-tc', 'a volume', changes('DaemonSet', 'weave-net', ...pod, 'volumes', 0, 'hostPath')],
  ['pod-dns', 'what is no field', replaces('Deployment', 'web', put(object('Deployment'), ['spec', 'paused'], null))],
  ['pod-dns', 'nothing', replaces('Deployment', 'web', object('Deployment'))],
])('%s writes %s', (remedy, _what, step) => expect(of(remedy, step)).toBeNull())

const deployment = object('Deployment')
const never = (path: string, object = 'Deployment web'): string => `its remedy never changes ${path} of ${object}`

test.each<[remedy: string, what: string, step: Step, why: string]>([
  [
    'corefile-edit',
    'labels',
    changes('ConfigMap', 'web', 'metadata', 'labels', 'app'),
    never('metadata.labels.app', 'ConfigMap web'),
  ],
  [
    'dns-service',
    'selector',
    changes('Service', 'web', 'spec', 'selector', 'app'),
    never('spec.selector.app', 'Service web'),
  ],
  [
    'dns-service',
    'another field that begins so',
    changes('Service', 'web', 'spec', 'portsx'),
    never('spec.portsx', 'Service web'),
  ],
  [
    'enough-coredns',
    "a container's image",
    changes('Deployment', 'web', ...container, 'image'),
    never('spec.template.spec.containers[web].image'),
  ],
  [
    'scale-coredns',
    'another field that begins so',
    changes('Deployment', 'web', 'spec', 'replicasx'),
    never('spec.replicasx'),
  ],
  ['pod-dns', 'hostPID', changes('Deployment', 'web', ...pod, 'hostPID'), never('spec.template.spec.hostPID')],
  [
    'pod-dns',
    'an argument',
    changes('Deployment', 'web', ...container, 'args', 0),
    never('spec.template.spec.containers[web].args'),
  ],
  [
    'pod-dns',
    'a name',
    changes('Deployment', 'web', ...pod, 'containers', 1, 'name'),
    never('spec.template.spec.containers[side].name'),
  ],
  [
    'pod-dns',
    'a container that has no name',
    replaces('Deployment', 'web', put(deployment, [...pod, 'containers'], [{}])),
    never('spec.template.spec.containers'),
  ],
  [
    'pod-dns',
    'all containers',
    replaces('Deployment', 'web', put(deployment, [...pod, 'containers'], 'x')),
    never('spec.template.spec.containers'),
  ],
  [
    'pod-dns',
    'a container more',
    replaces(
      'Deployment',
      'web',
      put(deployment, [...pod, 'containers'], [{ name: 'web', args: ['-a'] }, { name: 'side' }, { name: 'more' }]),
    ),
    never('spec.template.spec.containers[more].name'),
  ],
  [
    'pod-dns',
    'a field less',
    replaces('Deployment', 'web', put(deployment, ['spec', 'replicas'], undefined)),
    never('spec.replicas'),
  ],
  [
    'resolver-options',
    'dnsPolicy',
    changes('Deployment', 'web', ...pod, 'dnsPolicy'),
    never('spec.template.spec.dnsPolicy'),
  ],
  [
    'service-selector',
    'ports',
    changes('Service', 'web', 'spec', 'ports', 0, 'port'),
    never('spec.ports', 'Service web'),
  ],
])('%s never changes %s', (remedy, _what, step, why) => expect(of(remedy, step)).toBe(why))

test.each<[remedy: string, step: Step, why: string]>([
  ['scale-coredns', creates('Deployment', 'web'), 'create Deployment web'],
  ['scale-coredns', deletes('Deployment', 'web'), 'delete Deployment web'],
  ['scale-coredns', changes('StatefulSet', 'web', 'spec', 'replicas'), 'replace StatefulSet web'],
  ['node-local-dns', creates('Service', 'kube-dns'), 'create Service kube-dns'],
  ['node-local-dns', creates('DaemonSet', 'my-node-local-dns'), 'create DaemonSet my-node-local-dns'],
  ['node-local-dns', deletes('NetworkPolicy', 'any'), 'delete NetworkPolicy any'],
  ['policy-allow-dns', creates('NetworkPolicy', 'web-allow-dns-all'), 'create NetworkPolicy web-allow-dns-all'],
  ['weave-tc', changes('DaemonSet', 'weave-net-2', ...container, 'image'), 'replace DaemonSet weave-net-2'],
  ['replace-dns-pod', creates('Pod', 'web'), 'create Pod web'],
  // No remedy offers it, and no resource type stands behind it: refused in words, not a crash.
  [
    'pod-dns',
    { ...changes('Deployment', 'web', ...pod, 'dnsPolicy'), object: subject('ReplicaSet', namespaced, 'web') },
    'replace ReplicaSet web',
  ],
])('%s never does: %o', (remedy, step, what) => expect(of(remedy, step)).toBe(`its remedy never does this: ${what}`))

describe('what a step says is what it writes', () => {
  const scale = changes('Deployment', 'web', 'spec', 'replicas')
  const { resource } = scale
  test.each<[string, Step['resource'], string]>([
    ['group', { ...resource, group: 'extensions' }, 'deployments'],
    ['version', { ...resource, version: 'v1beta1' }, 'deployments'],
    ['plural', { ...resource, plural: 'daemonsets' }, 'daemonsets'],
    ['scope', { ...resource, namespaced: false }, 'deployments'],
  ])('its %s', (_what, other, plural) =>
    expect(of('scale-coredns', { ...scale, resource: other })).toBe(`it says Deployment web, and writes ${plural}`),
  )

  const inside = object('PodDisruptionBudget', 'web')
  test.each<[string, Manifest, string]>([
    ['kind', { ...inside, kind: 'Role' }, 'a Role'],
    ['API version', { ...inside, apiVersion: 'v1' }, 'a PodDisruptionBudget'],
    ['name', put(inside, ['metadata', 'name'], 'other'), 'other of shop'],
    ['namespace', put(inside, ['metadata', 'namespace'], 'kube-system'), 'web of kube-system'],
    ['no metadata', put(inside, ['metadata'], undefined), ' of '],
  ])('its %s, of what it makes', (_what, after, holds) =>
    expect(of('enough-coredns', creates('PodDisruptionBudget', 'web', after))).toBe(
      `it says PodDisruptionBudget web, and holds ${holds}`,
    ),
  )
  test('and of what it says was there', () => {
    const was = put(object('Pod'), ['metadata', 'name'], 'other')
    expect(of('replace-dns-pod', deletes('Pod', 'web', was))).toBe('it says Pod web, and holds other of shop')
  })
})

test('one step of many is enough', () => {
  const good = deletes('Pod', 'web')
  expect(of('replace-dns-pod', good, good)).toBeNull()
  expect(of('replace-dns-pod', good, creates('Pod', 'web'))).toBe('its remedy never does this: create Pod web')
  expect(of('nothing', good)).toBe('no remedy is called nothing')
  expect(of('replace-dns-pod')).toBeNull()
})
