import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Call, Container, Pod } from '../../model/pod.ts'
import check from './called-by-tls.ts'

const calling = (scheme: 'http' | 'https' | undefined, call: Partial<Call> = {}): Pod => {
  const how = scheme === undefined ? {} : { scheme }
  const one: Call = { by: 'PAY_URL', host: 'ledger', port: 80, isUrl: true, ...how, ...call }
  return pod('web-1', {
    labels: { app: 'web', 'pod-template-hash': 'abc12' },
    containers: [container({ calls: [one] })],
  })
}
const meshed = (it: Pod): Pod => ({
  ...it,
  containers: [...it.containers, container({ name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.24.1' })],
})
const ledger = service('ledger', {
  selector: { app: 'ledger' },
  ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080, nodePort: null }],
})
const behind = (readinessProbe: string | null, about: Partial<Pod> = {}): Pod => {
  const ports: Container['ports'] = [{ name: 'http', port: 8080, protocol: 'TCP' }]
  return pod('ledger-1', { labels: { app: 'ledger' }, containers: [container({ ports, readinessProbe })], ...about })
}
const given = (...pods: readonly Pod[]) => ({
  pods,
  services: [ledger],
  namespaces: [{ name: 'shop', labels: {} }],
})
const found = (told: string, confidence: 'inferred' | 'possible' = 'inferred') => [
  { subject: 'Deployment/shop/web', severity: 'warning' as const, confidence, args: { told } },
]

describeCheck(check, [
  { it: 'https to plain HTTP', given: given(calling('https'), behind('http-get :8080/ready')), expect: found('https') },
  {
    it: 'the same, probed by the name of the port',
    given: given(calling('https'), behind('http-get :http/ready')),
    expect: found('https'),
  },
  {
    it: 'http to TLS by a program with a proxy of a mesh, which may make TLS of it',
    given: given(meshed(calling('http')), behind('https-get :8080/ready')),
    expect: 'not-applicable',
  },
  { it: 'http to TLS', given: given(calling('http'), behind('https-get :8080/ready')), expect: found('http') },
  {
    it: 'https to plain HTTP, by a text that is mounted',
    given: given(calling('https', { map: 'conf', key: 'a.yaml', line: 1 }), behind('http-get :8080/ready')),
    expect: found('https', 'possible'),
  },
  { it: 'http to plain HTTP', given: given(calling('http'), behind('http-get :8080/ready')), expect: 'ok' },
  { it: 'https to TLS', given: given(calling('https'), behind('https-get :8080/ready')), expect: 'ok' },
  ...(
    [
      ['a probe of another port', behind('http-get :9090/ready')],
      ['a probe of another kind', behind('tcp-socket :8080')],
      ['no probe', behind(null)],
      ['pods that are not ready: nobody answers the probe', behind('http-get :8080/ready', { ready: false })],
    ] as const
  ).map(([it, back]) => ({ it, given: given(calling('https'), back), expect: 'not-applicable' as const })),
  {
    it: 'a new version that speaks TLS beside an old one that does not',
    given: given(calling('https'), behind('http-get :8080/ready'), {
      ...behind('https-get :8080/ready'),
      name: 'ledger-2',
    }),
    expect: 'not-applicable',
  },
  {
    it: 'no URL of the web',
    given: given(calling(undefined), behind('http-get :8080/ready')),
    expect: 'not-applicable',
  },
  {
    it: 'a host of the world',
    given: given(calling('https', { host: 'api.example.com', port: 443 }), behind('http-get :8080/ready')),
    expect: 'not-applicable',
  },
  {
    it: 'Services forbidden',
    given: modelOf({ pods: [calling('https')] }, { services: unknown('forbidden', 'list services in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
