import { ingress } from '../../../test/build/ingress.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './name-not-published.ts'

const writer = (...args: readonly string[]) =>
  pod('external-dns-1', {
    namespace: 'dns',
    labels: { 'app.kubernetes.io/name': 'external-dns' },
    containers: [container({ name: 'external-dns', args })],
  })
const given = (...args: readonly string[]) => ({ ingresses: [ingress([['/', 'web', 80]])], pods: [writer(...args)] })
const found = (severity: 'warning' | 'info', says: RegExp) => [
  { subject: 'Ingress/shop/web', confidence: 'possible' as const, severity, says },
]

describeCheck(check, [
  { it: 'Ingresses, of every zone', given: given('--source=ingress'), expect: 'ok' },
  {
    it: 'Ingresses, of its zone',
    given: given('--source=service', '--source=ingress', '--domain-filter=example.com.'),
    expect: 'ok',
  },
  { it: 'Services alone', given: given('--source=service'), expect: found('info', /and no Ingress/) },
  {
    it: 'another zone',
    given: given('--source=ingress', '--domain-filter=corp.test'),
    expect: found('info', /corp\.test alone/),
  },
  {
    it: 'a slip of the zone',
    given: given('--source=ingress', '--domain-filter=exam-ple.com'),
    expect: found('warning', /nearly its zone/),
  },
  {
    it: 'two of them, of which one publishes it',
    given: {
      ...given('--source=ingress', '--domain-filter=corp.test'),
      pods: [writer('--source=ingress', '--domain-filter=corp.test'), writer('--source=ingress')],
    },
    expect: 'ok',
  },
  { it: 'set up by variables', given: given('--provider=aws'), expect: 'not-applicable' },
  { it: 'none', given: { ...given(), pods: [] }, expect: 'not-applicable' },
  {
    it: 'pods forbidden',
    given: modelOf({ ingresses: [ingress([])] }, { pods: unknown('forbidden', 'list pods') }),
    expect: 'cannot-tell',
  },
])
