import { contacts } from '../../../test/build/contacts.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { DirectContact } from '../../model/contacts.ts'
import { unknown } from '../../model/known.ts'
import check from './port-name-two-numbers.ts'

const services = [service('catalog', { selector: { app: 'catalog' }, ports: [port({ port: 80, targetPort: 'http' })] })]
const of = (name: string, ports: Readonly<Record<string, number>>, about: Parameters<typeof pod>[1] = {}) =>
  pod(name, {
    labels: { app: 'catalog', version: name.slice(8, 10) },
    containers: [
      container({
        name: 'app',
        ports: Object.entries(ports).map(([as, number]) => ({ name: as, port: number, protocol: 'TCP' })),
      }),
    ],
    ...about,
  })
const old = [of('catalog-v1-1', { http: 8080 }), of('catalog-v1-2', { http: 8080 })]
const swapped = of('catalog-v2-1', { http: 9901, api: 8080 })
const moved = of('catalog-v2-1', { http: 9090 })
const says = (answers: Readonly<Record<string, readonly [port: number, status: number]>>) => ({
  contacts: {
    ...contacts([]),
    direct: Object.entries(answers).map(([name, [at, status]]): DirectContact => ({
      node: 'worker-1',
      service: { namespace: 'shop', name: 'catalog', port: 80 },
      pod: name,
      ip: '10.2.1.9',
      port: at,
      host: 'catalog.shop',
      path: '/',
      basis: 'guessed',
      status,
      error: null,
      ms: 2,
    })),
  },
})
const ill = says({ 'catalog-v1-1': [8080, 200], 'catalog-v1-2': [8080, 200], 'catalog-v2-1': [9901, 404] })

describeCheck(check, [
  {
    it: 'a proxy was put before the program, which has its old number in a container of its own',
    given: {
      services,
      pods: [
        ...old,
        pod('catalog-v2-1', {
          labels: { app: 'catalog', version: 'v2' },
          containers: [
            container({ name: 'envoy', ports: [{ name: 'http', port: 8000, protocol: 'TCP' }] }),
            container({ name: 'app', ports: [{ name: 'app', port: 8080, protocol: 'TCP' }] }),
          ],
        }),
      ],
    },
    expect: 'ok',
  },
  {
    it: 'the name is on another listener, and the number of the others has another name',
    given: { services, pods: [...old, swapped] },
    expect: [
      {
        subject: 'Service/shop/catalog',
        severity: 'warning',
        confidence: 'possible',
        args: { usual: 8080, odd: 9901, renamed: 'api', bad: 1, of: 3 },
      },
    ],
  },
  {
    it: 'the same, and it lacks what the others have',
    given: { services, pods: [...old, swapped], ...ill },
    expect: [{ subject: 'Service/shop/catalog', severity: 'error', confidence: 'observed', says: /says 404 where/ }],
  },
  {
    it: 'another number alone, which lacks what the others have',
    given: {
      services,
      pods: [...old, moved],
      ...says({ 'catalog-v1-1': [8080, 200], 'catalog-v1-2': [8080, 200], 'catalog-v2-1': [9090, 404] }),
    },
    expect: [{ subject: 'Service/shop/catalog', severity: 'error', args: { renamed: null } }],
  },
  {
    it: 'the new pods are the more, and lack it',
    given: {
      services,
      pods: [of('catalog-v1-1', { http: 8080 }), swapped, { ...swapped, name: 'catalog-v2-2' }],
      ...says({ 'catalog-v1-1': [8080, 200], 'catalog-v2-1': [9901, 404], 'catalog-v2-2': [9901, 404] }),
    },
    expect: [{ subject: 'Service/shop/catalog', args: { usual: 8080, odd: 9901, bad: 2 } }],
  },
  { it: 'a version that listens elsewhere', given: { services, pods: [...old, moved] }, expect: 'ok' },
  {
    it: 'all of them answer alike',
    given: {
      services,
      pods: [...old, swapped],
      ...says({ 'catalog-v1-1': [8080, 200], 'catalog-v1-2': [8080, 200], 'catalog-v2-1': [9901, 200] }),
    },
    expect: 'ok',
  },
  { it: 'one number', given: { services, pods: old }, expect: 'ok' },
  { it: 'the odd one is not ready', given: { services, pods: [...old, { ...swapped, ready: false }] }, expect: 'ok' },
  { it: 'one pod', given: { services, pods: [swapped] }, expect: 'not-applicable' },
  {
    it: 'Pods forbidden',
    given: modelOf({ services }, { pods: unknown('forbidden', 'list pods in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
