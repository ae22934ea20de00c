import { clusterDns } from '../../../test/build/dns.ts'
import { known } from '../../model/known.ts'
import { beside } from '../../../test/build/beside.ts'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { LoadBalancer } from '../../model/service.ts'
import type { Sources } from '../../model/sources.ts'
import check from './hairpin-without-header.ts'

const front = (about: Partial<LoadBalancer> = {}) =>
  service('front', {
    namespace: 'ingress-nginx',
    type: 'LoadBalancer',
    loadBalancer: { addresses: ['203.0.113.10'], class: null, problem: null, proxyProtocol: 'asked', ...about },
  })
const caller = (host: string) =>
  pod('report-a', { containers: [container({ calls: [{ by: 'SHOP_URL', host, port: 443 }] })] })
const settings = (proxyProtocol: 'on' | 'off') =>
  beside({
    controllerSettings: [{ namespace: 'ingress-nginx', name: 'nginx', proxyProtocol, snippets: null, risk: null }],
  })
const given = (more: Partial<Sources> = {}): Partial<Sources> => ({
  beside: settings('on'),
  ingressControllers: [
    controller({
      product: 'ingress-nginx',
      configMap: { namespace: 'ingress-nginx', name: 'nginx' },
      fronts: [
        {
          namespace: 'ingress-nginx',
          name: 'front',
          type: 'LoadBalancer',
          addresses: ['203.0.113.10'],
          ports: [],
          wants: [],
          ready: 1,
        },
      ],
    }),
  ],
  ingresses: [ingress([['/', 'web', 80]])],
  ingressClasses: [ingressClass('nginx')],
  services: [front()],
  pods: [caller('web.example.com')],
  ...more,
})

describeCheck(check, [
  {
    it: 'a pod calls a host of an Ingress',
    given: given(),
    expect: [
      {
        subject: 'Service/ingress-nginx/front',
        severity: 'warning',
        confidence: 'possible',
        args: { hosts: ['web.example.com'], count: 1 },
      },
    ],
  },
  { it: 'a name in the status', given: given({ services: [front({ fromInside: 'by way of it' })] }), expect: 'ok' },
  {
    it: 'a line of the Corefile leads it to the controller from inside',
    given: given({
      clusterDns: clusterDns({
        corefile: known(
          '.:53 {\n rewrite name web.example.com front.ingress-nginx.svc.cluster.local\n forward . 1.1.1.1\n}',
        ),
      }),
    }),
    expect: 'ok',
  },
  {
    it: "the pod's own hosts have it",
    given: given({
      pods: [{ ...caller('web.example.com'), hostAliases: [{ ip: '10.96.0.9', names: ['web.example.com'] }] }],
    }),
    expect: 'ok',
  },
  { it: 'another host is called', given: given({ pods: [caller('api.example.org')] }), expect: 'ok' },
  { it: 'no header is expected: ING364', given: given({ beside: settings('off') }), expect: 'ok' },
  { it: 'no address yet', given: given({ services: [front({ addresses: [] })] }), expect: 'cannot-tell' },
  {
    it: 'no PROXY protocol at all',
    given: given({ services: [service('front', { namespace: 'ingress-nginx' })] }),
    expect: 'not-applicable',
  },
])
