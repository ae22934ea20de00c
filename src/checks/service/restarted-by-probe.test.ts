import { container, pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { ObjectEvent } from '../../model/event.ts'
import type { Container, Pod } from '../../model/pod.ts'
import check from './restarted-by-probe.ts'

const { livenessProbe: _none, ...bare } = container({
  name: 'cart',
  livenessProbe: '',
  restarts: 9,
  lastTermination: 'Completed',
  exitCode: 0,
})
const ended = (name: string, about: Partial<Container> = {}, more: Partial<Pod> = {}): Pod =>
  pod(name, {
    containers: [
      container({
        name: 'cart',
        livenessProbe: 'http-get :8080/healthz',
        restarts: 311,
        lastTermination: 'Error',
        exitCode: 137,
        ...about,
      }),
    ],
    ...more,
  })
const fails = (name: string, about: Partial<ObjectEvent> = {}): ObjectEvent => ({
  namespace: 'shop',
  object: { kind: 'Pod', name },
  reason: 'Unhealthy',
  said: 'Liveness probe failed: HTTP probe failed with statuscode: 404',
  times: 933,
  age: 80,
  ...about,
})
const { age: _, ...timeless } = fails('cart-1')
const found = { subject: 'Deployment/shop/cart', confidence: 'inferred' as const }

describeCheck(check, [
  {
    it: 'each pod is ready, and was restarted hundreds of times by a probe that fails still',
    given: { pods: [ended('cart-1'), ended('cart-2')], events: [fails('cart-1'), fails('cart-2')] },
    expect: [
      {
        ...found,
        severity: 'error',
        args: { restarts: 311, of: 2, ready: 2, probe: 'liveness', asks: 'http-get :8080/healthz' },
      },
    ],
  },
  {
    it: 'one of two pods',
    given: { pods: [ended('cart-1'), pod('cart-2')], events: [fails('cart-1')] },
    expect: [{ ...found, severity: 'warning', args: { pods: ['cart-1'], of: 2 } }],
  },
  {
    it: 'a startup probe, and a program that heeds SIGTERM and ends with 0',
    given: {
      pods: [pod('cart-1', { ready: false, containers: [{ ...bare, startupProbe: 'tcp-socket :8080' }] })],
      events: [fails('cart-1', { said: 'Startup probe failed: dial tcp 10.2.1.9:8080: connect: connection refused' })],
    },
    expect: [{ ...found, args: { probe: 'startup', ready: 0 } }],
  },
  {
    it: 'a probe that asks the node',
    given: { pods: [ended('cart-1', { probeHosts: { liveness: 'localhost' } })], events: [fails('cart-1')] },
    expect: [{ ...found, args: { instead: 'asks localhost of the node, not the pod' } }],
  },
  {
    it: 'it failed an hour ago, and is well since',
    given: { pods: [ended('cart-1')], events: [fails('cart-1', { age: 3000 })] },
    expect: 'ok',
  },
  {
    it: 'an Event of no known time',
    given: { pods: [ended('cart-1')], events: [timeless] },
    expect: 'ok',
  },
  { it: 'failed twice', given: { pods: [ended('cart-1')], events: [fails('cart-1', { times: 2 })] }, expect: 'ok' },
  {
    it: 'a readiness probe fails: that restarts nobody',
    given: { pods: [ended('cart-1')], events: [fails('cart-1', { said: 'Readiness probe failed: HTTP 404' })] },
    expect: 'ok',
  },
  {
    it: 'restarted once, before what it needs was there',
    given: { pods: [ended('cart-1', { restarts: 1 })], events: [fails('cart-1')] },
    expect: 'not-applicable',
  },
  {
    it: 'killed for memory, which its limit explains',
    given: { pods: [ended('cart-1', { lastTermination: 'OOMKilled' })], events: [fails('cart-1')] },
    expect: 'not-applicable',
  },
  {
    it: 'without such a probe',
    given: { pods: [pod('cart-1', { containers: [bare] })], events: [fails('cart-1')] },
    expect: 'not-applicable',
  },
  {
    it: 'of another pod',
    given: { pods: [ended('cart-1')], events: [fails('web-1')] },
    expect: 'ok',
  },
  {
    it: 'Events forbidden',
    given: modelOf({ pods: [ended('cart-1')] }, { events: unknown('forbidden', 'list events in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
