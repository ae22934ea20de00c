import { contacts, get, getOf } from '../../../test/build/contacts.ts'
import { ingress, ingressClass } from '../../../test/build/ingress.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { ServicePort } from '../../model/service.ts'
import type { Container } from '../../model/pod.ts'
import check from './backend-protocol.ts'

const of = (protocol: string | null, about: Partial<Ingress> = {}): readonly Ingress[] => [
  ingress([['/', 'web', 80]], { nginx: { rewrite: null, regex: false, canary: false, protocol }, ...about }),
]
const to = (about: Partial<ServicePort>) => [service('web', { ports: [port({ name: null, ...about })] })]
const ingressClasses = [ingressClass('nginx')]
const web = 'Ingress/shop/web'
const rpc = (about: Partial<Container> = {}) => [
  pod('web-a', { containers: [container({ ports: [{ name: null, port: 50_051, protocol: 'TCP' }], ...about })] }),
]
const to50051 = to({ name: 'main', port: 80, targetPort: 50_051 })

const alb = ingressClass('alb', { controller: 'ingress.k8s.aws/alb' })
const kong = ingressClass('kong', { controller: 'ingress-controllers.konghq.com/kong' })
const byAlb = ['alb.ingress.kubernetes.io/backend-protocol' as const]
const byKong = ['konghq.com/protocol' as const]
const ofClass = (className: string, about: Partial<Ingress> = {}) => [
  ingress([['/', 'web', 80]], { className, ...about }),
]
const asKong = (name: string) => to({ name }).map((it) => ({ ...it, tlsBy: byKong }))

describeCheck(check, [
  {
    it: "GKE's load balancer, to a port called https",
    given: { ingresses: ofClass('gce'), services: to({ name: 'https' }), ingressClasses: [] },
    expect: [{ subject: web, args: { spoken: 'HTTP', looks: 'TLS', gce: true, portName: 'https' } }],
  },
  {
    it: 'the same, which an annotation has speak TLS',
    given: {
      ingresses: ofClass('gce'),
      services: to({ name: 'https' }).map((it) => ({ ...it, gceTls: ['https'] })),
      ingressClasses: [],
    },
    expect: 'ok',
  },
  {
    it: 'the same, by appProtocol',
    given: { ingresses: ofClass('gce'), services: to({ name: 'https', appProtocol: 'HTTPS' }), ingressClasses: [] },
    expect: 'ok',
  },
  {
    it: "GKE's load balancer, to a plain port and to one for gRPC",
    given: { ingresses: ofClass('gce'), services: to({ name: 'grpc' }), ingressClasses: [] },
    expect: 'ok',
  },
  {
    it: "GKE's load balancer has taken one without a class",
    given: {
      ingresses: [ingress([['/', 'web', 80]], { className: null, health: { backends: 1, unhealthy: [] } })],
      services: to({ name: 'https' }),
      ingressClasses: [],
    },
    expect: [{ subject: web, args: { gce: true } }],
  },
  {
    it: 'an ALB that is to speak TLS to a port called http',
    given: { ingresses: ofClass('alb', { tlsBy: byAlb }), services: to({ name: 'http' }), ingressClasses: [alb] },
    expect: [{ subject: web, severity: 'warning', confidence: 'possible', args: { spoken: 'HTTPS', by: byAlb[0] } }],
  },
  {
    it: 'an ALB that is to speak TLS to a port called https',
    given: { ingresses: ofClass('alb', { tlsBy: byAlb }), services: to({ name: 'https' }), ingressClasses: [alb] },
    expect: 'ok',
  },
  {
    it: 'Kong, by its Service',
    given: { ingresses: ofClass('kong'), services: asKong('http'), ingressClasses: [kong] },
    expect: [{ subject: web, args: { by: 'konghq.com/protocol', looks: 'plain HTTP' } }],
  },
  {
    it: 'an annotation of Kong that is left over, under ingress-nginx',
    given: { ingresses: of(null), services: asKong('http'), ingressClasses },
    expect: 'ok',
  },
  {
    it: 'an annotation for an ALB, under Kong',
    given: { ingresses: ofClass('kong', { tlsBy: byAlb }), services: to({ name: 'http' }), ingressClasses: [kong] },
    expect: 'not-applicable',
  },
  {
    it: 'a port that says nothing',
    given: {
      ingresses: ofClass('alb', { tlsBy: byAlb }),
      services: to({ name: 'main', port: 80, targetPort: 5000 }),
      ingressClasses: [alb],
    },
    expect: 'ok',
  },
  {
    it: 'TLS to a port called http',
    given: { ingresses: of('HTTPS'), services: to({ name: 'http' }), ingressClasses },
    expect: [{ subject: web, severity: 'warning', confidence: 'possible', args: { spoken: 'HTTPS' } }],
  },
  {
    it: 'plain HTTP to a target port 8443',
    given: { ingresses: of(null), services: to({ targetPort: 8443 }), ingressClasses },
    expect: [{ subject: web, args: { spoken: 'HTTP', looks: 'TLS' } }],
  },
  {
    it: 'two ports of it lead to one, which speaks what a flag of the program says',
    given: {
      ingresses: of('GRPC'),
      services: [
        service('web', {
          ports: [
            port({ name: 'https', port: 80, targetPort: 8080 }),
            port({ name: 'http', port: 8081, targetPort: 8080 }),
          ],
        }),
      ],
      ingressClasses,
    },
    expect: 'ok',
  },
  {
    it: "plain HTTP to the Service's port 443, which leads to 8200: the number is its clients'",
    given: { ingresses: of(null), services: to({ port: 443, targetPort: 8200 }), ingressClasses },
    expect: 'not-applicable',
  },
  {
    it: 'the same, and answered with a 502',
    given: {
      ingresses: of(null),
      services: to({ targetPort: 'https' }),
      ingressClasses,
      contacts: contacts([], [get('/', 502)]),
    },
    expect: [{ subject: web, confidence: 'inferred' }],
  },
  {
    it: 'the same, and answered well',
    given: {
      ingresses: of(null),
      services: to({ targetPort: 'https' }),
      ingressClasses,
      contacts: contacts([], [get('/', 200)]),
    },
    expect: 'ok',
  },
  {
    it: 'TLS to a port called http that leads to 8443: a name against a number',
    given: { ingresses: of('HTTPS'), services: to({ name: 'http', targetPort: 8443 }), ingressClasses },
    expect: 'ok',
  },
  {
    it: 'TLS to a port called http, answered with a 502, and its pods answered over TLS',
    given: {
      ingresses: of('HTTPS'),
      services: to({ name: 'http' }),
      ingressClasses,
      contacts: { ...contacts([], [get('/', 502)]), direct: [getOf('web', 'web-1', 200, { scheme: 'https' })] },
    },
    expect: 'ok',
  },
  {
    it: 'plain HTTP to a port that says nothing, and its pods answered over TLS',
    given: {
      ingresses: of(null),
      services: to({ targetPort: 9000 }),
      ingressClasses,
      contacts: { ...contacts([], [get('/', 502)]), direct: [getOf('web', 'web-1', 200, { scheme: 'https' })] },
    },
    expect: [{ subject: web, confidence: 'inferred', args: { looks: 'TLS' } }],
  },
  {
    it: 'the application protocol has the last word',
    given: { ingresses: of('HTTPS'), services: to({ name: 'http', appProtocol: 'https' }), ingressClasses },
    expect: 'ok',
  },
  {
    it: 'gRPC over plain HTTP/2',
    given: { ingresses: of('GRPC'), services: to({ name: 'grpc', targetPort: 9000 }), ingressClasses },
    expect: 'ok',
  },
  {
    it: 'TLS that is passed through is spoken by the client',
    given: {
      ingresses: [
        ingress([['/', 'web', 80]], {
          nginx: { rewrite: null, regex: false, canary: false, protocol: 'HTTPS', passthrough: true },
        }),
      ],
      services: to({ name: 'http' }),
      ingressClasses,
    },
    expect: 'not-applicable',
  },
  {
    it: 'FastCGI is neither',
    given: { ingresses: of('FCGI'), services: to({ targetPort: 8443 }), ingressClasses },
    expect: 'ok',
  },
  {
    it: 'a port that says nothing',
    given: { ingresses: of('HTTPS'), services: to({ name: 'main', targetPort: 5000 }), ingressClasses },
    expect: 'ok',
  },
  {
    it: 'Traefik goes by the port',
    given: {
      ingresses: [ingress([['/', 'web', 80]], { className: 'traefik' })],
      services: to({ targetPort: 8443 }),
      ingressClasses: [ingressClass('traefik', { controller: 'traefik.io/ingress-controller' })],
    },
    expect: 'not-applicable',
  },
  {
    it: 'HTTP/1.1 to a port called grpc',
    given: { ingresses: of(null), services: to({ name: 'grpc', targetPort: 50_051 }), ingressClasses },
    expect: [
      {
        subject: web,
        severity: 'warning',
        confidence: 'possible',
        args: { spoken: 'HTTP/1.1', looks: 'gRPC', want: 'GRPC' },
      },
    ],
  },
  {
    it: 'a word that ingress-nginx does not know is HTTP',
    given: {
      ingresses: of('H2C'),
      services: to({ appProtocol: 'kubernetes.io/h2c', targetPort: 50_051 }),
      ingressClasses,
    },
    expect: [{ subject: web, args: { want: 'GRPC', annotation: 'H2C' } }],
  },
  {
    it: 'TLS, and HTTP/1.1, to one called grpcs',
    given: { ingresses: of(null), services: to({ name: 'grpcs', targetPort: 50_051 }), ingressClasses },
    expect: [{ subject: web, args: { looks: 'gRPC', want: 'GRPCS' } }],
  },
  {
    it: 'a container port is called grpc',
    given: {
      ingresses: of(null),
      services: to50051,
      ingressClasses,
      pods: rpc({ ports: [{ name: 'grpc', port: 50_051, protocol: 'TCP' }] }),
    },
    expect: [{ subject: web, args: { looks: 'gRPC' } }],
  },
  {
    it: 'the kubelet asks by gRPC',
    given: { ingresses: of(null), services: to50051, ingressClasses, pods: rpc({ readinessProbe: 'grpc :50051' }) },
    expect: [{ subject: web, args: { looks: 'gRPC' } }],
  },
  {
    it: 'the kubelet asks another port by gRPC',
    given: { ingresses: of(null), services: to50051, ingressClasses, pods: rpc({ readinessProbe: 'grpc :9000' }) },
    expect: 'ok',
  },
  {
    it: 'called grpc, and its probe is a GET: it speaks both',
    given: {
      ingresses: of(null),
      services: to({ name: 'grpc', targetPort: 50_051 }),
      ingressClasses,
      pods: rpc({ livenessProbe: 'http-get :50051/healthz' }),
    },
    expect: 'ok',
  },
  {
    it: 'gRPC-Web is HTTP/1.1',
    given: { ingresses: of(null), services: to({ name: 'grpc-web', targetPort: 9000 }), ingressClasses },
    expect: 'ok',
  },
  {
    it: 'gRPC to a port called http',
    given: { ingresses: of('GRPC'), services: to({ name: 'http' }), ingressClasses },
    expect: [{ subject: web, confidence: 'possible', args: { spoken: 'gRPC', looks: 'HTTP/1.1', want: 'HTTP' } }],
  },
  {
    it: 'gRPC to a port that the kubelet asks by GET',
    given: {
      ingresses: of('GRPC'),
      services: to50051,
      ingressClasses,
      pods: rpc({ readinessProbe: 'http-get :50051/ready' }),
    },
    expect: [{ subject: web, args: { want: 'HTTP' } }],
  },
  {
    it: 'one Ingress for each, to a port that speaks both',
    given: {
      ingresses: [...of('GRPC'), ingress([['/', 'web', 80]], { name: 'pages' })],
      services: to({ name: 'http' }),
      ingressClasses,
    },
    expect: 'ok',
  },
  {
    it: 'gRPC by TLS to a port that another Ingress passes the clients of a web page through to (Argo CD)',
    given: {
      ingresses: [
        ...of('GRPCS'),
        ingress([['/', 'web', 80]], {
          name: 'pages',
          nginx: { rewrite: null, regex: false, canary: false, protocol: 'HTTPS', passthrough: true },
        }),
      ],
      services: to50051,
      ingressClasses,
      pods: rpc({ readinessProbe: 'http-get :50051/ready' }),
    },
    expect: 'ok',
  },
  {
    it: 'gRPC over TLS where appProtocol is grpc',
    given: { ingresses: of('GRPCS'), services: to({ appProtocol: 'grpc', targetPort: 50_051 }), ingressClasses },
    expect: 'ok',
  },
])
