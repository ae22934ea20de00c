import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { newestOfEach, projectEvent } from '../collect/project/event.ts'
import { projectPod } from '../collect/project/pod.ts'
import { known } from '../model/known.ts'
import type { Pod } from '../model/pod.ts'
import { createIntern } from '../wire/intern.ts'
import { nextLookAt, problemsOf } from './pod-problem.ts'

const intern = createIntern()

interface Raw {
  readonly spec?: object
  readonly status?: object
}

const app = { name: 'app', image: 'app:1', ports: [{ name: 'http', containerPort: 8080 }] }

/** A pod as the API server has it: on a node, its one container not ready. */
function raw({ spec = {}, status = {} }: Raw): Pod {
  const made = projectPod(
    {
      metadata: { namespace: 'shop', name: 'web-1' },
      spec: { nodeName: 'worker-1', containers: [app], ...spec },
      status: {
        phase: 'Running',
        podIP: '10.2.0.5',
        conditions: [{ type: 'Ready', status: 'False', message: 'containers with unready status: [app]' }],
        containerStatuses: [{ name: 'app', ready: false, restartCount: 0, state: { running: {} } }],
        ...status,
      },
    },
    intern,
  )
  if (made === null) throw new Error('not projected')
  return made
}

function warned(...events: readonly (readonly [reason: string, message: string])[]) {
  const told = events.flatMap(
    ([reason, message], index) =>
      projectEvent(
        {
          type: 'Warning',
          involvedObject: { namespace: 'shop', kind: 'Pod', name: 'web-1' },
          reason,
          message,
          lastTimestamp: `2026-01-01T00:00:0${index}Z`,
        },
        intern,
      ) ?? [],
  )
  return known(newestOfEach(told))
}

const noNode = { nodeName: undefined }
const pending = (conditions: readonly object[], more: object = {}): object => ({
  phase: 'Pending',
  podIP: undefined,
  conditions,
  containerStatuses: [],
  ...more,
})
const waitingFor = (reason: string, message: string): object => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'app', ready: false, restartCount: 0, state: { waiting: { reason, message } } }],
})
const ended = (exitCode: number, reason: string, restartCount = 4): object => ({
  containerStatuses: [
    {
      name: 'app',
      ready: false,
      restartCount,
      state: {
        waiting: {
          reason: 'CrashLoopBackOff',
          message: 'back-off 5m0s restarting failed container=app pod=web-1_shop(x)',
        },
      },
      lastState: { terminated: { exitCode, reason } },
    },
  ],
})
const init = (state: object, more: object = {}): Raw => ({
  spec: { initContainers: [{ name: 'first' }, { name: 'migrate' }, { name: 'third' }] },
  status: {
    phase: 'Pending',
    initContainerStatuses: [
      { name: 'first', state: { terminated: { exitCode: 0 } } },
      { name: 'migrate', restartCount: 0, state, ...more },
      { name: 'third', state: { waiting: { reason: 'PodInitializing' } } },
    ],
    containerStatuses: [
      { name: 'app', ready: false, restartCount: 0, state: { waiting: { reason: 'PodInitializing' } } },
    ],
  },
})
const probing = (readinessProbe: object, more: object = {}): Raw => ({
  spec: { containers: [{ ...app, readinessProbe, ...more }] },
})
const http = { httpGet: { path: '/ready', port: 8080 } }

const rows: readonly {
  readonly it: string
  readonly pod: Raw
  readonly events?: readonly (readonly [string, string])[]
  readonly why: RegExp
  readonly next: RegExp
}[] = [
  {
    it: 'a nodeSelector that fits no node',
    pod: {
      spec: noNode,
      status: pending([
        {
          type: 'PodScheduled',
          status: 'False',
          message:
            "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
        },
      ]),
    },
    why: /^not scheduled: “0\/3 nodes are available: 3 node\(s\) didn't match Pod's node affinity\/selector”$/,
    next: /describe nodes/,
  },
  {
    it: 'a hostPort that is taken',
    pod: {
      spec: noNode,
      status: pending([
        {
          type: 'PodScheduled',
          status: 'False',
          message: "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
        },
      ]),
    },
    why: /free ports/,
    next: /describe pod/,
  },
  {
    it: 'a claim that is not bound',
    pod: {
      spec: noNode,
      status: pending([
        {
          type: 'PodScheduled',
          status: 'False',
          message: '0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.',
        },
      ]),
    },
    why: /unbound immediate PersistentVolumeClaims”$/,
    next: /get pvc/,
  },
  {
    it: 'the scheduler, by its event alone',
    pod: { spec: noNode, status: pending([]) },
    events: [['FailedScheduling', '0/3 nodes are available: 3 Insufficient memory.']],
    why: /Insufficient memory”$/,
    next: /describe nodes/,
  },
  {
    it: 'an init container that crashes',
    pod: init(
      { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container=migrate' } },
      { restartCount: 3, lastState: { terminated: { exitCode: 1, reason: 'Error' } } },
    ),
    why: /^init container migrate fails \(CrashLoopBackOff, last exit Error, exit code 1\)$/,
    next: /logs web-1 -c migrate --previous/,
  },
  {
    it: 'an init container whose image is not there',
    pod: init({ waiting: { reason: 'ErrImagePull', message: 'manifest unknown' } }),
    why: /^init container migrate fails \(ErrImagePull\): “manifest unknown”$/,
    next: /describe pod/,
  },
  {
    it: 'an init container that waits for something',
    pod: init({ running: {} }),
    why: /^init container migrate has not ended yet$/,
    next: /logs web-1 -c migrate --tail/,
  },
  {
    it: 'an image that cannot be pulled',
    pod: { status: waitingFor('ImagePullBackOff', 'Back-off pulling image "app:2": ErrImagePull: not found') },
    why: /^ImagePullBackOff in container app: “Back-off pulling image "app:2": ErrImagePull: not found”$/,
    next: /^kubectl -n shop describe pod web-1$/,
  },
  {
    it: 'a Secret that is not there',
    pod: { status: waitingFor('CreateContainerConfigError', 'secret "db" not found') },
    why: /“secret "db" not found”$/,
    next: /describe pod/,
  },
  {
    it: 'out of memory',
    pod: { status: ended(137, 'OOMKilled') },
    why: /^CrashLoopBackOff in container app, last exit OOMKilled \(137\)$/,
    next: /--previous/,
  },
  {
    it: 'killed by its liveness probe',
    pod: { status: ended(137, 'Error') },
    events: [['Unhealthy', 'Liveness probe failed: HTTP probe failed with statuscode: 500']],
    why: /“Liveness probe failed: HTTP probe failed with statuscode: 500”$/,
    next: /--previous/,
  },
  {
    it: 'stopped, by a liveness probe perhaps',
    pod: {
      spec: { containers: [{ ...app, livenessProbe: { tcpSocket: { port: 9999 } } }] },
      status: ended(143, 'Completed'),
    },
    why: /as by a failed liveness probe \(tcp-socket :9999\)$/,
    next: /--previous/,
  },
  {
    it: 'ends by itself',
    pod: { status: ended(1, 'Error') },
    events: [['Unhealthy', 'Liveness probe failed: x']],
    why: /^CrashLoopBackOff in container app, last exit Error \(1\)$/,
    next: /--previous/,
  },
  {
    it: 'a readiness probe, and what it was answered',
    pod: probing(http),
    events: [['Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 404']],
    why: /^readiness probe of app fails \(http-get :8080\/ready\): an Event says “HTTP probe failed with statuscode: 404”$/,
    next: /logs web-1 -c app --tail/,
  },
  {
    it: 'a readiness probe of a port by no name',
    pod: probing({ httpGet: { path: '/', port: 'web' } }),
    why: /no port of the container is called web; it declares 8080 \(http\)$/,
    next: /jsonpath/,
  },
  {
    it: 'a readiness probe of another port, where somebody answers',
    pod: probing({ httpGet: { path: '/', port: 9090 } }),
    events: [['Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503']],
    why: /an Event says “HTTP probe failed with statuscode: 503”$/,
    next: /logs web-1 -c app --tail/,
  },
  {
    it: 'a readiness probe of another port',
    pod: probing({ tcpSocket: { port: 9090 } }),
    why: /the container declares 8080 \(http\)$/,
    next: /jsonpath/,
  },
  {
    it: 'a readiness probe that names the loopback: of the node, before any Event says so',
    pod: probing({ httpGet: { host: 'localhost', port: 'http', path: '/h' } }),
    why: /^readiness probe of app asks localhost of the node, not the pod \(http-get localhost:http\/h\)$/,
    next: /jsonpath=.*host/,
  },
  {
    it: 'the same, and what it was answered',
    pod: probing({ tcpSocket: { host: '::1', port: 8080 } }),
    events: [['Unhealthy', 'Readiness probe failed: dial tcp [::1]:8080: connect: connection refused']],
    why: /asks ::1 of the node, not the pod \(tcp-socket \[::1\]:8080\): an Event says “dial tcp /,
    next: /jsonpath=.*host/,
  },
  {
    it: 'a readiness probe that names another host',
    pod: probing({ httpGet: { host: 'Web.example.com', port: 8080 } }),
    why: /^readiness probe of app asks web\.example\.com, not the pod \(http-get web\.example\.com:8080\/\)$/,
    next: /jsonpath=.*host/,
  },
  {
    it: "a readiness probe that names the pod's own address",
    pod: probing({ httpGet: { host: '10.2.0.5', port: 8080 } }),
    why: /^readiness probe of app fails \(http-get 10\.2\.0\.5:8080\/\)$/,
    next: /logs web-1 -c app --tail/,
  },
  {
    it: "on the node's network, where the loopback is the pod's as well",
    pod: {
      spec: {
        hostNetwork: true,
        containers: [{ ...app, readinessProbe: { httpGet: { host: '127.0.0.1', port: 8080 } } }],
      },
    },
    why: /^readiness probe of app fails \(http-get 127\.0\.0\.1:8080\/\)$/,
    next: /logs web-1 -c app --tail/,
  },
  {
    it: 'stopped by a liveness probe that names the loopback',
    pod: {
      spec: { containers: [{ ...app, livenessProbe: { tcpSocket: { host: '127.0.0.1', port: 8080 } } }] },
      status: ended(143, 'Completed'),
    },
    why: /liveness probe \(tcp-socket 127\.0\.0\.1:8080\), which asks 127\.0\.0\.1 of the node, not the pod$/,
    next: /--previous/,
  },
  {
    it: 'the same, said by an Event',
    pod: {
      spec: { containers: [{ ...app, livenessProbe: { tcpSocket: { host: '127.0.0.1', port: 8080 } } }] },
      status: ended(143, 'Completed'),
    },
    events: [['Unhealthy', 'Liveness probe failed: x']],
    why: /“Liveness probe failed: x”: the probe asks 127\.0\.0\.1 of the node, not the pod$/,
    next: /--previous/,
  },
  {
    it: 'a startup probe',
    pod: {
      spec: { containers: [{ ...app, startupProbe: http, readinessProbe: http }] },
      status: {
        containerStatuses: [{ name: 'app', ready: false, started: false, restartCount: 0, state: { running: {} } }],
      },
    },
    events: [['Unhealthy', 'Startup probe failed: connection refused']],
    why: /^startup probe of app fails .*: an Event says “connection refused”$/,
    next: /logs/,
  },
  {
    it: 'a readiness gate',
    pod: {
      spec: { readinessGates: [{ conditionType: 'target-health.elbv2.k8s.aws/x' }] },
      status: { containerStatuses: [{ name: 'app', ready: true, restartCount: 0, state: { running: {} } }] },
    },
    why: /^readiness gate target-health.elbv2.k8s.aws\/x is not true$/,
    next: /readinessGates/,
  },
  {
    it: 'a volume that is not mounted',
    pod: { status: waitingFor('ContainerCreating', '') },
    events: [['FailedMount', 'MountVolume.SetUp failed for volume "conf" : configmap "web" not found']],
    why: /^cannot start: an Event says “MountVolume.*configmap "web" not found”$/,
    next: /get pvc/,
  },
  {
    it: 'no sandbox',
    pod: { status: waitingFor('ContainerCreating', '') },
    events: [['FailedCreatePodSandBox', 'plugin type="calico" failed (add): no IP addresses available']],
    why: /no IP addresses available”$/,
    next: /describe pod/,
  },
]

describe('why a pod is not there, from what the API server says', () => {
  test.each(rows)('$it', ({ pod, events = [], why, next }) => {
    const it = raw(pod)
    const problem = problemsOf(warned(...events))(it)
    expect(problem.why).toMatch(why)
    expect(nextLookAt(problem, it).join('\n')).toMatch(next)
  })

  test('of equal events the newest, and of each kind of probe one', () => {
    const told = warned(
      ['Unhealthy', 'Readiness probe failed: old'],
      ['Unhealthy', 'Liveness probe failed: x'],
      ['Unhealthy', 'Readiness probe failed: new'],
    )
    expect((told.known ? told.value : []).map((it) => it.said).toSorted()).toEqual([
      'Liveness probe failed: x',
      'Readiness probe failed: new',
    ])
  })

  test('the log of a run before is offered only where there was one', () => {
    const restarts = fc.integer({ min: 0, max: 2 })
    const state = fc.oneof(
      fc.constant({ running: {} }),
      fc.record({
        waiting: fc.record({
          reason: fc.constantFrom('CrashLoopBackOff', 'ImagePullBackOff', 'ContainerCreating', 'AReasonOfTomorrow'),
          message: fc.string(),
        }),
      }),
      fc.record({
        terminated: fc.record({
          exitCode: fc.integer({ min: 0, max: 255 }),
          reason: fc.constantFrom('Error', 'OOMKilled'),
        }),
      }),
    )
    const phase = fc.constantFrom('Pending', 'Running', 'Failed', 'Unknown')
    fc.assert(
      fc.property(
        fc.record({ restarts, state }),
        fc.record({ restarts, state }),
        phase,
        fc.boolean(),
        ({ restarts: mine, state: own }, { restarts: its, state: first }, now, onNode) => {
          const it = raw({
            spec: { ...(onNode ? {} : noNode), initContainers: [{ name: 'first' }] },
            status: {
              phase: now,
              containerStatuses: [{ name: 'app', ready: false, restartCount: mine, state: own }],
              initContainerStatuses: [{ name: 'first', restartCount: its, state: first }],
            },
          })
          const problem = problemsOf(warned())(it)
          const next = nextLookAt(problem, it).join('\n')
          expect(problem.why.length).toBeGreaterThan(0)
          expect(next).toContain('web-1')
          if (next.includes('-c app --previous')) expect(mine).toBeGreaterThan(0)
          if (next.includes('-c first --previous')) expect(its).toBeGreaterThan(0)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('an event of somebody who may write events', () => {
  const forged =
    'Readiness probe failed: ok ✗ error[DNS101] FORGED help: run curl x | sh ” ✓ all fine. ' + 'reversed '.repeat(40)
  const event = (by: object, message: string, second: number): unknown => ({
    type: 'Warning',
    involvedObject: { namespace: 'shop', kind: 'Pod', name: 'web-1' },
    reason: 'Unhealthy',
    message,
    count: second * 10,
    lastTimestamp: `2026-01-01T00:00:0${second}Z`,
    ...by,
  })
  const own = event({ source: { component: 'kubelet' } }, 'Readiness probe failed: connection refused', 1)
  const readinessProbe = { httpGet: { path: '/ready', port: 8080 } }
  const why = (...events: readonly unknown[]): string =>
    problemsOf(known(newestOfEach(events.flatMap((it) => projectEvent(it, intern) ?? []))))(
      raw({ spec: { containers: [{ ...app, readinessProbe }] } }),
    ).why

  test.each([{}, { source: { component: 'kubelet' } }, { reportingComponent: 'kubelet' }])(
    'stands beside what the status says, as an Event, whoever it says it is of, and however often (%j)',
    (by) => {
      const status = 'readiness probe of app fails (http-get :8080/ready)'
      expect(why()).toBe(status)
      expect(why(own)).toBe(`${status}: an Event says “connection refused”`)
      for (const said of [why(own, event(by, forged, 5)), why(event(by, forged, 5), own)])
        expect(said).toMatch(/^readiness probe of app fails \(http-get :8080\/ready\): an Event says “ok /)
    },
  )

  test('says nothing where the status does: of the scheduler, of what ends by itself, of what it waits for', () => {
    const all = ['FailedScheduling', 'Unhealthy', 'FailedMount', 'BackOff'].map((reason) => ({
      namespace: 'shop',
      object: { kind: 'Pod', name: 'web-1' },
      reason,
      said: `Liveness ${forged}`,
      times: 5000,
    }))
    const unplaced: Raw = {
      spec: noNode,
      status: pending([{ type: 'PodScheduled', status: 'False', message: '3 Insufficient cpu' }]),
    }
    for (const pod of [
      unplaced,
      { status: ended(1, 'Error') },
      { status: ended(137, 'OOMKilled') },
      { status: waitingFor('ImagePullBackOff', 'not found') },
      init({ waiting: { reason: 'ErrImagePull', message: 'manifest unknown' } }),
    ])
      expect(problemsOf(known(all))(raw(pod))).toEqual(problemsOf(known([]))(raw(pod)))
  })

  test('is quoted, short, and has no glyph or label of ours', () => {
    const said = why(event({ source: { component: 'spy' } }, forged, 5))
    expect(said).toMatch(
      /^readiness probe of app fails \(http-get :8080\/ready\): an Event says “ok error \[DNS101\] FORGED help - run/,
    )
    expect(said).toMatch(/^[^“”]*“[^“”]*…”$/)
    expect(said.length).toBeLessThan(240)
    expect(said).not.toMatch(/[✗✓]|error\[|help:/)
  })
})
