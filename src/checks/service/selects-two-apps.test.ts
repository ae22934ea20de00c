import { contacts } from '../../../test/build/contacts.ts'
import { pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { DirectContact } from '../../model/contacts.ts'
import { unknown } from '../../model/known.ts'
import check from './selects-two-apps.ts'

const tier = { tier: 'front' }
const services = [service('web', { selector: tier })]
const of = (name: string, ip: string) =>
  pod(name, { ip, labels: { app: name.split('-')[0] ?? '', ...tier, 'pod-template-hash': 'abc12' } })
const pods = [of('web-1', '10.2.1.9'), of('web-2', '10.2.2.9'), of('admin-1', '10.2.3.9')]
const says = (answers: Readonly<Record<string, number | null>>) => ({
  contacts: {
    ...contacts([]),
    direct: Object.entries(answers).map(([name, status]): DirectContact => ({
      node: 'worker-1',
      service: { namespace: 'shop', name: 'web', port: 80 },
      pod: name,
      ip: '10.2.1.9',
      port: 8080,
      host: 'web.example.com',
      path: '/shop',
      basis: 'declared',
      status,
      error: status === null ? 'ECONNREFUSED' : null,
      ms: 2,
    })),
  },
})
const base = { services, pods }

describeCheck(check, [
  {
    it: 'one workload has the page, and the other has not',
    given: { ...base, ...says({ 'web-1': 200, 'web-2': 302, 'admin-1': 404 }) },
    expect: [
      {
        subject: 'Service/shop/web',
        severity: 'error',
        confidence: 'observed',
        args: { strangers: 'Deployment admin', owners: 'Deployment web', own: 'app: web', bad: 1, of: 3 },
      },
    ],
  },
  {
    it: 'two versions of one application: no label of the selector cures it',
    given: {
      services,
      pods: [
        pod('web-1', { labels: { app: 'web', version: 'v1', ...tier } }),
        pod('webtwo-1', { labels: { app: 'web', version: 'v2', ...tier } }),
      ],
      ...says({ 'web-1': 200, 'webtwo-1': 404 }),
    },
    expect: [{ subject: 'Service/shop/web', args: { versions: true }, says: /pods of two versions/ }],
  },
  {
    it: 'their port is another number in each: SVC271',
    given: {
      ...base,
      contacts: {
        ...contacts([]),
        direct: says({ 'web-1': 200, 'web-2': 302, 'admin-1': 404 }).contacts.direct.map((it) => ({
          ...it,
          port: it.pod === 'admin-1' ? 9901 : 8080,
        })),
      },
    },
    expect: 'ok',
  },
  {
    it: 'both have it: a canary',
    given: { ...base, ...says({ 'web-1': 200, 'web-2': 200, 'admin-1': 200 }) },
    expect: 'ok',
  },
  {
    it: 'an error is a sick pod, and no other application',
    given: { ...base, ...says({ 'web-1': 200, 'web-2': 200, 'admin-1': 500 }) },
    expect: 'ok',
  },
  {
    it: 'pods of one workload do not agree: an older replica',
    given: { ...base, ...says({ 'web-1': 200, 'web-2': 404, 'admin-1': 404 }) },
    expect: 'ok',
  },
  {
    it: 'one refuses: SVC202',
    given: { ...base, ...says({ 'web-1': 200, 'web-2': 200, 'admin-1': null }) },
    expect: 'ok',
  },
  { it: 'nothing was asked', given: base, expect: 'cannot-tell', says: /not asked/ },
  { it: 'one workload', given: { services, pods: pods.slice(0, 2) }, expect: 'not-applicable' },
  {
    it: 'Pods forbidden',
    given: modelOf({ services }, { pods: unknown('forbidden', 'list pods in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
