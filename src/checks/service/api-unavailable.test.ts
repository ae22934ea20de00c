import { beside } from '../../../test/build/beside.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { ApiService } from '../../model/beside.ts'
import { unknown } from '../../model/known.ts'
import check from './api-unavailable.ts'

const api = (about: Partial<ApiService> = {}): ApiService => ({
  name: 'v1beta1.metrics.k8s.io',
  service: { namespace: 'kube-system', name: 'metrics-server' },
  available: 'True',
  reason: 'Passed',
  message: '',
  ...about,
})
const given = (...apiServices: readonly ApiService[]) => ({ beside: beside({ apiServices }) })
const down = { available: 'False' as const, reason: 'FailedDiscoveryCheck', message: 'no answer' }

describeCheck(check, [
  { it: 'available', given: given(api()), expect: 'ok' },
  {
    it: 'not available',
    given: given(api(down)),
    expect: [{ subject: 'APIService/v1beta1.metrics.k8s.io', confidence: 'inferred', says: /“no answer”/ }],
  },
  {
    it: 'two of one Service',
    given: given(api(down), api({ ...down, name: 'v1.metrics.k8s.io' })),
    expect: [{ subject: 'APIService/v1beta1.metrics.k8s.io' }],
  },
  { it: "the API server's own", given: given(api({ service: null, available: null })), expect: 'not-applicable' },
  { it: 'nothing said', given: given(api({ available: null })), expect: 'cannot-tell', says: /does not say/ },
  {
    it: 'a cluster',
    given: modelOf({}, { beside: unknown('not-asked', 'of files alone') }),
    expect: 'not-applicable',
  },
])
