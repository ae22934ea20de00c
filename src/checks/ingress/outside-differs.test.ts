import { contacts, get } from '../../../test/build/contacts.ts'
import { controller, ingress } from '../../../test/build/ingress.ts'
import { controllerConfig, ingressConfigs } from '../../../test/build/ingress-config.ts'
import { node } from '../../../test/build/node.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Certificate, PageMaker } from '../../model/contacts.ts'
import type { ControllerFront } from '../../model/ingress.ts'
import type { Outside, OutsideAnswer } from '../../model/outside.ts'
import type { Scope } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import check from './outside-differs.ts'

const scope = {
  namespace: 'shop',
  target: { kind: 'object', object: subject('Ingress', 'shop', 'web'), url: 'http://web.shop.example/' },
} satisfies Partial<Scope>
const certificate: Certificate = {
  names: ['web.shop.example'],
  subject: 'web.shop.example',
  issuer: 'CA',
  covers: true,
  validity: 'now',
  validTo: '2030-01-01',
  trust: 'public',
}
const end = (status: number | null, about: Partial<OutsideAnswer> = {}): OutsideAnswer => ({
  by: 'dns',
  ip: '192.0.2.10',
  port: 80,
  host: 'web.shop.example',
  path: '/',
  status,
  error: status === null ? 'ECONNREFUSED' : null,
  ms: 20,
  ...about,
})
const led = end(302, { location: 'http://other.example/' })
const page = (by: PageMaker) => ({ body: 'aaaa', head: 'bbbb', by })
const outside = (...answers: OutsideAnswer[]): Outside => ({ lookupError: null, answers })
const inside = (status: number | null, about = {}) => contacts([], [get('/', status, { basis: 'url', ...about })])
const given = { ingresses: [ingress([['/', 'web', 80]])], contacts: inside(200) }
const found = { subject: 'Ingress/shop/web', confidence: 'observed' } as const

const front: ControllerFront = {
  namespace: 'ingress-nginx',
  name: 'edge',
  type: 'LoadBalancer',
  addresses: ['192.0.2.10'],
  ports: [{ port: 80, nodePort: 30_080, targetPort: 80, declared: 'yes' }],
  wants: [],
  ready: 1,
}
const behind = { ingressControllers: [controller({ fronts: [front] })], nodes: [node('worker-1', { ip: '192.0.2.1' })] }

describeCheck(check, [
  {
    it: 'silence at a NodePort of the Service before the controllers: no load balancer is blamed',
    given: { ...given, ...behind, outside: outside(end(null, { by: 'lb', ip: '192.0.2.1', port: 30_080 })) },
    scope,
    expect: [{ ...found, args: { wrong: 'silent', door: 'node-port', front: 'ingress-nginx/edge' } }],
  },
  {
    it: 'silence at its load balancer',
    given: { ...given, ...behind, outside: outside(end(null)) },
    scope,
    expect: [{ ...found, args: { wrong: 'silent', door: 'service-address' } }],
  },
  {
    it: 'silence at an address that nobody has',
    given: { ...given, ...behind, outside: outside(end(null, { ip: '192.0.2.99' })) },
    scope,
    expect: [{ ...found, args: { wrong: 'silent', door: 'unknown', front: '' } }],
  },
  {
    it: 'its own page, in one of four: some of its targets',
    given: { ...given, outside: outside(end(200), end(503, { page: page('haproxy') }), end(200), end(200)) },
    scope,
    expect: [
      {
        ...found,
        severity: 'error',
        args: { wrong: 'error', status: 503, maker: 'haproxy', bad: 1, of: 4 },
        says: /503 by HAProxy in 1 of 4/,
      },
    ],
  },
  {
    it: 'gives up before the application is done',
    given: {
      ...given,
      contacts: contacts([], [get('/', 200, { basis: 'url', ms: 4000 })]),
      outside: outside(end(504, { page: page('haproxy'), ms: 2003 })),
    },
    scope,
    expect: [{ ...found, args: { status: 504, slowest: 2003, slowestInside: 4000 } }],
  },
  {
    it: 'speaks the PROXY protocol to a controller that expects none',
    given: {
      ...given,
      ingressConfigs: ingressConfigs(controllerConfig(given.ingresses)),
      outside: outside(end(400), end(400)),
    },
    scope,
    expect: [{ ...found, severity: 'error', args: { wrong: 'proxy-header' } }],
  },
  {
    it: 'a 400 where the configuration of the controller is not known',
    given: { ...given, outside: outside(end(400), end(400)) },
    scope,
    expect: [{ ...found, severity: 'warning', args: { wrong: 'other-answer' } }],
  },
  {
    it: 'leads to another host, which no controller does',
    given: { ...given, outside: outside(led, led) },
    scope,
    expect: [{ ...found, severity: 'warning', args: { wrong: 'other-answer', outside: '302' } }],
  },
  {
    it: 'leads to another host, as the controllers do',
    given: { ...given, contacts: inside(302, { location: 'https://login.example/' }), outside: outside(led, led) },
    scope,
    expect: 'ok',
  },
  {
    it: 'a limit of the Ingress meets this machine',
    given: {
      ...given,
      ingresses: given.ingresses.map((it) => ({ ...it, annotated: ['nginx.ingress.kubernetes.io/limit-rps'] })),
      outside: outside(end(200), end(503, { page: page('nginx') }), end(503, { page: page('nginx') })),
    },
    scope,
    expect: [
      {
        ...found,
        severity: 'warning',
        args: { wrong: 'error', limits: ['limit-rps'], bad: 2, of: 3 },
        says: /503 by nginx in 2 of 3/,
      },
    ],
  },
  {
    it: 'a 503 of a load balancer before an Ingress with a limit',
    given: {
      ...given,
      ingresses: given.ingresses.map((it) => ({ ...it, annotated: ['nginx.ingress.kubernetes.io/limit-rps'] })),
      outside: outside(end(200), end(503, { page: page('haproxy') })),
    },
    scope,
    expect: [{ ...found, severity: 'error', args: { limits: [] } }],
  },
  { it: 'no URL', given: { ...given, outside: outside(end(502)) }, expect: 'not-applicable' },
  { it: 'nobody asked', given, scope, expect: 'cannot-tell' },
  {
    it: 'the controllers were not asked',
    given: { ...given, contacts: contacts([]), outside: outside(end(502)) },
    scope,
    expect: 'not-applicable',
  },
  { it: 'the same at both ends', given: { ...given, outside: outside(end(200), end(200)) }, scope, expect: 'ok' },
  {
    it: 'bad at both ends: the cause is inside',
    given: { ...given, contacts: inside(502), outside: outside(end(502)) },
    scope,
    expect: 'ok',
  },
  {
    it: 'an error of what stands before',
    given: { ...given, outside: outside(end(502), end(200)) },
    scope,
    expect: [{ ...found, severity: 'error', args: { wrong: 'error', bad: 1, of: 2, outside: '502' } }],
  },
  {
    it: 'an answer that does not end',
    given: { ...given, outside: outside(end(200, { error: 'no complete answer within 18000 ms' })) },
    scope,
    expect: [{ ...found, severity: 'error', args: { wrong: 'error' } }],
  },
  {
    it: 'nobody is there',
    given: { ...given, outside: outside(end(null)) },
    scope,
    expect: [{ ...found, severity: 'warning', args: { wrong: 'silent' } }],
  },
  {
    it: 'somebody else answers',
    given: { ...given, outside: outside(end(404)) },
    scope,
    expect: [{ ...found, severity: 'warning', args: { wrong: 'other-answer' } }],
  },
  {
    it: 'the application itself says 404',
    given: { ...given, contacts: inside(404), outside: outside(end(404)) },
    scope,
    expect: 'ok',
  },
  {
    it: 'the name is not found',
    given: { ...given, outside: { lookupError: 'ENOTFOUND', answers: [] } },
    scope,
    expect: [{ ...found, severity: 'warning', args: { wrong: 'name', lookup: 'ENOTFOUND' } }],
  },
  ...[404, 400].map((status) => ({
    it: `the name is not found, and inside it is answered ${status}: nobody is served`,
    given: { ...given, contacts: inside(status), outside: { lookupError: 'ENOTFOUND', answers: [] } },
    scope,
    expect: [{ ...found, severity: 'warning' as const, args: { isServed: false }, says: `answer it ${status}.` }],
  })),
  {
    it: 'answers that are not yet slow are well',
    given: { ...given, contacts: inside(200, { ms: 2999 }), outside: { lookupError: 'ENOTFOUND', answers: [] } },
    scope,
    expect: [{ ...found, severity: 'warning', args: { wrong: 'name' }, says: /answer it well\./ }],
  },
  {
    it: 'and those that are slow are not',
    given: { ...given, contacts: inside(200, { ms: 3000 }), outside: { lookupError: 'ENOTFOUND', answers: [] } },
    scope,
    expect: [{ ...found, severity: 'warning', args: { wrong: 'name' }, says: /answer it only after up to 3\.00 s\./ }],
  },
  {
    it: 'the certificate of the load balancer',
    given: { ...given, outside: outside(end(200, { certificate: { ...certificate, validity: 'expired' } })) },
    scope,
    expect: [{ ...found, severity: 'error', args: { wrong: 'certificate' } }],
  },
  {
    it: 'the controllers show it themselves: ING306',
    given: {
      ...given,
      contacts: inside(200, { certificate: { ...certificate, covers: false } }),
      outside: outside(end(200, { certificate: { ...certificate, covers: false } })),
    },
    scope,
    expect: 'ok',
  },
])
