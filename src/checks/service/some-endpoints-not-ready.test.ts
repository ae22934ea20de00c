import { describeCheck } from '../../../test/describe-check.ts'
import { completed, container, deployment, notReady, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import check from './some-endpoints-not-ready.ts'

const services = [service('cart')]

describeCheck(check, [
  {
    it: 'one of two',
    given: { services, pods: [pod('cart-1'), notReady('cart-2', 'ContainersNotReady')] },
    expect: [{ subject: 'Service/shop/cart', severity: 'info', args: { ready: 1, of: 2, notReady: 1 } }],
  },
  {
    it: 'one of two starts again and again: no rollout',
    given: {
      services,
      pods: [
        pod('cart-1'),
        notReady('cart-2', 'ContainersNotReady', {
          containers: [container({ ready: false, waiting: 'CrashLoopBackOff', restarts: 57 })],
        }),
      ],
    },
    expect: [{ subject: 'Service/shop/cart', severity: 'warning', args: { stuck: 1 } }],
  },
  {
    it: 'a new one does, and the Deployment has all the pods that it wants',
    given: {
      services,
      pods: [
        pod('cart-1'),
        notReady('cart-2', 'ContainersNotReady', {
          containers: [container({ ready: false, waiting: 'CrashLoopBackOff', restarts: 57 })],
        }),
      ],
      workloads: [
        deployment('cart', 1),
        deployment('cart-abc12', 1, {
          kind: 'ReplicaSet',
          owner: { kind: 'Deployment', name: 'cart' },
        }),
      ],
    },
    expect: [{ subject: 'Service/shop/cart', severity: 'info', args: { stuck: 1 } }],
  },
  {
    it: 'the rollout of its Deployment has timed out, and old pods serve',
    given: {
      services,
      pods: [pod('cart-1'), notReady('cart-2', 'ContainersNotReady')],
      workloads: [deployment('cart', 2, { timedOut: 'ReplicaSet "cart-abc12" has timed out progressing.' })],
    },
    expect: [
      {
        subject: 'Service/shop/cart',
        severity: 'warning',
        says: /is not ready, and the rollout of Deployment cart has timed out: /,
        args: { timedOut: 'cart' },
      },
    ],
  },
  {
    it: 'the rollout of another Deployment has timed out',
    given: {
      services,
      pods: [pod('cart-1'), notReady('cart-2', 'ContainersNotReady')],
      workloads: [deployment('cart', 2), deployment('web', 2, { timedOut: 'timed out' })],
    },
    expect: [{ subject: 'Service/shop/cart', severity: 'info', args: { timedOut: null } }],
  },
  {
    it: 'one of two, with what its probe was answered',
    given: {
      services,
      pods: [
        pod('cart-1'),
        pod('cart-2', {
          ready: false,
          containers: [container({ ready: false, readinessProbe: 'http-get :8080/ready' })],
        }),
      ],
      events: [
        {
          namespace: 'shop',
          object: { kind: 'Pod', name: 'cart-2' },
          reason: 'Unhealthy',
          said: 'Readiness probe failed: HTTP probe failed with statuscode: 404',
          times: 9,
        },
      ],
    },
    expect: [
      {
        subject: 'Service/shop/cart',
        args: {
          why: 'readiness probe of app fails (http-get :8080/ready): an Event says “HTTP probe failed with statuscode: 404”',
        },
      },
    ],
  },
  {
    it: 'one of two, and published: connections come to it',
    given: {
      services: [service('cart', { publishNotReadyAddresses: true })],
      pods: [pod('cart-1'), notReady('cart-2', 'ContainersNotReady')],
    },
    expect: [{ subject: 'Service/shop/cart', severity: 'warning', args: { published: 1, notReady: 1 } }],
  },
  {
    it: 'published, and without an address yet',
    given: {
      services: [service('cart', { publishNotReadyAddresses: true })],
      pods: [pod('cart-1'), pod('cart-2', { ready: false, ip: null })],
    },
    expect: [{ subject: 'Service/shop/cart', severity: 'info', args: { published: 0 } }],
  },
  {
    it: 'published by a headless Service, for its peers',
    given: {
      services: [service('cart', { clusterIP: 'None', publishNotReadyAddresses: true })],
      pods: [pod('cart-1'), notReady('cart-2', 'ContainersNotReady')],
    },
    expect: [{ subject: 'Service/shop/cart', severity: 'info', args: { published: 0, givenOut: true } }],
  },
  {
    it: 'none is ready, and published all the same',
    given: {
      services: [service('cart', { publishNotReadyAddresses: true })],
      pods: [notReady('cart-1', 'ContainersNotReady'), notReady('cart-2', 'ContainersNotReady')],
    },
    expect: [{ subject: 'Service/shop/cart', severity: 'warning', args: { published: 2, ready: 0, of: 2 } }],
  },
  {
    it: 'none is ready, and a headless Service names them for its peers',
    given: {
      services: [service('cart', { clusterIP: 'None', publishNotReadyAddresses: true })],
      pods: [notReady('cart-1', 'ContainersNotReady')],
    },
    expect: 'ok',
  },
  { it: 'all ready', given: { services, pods: [pod('cart-1'), pod('cart-2')] }, expect: 'ok' },
  {
    it: 'a completed Job is no missing pod',
    given: { services, pods: [pod('cart-1'), completed('cart-job')] },
    expect: 'ok',
  },
  {
    it: 'nor is a pod on its way out',
    given: { services, pods: [pod('cart-1'), pod('cart-2', { deleting: true, ready: false })] },
    expect: 'ok',
  },
  { it: 'none ready is another check', given: { services, pods: [notReady('cart-2', 'x')] }, expect: 'ok' },
  { it: 'no selector', given: { services: [service('cart', { selector: null })], pods: [] }, expect: 'not-applicable' },
  { it: 'pods that could not be read', given: { services }, expect: 'cannot-tell' },
])
