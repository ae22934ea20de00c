import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Call, Container, Pod } from '../../model/pod.ts'
import type { Service, ServicePort } from '../../model/service.ts'
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

const ledgerBy = (about: Partial<ServicePort>): Service => ({
  ...ledger,
  ports: ledger.ports.map((it) => ({ ...it, ...about })),
})
const toServer = (
  tls: 'on' | 'off',
  number: number,
  about: Partial<Container>,
  target = number,
  told: number | null = number,
) => {
  const call: Call = { by: 'DATA_URL', host: 'data', port: told, tls }
  const ports: Container['ports'] = [{ name: null, port: target, protocol: 'TCP' }]
  return {
    pods: [
      pod('web-1', { containers: [container({ calls: [call] })] }),
      pod('data-1', { labels: { app: 'data' }, containers: [container({ ports, ...about })] }),
    ],
    services: [
      service('data', {
        selector: { app: 'data' },
        ports: [{ name: null, port: number, protocol: 'TCP', targetPort: target, nodePort: null }],
      }),
    ],
    namespaces: [{ name: 'shop', labels: {} }],
  }
}
const other = { subject: 'Deployment/shop/web', severity: 'warning', confidence: 'possible' } as const

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
    ] as const
  ).map(([it, back]) => ({
    it: `${it}: that the port is called http says too little`,
    given: given(calling('https'), back),
    expect: 'not-applicable' as const,
  })),
  {
    it: 'no probe, and no name that says so',
    given: { ...given(calling('https'), behind(null)), services: [ledgerBy({ name: null })] },
    expect: 'not-applicable',
  },
  {
    it: 'http to a port called https',
    given: { ...given(calling('http'), behind(null)), services: [ledgerBy({ name: 'https' })] },
    expect: found('http', 'possible'),
  },
  {
    it: 'https to the port called http of a pod that has one for TLS at the same place',
    given: {
      ...given(calling('https'), behind(null)),
      services: [
        service('ledger', {
          selector: { app: 'ledger' },
          ports: [
            { name: 'http', port: 80, protocol: 'TCP', targetPort: 8080, nodePort: null },
            { name: 'https', port: 443, protocol: 'TCP', targetPort: 8080, nodePort: null },
          ],
        }),
      ],
    },
    expect: 'not-applicable',
  },
  {
    it: 'pods that are not ready: nobody answers the probe',
    given: given(calling('https'), behind('http-get :8080/ready', { ready: false })),
    expect: 'not-applicable',
  },
  {
    it: 'rediss to a Redis that is told nothing of TLS',
    given: toServer('on', 6379, { secures: 'off' }),
    expect: [{ ...other, says: 'call data:6379 with TLS, and the pods behind it speak plain there' }],
  },
  {
    it: 'redis to a Redis whose port is of TLS',
    given: toServer('off', 6379, { secures: 'on' }),
    expect: [{ ...other, says: 'call data:6379 without TLS, and the pods behind it speak TLS there' }],
  },
  { it: 'each its own', given: toServer('on', 6379, { secures: 'on' }), expect: 'ok' },
  { it: 'a server of which nobody knows', given: toServer('on', 6379, {}), expect: 'not-applicable' },
  { it: 'amqps to 5672', given: toServer('on', 5672, {}), expect: [other] },
  { it: 'amqp to 5671', given: toServer('off', 5671, {}), expect: [other] },
  { it: 'amqps to 5671', given: toServer('on', 5671, {}), expect: 'ok' },
  { it: 'ldaps to 636, which leads to another', given: toServer('on', 636, {}, 1636), expect: 'not-applicable' },
  {
    it: 'amqps without a port, by the only one',
    given: toServer('on', 5672, {}, 5672, null),
    expect: [other],
  },
  {
    it: 'by a program with a proxy of a mesh, which may make TLS of it',
    given: (({ pods: [web, ...more], ...it }) => ({
      ...it,
      pods: [...(web === undefined ? [] : [meshed(web)]), ...more],
    }))(toServer('off', 5671, {})),
    expect: 'not-applicable',
  },
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
