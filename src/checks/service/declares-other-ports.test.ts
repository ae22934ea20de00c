import { contacts, repeat, toPod } from '../../../test/build/contacts.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import check from './declares-other-ports.ts'

const labels = { 'app.kubernetes.io/instance': 'shop' }
const api = service('api', { selector: labels, ports: [port({ port: 3000, targetPort: 3000 })] })
const on = (name: string, number: number | null, about: Partial<Pod> = {}) =>
  pod(name, {
    labels: { ...labels, 'pod-template-hash': 'abc12' },
    containers: [container({ ports: number === null ? [] : [{ name: 'p', port: number, protocol: 'TCP' as const }] })],
    ...about,
  })
const api1 = on('api-1', 3000, { ip: '10.2.1.1' })
const db = on('db-0', 5432, { ip: '10.2.1.2', owner: { kind: 'StatefulSet', name: 'db' } })
const found = { subject: 'Service/shop/api', severity: 'warning' as const, confidence: 'possible' as const }

describeCheck(check, [
  {
    it: 'the database of the same release',
    given: { services: [api], pods: [api1, db] },
    expect: [
      {
        ...found,
        args: { bad: 1, of: 2 },
        says: /takes in 1 pod of StatefulSet db, which declares 5432 and not its target port 3000/,
      },
    ],
  },
  {
    it: 'a Service of the release of those that declare nothing, whose selector takes in another release',
    given: {
      services: [
        service('api', {
          selector: { app: 'api' },
          labels,
          ports: [port({ port: 3000, targetPort: 3000 })],
        }),
      ],
      pods: [
        { ...api1, labels: { app: 'api', 'app.kubernetes.io/instance': 'other' } },
        { ...db, labels: { app: 'api', ...labels } },
      ],
    },
    expect: 'ok',
  },
  {
    it: 'a Service of the release of those that declare its port, whose selector takes in another release',
    given: {
      services: [service('api', { selector: { app: 'api' }, labels, ports: [port({ port: 3000, targetPort: 3000 })] })],
      pods: [
        { ...api1, labels: { app: 'api', ...labels } },
        { ...db, labels: { app: 'api', 'app.kubernetes.io/instance': 'other' } },
      ],
    },
    expect: [found],
  },
  {
    it: 'a pod that nothing owns',
    given: { services: [api], pods: [api1, { ...db, owner: null }] },
    expect: [{ ...found, says: /takes in 1 pod \(db-0\), which declares 5432/ }],
  },
  {
    it: 'a worker that declares nothing, and that nobody probes',
    given: { services: [api], pods: [api1, { ...db, containers: [container({ ports: [] })] }] },
    expect: [
      { ...found, says: /takes in 1 pod of StatefulSet db, which declares no port, not even its target port 3000/ },
    ],
  },
  {
    it: 'the pod of a Job, while none of the pods that are meant is ready',
    given: {
      services: [api],
      pods: [
        { ...api1, ready: false },
        { ...db, owner: { kind: 'Job', name: 'migrate' }, containers: [container({ ports: [] })] },
      ],
    },
    expect: [{ ...found, says: /1 pod of Job migrate/ }],
  },
  {
    it: 'it declares nothing, and the kubelet asks there: it listens',
    given: {
      services: [api],
      pods: [api1, { ...db, containers: [container({ ports: [], readinessProbe: 'tcp-socket :3000' })] }],
    },
    expect: 'ok',
  },
  {
    it: 'it declares nothing, behind a headless Service',
    given: {
      services: [{ ...api, clusterIP: 'None' }],
      pods: [api1, { ...db, containers: [container({ ports: [] })] }],
    },
    expect: 'ok',
  },
  {
    it: 'the pod of a Job is over',
    given: {
      services: [api],
      pods: [api1, { ...db, phase: 'Succeeded', containers: [container({ ports: [] })] }],
    },
    expect: 'ok',
  },
  {
    it: 'a copy for trials that declares nothing either: nobody does',
    given: {
      services: [api],
      pods: [
        { ...api1, containers: [container({ ports: [] })] },
        { ...db, containers: [container({ ports: [] })] },
      ],
    },
    expect: 'ok',
  },
  { it: 'nobody declares it: what is declared is no proof', given: { services: [api], pods: [db] }, expect: 'ok' },
  {
    it: 'another pod of the same workload, in the middle of a rollout',
    given: { services: [api], pods: [api1, on('api-2', 9000)] },
    expect: 'ok',
  },
  {
    it: 'it declares the port beside others',
    given: {
      services: [api],
      pods: [
        api1,
        {
          ...db,
          containers: [container({ ports: [5432, 3000].map((it) => ({ name: null, port: it, protocol: 'TCP' })) })],
        },
      ],
    },
    expect: 'ok',
  },
  { it: 'it is not ready', given: { services: [api], pods: [api1, { ...db, ready: false }] }, expect: 'ok' },
  {
    it: 'it was connected to on that port: what it did is known',
    given: {
      services: [api],
      pods: [api1, db],
      contacts: contacts([toPod('api', 'worker-1', db, repeat(4, 'open'), { port: 3000 })]),
    },
    expect: 'ok',
  },
  {
    it: 'the other one was connected to',
    given: {
      services: [api],
      pods: [api1, db],
      contacts: contacts([toPod('api', 'worker-1', api1, repeat(4, 'open'), { port: 3000 })]),
    },
    expect: [found],
  },
  {
    it: 'a target port by name',
    given: { services: [{ ...api, ports: [port({ targetPort: 'p' })] }], pods: [api1, db] },
    expect: 'not-applicable',
  },
  {
    it: 'pods forbidden',
    given: modelOf({ services: [api] }, { pods: unknown('forbidden', 'list pods in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
