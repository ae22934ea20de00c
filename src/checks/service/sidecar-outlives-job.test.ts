import { container, pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Container, Pod } from '../../model/pod.ts'
import { unknown } from '../../model/known.ts'
import check from './sidecar-outlives-job.ts'

const done = container({ ready: false, exitCode: 0, lastTermination: 'Completed' })
const sidecar = container({ name: 'istio-proxy' })
const job = (containers: readonly Container[], about: Partial<Pod> = {}) =>
  pod('migrate-1', { owner: { kind: 'Job', name: 'migrate' }, ready: false, containers, ...about })

describeCheck(check, [
  {
    it: 'done, and the sidecar runs',
    given: { pods: [job([done, sidecar])] },
    expect: [{ subject: 'Pod/shop/migrate-1', severity: 'warning', args: { job: 'migrate', sidecar: 'istio-proxy' } }],
  },
  {
    it: "the other mesh's",
    given: { pods: [job([done, container({ name: 'linkerd-proxy' })])] },
    expect: [{ subject: 'Pod/shop/migrate-1', says: /linkerd-proxy/ }],
  },
  { it: 'at work', given: { pods: [job([container(), sidecar])] }, expect: 'ok' },
  {
    it: 'failed: that is another matter',
    given: { pods: [job([container({ ready: false, exitCode: 1, lastTermination: 'Error' }), sidecar])] },
    expect: 'ok',
  },
  { it: 'over', given: { pods: [job([done, sidecar], { phase: 'Succeeded' })] }, expect: 'not-applicable' },
  { it: 'no sidecar', given: { pods: [job([done])] }, expect: 'not-applicable' },
  { it: 'no Job', given: { pods: [pod('web-1', { containers: [done, sidecar] })] }, expect: 'not-applicable' },
  {
    it: 'pods forbidden',
    given: modelOf({}, { pods: unknown('forbidden', 'list pods') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
