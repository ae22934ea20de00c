import { describe, expect, test } from 'vitest'
import { container, pod } from '../../test/build/pod.ts'
import { service } from '../../test/build/service.ts'
import { known } from '../model/known.ts'
import type { ObjectEvent } from '../model/event.ts'
import type { Container, Pod } from '../model/pod.ts'
import type { Service } from '../model/service.ts'
import { problemsOf } from './pod-problem.ts'

const why = (it: Pod, events: readonly ObjectEvent[] = []): string => problemsOf(known(events))(it).why

const unhealthy = (said: string): ObjectEvent => ({
  namespace: 'shop',
  object: { kind: 'Pod', name: 'cart-1' },
  reason: 'Unhealthy',
  said,
  times: 9,
})

test('which finalizer keeps a pod that is deleted, and for how long', () => {
  const held = (seconds: number | null): Pod =>
    pod('cart-1', { deleting: true, held: { finalizers: ['example.com/drain'], seconds } })
  expect(why(held(3 * 3600 + 5))).toBe('terminating for 3 h: finalizer example.com/drain keeps it')
  expect(why(held(600))).toBe('terminating for 10 min: finalizer example.com/drain keeps it')
  expect(why(held(null))).toBe('terminating: finalizer example.com/drain keeps it')
  expect(why(pod('cart-1', { deleting: true }))).toBe('terminating')
})

test('what the API server refused to a program, as that said at its end', () => {
  const endDenied = {
    account: { namespace: 'shop', name: 'default' },
    verb: 'list' as const,
    resource: 'ingresses',
    group: 'networking.k8s.io',
    namespace: null,
  }
  const crashed = container({
    ready: false,
    waiting: 'CrashLoopBackOff',
    lastTermination: 'Error',
    exitCode: 1,
    restarts: 4,
    endDenied,
  })
  expect(why(pod('cart-1', { ready: false, containers: [crashed] }))).toBe(
    'CrashLoopBackOff in container app, last exit Error (1); at its end it said that service account shop/default may ' +
      'not list ingresses.networking.k8s.io in the whole cluster',
  )
})

test('a page that the environment puts elsewhere, where the probe is answered 404', () => {
  const pages = { base: { by: 'SERVER_SERVLET_CONTEXT_PATH', path: '/api' } }
  const it = pod('api-1', {
    ready: false,
    containers: [container({ ready: false, readinessProbe: 'http-get :8080/health', pages })],
  })
  const event = (said: string): ObjectEvent => ({
    namespace: 'shop',
    object: { kind: 'Pod', name: 'api-1' },
    reason: 'Unhealthy',
    said: `Readiness probe failed: ${said}`,
    times: 9,
  })
  expect(why(it, [event('HTTP probe failed with statuscode: 404')])).toMatch(
    /; SERVER_SERVLET_CONTEXT_PATH puts its pages below \/api$/,
  )
  expect(why(it, [event('HTTP probe failed with statuscode: 500')])).not.toMatch(/CONTEXT_PATH/)
})

test('of a claim that a pod waits for, what the volume controller says', () => {
  const it = pod('postgres-0', {
    node: null,
    phase: 'Pending',
    ready: false,
    scheduling: 'unbound PersistentVolumeClaims',
  })
  const event = (name: string): ObjectEvent => ({
    namespace: 'shop',
    object: { kind: 'PersistentVolumeClaim', name },
    reason: 'ProvisioningFailed',
    said: 'storageclass.storage.k8s.io "fast" not found',
    times: 12,
  })
  expect(why(it, [event('data-postgres-0')])).toMatch(/; of its claim data-postgres-0 an Event says “storageclass/)
  expect(why(it, [event('data-other-0')])).not.toMatch(/of its claim/)
})

const said = (reason: string, text: string): ObjectEvent => ({
  namespace: 'shop',
  object: { kind: 'Pod', name: 'cart-1' },
  reason,
  said: text,
  times: 31,
})

describe('an image that is not pulled', () => {
  const waits = (more: Partial<Container> = {}): Pod =>
    pod('cart-1', {
      ready: false,
      phase: 'Pending',
      containers: [
        container({
          image: 'r.io/cart:2',
          ready: false,
          waiting: 'ImagePullBackOff',
          message: 'Back-off pulling image "r.io/cart:2"',
          ...more,
        }),
      ],
    })
  const failed = said('Failed', 'Failed to pull image "r.io/cart:2": failed to resolve reference: 401 Unauthorized')
  const secret = said(
    'FailedToRetrieveImagePullSecret',
    'Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.',
  )

  test('is told by the Event of its pull, and by that of a pull secret that is not there', () => {
    expect(why(waits(), [said('Failed', 'Error: ImagePullBackOff'), failed, secret])).toBe(
      'ImagePullBackOff in container app: an Event says “Failed to pull image "r.io/cart:2": failed to resolve ' +
        'reference: 401 Unauthorized”; an Event says “Unable to retrieve some image pull secrets (regcred)”',
    )
  })

  test('is told by its status where that says why, or no Event is of this image', () => {
    const message = 'Back-off pulling image "r.io/cart:2": ErrImagePull: not found'
    expect(why(waits({ message }), [failed])).toBe(`ImagePullBackOff in container app: “${message}”`)
    expect(why(waits({ image: 'r.io/other:1' }), [failed])).toMatch(/: “Back-off pulling image/)
    expect(why(waits())).toMatch(/: “Back-off pulling image/)
  })

  test('keeps the end of a long error, which says what is wrong', () => {
    const message = `rpc error: code = NotFound desc = failed to pull and unpack image "${'r'.repeat(200)}": not found`
    expect(why(waits({ waiting: 'ErrImagePull', message }))).toMatch(/: not found”$/)
  })
})

describe('a program that never ran', () => {
  const crashed = (more: Partial<Container>) =>
    pod('cart-1', {
      ready: false,
      containers: [
        container({ ready: false, waiting: 'CrashLoopBackOff', lastTermination: 'StartError', restarts: 9, ...more }),
      ],
    })

  test('is named, has no log, and is one word where its command is no list', () => {
    const { why: told, look } = problemsOf(known([]))(crashed({ endStart: 'no-program', endProgram: 'npm start' }))
    expect(told).toMatch(/none as its command names \(npm start\), which is one word with a blank in it/)
    expect(look).toEqual({ at: 'describe' })
  })

  test('is told as before where nobody names it', () => {
    expect(why(crashed({ endStart: 'no-program' }))).toMatch(/as its command names$/)
    expect(why(crashed({ endStart: 'no-workdir', endProgram: 'x' }))).toMatch(/no such workingDir, or/)
  })
})

describe('a readiness probe by a command', () => {
  const probed = pod('search-1', {
    ready: false,
    containers: [
      container({ ready: false, readinessProbe: 'exec', readinessAsks: [{ host: 'search.shop.svc', port: 9200 }] }),
    ],
  })

  test('that printed nothing is not quoted', () => {
    expect(
      why(probed, [{ ...said('Unhealthy', 'Readiness probe failed: '), object: { kind: 'Pod', name: 'search-1' } }]),
    ).toBe('readiness probe of app fails (exec): it printed nothing')
  })

  test('that asks its own Service waits for itself, unless that gives out pods that are not ready', () => {
    const own = service('search')
    const told = (it: Service) => problemsOf(known([]), { empty: [it] })(probed).why
    expect(told(own)).toMatch(/asks its own Service search, which leads to no pod until that probe succeeds/)
    expect(told({ ...own, publishNotReadyAddresses: true })).toBe('readiness probe of app fails (exec)')
    expect(told({ ...own, selector: { app: 'other' } })).toBe('readiness probe of app fails (exec)')
    expect(told({ ...own, namespace: 'data' })).toBe('readiness probe of app fails (exec)')
  })
})

test.each([
  '. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
  '. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
  '. still not schedulable, preemption: not eligible due to preemptionPolicy=Never..',
  '. no new claims to deallocate',
  '',
])("the scheduler's sentence ends before what else it tried: %s", (more) => {
  const count = "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector"
  expect(why(pod('cart-1', { node: null, phase: 'Pending', ready: false, scheduling: `${count}${more}` }))).toBe(
    `not scheduled: “${count}”`,
  )
})

test("the scheduler's sentence is told whole", () => {
  const scheduling =
    '0/9 nodes are available: 2 Insufficient cpu, 2 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }, ' +
    "2 node(s) didn't match Pod's node affinity/selector, 3 node(s) had volume node affinity conflict"
  expect(why(pod('cart-1', { node: null, phase: 'Pending', ready: false, scheduling }))).toBe(
    `not scheduled: “${scheduling}”`,
  )
})

test('a readiness gate in the words of whoever is to set it', () => {
  const gated = (about: Partial<Pod>): Pod => pod('cart-1', { ready: false, gates: ['lb/a'], ...about })
  expect(
    why(gated({ gateWords: [{ gate: 'lb/a', said: 'Failed: Health checks failed with these codes: [404]' }] })),
  ).toBe('readiness gate lb/a is not true: “Failed: Health checks failed with these codes: [404]”')
  expect(why(gated({ gates: ['lb/a', 'lb/b'], gateWords: [{ gate: 'lb/b', said: 'Waiting' }] }))).toBe(
    'readiness gate lb/a, lb/b is not true of lb/b: “Waiting”',
  )
  expect(why(gated({}))).toBe('readiness gate lb/a is not true')
})

test('a probe that was not asked yet has not failed', () => {
  const waits = container({
    ready: false,
    readinessProbe: 'http-get :8080/healthz',
    unasked: { probe: 'readiness', delay: 3600 },
  })
  const waiting = pod('cart-1', { ready: false, containers: [waits] })
  expect(why(waiting)).toBe(
    'readiness probe was not asked yet: its initialDelaySeconds is 3600 (http-get :8080/healthz)',
  )
  expect(why(waiting, [unhealthy('Readiness probe failed: connection refused')])).toMatch(/fails .*connection refused/)
})

test('what the words of a failed probe come to', () => {
  const asked = container({ ready: false, readinessProbe: 'http-get :8080/', hostList: 'DJANGO_ALLOWED_HOSTS' })
  const its = pod('cart-1', { ready: false, containers: [asked] })
  expect(why(its, [unhealthy('Readiness probe failed: HTTP probe failed with statuscode: 400')])).toMatch(
    /DJANGO_ALLOWED_HOSTS may leave out/,
  )
  expect(why(its, [unhealthy('Readiness probe failed: malformed HTTP response "\\x15\\x03"')])).toMatch(
    /scheme: HTTPS$/,
  )
})
