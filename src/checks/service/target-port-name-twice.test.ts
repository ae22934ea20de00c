import { container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Container } from '../../model/pod.ts'
import check from './target-port-name-twice.ts'

const having = (name: string, number: number, protocol: 'TCP' | 'UDP' = 'TCP', as = 'http'): Container =>
  container({ name, ports: [{ name: as, port: number, protocol }] })
const to = (about: Parameters<typeof port>[0] = {}) => [
  service('api', { ports: [port({ port: 80, targetPort: 'http', ...about })] }),
]
const given = (containers: readonly Container[], services = to()) => ({
  services,
  pods: [pod('api-1', { containers })],
})

describeCheck(check, [
  {
    it: 'a sidecar calls its port as the application does',
    given: given([having('exporter', 9113), having('app', 3000)]),
    expect: [
      {
        subject: 'Service/shop/api',
        severity: 'warning',
        confidence: 'possible',
        args: { first: 9113, container: 'exporter', other: '3000 of app' },
      },
    ],
  },
  {
    it: "the Service's own number is that of the second",
    given: given([having('exporter', 9113), having('app', 3000)], to({ port: 3000 })),
    expect: [{ subject: 'Service/shop/api', severity: 'error', confidence: 'inferred' }],
  },
  {
    it: "the Service's own number is that of the first",
    given: given([having('exporter', 9113), having('app', 3000)], to({ port: 9113 })),
    expect: [{ subject: 'Service/shop/api', severity: 'warning', confidence: 'possible' }],
  },
  { it: 'one number, declared twice', given: given([having('a', 3000), having('b', 3000)]), expect: 'ok' },
  { it: 'one name, of two protocols', given: given([having('a', 53, 'UDP'), having('b', 3000)]), expect: 'ok' },
  { it: 'two names', given: given([having('a', 9113, 'TCP', 'metrics'), having('b', 3000)]), expect: 'ok' },
  {
    it: 'of a pod that is over',
    given: {
      services: to(),
      pods: [
        pod('api-1', { containers: [having('app', 3000)] }),
        pod('api-0', { phase: 'Failed', containers: [having('exporter', 9113), having('app', 3000)] }),
      ],
    },
    expect: 'ok',
  },
  {
    it: 'a target port by number',
    given: given([having('exporter', 9113), having('app', 3000)], to({ targetPort: 3000 })),
    expect: 'not-applicable',
  },
  {
    it: 'pods forbidden',
    given: modelOf({ services: to() }, { pods: unknown('forbidden', 'list pods') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
