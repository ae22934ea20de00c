import { container, pod } from '../../../test/build/pod.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Container, DaprAsked } from '../../model/pod.ts'
import check from './dapr-astray.ts'

interface Of {
  readonly dapr?: Partial<DaprAsked>
  readonly daprd?: Partial<Container>
  readonly app?: Partial<Container>
}

const given = ({ dapr = {}, daprd = {}, app = {} }: Of = {}) => ({
  pods: [
    pod('checkout-1', {
      ready: false,
      dapr: { appPort: 3000, sidecar: 'there', ...dapr },
      containers: [
        container(app),
        container({
          name: 'daprd',
          ready: false,
          ports: [{ name: 'dapr-http', port: 3500, protocol: 'TCP' }],
          ...daprd,
        }),
      ],
    }),
  ],
})
const found = { subject: 'Deployment/shop/checkout', severity: 'error', confidence: 'inferred' } as const

describeCheck(check, [
  {
    it: 'another port than the one that is declared',
    given: given(),
    expect: [{ ...found, args: { is: 'port', declared: [8080] }, says: /waits for port 3000 .*declares 8080/ }],
  },
  {
    it: 'no sidecar',
    given: given({ dapr: { sidecar: 'absent' } }),
    expect: [{ ...found, severity: 'warning', args: { is: 'absent' } }],
  },
  { it: 'its port', given: given({ dapr: { appPort: 8080 } }), expect: 'ok' },
  { it: 'it was ready: the application listened', given: given({ daprd: { ready: true } }), expect: 'ok' },
  { it: 'the sidecar does not start', given: given({ daprd: { waiting: 'CrashLoopBackOff' } }), expect: 'ok' },
  { it: 'the application is not ready itself', given: given({ app: { ready: false } }), expect: 'ok' },
  { it: 'it declares nothing', given: given({ app: { ports: [] } }), expect: 'ok' },
  {
    it: 'it is told to listen there',
    given: given({ app: { listens: [{ by: 'PORT', host: null, port: 3000 }] } }),
    expect: 'ok',
  },
  { it: 'it is not called', given: given({ dapr: { appPort: null } }), expect: 'ok' },
  { it: 'nothing of Dapr', given: { pods: [pod('web-1')] }, expect: 'not-applicable' },
])
