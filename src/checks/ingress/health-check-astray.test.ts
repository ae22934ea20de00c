import { ingress, ingressClass } from '../../../test/build/ingress.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Ingress } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import type { Container, Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import check from './health-check-astray.ts'

const alb = (asks: number | string | null, albTarget: 'ip' | 'instance' | 'unset' = 'ip'): Ingress =>
  ingress([['/', 'web', 80]], {
    className: 'alb',
    albTarget,
    ...(asks === null ? {} : { healthPort: { by: 'alb', port: asks } }),
  })
const appgw = (asks: number): Ingress =>
  ingress([['/', 'web', 80]], { className: 'appgw', healthPort: { by: 'appgw', port: asks } })
const given = (
  one: Ingress,
  about: { behind?: Partial<Service>; its?: Partial<Container>; pod?: Partial<Pod>; others?: Service[] } = {},
) => ({
  ingresses: [one],
  services: [service('web', about.behind), ...(about.others ?? [])],
  pods: [pod('web-1', { containers: [container(about.its)], ...about.pod })],
  ingressClasses: [
    ingressClass('alb', { controller: 'ingress.k8s.aws/alb' }),
    ingressClass('appgw', { controller: 'azure/application-gateway' }),
  ],
})
const fault = (kind: string, severity: 'warning' | 'error' = 'warning') => [
  { subject: 'Ingress/shop/web', severity, args: { fault: kind } },
]
const other = service('other', { type: 'NodePort', ports: [port({ nodePort: 30_999 })] })

describeCheck(check, [
  { it: 'pods that declare another', given: given(alb(9999)), expect: fault('pods') },
  { it: 'pods behind an Application Gateway', given: given(appgw(9999)), expect: fault('pods') },
  { it: 'the port of the traffic', given: given(alb(8080)), expect: 'ok' },
  {
    it: 'what the kubelet asks',
    given: given(alb(9000), { its: { readinessProbe: 'http-get :9000/' } }),
    expect: 'ok',
  },
  {
    it: 'what it is told to listen on',
    given: given(alb(9000), { its: { listens: [{ by: '--health-port', host: null, port: 9000 }] } }),
    expect: 'ok',
  },
  { it: 'pods that declare nothing', given: given(alb(9999), { its: { ports: [] } }), expect: 'cannot-tell' },
  { it: "pods on the nodes' network", given: given(alb(9999), { pod: { hostNetwork: true } }), expect: 'cannot-tell' },
  { it: 'no pods', given: { ...given(alb(9999)), pods: [] }, expect: 'cannot-tell' },
  { it: 'a node port of no Service', given: given(alb(30_080, 'instance')), expect: fault('nodes') },
  { it: 'a port of the pods, asked of nodes', given: given(alb(8080, 'unset')), expect: fault('nodes') },
  { it: 'a node port of another Service', given: given(alb(30_999, 'instance'), { others: [other] }), expect: 'ok' },
  { it: 'a port of a program of the node', given: given(alb(10_256, 'instance')), expect: 'cannot-tell' },
  {
    it: 'one that kube-proxy may answer on for a Service with externalTrafficPolicy Local',
    given: given(alb(30_080, 'instance'), {
      others: [service('edge', { type: 'LoadBalancer', externalTrafficPolicy: 'Local' })],
    }),
    expect: 'cannot-tell',
  },
  {
    it: 'Services of other namespaces were not read',
    given: modelOf(given(alb(30_080, 'instance')), {}, { namespace: 'shop' }),
    expect: 'cannot-tell',
  },
  { it: 'a name that the Service has not', given: given(alb('metrics')), expect: fault('no-name', 'error') },
  { it: 'a name of the Service', given: given(alb('http')), expect: 'ok' },
  {
    it: 'a name whose target port is one too',
    given: given(alb('http'), { behind: { ports: [port({ targetPort: 'http' })] } }),
    expect: fault('named-target', 'error'),
  },
  { it: 'the Service asks by itself', given: given(alb(9999), { behind: { albHealthPort: 8080 } }), expect: 'ok' },
  {
    it: 'the Service has the port of the traffic asked',
    given: given(alb(9999), { behind: { albHealthPort: null } }),
    expect: 'not-applicable',
  },
  {
    it: 'a wrong one of the Service',
    given: given(alb(null), { behind: { albHealthPort: 9 } }),
    expect: fault('pods'),
  },
  {
    it: 'for another controller',
    given: { ...given(alb(9999)), ingressClasses: [ingressClass('alb', { controller: 'eks.amazonaws.com/alb' })] },
    expect: 'not-applicable',
  },
  {
    it: 'parameters of the class may say what it sends to',
    given: {
      ...given(alb(9999, 'unset')),
      ingressClasses: [ingressClass('alb', { controller: 'ingress.k8s.aws/alb', parameters: true })],
    },
    expect: 'cannot-tell',
  },
  { it: 'nothing said', given: given(alb(null)), expect: 'not-applicable' },
  {
    it: 'pods forbidden',
    given: modelOf(given(alb(9999)), { pods: unknown('forbidden', 'list pods') }),
    expect: 'cannot-tell',
  },
])
