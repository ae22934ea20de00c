import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { AlbListens, ControllerFront, Ingress } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import check from './port-not-open.ts'

const front = (ports: readonly number[], about: Partial<ControllerFront> = {}): ControllerFront => ({
  namespace: 'edge',
  name: 'traefik',
  type: 'LoadBalancer',
  addresses: ['203.0.113.10'],
  ports: ports.map((port) => ({ port, nodePort: null, targetPort: 'web', declared: 'yes' })),
  wants: [],
  ready: 1,
  ...about,
})
const before = (fronts: readonly ControllerFront[], about: Partial<Ingress> = {}) => ({
  ingresses: [ingress([['/', 'web', 80]], about)],
  ingressClasses: [ingressClass('nginx')],
  ingressControllers: [controller({ fronts })],
})
const asking = (url: string, sources: ReturnType<typeof before>, namespace: string | null = null) =>
  modelOf(sources, {}, { namespace, target: { kind: 'object', object: subject('Ingress', 'shop', 'web'), url } })
const ofAlb = (albListens: AlbListens) => ({
  ...before([], { className: 'alb', albListens }),
  ingressClasses: [ingressClass('alb', { controller: 'ingress.k8s.aws/alb' })],
})
const tls = [{ hosts: ['web.example.com'], secret: 'web-tls' }]
const at = { subject: 'Ingress/shop/web' }

describeCheck(check, [
  {
    it: 'http, and the Service has 443 alone',
    given: asking('http://web.example.com/', before([front([443])])),
    expect: [{ ...at, severity: 'warning', confidence: 'possible', args: { port: 80, open: [443] } }],
  },
  {
    it: 'a port of its own',
    given: asking('https://web.example.com:8443/', before([front([80, 443])])),
    expect: [{ ...at, args: { port: 8443 } }],
  },
  { it: 'https', given: asking('https://web.example.com/', before([front([443])])), expect: 'ok' },
  {
    it: 'another Service has it',
    given: asking('http://web.example.com/', before([front([443]), front([80], { name: 'b' })])),
    expect: 'ok',
  },
  {
    it: 'node ports, which something outside leads to',
    given: asking('http://web.example.com/', before([front([8080], { type: 'NodePort', addresses: [] })])),
    expect: 'not-applicable',
  },
  {
    it: 'GKE is told to open no port for http',
    given: asking('http://web.example.com/', before([], { allowHttp: 'off' })),
    expect: [{ ...at, severity: 'warning', confidence: 'inferred', args: { is: 'told' } }],
  },
  {
    it: 'and is asked by https',
    given: asking('https://web.example.com/', before([], { allowHttp: 'off' })),
    expect: 'ok',
  },
  { it: 'nobody asks, and it has no TLS', given: before([front([443])]), expect: [{ ...at, severity: 'info' }] },
  { it: 'nobody asks, and it has TLS', given: before([front([443])], { tls }), expect: 'not-applicable' },
  { it: 'both ports', given: before([front([80, 443])]), expect: 'ok' },
  { it: 'no Service before it', given: before([]), expect: 'not-applicable' },
  {
    it: 'Ingresses forbidden',
    given: modelOf({}, { ingresses: unknown('forbidden', 'list ingresses') }),
    expect: 'cannot-tell',
  },
  {
    it: 'an ALB that is told of no certificate, asked by https',
    given: asking('https://web.example.com/', ofAlb({ on: [{ protocol: 'HTTP', port: 80 }] })),
    expect: [{ ...at, severity: 'warning', confidence: 'inferred', args: { is: 'alb', port: 443, open: [80] } }],
  },
  {
    it: 'the same, asked by http',
    given: asking('http://web.example.com/', ofAlb({ on: [{ protocol: 'HTTP', port: 80 }] })),
    expect: 'ok',
  },
  {
    it: 'an ALB that another Ingress may have listen as well',
    given: asking('https://web.example.com/', ofAlb({ on: [{ protocol: 'HTTP', port: 80 }], group: 'shared' }), 'shop'),
    expect: 'not-applicable',
  },
  {
    it: 'an ALB whose class has parameters',
    given: asking('https://web.example.com/', {
      ...ofAlb({ on: [{ protocol: 'HTTP', port: 80 }] }),
      ingressClasses: [ingressClass('alb', { controller: 'ingress.k8s.aws/alb', parameters: true })],
    }),
    expect: 'not-applicable',
  },
  {
    it: 'an ALB for TLS alone, and nobody asks',
    given: ofAlb({ on: [{ protocol: 'HTTPS', port: 443 }] }),
    expect: 'not-applicable',
  },
])
