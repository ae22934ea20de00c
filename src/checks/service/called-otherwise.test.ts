import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Call, ContainerPort, Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import check from './called-otherwise.ts'

const calling = (host: string, port: number | null = null, about: Partial<Pod> = {}): Pod => {
  const call: Call = { by: 'PAY_URL', host, port }
  return pod('web-1', { containers: [container({ calls: [call] })], ...about })
}
const ledger = service('ledger', {
  ports: [{ name: null, port: 80, protocol: 'TCP', targetPort: 8080, nodePort: null }],
})
const of80 = { name: null, port: 80, protocol: 'TCP', targetPort: 8080, nodePort: null } as const
const headless = { ...ledger, clusterIP: 'None' }
const listening: readonly ContainerPort[] = [{ name: 'http', port: 8080, protocol: 'TCP' }]
const inPay = (it: Service): Service => ({ ...it, namespace: 'pay' })
const namespaces = ['shop', 'pay', 'dev'].map((name) => ({ name, labels: {} }))
const given = (caller: Pod, services: readonly Service[] = [ledger]) => ({ pods: [caller], services, namespaces })
const withBack = (caller: Pod, called: Service, ports = listening) => ({
  ...given(caller, [called]),
  pods: [caller, pod('ledger-1', { containers: [container({ ports })] })],
})
const found = (args: Readonly<Record<string, string | number | boolean | null>>) => [
  { subject: 'Deployment/shop/web', severity: 'warning' as const, confidence: 'inferred' as const, args },
]

describeCheck(check, [
  {
    it: 'a port that the Service does not offer: its target port',
    given: given(calling('ledger', 8080)),
    expect: found({ is: 'no-port', port: 8080, near: 'ledger:80', isTargetPort: true }),
  },
  {
    it: 'another port',
    given: given(calling('ledger.shop.svc.cluster.local', 81)),
    expect: found({ is: 'no-port', near: 'ledger:80', isTargetPort: false }),
  },
  {
    it: 'a port of a headless Service that its pods do not listen on',
    given: withBack(calling('ledger', 80), headless),
    expect: found({ is: 'unmapped', port: 80, near: 'ledger:8080' }),
  },
  {
    it: 'the same, of a port by name',
    given: withBack(
      calling('ledger', 80),
      service('ledger', { ...headless, ports: [{ ...of80, targetPort: 'http' }] }),
    ),
    expect: found({ is: 'unmapped', near: 'ledger:8080' }),
  },
  { it: 'the port of its pods', given: withBack(calling('ledger', 8080), headless), expect: 'ok' },
  {
    it: 'a port that it does not list: every port may be called',
    given: withBack(calling('ledger', 81), headless),
    expect: 'ok',
  },
  {
    it: 'its pods listen on both',
    given: withBack(calling('ledger', 80), headless, [...listening, { name: 'old', port: 80, protocol: 'TCP' }]),
    expect: 'ok',
  },
  { it: 'a headless Service without a pod', given: given(calling('ledger', 80), [headless]), expect: 'ok' },
  { it: 'a slip of a name', given: given(calling('legder')), expect: found({ is: 'no-service', near: 'ledger' }) },
  {
    it: 'a Service of another namespace, without it',
    given: given(calling('ledger'), [inPay(ledger)]),
    expect: found({ is: 'no-service', near: 'ledger.pay' }),
  },
  {
    it: 'a full name of nobody',
    given: given(calling('fraud.shop.svc')),
    expect: found({ is: 'no-service', near: null }),
  },
  {
    it: 'no such namespace',
    given: given(calling('ledger.payy'), [inPay(ledger)]),
    expect: found({ is: 'no-namespace', near: 'ledger.pay' }),
  },
  {
    it: 'the usual domain, where the cluster has another',
    given: modelOf({
      ...given(calling('ledger.shop.svc.cluster.local', 80)),
      clusterDns: {
        service: null,
        slices: [],
        pods: [],
        workload: null,
        corefile: unknown('forbidden', ''),
        domain: 'corp.internal',
        weaveTc: [],
        nodeCaches: [],
      },
    }),
    expect: found({ is: 'other-domain' }),
  },
  {
    it: 'somebody asks about the caller',
    given: modelOf(
      given(calling('ledger', 8080)),
      {},
      { target: { kind: 'object', object: subject('Deployment', 'shop', 'web'), url: null } },
    ),
    expect: [{ subject: 'Deployment/shop/web', severity: 'error' }],
  },
  {
    it: 'somebody asks about the Service that is called',
    given: modelOf(
      given(calling('ledger', 8080)),
      {},
      { target: { kind: 'object', object: subject('Service', 'shop', 'ledger'), url: null } },
    ),
    expect: [{ subject: 'Deployment/shop/web', severity: 'warning' }],
  },
  { it: 'there, and the port', given: given(calling('ledger', 80)), expect: 'ok' },
  { it: 'there, and no port told', given: given(calling('ledger.shop')), expect: 'ok' },
  {
    it: 'headless: any port of its pods',
    given: given(calling('ledger', 9999), [{ ...ledger, clusterIP: 'None' }]),
    expect: 'ok',
  },
  { it: 'a pod of a StatefulSet', given: given(calling('ledger-0.ledger.shop.svc', 80)), expect: 'ok' },
  { it: 'a name of the world', given: given(calling('api.example.com', 443)), expect: 'not-applicable' },
  { it: 'a domain spelled as a namespace is', given: given(calling('example.dev', 443)), expect: 'not-applicable' },
  { it: 'a short name that is nothing here', given: given(calling('mainframe', 80)), expect: 'not-applicable' },
  { it: 'a peer by its own name', given: given(calling('ledger-0', 80)), expect: 'not-applicable' },
  {
    it: 'another cluster by its domain',
    given: given(calling('ledger.shop.svc.clusterset.local', 80)),
    expect: 'not-applicable',
  },
  {
    it: 'hostAliases have it',
    given: given(calling('legder', 80, { hostAliases: [{ ip: '10.0.0.1', names: ['legder'] }] })),
    expect: 'not-applicable',
  },
  {
    it: 'a namespace that was not read',
    given: modelOf(given(calling('fraud.pay.svc')), {}, { namespace: 'shop' }),
    expect: 'not-applicable',
  },
  { it: 'a pod that is over', given: given(calling('legder', 80, { phase: 'Failed' })), expect: 'not-applicable' },
  {
    it: 'Services forbidden',
    given: modelOf({ pods: [calling('legder')] }, { services: unknown('forbidden', 'list services in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
