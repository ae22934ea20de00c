import { expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { node } from '../../../test/build/node.ts'
import { completed, container, deployment, notReady, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { linesOf } from '../../../test/build/troubles.ts'
import { modelOf } from '../../../test/describe-check.ts'
import type { ObjectEvent } from '../../model/event.ts'
import type { Container, Pod } from '../../model/pod.ts'
import type { Scope, Sources } from '../../model/sources.ts'
import { nodeTroubles, podTroubles, workloadTroubles } from './states.ts'

const dns = clusterDns()
const waits = (waiting: string, about: Partial<Pod> = {}): Pod =>
  notReady('web-1', 'containers with unready status: [app]', {
    containers: [container({ ready: false, waiting }), container({ name: 'side' })],
    ...about,
  })
const crashes = (about: Partial<Container>): Pod =>
  waits('CrashLoopBackOff', {
    containers: [container({ ready: false, ...about }), container({ name: 'side' })],
  })
const event = (reason: string, said: string): ObjectEvent => ({
  namespace: 'shop',
  object: { kind: 'Pod', name: 'web-1' },
  reason,
  said,
  times: 3,
})
const onDns: Partial<Scope> = { target: { kind: 'dns' } }
const init = { name: 'migrate', message: null, exitCode: 1, last: null, restarts: 2 }

type Row = readonly [it: string, given: Partial<Sources>, scope: Partial<Scope>, expected: readonly string[]]

test.each<Row>([
  ['nothing is known', {}, {}, []],
  [
    'all run, one is done, one goes',
    { pods: [pod('web-1'), completed('job-1'), waits('CrashLoopBackOff', { deleting: true })] },
    {},
    [],
  ],
  [
    'a container that crashes',
    { pods: [waits('CrashLoopBackOff')], services: [service('web'), service('cart')] },
    {},
    [
      'nuisance of pods: not-as-declared, 1 of 2',
      'Pod/shop/web-1: container app in its status: CrashLoopBackOff in container app',
      'with Pod/shop/web-1 Deployment/shop/web Service/shop/web Node/worker-1',
      'keys no-endpoints:shop/web pods-unready:Deployment/shop/web pod-stuck:shop/web-1 node-down:worker-1',
      'next kubectl -n shop describe pod web-1',
    ],
  ],
  ...(['Error', 'OOMKilled'] as const).map((last): Row => [
    `one that crashes, in the moment that it runs again (${last}): twice is crashing`,
    { pods: [crashes({ restarts: 2, lastTermination: last, exitCode: 1 })] },
    {},
    [
      'nuisance of pods: not-as-declared, 1 of 2',
      `Pod/shop/web-1: container app in its status: crashes (2 restarts) in container app, last exit ${last} (1)`,
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1',
      'keys pods-unready:Deployment/shop/web pod-stuck:shop/web-1 node-down:worker-1',
      'next kubectl -n shop describe pod web-1',
      'next kubectl -n shop logs web-1 -c app --previous --tail=50',
    ],
  ]),
  ...(
    [
      ['once may be of its way up', { restarts: 1, lastTermination: 'Error', exitCode: 1 }],
      ['it ended well', { restarts: 2, lastTermination: 'Completed', exitCode: 0 }],
      ['it has not ended', { restarts: 2 }],
    ] as const
  ).map(([it, about]): Row => [
    it,
    { pods: [crashes(about)] },
    {},
    [
      'sign of pods: not-as-declared, 1 of 2',
      'Pod/shop/web-1: its Ready condition in its status: not ready: “containers with unready status: [app]”',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1',
      'keys pods-unready:Deployment/shop/web pod-stuck:shop/web-1 node-down:worker-1',
      'next kubectl -n shop describe pod web-1',
    ],
  ]),
  ['it is ready again', { pods: [pod('web-1', { containers: [container({ restarts: 9, exitCode: 1 })] })] }, {}, []],
  [
    'two Services lead to it',
    { pods: [waits('CrashLoopBackOff')], services: [service('web'), service('old', { selector: { app: 'web' } })] },
    {},
    [
      'nuisance of pods: not-as-declared, 1 of 2',
      'Pod/shop/web-1: container app in its status: CrashLoopBackOff in container app',
      'with Pod/shop/web-1 Deployment/shop/web Service/shop/web Service/shop/old Node/worker-1',
      'keys no-endpoints:shop/web no-endpoints:shop/old pods-unready:Deployment/shop/web pod-stuck:shop/web-1 node-down:worker-1',
      'next kubectl -n shop describe pod web-1',
    ],
  ],
  [
    'it is on its way',
    { pods: [waits('ContainerCreating'), waits('PodInitializing', { name: 'web-2' })] },
    {},
    [
      'sign of pods: not-as-declared, 1 of 2',
      'Pod/shop/web-1: its Ready condition in its status: not ready: “containers with unready status: [app]”',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1',
      'keys pods-unready:Deployment/shop/web pod-stuck:shop/web-1 node-down:worker-1',
      'next kubectl -n shop describe pod web-1',
      'sign of pods: not-as-declared, 1 of 2',
      'Pod/shop/web-2: its Ready condition in its status: not ready: “containers with unready status: [app]”',
      'with Pod/shop/web-2 Deployment/shop/web Node/worker-1',
      'keys pods-unready:Deployment/shop/web pod-stuck:shop/web-2 node-down:worker-1',
      'next kubectl -n shop describe pod web-2',
    ],
  ],
  ['it is on its way, in a phase of its own', { pods: [waits('ContainerCreating', { phase: 'Pending' })] }, {}, []],
  [
    'it runs and is not ready',
    { pods: [notReady('web-1', 'containers with unready status: [app]')] },
    {},
    [
      'sign of pods: not-as-declared, 1 of 1',
      'Pod/shop/web-1: its Ready condition in its status: not ready: “containers with unready status: [app]”',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1',
      'keys pods-unready:Deployment/shop/web pod-stuck:shop/web-1 node-down:worker-1',
      'next kubectl -n shop describe pod web-1',
    ],
  ],
  [
    'no node takes it',
    { pods: [notReady('web-1', '0/3 nodes are available', { phase: 'Pending', node: null, ip: null })] },
    {},
    [
      'sign of pods: not-as-declared, 1 of 1',
      'Pod/shop/web-1: its Ready condition in its status: not scheduled: “0/3 nodes are available”',
      'with Pod/shop/web-1 Deployment/shop/web',
      'keys pods-unready:Deployment/shop/web pod-stuck:shop/web-1',
      'next kubectl -n shop describe pod web-1',
      'next kubectl describe nodes   # taints, labels, what is allocated',
    ],
  ],
  [
    'an init container fails',
    { pods: [waits('PodInitializing', { phase: 'Pending', init: { ...init, waiting: 'CrashLoopBackOff' } })] },
    {},
    [
      'nuisance of pods: not-as-declared, 1 of 2',
      'Pod/shop/web-1: init container migrate in its status: init container migrate fails (CrashLoopBackOff, exit code 1)',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1',
      'keys pods-unready:Deployment/shop/web pod-stuck:shop/web-1 node-down:worker-1',
      'next kubectl -n shop describe pod web-1',
      'next kubectl -n shop logs web-1 -c migrate --previous --tail=50',
    ],
  ],
  [
    'an init container runs',
    { pods: [waits('PodInitializing', { phase: 'Pending', init: { ...init, exitCode: null, waiting: null } })] },
    {},
    [],
  ],
  [
    'it cannot start',
    { pods: [waits('ContainerCreating', { phase: 'Pending' })], events: [event('FailedMount', 'no such Secret')] },
    {},
    [
      'nuisance of pods: not-as-declared, 1 of 2',
      'Pod/shop/web-1: its Ready condition in its status: cannot start: an Event says “no such Secret”',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1',
      'keys pods-unready:Deployment/shop/web pod-stuck:shop/web-1 node-down:worker-1',
      'next kubectl -n shop describe pod web-1',
      'next kubectl -n shop get pvc',
    ],
  ],
  [
    'two containers are stuck',
    {
      pods: [
        waits('x', {
          containers: [
            container({ ready: false, waiting: 'ErrImagePull' }),
            container({ name: 'side', ready: false, waiting: 'AReasonOfTomorrow' }),
            container({ name: 'ok' }),
          ],
        }),
      ],
    },
    {},
    [
      'nuisance of pods: not-as-declared, 2 of 3',
      'Pod/shop/web-1: container app, side in its status: ErrImagePull in container app',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1',
      'keys pods-unready:Deployment/shop/web pod-stuck:shop/web-1 node-down:worker-1',
      'next kubectl -n shop describe pod web-1',
    ],
  ],
  [
    'a new release that never starts, and the old pods are as many as wanted',
    {
      pods: [
        waits('x', {
          labels: { app: 'web', 'pod-template-hash': 'abc12' },
          containers: [container({ ready: false, waiting: 'ErrImagePull' })],
        }),
      ],
      services: [service('web')],
      workloads: [
        {
          kind: 'Deployment',
          namespace: 'shop',
          name: 'web',
          owner: null,
          desired: 2,
          ready: 2,
          templateLabels: { app: 'web' },
        },
      ],
    },
    {},
    [
      'sign of pods: not-as-declared, 1 of 1',
      'Pod/shop/web-1: container app in its status: ErrImagePull in container app',
      'with Pod/shop/web-1 Deployment/shop/web Service/shop/web Node/worker-1',
      'keys no-endpoints:shop/web pods-unready:Deployment/shop/web pod-stuck:shop/web-1 node-down:worker-1',
      'next kubectl -n shop describe pod web-1',
    ],
  ],
  [
    'it is one of those that are counted as ready, and crashes',
    {
      pods: [pod('web-1', { containers: [container({ ready: false, waiting: 'CrashLoopBackOff', restarts: 900 })] })],
      services: [service('web')],
      workloads: [deployment('web', 1)],
    },
    {},
    [
      'nuisance of pods: not-as-declared, 1 of 1',
      'Pod/shop/web-1: container app in its status: CrashLoopBackOff in container app',
      'with Pod/shop/web-1 Deployment/shop/web Service/shop/web Node/worker-1',
      'keys no-endpoints:shop/web pods-unready:Deployment/shop/web pod-stuck:shop/web-1 node-down:worker-1',
      'next kubectl -n shop describe pod web-1',
      'next kubectl -n shop logs web-1 -c app --previous --tail=50',
    ],
  ],
  [
    'the same, and one is lacking',
    {
      pods: [
        waits('x', {
          labels: { app: 'web', 'pod-template-hash': 'abc12' },
          containers: [container({ ready: false, waiting: 'ErrImagePull' })],
        }),
      ],
      services: [service('web')],
      workloads: [
        {
          kind: 'Deployment',
          namespace: 'shop',
          name: 'web',
          owner: null,
          desired: 2,
          ready: 1,
          templateLabels: { app: 'web' },
        },
      ],
    },
    {},
    [
      'nuisance of pods: not-as-declared, 1 of 1',
      'Pod/shop/web-1: container app in its status: ErrImagePull in container app',
      'with Pod/shop/web-1 Deployment/shop/web Service/shop/web Node/worker-1',
      'keys no-endpoints:shop/web pods-unready:Deployment/shop/web pod-stuck:shop/web-1 node-down:worker-1',
      'next kubectl -n shop describe pod web-1',
    ],
  ],
  [
    'it has no containers yet',
    { pods: [notReady('web-1', 'not yet', { containers: [] })] },
    {},
    [
      'sign of pods: not-as-declared, 1 of 1',
      'Pod/shop/web-1: its Ready condition in its status: not ready: “not yet”',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1',
      'keys pods-unready:Deployment/shop/web pod-stuck:shop/web-1 node-down:worker-1',
      'next kubectl -n shop describe pod web-1',
    ],
  ],
  [
    'a DNS server, whoever asks about what',
    {
      clusterDns: { ...dns, pods: dns.pods.map((it) => ({ ...it, ready: false })) },
      pods: [waits('CrashLoopBackOff')],
    },
    onDns,
    [
      'sign of pods: not-as-declared, 1 of 1',
      'Pod/kube-system/coredns-0: its Ready condition in its status: not ready, reason unknown',
      'with Pod/kube-system/coredns-0 ReplicaSet/kube-system/coredns-abc12 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns Node/worker-1',
      'keys pods-unready:ReplicaSet/kube-system/coredns-abc12 pod-stuck:kube-system/coredns-0 node-down:worker-1 dns-servers-down dns-server-crash',
      'next kubectl -n kube-system describe pod coredns-0',
      'sign of pods: not-as-declared, 1 of 1',
      'Pod/kube-system/coredns-1: its Ready condition in its status: not ready, reason unknown',
      'with Pod/kube-system/coredns-1 ReplicaSet/kube-system/coredns-abc12 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns Node/worker-2',
      'keys pods-unready:ReplicaSet/kube-system/coredns-abc12 pod-stuck:kube-system/coredns-1 node-down:worker-2 dns-servers-down dns-server-crash',
      'next kubectl -n kube-system describe pod coredns-1',
    ],
  ],
  [
    'a DNS server that is among the pods as well is told once',
    { clusterDns: dns, pods: dns.pods.map((it) => ({ ...it, ready: false })) },
    {},
    [
      'sign of pods: not-as-declared, 1 of 1',
      'Pod/kube-system/coredns-0: its Ready condition in its status: not ready, reason unknown',
      'with Pod/kube-system/coredns-0 ReplicaSet/kube-system/coredns-abc12 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns Node/worker-1',
      'keys pods-unready:ReplicaSet/kube-system/coredns-abc12 pod-stuck:kube-system/coredns-0 node-down:worker-1 dns-servers-down dns-server-crash',
      'next kubectl -n kube-system describe pod coredns-0',
      'sign of pods: not-as-declared, 1 of 1',
      'Pod/kube-system/coredns-1: its Ready condition in its status: not ready, reason unknown',
      'with Pod/kube-system/coredns-1 ReplicaSet/kube-system/coredns-abc12 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns Node/worker-2',
      'keys pods-unready:ReplicaSet/kube-system/coredns-abc12 pod-stuck:kube-system/coredns-1 node-down:worker-2 dns-servers-down dns-server-crash',
      'next kubectl -n kube-system describe pod coredns-1',
    ],
  ],
  [
    'a cache of a node',
    {
      clusterDns: { ...dns, nodeCaches: [{ ...waits('CrashLoopBackOff'), namespace: 'kube-system', name: 'cache-1' }] },
    },
    {},
    [
      'nuisance of pods: not-as-declared, 1 of 2',
      'Pod/kube-system/cache-1: container app in its status: CrashLoopBackOff in container app',
      'with Pod/kube-system/cache-1 Deployment/kube-system/web Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns Node/worker-1',
      'keys pods-unready:Deployment/kube-system/web pod-stuck:kube-system/cache-1 node-down:worker-1 dns-servers-down dns-server-crash',
      'next kubectl -n kube-system describe pod cache-1',
    ],
  ],
])('pods: %s', (_it, given, scope, expected) => {
  expect(podTroubles(modelOf(given, {}, scope)).flatMap(linesOf)).toEqual(expected)
})

const refused = 'pods "late-1" is forbidden: exceeded quota: small'
const late = deployment('late', 2, { ready: 0, refused, templateLabels: { app: 'late' } })
const fed = [
  service('late'),
  service('late', { namespace: 'other' }),
  service('cart'),
  service('none', { selector: null }),
]

test.each<Row>([
  ['nothing is known', {}, {}, []],
  ['all ready', { workloads: [deployment('web', 2)] }, {}, []],
  [
    'a quota keeps it from making pods',
    { workloads: [late], services: fed },
    {},
    [
      'nuisance of workloads: not-as-declared, 1 of 1',
      'Deployment/shop/late: its pods in its status: makes no pods: “pods "late-1" is forbidden: exceeded quota: small”',
      'with Deployment/shop/late Service/shop/late',
      'keys no-endpoints:shop/late',
      'next kubectl -n shop describe deployment late',
      'next kubectl -n shop get events --field-selector reason=FailedCreate',
    ],
  ],
  [
    'Services are not known',
    { workloads: [late] },
    {},
    [
      'nuisance of workloads: not-as-declared, 1 of 1',
      'Deployment/shop/late: its pods in its status: makes no pods: “pods "late-1" is forbidden: exceeded quota: small”',
      'with Deployment/shop/late',
      'keys ',
      'next kubectl -n shop describe deployment late',
      'next kubectl -n shop get events --field-selector reason=FailedCreate',
    ],
  ],
  ['who asks about DNS alone hears nothing', { workloads: [late] }, onDns, []],
  [
    'an event says it of one that has too few',
    {
      workloads: [deployment('web', 2, { ready: 1 })],
      events: [{ ...event('FailedCreate', refused), object: { kind: 'Deployment', name: 'web' } }],
    },
    {},
    [
      'nuisance of workloads: not-as-declared, 1 of 1',
      'Deployment/shop/web: its pods in its status: makes no pods: an Event says “pods "late-1" is forbidden: exceeded quota: small”',
      'with Deployment/shop/web',
      'keys ',
      'next kubectl -n shop describe deployment web',
      'next kubectl -n shop get events --field-selector reason=FailedCreate',
    ],
  ],
  [
    'an event says it of one that has all',
    {
      workloads: [deployment('web', 2)],
      events: [{ ...event('FailedCreate', refused), object: { kind: 'Deployment', name: 'web' } }],
    },
    {},
    [],
  ],
])('workloads: %s', (_it, given, scope, expected) => {
  expect(workloadTroubles(modelOf(given, {}, scope)).flatMap(linesOf)).toEqual(expected)
})

test.each<Row>([
  ['nothing is known', {}, {}, []],
  [
    'one is ready, one is not, of one nobody hears',
    {
      nodes: [
        node('worker-1'),
        node('worker-2', { ready: 'False', readyMessage: 'container runtime is down' }),
        node('worker-3', { ready: 'Unknown', readyMessage: null }),
      ],
    },
    {},
    [
      'nuisance of nodes: not-as-declared, 1 of 1',
      'Node/worker-2: its Ready condition in its status: Ready is False: “container runtime is down”',
      'with Node/worker-2',
      'keys node-down:worker-2 dns-loss:node/worker-2',
      'nuisance of nodes: not-as-declared, 1 of 1',
      'Node/worker-3: its Ready condition in its status: Ready is Unknown',
      'with Node/worker-3',
      'keys node-down:worker-3 dns-loss:node/worker-3',
    ],
  ],
])('nodes: %s', (_it, given, scope, expected) => {
  expect(nodeTroubles(modelOf(given, {}, scope)).flatMap(linesOf)).toEqual(expected)
})
