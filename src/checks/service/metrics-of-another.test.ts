import { beside } from '../../../test/build/beside.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Scaler } from '../../model/beside.ts'
import type { ObjectStatus } from '../../model/status.ts'
import check from './metrics-of-another.ts'

const keda: Scaler = {
  kind: 'ScaledObject',
  namespace: 'shop',
  name: 'cart',
  target: { kind: 'Deployment', name: 'cart' },
  least: 1,
}
const status: ObjectStatus = {
  kind: 'HorizontalPodAutoscaler',
  group: 'autoscaling',
  namespace: 'shop',
  name: 'keda-hpa-cart',
  type: 'ScalingActive',
  state: 'False',
  wrong: true,
  reason: 'FailedGetExternalMetric',
  said: '',
}
const api = (namespace: string, name: string) => ({
  name: 'v1beta1.external.metrics.k8s.io',
  service: { namespace, name },
  available: 'True' as const,
  reason: '',
  message: '',
})
const given = (about: Parameters<typeof beside>[0], statuses: readonly ObjectStatus[] = [status]) => ({
  beside: beside({ scalers: [keda], apiServices: [api('datadog', 'datadog-cluster-agent')], ...about }),
  statuses,
})

describeCheck(check, [
  {
    it: "it is Datadog's",
    given: given({}),
    expect: [
      {
        subject: 'APIService/v1beta1.external.metrics.k8s.io',
        severity: 'warning',
        confidence: 'inferred',
        says: 'leads to Service datadog/datadog-cluster-agent',
      },
    ],
  },
  { it: "it is KEDA's", given: given({ apiServices: [api('keda', 'metrics-apiserver')] }), expect: 'ok' },
  { it: 'the autoscaler gets its metrics', given: given({}, []), expect: 'ok' },
  { it: "an autoscaler that is not KEDA's", given: given({}, [{ ...status, name: 'web' }]), expect: 'ok' },
  { it: 'no KEDA', given: given({ scalers: [] }), expect: 'not-applicable' },
  { it: 'no such API', given: given({ apiServices: [] }), expect: 'not-applicable' },
])
