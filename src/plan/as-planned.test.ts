import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isObject, type Json, type Manifest, put } from '../manifest/object.ts'
import { apply } from './apply.ts'
import { differences } from './as-planned.ts'
import { apiStore } from '../../test/fakes/api-store.ts'
import { changesOn, closeJournals, planFor, populate, runOf, tempFolder } from '../../test/build/plan-run.ts'
import { undo } from './undo.ts'

const spec: Manifest = {
  hostNetwork: true,
  dnsPolicy: 'Default',
  serviceAccountName: 'cache',
  volumes: [{ name: 'conf', configMap: { name: 'conf' } }],
  containers: [
    {
      name: 'cache',
      image: 'cache:1',
      args: ['-a'],
      ports: [{ containerPort: 53, protocol: 'UDP' }],
      resources: { requests: { cpu: '0.025' } },
      volumeMounts: [{ name: 'conf', mountPath: '/etc', readOnly: false }],
    },
  ],
}
const sent: Manifest = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'cache', labels: { app: 'cache' } },
  spec: { selector: { matchLabels: { app: 'cache' } }, template: { metadata: { labels: { app: 'cache' } }, spec } },
}

/** As the real API server answers (1.33): its defaults, quantities and ports its way. */
const stored: Manifest = {
  ...sent,
  metadata: {
    ...(sent['metadata'] as Manifest),
    uid: 'u',
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: 'now',
    annotations: { 'deprecated.daemonset.template.generation': '1' },
  },
  spec: {
    selector: { matchLabels: { app: 'cache' } },
    revisionHistoryLimit: 10,
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
    template: {
      metadata: { creationTimestamp: null, labels: { app: 'cache' } },
      spec: {
        ...spec,
        serviceAccount: 'cache',
        restartPolicy: 'Always',
        schedulerName: 'default-scheduler',
        securityContext: {},
        terminationGracePeriodSeconds: 30,
        volumes: [{ name: 'conf', configMap: { name: 'conf', defaultMode: 420 } }],
        containers: [
          {
            name: 'cache',
            image: 'cache:1',
            imagePullPolicy: 'IfNotPresent',
            args: ['-a'],
            ports: [{ containerPort: 53, hostPort: 53, protocol: 'UDP' }],
            resources: { requests: { cpu: '25m' } },
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
            volumeMounts: [{ name: 'conf', mountPath: '/etc' }],
          },
        ],
      },
    },
  },
  status: { numberReady: 0 },
}
const container = ['spec', 'template', 'spec', 'containers', 0] as const

describe('what the API server would store', () => {
  test('is as planned with its defaults', () => expect(differences(sent, stored)).toEqual([]))

  test('a Service and a NetworkPolicy with theirs, too', () => {
    const service: Manifest = {
      kind: 'Service',
      spec: { selector: { a: 'b' }, ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] },
    }
    expect(
      differences(service, {
        kind: 'Service',
        spec: {
          selector: { a: 'b' },
          ports: [{ name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 }],
          clusterIP: '10.0.0.1',
          clusterIPs: ['10.0.0.1'],
          type: 'ClusterIP',
          sessionAffinity: 'None',
          ipFamilies: ['IPv4'],
          ipFamilyPolicy: 'SingleStack',
          internalTrafficPolicy: 'Cluster',
        },
      }),
    ).toEqual([])
    const policy: Manifest = { kind: 'NetworkPolicy', spec: { podSelector: {}, egress: [{ ports: [{ port: 53 }] }] } }
    expect(
      differences(policy, {
        kind: 'NetworkPolicy',
        spec: { podSelector: {}, egress: [{ ports: [{ port: 53, protocol: 'TCP' }] }], policyTypes: ['Egress'] },
      }),
    ).toEqual([])
    expect(
      differences(policy, {
        kind: 'NetworkPolicy',
        spec: { podSelector: {}, egress: [{ ports: [{ port: 53 }] }, {}] },
      }),
    ).not.toEqual([])
  })

  test.each([
    [
      'another image',
      [...container, 'image'],
      'evil:1',
      '~ spec.template.spec.containers[cache].image: cache:1 -> evil:1',
    ],
    ['hostPID', ['spec', 'template', 'spec', 'hostPID'], true, '+ spec.template.spec.hostPID: true'],
    [
      'privileged',
      [...container, 'securityContext'],
      { privileged: true },
      '+ spec.template.spec.containers[cache].securityContext: {"privileged":true}',
    ],
    [
      'an environment',
      [...container, 'env'],
      [{ name: 'LD_PRELOAD', value: '/x' }],
      '+ spec.template.spec.containers[cache].env: [{"name":"LD_PRELOAD","value":"/x"}]',
    ],
    [
      'one container more',
      ['spec', 'template', 'spec', 'initContainers'],
      [{ name: 'x', image: 'y' }],
      '+ spec.template.spec.initContainers: [{"image":"y","name":"x"}]',
    ],
    [
      'another default',
      [...container, 'terminationMessagePath'],
      '/etc/passwd',
      '+ spec.template.spec.containers[cache].terminationMessagePath: /etc/passwd',
    ],
    ['what was sent is gone', [...container, 'args'], undefined, '- spec.template.spec.containers[cache].args: ["-a"]'],
  ] as const)('%s is seen', (_name, path, to, line) => {
    expect(differences(sent, put(stored, path, to)).map((it) => `${it.sign} ${it.text}`)).toEqual([line])
  })

  test('any change of anything in the pod is seen', () => {
    const leaves = leavesOf(spec, ['spec', 'template', 'spec'])
    fc.assert(
      fc.property(fc.constantFrom(...leaves), fc.stringMatching(/^[a-z]{8}$/), (path, to) => {
        expect(differences(sent, put(stored, path, to))).not.toEqual([])
      }),
    )
    fc.assert(
      fc.property(
        fc.constantFrom(['spec', 'template', 'spec'], [...container]),
        fc.stringMatching(/^[a-z]{8}$/),
        fc.constantFrom<Json>(true, 'x', 1, ['x'], { a: 1 }),
        (at, key, to) => {
          expect(differences(sent, put(stored, [...at, key], to))).toHaveLength(1)
        },
      ),
    )
  })
})

function leavesOf(value: Json, path: readonly (string | number)[]): readonly (readonly (string | number)[])[] {
  if (Array.isArray(value)) return value.flatMap((it: Json, index) => leavesOf(it, [...path, index]))
  if (isObject(value)) return Object.entries(value).flatMap(([key, it]) => leavesOf(it, [...path, key]))
  return path.at(-1) === 'readOnly' ? [] : [path]
}

describe('apply, with a webhook that mutates', () => {
  const evil = (when: 'always' | 'not dry') => async (): Promise<void> => {
    const store = await apiStore()
    try {
      populate(store)
      const before = store.everything()
      const folder = tempFolder()
      const plan = planFor(changesOn(store), store)
      store.mutate = (object, dry) =>
        object['kind'] === 'DaemonSet' && (when === 'always' || !dry)
          ? put(object, ['spec', 'template', 'spec', 'hostPID'], true)
          : object
      const shown: string[] = []
      const outcome = await apply(
        await runOf(plan, store, folder),
        (differs) => (shown.push(...differs), Promise.resolve(differs.length === 0)),
      )
      if (when === 'always') {
        expect(outcome).toMatchObject({ kind: 'refused', why: 'not confirmed' })
        expect(shown).toEqual(['DaemonSet/shop/cache + spec.template.spec.hostPID: true'])
        expect(store.writes()).toBe(0)
      } else expect(outcome).toMatchObject({ kind: 'stopped', why: expect.stringContaining('hostPID: true') })
      store.mutate = null
      await undo(await runOf(plan, store, folder), { force: false })
      expect(store.everything()).toBe(before)
    } finally {
      await closeJournals()
      await store.close()
    }
  }
  test('shows what it would make of the plan, before anything is written', evil('always'))
  test('stops when it makes something else of the real write than of the dry run', evil('not dry'))
})
