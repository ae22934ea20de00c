import { contacts, getOf, getThrough } from '../../../test/build/contacts.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { DirectContact, RoutedContact } from '../../model/contacts.ts'
import { lateError } from '../../model/http-error.ts'
import type { Breaker } from '../../model/service.ts'
import { unknown } from '../../model/known.ts'
import check from './circuit-breaker-open.ts'

const two: readonly Breaker[] = [{ of: 'connections', most: 2 }]
const well = [getOf('web', 'web-1', 200)]
const given = (
  breakers: readonly Breaker[] | null,
  routed: readonly RoutedContact[],
  direct: readonly DirectContact[] = well,
) => ({
  services: [service('web', breakers === null ? {} : { breakers })],
  contacts: { ...contacts([]), routed, direct },
})
const subject = 'HTTPRoute/shop/web'

describeCheck(check, [
  {
    it: '503 at once, and the pods are well',
    given: given(two, [getThrough('/', 503, { ms: 1 }), getThrough('/', 200)]),
    expect: [{ subject, severity: 'error', confidence: 'inferred', says: /projectcontour\.io\/max-connections 2/ }],
  },
  {
    it: 'it hangs',
    given: given(two, [getThrough('/', null, { error: lateError('answer', 18_000, 0), ms: 18_000 })]),
    expect: [{ subject, severity: 'warning', confidence: 'possible' }],
  },
  {
    it: '503, and the pods were not asked',
    given: given(two, [getThrough('/', 503, { ms: 1 })], []),
    expect: [{ subject, confidence: 'possible' }],
  },
  { it: 'well', given: given(two, [getThrough('/', 200)]), expect: 'ok' },
  { it: 'a 502 is none of it', given: given(two, [getThrough('/', 502)]), expect: 'ok' },
  { it: 'no limit', given: given(null, [getThrough('/', 503)]), expect: 'not-applicable' },
  {
    it: 'nothing was measured',
    given: modelOf(given(two, []), { contacts: unknown('not-asked', 'needs --probe') }),
    expect: 'cannot-tell',
  },
])
