import { contacts, repeat, toService } from '../../../test/build/contacts.ts'
import { insideView } from '../../../test/build/dns.ts'
import { probe } from '../../../test/build/lookups.ts'
import { pod } from '../../../test/build/pod.ts'
import { egressPolicy } from '../../../test/build/policy.ts'
import { crossing } from '../../../test/build/trace.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Crossing } from '../../model/crossing.ts'
import { known, unknown } from '../../model/known.ts'
import check from './own-connections-refused.ts'

const web = pod('web-1')
const out = (result: Crossing['result']): Crossing => ({
  ...crossing('web', result),
  from: { namespace: 'shop', pod: 'web-1', container: 'app' },
})
const given = (tcp53: 'open' | 'refused' | 'timeout', crossings: readonly Crossing[] = []) => ({
  pods: [web],
  insideViews: [insideView('web-1', { tcp53: known(tcp53) })],
  crossings,
  contacts: contacts([toService('web', 'worker-1', repeat(5, 'open'))]),
  dnsProbe: probe({ nodes: ['worker-1'] }),
  networkPolicies: [],
})
const found = { subject: 'Pod/shop/web-1', severity: 'error', confidence: 'observed' } as const

describeCheck(check, [
  {
    it: 'DNS over TCP and what it calls are refused, and open to others',
    given: given('refused', [out('refused')]),
    expect: [{ ...found, says: /its own connections refused, whomever they are for/ }],
  },
  {
    it: 'one end alone',
    given: given('refused'),
    expect: [{ ...found, severity: 'warning', confidence: 'inferred' }],
  },
  { it: 'another is open', given: given('refused', [out('open')]), expect: 'ok' },
  { it: 'silence is no refusal', given: given('timeout', [out('timeout')]), expect: 'ok' },
  {
    it: 'others are refused there as well',
    given: {
      ...given('open', [out('refused')]),
      insideViews: [insideView('web-1', { tcp53: unknown('not-there', 'no tool') })],
      contacts: contacts([toService('web', 'worker-1', repeat(5, 'refused'))]),
    },
    expect: 'ok',
  },
  {
    it: 'a policy may have the network refuse',
    given: { ...given('refused', [out('refused')]), networkPolicies: [egressPolicy('deny')] },
    expect: 'ok',
  },
  {
    it: 'no connection was made',
    given: { ...given('open'), insideViews: [insideView('web-1', { tcp53: unknown('not-there', 'no tool') })] },
    expect: 'not-applicable',
  },
  {
    it: 'nobody looked into pods',
    given: modelOf({ pods: [web] }, { insideViews: unknown('not-asked', 'needs --probe') }),
    expect: 'cannot-tell',
    says: /--probe/,
  },
])
