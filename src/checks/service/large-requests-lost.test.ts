import { expect, test } from 'vitest'
import { contacts, largeTo } from '../../../test/build/contacts.ts'
import { controller as controllerPod, ingress } from '../../../test/build/ingress.ts'
import { probe } from '../../../test/build/lookups.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import type { LargeRequest } from '../../model/contacts.ts'
import check from './large-requests-lost.ts'

const seen = (...large: readonly LargeRequest[]) => ({
  contacts: { ...contacts([]), large },
  pods: [pod('web-1', { ip: '10.2.1.9', node: 'worker-1' })],
})
const silent = { status: null, error: 'no complete answer within 3500 ms', smallAgain: true } as const
const controller = { kind: 'controller', ingress: { namespace: 'shop', name: 'web' }, pod: 'controller-1' } as const
const late = (p99Ms: number) => ({ ...probe({ nodes: ['worker-1'] }), lag: [{ node: 'worker-2', p99Ms }] })

describeCheck(check, [
  {
    it: 'silent at the large one, answers the small one',
    given: seen(largeTo('web', 'web-1', silent)),
    expect: [
      {
        subject: 'Service/shop/web',
        severity: 'error',
        args: { port: 8080, bytes: 1500, lost: 1, of: 1, from: ['worker-2'], homes: ['worker-1'], well: [] },
      },
    ],
  },
  {
    it: 'from one node of two',
    given: seen(largeTo('web', 'web-1', silent), largeTo('web', 'web-1', { node: 'worker-1' })),
    expect: [{ subject: 'Service/shop/web', args: { lost: 1, of: 2, from: ['worker-2'], well: ['worker-1'] } }],
  },
  {
    it: 'all that leave or reach one node, and no other',
    given: {
      contacts: {
        ...contacts([]),
        large: [
          largeTo('web', 'web-1', silent),
          largeTo('web', 'web-1', { ...silent, node: 'worker-3' }),
          largeTo('web', 'web-2', { ...silent, node: 'worker-1', ip: '10.2.2.9' }),
          largeTo('web', 'web-2', { ip: '10.2.2.9' }),
        ],
      },
      pods: [pod('web-1', { ip: '10.2.1.9', node: 'worker-1' }), pod('web-2', { ip: '10.2.2.9', node: 'worker-2' })],
    },
    expect: [{ subject: 'Service/shop/web', args: { through: 'worker-1', lost: 3, of: 4 } }],
  },
  {
    it: 'a controller',
    given: seen(largeTo('web', 'web-1', { ...silent, of: controller, port: 80 })),
    expect: [{ subject: 'Ingress/shop/web', severity: 'error', args: { port: 80, who: 'controller-1' } }],
  },
  {
    it: 'a controller in a namespace of its own: where it runs is known all the same',
    given: {
      ...seen(largeTo('web', 'web-1', { ...silent, of: controller, port: 80, ip: '10.2.3.9' })),
      ingressControllers: [controllerPod({ pod: 'controller-1', ip: '10.2.3.9', node: 'worker-3' })],
    },
    expect: [{ subject: 'Ingress/shop/web', args: { homes: ['worker-3'] } }],
  },
  {
    it: 'hangs up at it',
    given: seen(largeTo('web', 'web-1', { ...silent, error: 'ECONNRESET' })),
    expect: [{ subject: 'Service/shop/web', severity: 'warning', args: { ended: true } }],
  },
  {
    it: 'the small one after it is silent as well: nothing of the size',
    given: seen(largeTo('web', 'web-1', { ...silent, smallAgain: false })),
    expect: 'cannot-tell',
    says: /1 large request of 1/,
  },
  ...[400, 414, 431, 413, 503].map((status) => ({
    it: `${status} is an answer: it arrived`,
    given: seen(largeTo('web', 'web-1', { status })),
    expect: 'ok' as const,
  })),
  {
    it: 'a probe that is late',
    given: { ...seen(largeTo('web', 'web-1', silent)), dnsProbe: late(2000) },
    expect: 'cannot-tell',
  },
  {
    it: 'a probe that is hardly late',
    given: { ...seen(largeTo('web', 'web-1', silent)), dnsProbe: late(50) },
    expect: [{ subject: 'Service/shop/web' }],
  },
  { it: 'nothing so large was sent', given: seen(), expect: 'not-applicable' },
  { it: 'no probe', given: {}, expect: 'cannot-tell' },
])

test('what the controller says of it folds under the endpoint', () => {
  const model = modelOf({
    ...seen(largeTo('web', 'web-1', silent), largeTo('web', 'web-1', { ...silent, of: controller, port: 80 })),
    ingresses: [ingress([['/', 'web', 80]])],
  })
  const { roots } = diagnose(model, { checks: [check] })
  expect(roots.map((it) => [it.finding.subject.kind, it.consequences.length])).toEqual([['Service', 1]])
})
