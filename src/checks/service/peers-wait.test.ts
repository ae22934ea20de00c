import { expect, test } from 'vitest'
import { container, deployment, notReady, pod } from '../../../test/build/pod.ts'
import { programLog } from '../../../test/build/program-log.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { unknown } from '../../model/known.ts'
import type { Workload } from '../../model/workload.ts'
import check from './peers-wait.ts'
import noReadyEndpoints from './no-ready-endpoints.ts'

const set = (about: Partial<Workload> = {}) =>
  deployment('db', 3, { kind: 'StatefulSet', serviceName: 'db', ready: 0, ...about })
const headless = service('db', { clusterIP: 'None' })
const owner = { kind: 'StatefulSet', name: 'db' }
const waiting = [notReady('db-0', 'containers with unready status', { owner })]

const unhealthy = (said: string) => ({
  namespace: 'shop',
  object: { kind: 'Pod', name: 'db-0' },
  reason: 'Unhealthy',
  said,
  times: 40,
})
const calling = (host: string) =>
  notReady('db-0', 'containers with unready status', {
    owner,
    containers: [container({ name: 'db', ready: false, calls: [{ by: 'PEERS', host, port: 5432 }] })],
  })

const ended = (name: string) =>
  notReady('db-0', 'containers with unready status', {
    owner,
    containers: [
      container({
        name: 'db',
        ready: false,
        waiting: 'CrashLoopBackOff',
        endLookup: { name, server: '10.96.0.10:53', how: 'no such host' },
      }),
    ],
  })
const member = notReady('db-0', 'containers with unready status', {
  owner,
  containers: [container({ ready: false, ports: [{ name: 'routes', port: 6222, protocol: 'TCP' }] })],
})

test('is the cause of the Service that has no ready endpoint, where its members look for each other', () => {
  const roots = (said: string) =>
    diagnose(
      modelOf({
        services: [headless, service('db-read', { selector: { app: 'db' } })],
        workloads: [set()],
        pods: waiting,
        events: [unhealthy(said)],
        endpointSlices: [],
      }),
      { checks: [check, noReadyEndpoints] },
    ).roots.map((it) => `${it.finding.code} ${it.consequences.map((one) => one.code).join(' ')}`.trim())
  expect(roots('lookup db-1.db: no such host')).toEqual(['SVC231 SVC205 SVC205'])
  expect(roots('HTTP probe failed with statuscode: 500')).toEqual(['SVC205', 'SVC205', 'SVC231'])
})

describeCheck(check, [
  {
    it: 'the first runs, is not ready, and has no name',
    given: { services: [headless], workloads: [set()], pods: waiting },
    expect: [{ subject: 'StatefulSet/shop/db', severity: 'info', confidence: 'possible', args: { pods: ['db-0'] } }],
  },
  ...['db-1.db', 'db.shop', 'db-1.db.shop.svc.cluster.local.', 'db.shop.svc.cluster.local'].map((name) => ({
    it: `its probe fails with a name of the Service: ${name}`,
    given: {
      services: [headless],
      workloads: [set()],
      pods: waiting,
      events: [unhealthy(`Readiness probe failed: dial tcp: lookup ${name} on 10.96.0.10:53: no such host`)],
    },
    expect: [
      {
        subject: 'StatefulSet/shop/db',
        severity: 'error' as const,
        confidence: 'inferred' as const,
        args: { sign: 'event' },
        says: /look for each other by names of Service `db`/,
      },
    ],
  })),
  ...['db', 'db.example.com', 'mongo-db', 'web.shop', 'db-1.db.data'].map((name) => ({
    it: `its probe fails, and no name of the Service is in its words: ${name}`,
    given: {
      services: [headless],
      workloads: [set()],
      pods: waiting,
      events: [unhealthy(`Readiness probe failed: lookup ${name}: no such host`)],
    },
    expect: [{ subject: 'StatefulSet/shop/db', severity: 'info' as const, args: { sign: null } }],
  })),
  {
    it: 'the words of another pod',
    given: {
      services: [headless],
      workloads: [set()],
      pods: waiting,
      events: [{ ...unhealthy('lookup db-1.db'), object: { kind: 'Pod', name: 'web-1' } }],
    },
    expect: [{ subject: 'StatefulSet/shop/db', severity: 'info', args: { sign: null } }],
  },
  {
    it: 'its spec tells it to call another member',
    given: { services: [headless], workloads: [set()], pods: [calling('db-1.db')] },
    expect: [
      {
        subject: 'StatefulSet/shop/db',
        severity: 'warning',
        confidence: 'possible',
        args: { sign: 'spec', where: 'PEERS of container db', said: 'db-1.db' },
      },
    ],
  },
  {
    it: 'its spec names the Service itself, as a list of seeds does',
    given: { services: [headless], workloads: [set()], pods: [calling('db')] },
    expect: [{ subject: 'StatefulSet/shop/db', severity: 'warning', args: { sign: 'spec', said: 'db' } }],
  },
  {
    it: 'its spec tells it its own name alone',
    given: { services: [headless], workloads: [set()], pods: [calling('db-0.db')] },
    expect: [{ subject: 'StatefulSet/shop/db', severity: 'info', args: { sign: null } }],
  },
  {
    it: 'they are told to, and they are ready',
    given: {
      services: [headless],
      workloads: [set()],
      pods: [
        pod('db-0', { owner, containers: [container({ calls: [{ by: 'PEERS', host: 'db-1.db', port: 5432 }] })] }),
      ],
    },
    expect: 'ok',
  },
  {
    it: 'its log says that it does not find a member',
    given: {
      services: [headless],
      workloads: [set()],
      pods: waiting,
      programLogs: [
        programLog('db-0', [
          { kind: 'no-host', host: 'db-1.db.shop.svc.cluster.local', port: null, times: 9, during: 3 },
        ]),
      ],
    },
    expect: [
      {
        subject: 'StatefulSet/shop/db',
        severity: 'error',
        confidence: 'inferred',
        args: { sign: 'log' },
        says: /log of db-0: .*lookup db-1\.db/s,
      },
    ],
  },
  {
    it: 'its log says that it does not find somebody else',
    given: {
      services: [headless],
      workloads: [set()],
      pods: waiting,
      programLogs: [programLog('db-0', [{ kind: 'no-host', host: 'pay.example', port: null, times: 9, during: 3 }])],
    },
    expect: [{ subject: 'StatefulSet/shop/db', severity: 'info', args: { sign: null } }],
  },
  {
    it: 'it crashes, as it says for want of the name of another',
    given: { services: [headless], workloads: [set()], pods: [ended('db-1.db')] },
    expect: [
      {
        subject: 'StatefulSet/shop/db',
        severity: 'error',
        confidence: 'inferred',
        says: /lookup db-1\.db: no such host/,
      },
    ],
  },
  {
    it: 'it crashes for want of another name',
    given: { services: [headless], workloads: [set()], pods: [ended('web.pay')] },
    expect: 'ok',
  },
  {
    it: 'it has a port for the other members',
    given: { services: [headless], workloads: [set()], pods: [member] },
    expect: [
      {
        subject: 'StatefulSet/shop/db',
        severity: 'warning',
        confidence: 'possible',
        says: /until one is: its members may wait for each other\.\n.* · they have a port 6222 for each other/s,
      },
    ],
  },
  {
    it: 'it has that port, and no other member',
    given: { services: [headless], workloads: [set({ desired: 1 })], pods: [member] },
    expect: [{ subject: 'StatefulSet/shop/db', severity: 'info', args: { sign: null } }],
  },
  {
    it: 'its spec tells it to call somebody else',
    given: { services: [headless], workloads: [set()], pods: [calling('web.shop')] },
    expect: [{ subject: 'StatefulSet/shop/db', severity: 'info', args: { sign: null } }],
  },
  {
    it: 'one is ready',
    given: { services: [headless], workloads: [set()], pods: [...waiting, pod('db-1', { owner })] },
    expect: 'ok',
  },
  {
    it: 'it crashes: another finding says so',
    given: {
      services: [headless],
      workloads: [set()],
      pods: [notReady('db-0', 'x', { owner, containers: [container({ ready: false, waiting: 'CrashLoopBackOff' })] })],
    },
    expect: 'ok',
  },
  { it: 'no pod yet', given: { services: [headless], workloads: [set()], pods: [] }, expect: 'ok' },
  {
    it: 'names are published all the same',
    given: { services: [{ ...headless, publishNotReadyAddresses: true }], workloads: [set()], pods: waiting },
    expect: 'not-applicable',
  },
  {
    it: 'a Deployment has no names',
    given: { services: [headless], workloads: [deployment('db', 1)], pods: waiting },
    expect: 'not-applicable',
  },
  {
    it: 'pods forbidden',
    given: modelOf({ services: [headless], workloads: [set()] }, { pods: unknown('forbidden', 'list pods') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
