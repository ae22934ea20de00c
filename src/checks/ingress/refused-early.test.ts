import { ingress } from '../../../test/build/ingress.ts'
import { controllerConfig, ingressConfigs } from '../../../test/build/ingress-config.ts'
import { lately, lateRequests } from '../../../test/build/said-lately.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { known } from '../../model/known.ts'
import type { LateRequests } from '../../model/ingress-config.ts'
import check from './refused-early.ts'

const web = ingress([['/', 'web', 80]])
const refused = (times: number, others: number, status = 400): LateRequests =>
  lateRequests('refused-early', { times, early: { status, others } })

function given(...requests: readonly LateRequests[]) {
  const config = controllerConfig([web], { lately: known(lately(requests)) })
  return { ingresses: [web], ingressConfigs: ingressConfigs(config) }
}

describeCheck(check, [
  {
    it: 'half of the users have a cookie of 9 KB',
    given: given(refused(6, 6)),
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'warning',
        confidence: 'possible',
        args: { status: 400, times: 6, of: 12 },
        says: /answered 400 to 6 of 12 requests .* \(50 %\), before it chose a backend/,
      },
    ],
  },
  {
    it: 'several Ingresses answer to that path',
    given: given(
      lateRequests('refused-early', {
        times: 6,
        early: { status: 400, others: 6, sharedBy: [{ namespace: 'shop', name: 'wild' }] },
      }),
    ),
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'warning',
        args: { isShared: true, with: ['shop/wild'] },
        says: /for a path of Ingress shop\/web and others/,
      },
    ],
  },
  { it: 'some of many', given: given(refused(3, 200)), expect: [{ subject: 'Ingress/shop/web', severity: 'info' }] },
  { it: 'a scanner', given: given(refused(2, 1)), expect: 'ok' },
  { it: 'a broken client among thousands', given: given(refused(4, 5000)), expect: 'ok' },
  { it: 'a limit is another check’s', given: given(lateRequests('limited')), expect: 'ok' },
  { it: 'no Ingress', given: { ...given(), ingresses: [] }, expect: 'not-applicable' },
  { it: 'not asked', given: { ingresses: [web] }, expect: 'cannot-tell' },
])
