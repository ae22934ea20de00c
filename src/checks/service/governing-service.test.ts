import { deployment, pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import type { Workload } from '../../model/workload.ts'
import check from './governing-service.ts'

const set = (serviceName: string | null, about: Partial<Workload> = {}): Workload =>
  deployment('db', 3, { kind: 'StatefulSet', serviceName, ...about })
const headless = (name: string) => service(name, { clusterIP: 'None', selector: { app: 'db' } })

describeCheck(check, [
  {
    it: 'no such Service, and one that is nearly it',
    given: { services: [headless('db-headless'), service('db-ro')], workloads: [set('db-headles')] },
    expect: [
      {
        subject: 'StatefulSet/shop/db',
        severity: 'warning',
        confidence: 'inferred',
        args: { is: 'missing', near: 'db-headless' },
      },
    ],
  },
  {
    it: 'no Service at all',
    given: { services: [], workloads: [set('db')] },
    expect: [{ subject: 'StatefulSet/shop/db', args: { near: 'none', headless: 'none' } }],
  },
  {
    it: 'one of that name elsewhere',
    given: { services: [{ ...headless('db'), namespace: 'other' }], workloads: [set('db')] },
    expect: [{ subject: 'StatefulSet/shop/db', args: { is: 'missing' } }],
  },
  {
    it: 'a Service with an address: CoreDNS names its endpoints all the same',
    given: { services: [service('db')], workloads: [set('db')] },
    expect: [{ subject: 'StatefulSet/shop/db', severity: 'info', args: { is: 'not-headless' }, says: /CoreDNS/ }],
  },
  {
    it: 'the same, and somebody asks about it',
    given: modelOf(
      { services: [service('db')], workloads: [set('db')] },
      {},
      { target: { kind: 'object', object: subject('StatefulSet', 'shop', 'db'), url: null } },
    ),
    expect: [{ subject: 'StatefulSet/shop/db', severity: 'info' }],
  },
  {
    it: 'a Service with an address that selects the pods of another',
    given: { services: [service('db', { selector: { app: 'cache' } })], workloads: [set('db')] },
    expect: [{ subject: 'StatefulSet/shop/db', severity: 'warning', args: { is: 'selects-others' } }],
  },
  {
    it: 'an ExternalName',
    given: {
      services: [service('db', { type: 'ExternalName', clusterIP: null, externalName: 'db.example', selector: null })],
      workloads: [set('db')],
    },
    expect: [{ subject: 'StatefulSet/shop/db', severity: 'warning', args: { is: 'external' } }],
  },
  {
    it: 'a headless Service that selects the pods of another',
    given: {
      services: [service('db', { clusterIP: 'None', selector: { app: 'cache' } })],
      workloads: [set('db')],
    },
    expect: [{ subject: 'StatefulSet/shop/db', args: { is: 'selects-others' }, says: /selector leaves them out/ }],
  },
  {
    it: 'a headless Service without a selector: somebody keeps its endpoints',
    given: {
      services: [service('db', { clusterIP: 'None', selector: null })],
      endpointSlices: [slice('db', [pod('db-0')])],
      workloads: [set('db')],
    },
    expect: 'ok',
  },
  {
    it: 'the same, and slices were not read',
    given: { services: [service('db', { clusterIP: 'None', selector: null })], workloads: [set('db')] },
    expect: 'ok',
  },
  {
    it: 'a headless Service without a selector, and nobody wrote endpoints down',
    given: {
      services: [service('db', { clusterIP: 'None', selector: null })],
      endpointSlices: [slice('web', [pod('web-1')])],
      workloads: [set('db')],
    },
    expect: [
      { subject: 'StatefulSet/shop/db', severity: 'error', args: { is: 'selects-nobody' }, says: /no selector/ },
    ],
  },
  {
    it: 'the same of one pod, whom nobody need look up by its name',
    given: {
      services: [service('db', { clusterIP: 'None', selector: null })],
      endpointSlices: [],
      workloads: [set('db', { desired: 1 })],
    },
    expect: [{ subject: 'StatefulSet/shop/db', severity: 'warning', args: { is: 'selects-nobody' } }],
  },
  {
    it: 'somebody asks about it',
    given: modelOf(
      { services: [], workloads: [set('db')] },
      {},
      { target: { kind: 'object', object: subject('StatefulSet', 'shop', 'db'), url: null } },
    ),
    expect: [{ subject: 'StatefulSet/shop/db', severity: 'error' }],
  },
  { it: 'a headless Service', given: { services: [headless('db')], workloads: [set('db')] }, expect: 'ok' },
  { it: 'it names none', given: { services: [], workloads: [set(null)] }, expect: 'not-applicable' },
  { it: 'it wants no pods', given: { services: [], workloads: [set('db', { desired: 0 })] }, expect: 'not-applicable' },
  { it: 'no StatefulSet', given: { services: [], workloads: [deployment('db', 1)] }, expect: 'not-applicable' },
  {
    it: 'a recording of before',
    given: { services: [], workloads: [deployment('db', 1, { kind: 'StatefulSet' })] },
    expect: 'cannot-tell',
    says: /does not tell/,
  },
  {
    it: 'Services forbidden',
    given: modelOf({ workloads: [set('db')] }, { services: unknown('forbidden', 'list services in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
