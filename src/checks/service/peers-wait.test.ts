import { container, deployment, notReady, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Workload } from '../../model/workload.ts'
import check from './peers-wait.ts'

const set = (about: Partial<Workload> = {}) =>
  deployment('db', 3, { kind: 'StatefulSet', serviceName: 'db', ready: 0, ...about })
const headless = service('db', { clusterIP: 'None' })
const owner = { kind: 'StatefulSet', name: 'db' }
const waiting = [notReady('db-0', 'containers with unready status', { owner })]

describeCheck(check, [
  {
    it: 'the first runs, is not ready, and has no name',
    given: { services: [headless], workloads: [set()], pods: waiting },
    expect: [{ subject: 'StatefulSet/shop/db', severity: 'info', confidence: 'possible', args: { pods: ['db-0'] } }],
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
