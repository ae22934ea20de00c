import { expect, test } from 'vitest'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { unknown } from '../../model/known.ts'
import withoutNodePort from './alb-without-node-port.ts'
import check from './reported.ts'

const web = ingress([['/', 'web', 80]])
const served = { ...web, addresses: ['lb.example.com'] }
const event = (reason: string, times = 1, kind = 'Ingress', name = 'web') => ({
  namespace: 'shop',
  object: { kind, name },
  reason,
  said: "Failed build model due to couldn't auto-discover subnets.",
  times,
})
const row = (reason: string) => ({
  it: `no address, and ${reason}`,
  given: { ingresses: [web], events: [event(reason)] },
  expect: [
    {
      subject: 'Ingress/shop/web',
      severity: 'error' as const,
      confidence: 'possible' as const,
      says: /1 time: an Event says “Failed build model due to couldn't auto-discover subnets”$/,
    },
  ],
})

describeCheck(check, [
  row('FailedBuildModel'),
  row('FailedDeployModel'),
  row('Translate'),
  row('Sync'),
  {
    it: 'it has an address, and three tries failed',
    given: { ingresses: [served], events: [event('FailedDeployModel', 3)] },
    expect: [{ subject: 'Ingress/shop/web', severity: 'info', confidence: 'possible' }],
  },
  {
    it: 'it has an address, and two tries failed: the next did not',
    given: { ingresses: [served], events: [event('FailedDeployModel', 2)] },
    expect: 'ok',
  },
  {
    it: 'what was said most often is no truer: the first by its reason is told',
    given: { ingresses: [web], events: [event('Sync', 1), event('Translate', 9)] },
    expect: [{ subject: 'Ingress/shop/web', args: { reason: 'Sync', times: 1 } }],
  },
  { it: 'a warning of another kind', given: { ingresses: [web], events: [event('Rejected')] }, expect: 'ok' },
  {
    it: 'of a Service, and of an Ingress that is gone',
    given: {
      ingresses: [web],
      events: [event('FailedBuildModel', 9, 'Service'), event('FailedBuildModel', 9, 'Ingress', 'old')],
    },
    expect: 'ok',
  },
  { it: 'no event', given: { ingresses: [web], events: [] }, expect: 'ok' },
  { it: 'no Ingress', given: { ingresses: [], events: [] }, expect: 'not-applicable' },
  {
    it: 'events forbidden',
    given: modelOf({ ingresses: [web] }, { events: unknown('forbidden', 'list events') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])

test('what an ALB says of a Service without node ports comes of that Service', () => {
  const said = "Failed build model due to ingress: shop/web: service type must be either 'NodePort' or 'LoadBalancer'"
  const all = modelOf({
    ingresses: [ingress([['/', 'web', 80]], { className: 'alb', albTarget: 'unset' })],
    ingressClasses: [ingressClass('alb', { controller: 'ingress.k8s.aws/alb' })],
    ingressControllers: [controller({ controller: 'ingress.k8s.aws/alb', classNames: ['alb'] })],
    services: [service('web')],
    events: [{ ...event('FailedBuildModel'), said }],
  })
  const { roots } = diagnose(all, { checks: [check, withoutNodePort] })
  expect(roots.map((it) => [it.finding.code, ...it.consequences.map((one) => one.code)])).toEqual([
    ['ING363', 'ING339'],
  ])
})
