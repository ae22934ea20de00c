import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ourPod } from '../../../test/build/our-pod.ts'
import type { RawObject } from '../../kube/cluster.ts'
import type { PodPlan } from './pod-manifest.ts'
import { deadlineOf, isOurs } from './our-pod.ts'

const run = fc.stringMatching(/^[0-9a-f]{8}$/)
const node = fc.oneof(fc.constantFrom('worker-1', 'ip-10-0-0-1.ec2.internal'), fc.stringMatching(/^[a-z0-9]{1,80}$/))
const about: fc.Arbitrary<Partial<PodPlan>> = fc.record({
  hostNetwork: fc.boolean(),
  tolerateAll: fc.boolean(),
  program: fc.string(),
  deadlineSeconds: fc.integer({ min: 1, max: 9999 }),
})
const specOf = (it: RawObject) => it['spec'] as Readonly<Record<string, unknown>>
const withSpec = (it: RawObject, more: object): RawObject => ({ ...it, spec: { ...specOf(it), ...more } })

describe('a pod of hopscope', () => {
  test('is every one that it makes, with what admission brings in', () => {
    fc.assert(
      fc.property(run, node, about, (id, on, plan) => {
        const made = ourPod(id, on, plan)
        expect(isOurs(made)).toBe(true)
        const meshed = withSpec(made, {
          containers: [{ name: 'istio-proxy', image: 'proxy' }, ...(made.spec['containers'] as object[])],
          volumes: [{ name: 'token', projected: {} }],
          serviceAccountName: 'default',
          nodeName: on,
        })
        expect(isOurs(meshed)).toBe(true)
        // `false` is left out by the API server.
        const { hostNetwork: _, ...stored } = made.spec
        if (plan.hostNetwork !== true) expect(isOurs({ ...made, spec: stored })).toBe(true)
      }),
    )
  })

  const made = ourPod('deadbeef', 'worker-1')
  const [own] = made.spec['containers'] as readonly Readonly<Record<string, unknown>>[]
  const { activeDeadlineSeconds: _, ...endless } = made.spec
  const about1 = { ...made.metadata, annotations: { 'hopscope.dev/about': 'x' } }
  test.each<[string, RawObject]>([
    ['no deadline', { ...made, spec: endless }],
    ['another container', withSpec(made, { containers: [{ ...own, name: 'db' }] })],
    ['a container more', withSpec(made, { containers: [own, { name: 'db', image: 'busybox' }] })],
    ['another command', withSpec(made, { containers: [{ ...own, command: ['sleep', '3600'] }] })],
    ['a command more', withSpec(made, { containers: [{ ...own, command: ['node', '-e', '0', 'x'] }] })],
    ['no specification', withSpec(made, { containers: [{ ...own, env: [] }] })],
    ['one that is none', withSpec(made, { containers: [{ ...own, env: [{ name: 'HOPSCOPE_SPEC', value: 'x' }] }] })],
    ['no container', withSpec(made, { containers: [] })],
    ['a disk', withSpec(made, { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'db' } }] })],
    ['a restart', withSpec(made, { restartPolicy: 'Always' })],
    ['another node', withSpec(made, { affinity: ourPod('deadbeef', 'worker-2').spec['affinity'] })],
    ['any node', withSpec(made, { affinity: undefined })],
    ['a token', withSpec(made, { automountServiceAccountToken: true })],
    ['an owner', { ...made, metadata: { ...made.metadata, ownerReferences: [{ kind: 'Job', name: 'x' }] } }],
    ['one annotation alone', { ...made, metadata: about1 }],
    ['another name', { ...made, metadata: { ...made.metadata, name: 'hopscope-deadbeef-worker-9' } }],
    ['no spec', { metadata: made.metadata }],
  ])('is none with %s', (_, it) => {
    expect(isOurs(made)).toBe(true)
    expect(isOurs(it)).toBe(false)
  })

  test('whatever part of its form is gone, it is not taken for one', () => {
    const needed = Object.keys(made.spec).filter(
      (it) => !['dnsPolicy', 'hostNetwork', 'tolerations', 'securityContext'].includes(it),
    )
    for (const key of needed) {
      const { [key]: _, ...rest } = made.spec
      expect([key, isOurs({ ...made, spec: rest })]).toEqual([key, false])
    }
  })

  test('the deadline is its own', () => {
    expect(deadlineOf(made['spec'])).toBe(120)
    expect([deadlineOf({}), deadlineOf(null), deadlineOf({ activeDeadlineSeconds: '9' })]).toEqual([null, null, null])
  })
})
