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

/** What was sent of a pod and of its container, and what is stored there, in the fields that are looked at. */
interface Fields {
  readonly pod?: Manifest
  readonly container?: Manifest
}
const podWith = ({ pod = {}, container = {} }: Fields): Manifest => ({
  kind: 'Deployment',
  spec: { template: { spec: { ...pod, containers: [{ name: 'web', ...container }] } } },
})
const lines = (sent: Fields, stored: Fields): readonly string[] =>
  differences(podWith(sent), podWith(stored)).map((it) => `${it.sign} ${it.text.replace('spec.template.spec.', '')}`)

describe("the server's own additions to a pod", () => {
  test.each<[Json, Json, Fields]>([
    ['/dev/termination-log', '/tmp/log', { container: { terminationMessagePath: 'it' } }],
    ['File', 'FallbackToLogsOnError', { container: { terminationMessagePolicy: 'it' } }],
    ['Always', 'Never', { container: { imagePullPolicy: 'it' } }],
    ['IfNotPresent', 'never', { container: { imagePullPolicy: 'it' } }],
    ['ClusterFirst', 'Default', { pod: { dnsPolicy: 'it' } }],
    ['Always', 'OnFailure', { pod: { restartPolicy: 'it' } }],
    ['default-scheduler', 'other', { pod: { schedulerName: 'it' } }],
    [30, 31, { pod: { terminationGracePeriodSeconds: 'it' } }],
    ['TCP', 'UDP', { container: { protocol: 'it' } }],
    [1, 2, { container: { timeoutSeconds: 'it' } }],
    [10, 11, { container: { periodSeconds: 'it' } }],
    [1, 2, { container: { successThreshold: 'it' } }],
    [3, 4, { container: { failureThreshold: 'it' } }],
    ['HTTP', 'HTTPS', { container: { scheme: 'it' } }],
    [420, 511, { pod: { defaultMode: 'it' } }],
    ['v1', 'v2', { pod: { apiVersion: 'it' } }],
    ['', 'Directory', { pod: { type: 'it' } }],
    [true, 'yes', { pod: { enableServiceLinks: 'it' } }],
    [false, true, { pod: { hostPID: 'it' } }],
    [0, 7, { pod: { priority: 'it' } }],
    [{}, { runAsUser: 1 }, { pod: { securityContext: 'it' } }],
    [[], ['x'], { pod: { tolerations: 'it' } }],
    [{ a: [null, ''] }, { a: [null, 'x'] }, { pod: { affinity: 'it' } }],
    [null, 'x', { pod: { nodeName: 'it' } }],
  ])('%j is no difference, %j is one: %j', (usual, other, where) => {
    const filled = (value: Json): Fields =>
      JSON.parse(JSON.stringify(where).replace('"it"', JSON.stringify(value))) as Fields
    expect(lines({}, filled(usual))).toEqual([])
    expect(lines({}, filled(other))).toHaveLength(1)
    // What was sent and is gone: no difference where it was as good as nothing.
    const isNothing = ['', false, 0, null].includes(usual as never) || typeof usual === 'object'
    expect(lines(filled(usual), {})).toHaveLength(isNothing ? 0 : 1)
  })

  test.each<[string, Manifest, Manifest, readonly string[]]>([
    ['an old spelling', { serviceAccountName: 'a' }, { serviceAccountName: 'a', serviceAccount: 'a' }, []],
    [
      'another value of it',
      { serviceAccountName: 'a' },
      { serviceAccountName: 'a', serviceAccount: 'b' },
      ['+ serviceAccount: b'],
    ],
    ['it, of a field that is not there', {}, { serviceAccount: 'b' }, ['+ serviceAccount: b']],
    [
      'it, where it was sent',
      { serviceAccountName: 'a', serviceAccount: 'b' },
      { serviceAccountName: 'a', serviceAccount: 'a' },
      ['~ serviceAccount: b -> a'],
    ],
    ['a port of the node', { containerPort: 53 }, { containerPort: 53, hostPort: 53 }, []],
    ['another port of the node', { containerPort: 53 }, { containerPort: 53, hostPort: 54 }, ['+ hostPort: 54']],
    ['a target', { port: 80 }, { port: 80, targetPort: 80 }, []],
    ['another target', { port: 80 }, { port: 80, targetPort: 81 }, ['+ targetPort: 81']],
    ['a field that is called as what every object has', {}, { constructor: 'x' }, ['+ constructor: x']],
  ])('%s', (_what, pod, stored, seen) => expect(lines({ pod }, { pod: stored })).toEqual(seen))
})

describe('amounts are compared as amounts', () => {
  test.each<[Json, Json, boolean]>([
    ['0.5', '500m', true],
    [1, '1000m', true],
    ['128Mi', '134217728', true],
    ['1Gi', '1024Mi', true],
    ['0.5', '501m', false],
    ['128Mi', '129Mi', false],
    ['x', 'y', false],
    ['x', '1', false],
    [['1'], '1', false],
    ['1', ['1'], false],
    ['100m', '900m', false],
    ['100u', '200u', false],
    [{ a: '1' }, '1', false],
  ])('%j and %j: %s', (sent, stored, isSame) => {
    const of = (value: Json): Fields => ({ container: { resources: { limits: { cpu: value } } } })
    expect(lines(of(sent), of(stored)).length === 0).toBe(isSame)
  })
  test('in the fields of amounts alone', () => {
    const of = (field: string, value: Json): Fields => ({ pod: { volume: { [field]: value } } })
    expect(lines(of('sizeLimit', '1Gi'), of('sizeLimit', '1024Mi'))).toEqual([])
    expect(lines(of('averageValue', '1'), of('averageValue', '1000m'))).toEqual([])
    expect(lines(of('medium', '1Gi'), of('medium', '1024Mi'))).toEqual(['~ volume.medium: 1Gi -> 1024Mi'])
  })
})

describe('a line', () => {
  test.each<[string, Json, Json, readonly string[]]>([
    ['a list by another length', ['a'], ['a', 'b'], ['~ args: ["a"] -> ["a","b"]']],
    ['a list of the same length, one by one', ['a', 'b'], ['a', 'c'], ['~ args[1]: b -> c']],
    ['a list that became a word', ['a'], 'a', ['~ args: ["a"] -> a']],
    ['a word that became a list', 'a', ['a'], ['~ args: a -> ["a"]']],
    ['a map that became a word', { a: 1 }, 'a', ['~ args: {"a":1} -> a']],
    ['a word that became a map', 'a', { a: 1 }, ['~ args: a -> {"a":1}']],
    [
      'named things that lost a name',
      [{ name: 'a', v: 1 }, { name: 'b' }],
      [{ name: 'a', v: 1 }, { v: 2 }],
      ['- args[1].name: b', '+ args[1].v: 2'],
    ],
    ['a named thing less', [{ name: 'a' }, { name: 'b' }], [{ name: 'a' }], ['- args[b]: {"name":"b"}']],
    ['a long text, cut', 'a', 'b'.repeat(121), [`~ args: a -> ${'b'.repeat(119)}…`]],
    ['a text that just fits', 'a', 'b'.repeat(120), [`~ args: a -> ${'b'.repeat(120)}`]],
  ])('says %s', (_what, sent, stored, seen) =>
    expect(lines({ pod: { args: sent } }, { pod: { args: stored } })).toEqual(seen),
  )

  test.each<[string, Manifest, readonly string[]]>([
    ["a label of the object's own", { metadata: { labels: { a: 'b' } } }, []],
    ['another count', { spec: { replicas: 3 } }, []],
    ["a label of the pods'", { spec: { template: { metadata: { labels: { a: 'b' } } } } }, ['+ spec.template']],
    ['what is not there at all', { data: { key: 'value' } }, ['+ data']],
    ['bytes', { binaryData: { key: 'value' } }, ['+ binaryData']],
    ['rules', { rules: [{ verbs: ['*'] }] }, ['+ rules']],
    ['subjects', { subjects: [{ kind: 'User' }] }, ['+ subjects']],
    ['a role', { roleRef: { name: 'admin' } }, ['+ roleRef']],
    ['a webhook', { webhooks: [{ url: 'x' }] }, ['+ webhooks']],
    ['who is selected', { spec: { selector: { a: 'b' } } }, ['+ spec.selector']],
    ['a field that begins so', { databases: { a: 'b' } }, []],
  ])('is there for what was added: %s', (_what, added, seen) => {
    const found = differences({ kind: 'Thing', spec: {} }, { kind: 'Thing', spec: {}, ...added })
    expect(found.map((it) => `${it.sign} ${it.text.split(':')[0] ?? ''}`)).toEqual(seen)
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
