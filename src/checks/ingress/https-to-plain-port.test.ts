import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { ControllerFront, Ingress, IngressController } from '../../model/ingress.ts'
import type { OutsideAnswer } from '../../model/outside.ts'
import { unknown } from '../../model/known.ts'
import check from './https-to-plain-port.ts'

const opens = { http: 80, https: 443, webhook: 8443 }
const port = (number: number, name: keyof typeof opens, target: number | string = name) =>
  ({ port: number, nodePort: null, targetPort: target, declared: 'yes', opens: { port: opens[name], name } }) as const
const front = (ports: ControllerFront['ports'], about: Partial<ControllerFront> = {}): ControllerFront => ({
  namespace: 'ingress-nginx',
  name: 'nginx',
  type: 'LoadBalancer',
  addresses: [],
  ports,
  wants: [],
  ready: 1,
  ...about,
})
const nginx = (fronts: readonly ControllerFront[], about: Partial<IngressController> = {}) =>
  controller({ product: 'ingress-nginx', ports: { plain: 80, tls: 443 }, fronts, ...about })
const entry = (number: number, name: string) =>
  ({ port: number, nodePort: null, targetPort: name, declared: 'yes' }) as const
const traefik = (
  tlsEntryPoints: readonly string[],
  about: Partial<ControllerFront> = { tlsEnded: { ports: [443], header: 'none' } },
) =>
  controller({
    controller: 'traefik.io/ingress-controller',
    entryPoints: ['web', 'websecure'],
    tlsEntryPoints,
    fronts: [front([entry(80, 'web'), entry(443, 'websecure')], about)],
  })
const web = ingress([['/', 'web', 80]])
const withTls = { ...web, tls: [{ hosts: ['web.example.com'], secret: 'web-tls' }] }
const given = (ingressControllers: readonly IngressController[], its: readonly Ingress[] = [withTls]) => ({
  ingressControllers,
  ingresses: its,
  ingressClasses: [ingressClass('nginx')],
})
const subject = 'Service/ingress-nginx/nginx'
const toPlain = [port(80, 'http'), port(443, 'http')]
const unnamed = (number: number, to: number) =>
  ({ port: number, nodePort: null, targetPort: to, declared: 'yes', opens: { port: to, name: null } }) as const
const answer: OutsideAnswer = {
  by: 'dns',
  ip: '203.0.113.5',
  port: 443,
  host: 'web.example.com',
  path: '/',
  status: 200,
  error: null,
  ms: 20,
}

describeCheck(check, [
  {
    it: 'https leads to http',
    given: given([nginx([front(toPlain)])]),
    expect: [{ subject, severity: 'error', confidence: 'inferred', args: { is: 'https', port: 443, right: '443' } }],
  },
  {
    it: 'by the number',
    given: given([nginx([front([port(80, 'http'), port(443, 'http', 80)])])]),
    expect: [{ subject, args: { is: 'https', target: '80' } }],
  },
  {
    it: 'no Ingress wants TLS',
    given: given([nginx([front(toPlain)])], [web]),
    expect: [{ subject, severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'https leads to the webhook',
    given: given([nginx([front([port(80, 'http'), port(443, 'webhook')])])], [web]),
    expect: [{ subject, severity: 'error', args: { is: 'webhook' } }],
  },
  {
    it: 'http leads to https',
    given: given([nginx([front([port(80, 'https'), port(443, 'https')])])], [web]),
    expect: [{ subject, severity: 'error', args: { is: 'http', right: '80' } }],
  },
  {
    it: 'two pods behind one Service',
    given: given([nginx([front(toPlain)]), nginx([front(toPlain)], { pod: 'controller-2' })]),
    expect: [{ subject }],
  },
  {
    it: 'crossed, without names',
    given: given([nginx([front([unnamed(80, 443), unnamed(443, 80)])])]),
    expect: [
      { subject, args: { is: 'http' } },
      { subject, args: { is: 'https' } },
    ],
  },
  {
    it: 'crossed, by names: SVC241',
    given: given([nginx([front([port(80, 'https'), port(443, 'http')])])]),
    expect: 'ok',
  },
  { it: 'each to its own', given: given([nginx([front([port(80, 'http'), port(443, 'https')])])]), expect: 'ok' },
  {
    it: 'TLS ends at the load balancer',
    given: given([nginx([front(toPlain, { tlsEnded: { ports: [443], header: 'unsure' } })])]),
    expect: 'ok',
  },
  {
    it: 'TLS ends at the load balancer, which sends to the port for TLS',
    given: given([
      nginx([front([port(80, 'http'), port(443, 'https')], { tlsEnded: { ports: [443], header: 'none' } })]),
    ]),
    expect: [{ subject, severity: 'error', confidence: 'inferred', args: { is: 'ended', right: 'http' } }],
  },
  {
    it: 'the same of a cloud whose load balancer may speak TLS again',
    given: given([
      nginx([front([port(80, 'http'), port(443, 'https')], { tlsEnded: { ports: [443], header: 'unsure' } })]),
    ]),
    expect: [{ subject, severity: 'warning', confidence: 'possible', says: /ends TLS at port 443/ }],
  },
  {
    it: 'Traefik: to an entry point whose routers are for TLS',
    given: {
      ...given([traefik(['websecure'])]),
      ingressClasses: [ingressClass('nginx', { controller: 'traefik.io/ingress-controller' })],
    },
    expect: [
      { subject, severity: 'error', confidence: 'inferred', args: { is: 'entry', to: 'websecure', right: 'web' } },
    ],
  },
  {
    it: 'Traefik: no Ingress goes by it',
    given: { ...given([traefik(['websecure'])]), ingresses: [] },
    expect: [{ subject, severity: 'warning', confidence: 'possible' }],
  },
  { it: 'Traefik: routers say it themselves', given: given([traefik([])]), expect: 'ok' },
  { it: 'Traefik: TLS ends nowhere before', given: given([traefik(['websecure'], {})]), expect: 'ok' },
  {
    it: 'TLS ends at another port of it',
    given: given([
      nginx([front([port(443, 'https'), port(8443, 'http')], { tlsEnded: { ports: [8443], header: 'none' } })]),
    ]),
    expect: 'ok',
  },
  {
    it: 'by a NodePort, behind what nobody sees',
    given: given([nginx([front(toPlain, { type: 'NodePort' })])]),
    expect: 'not-applicable',
  },
  {
    it: 'a port of its own for 8443',
    given: given([nginx([front([port(80, 'http'), port(8443, 'webhook')])])]),
    expect: 'ok',
  },
  {
    it: 'a container port that is not declared',
    given: given([nginx([front([{ port: 443, nodePort: null, targetPort: 8080, declared: 'no' }])])]),
    expect: 'ok',
  },
  {
    it: 'Traefik, whose entry point takes both',
    given: given([controller({ controller: 'traefik.io/ingress-controller', fronts: [front(toPlain)] })]),
    expect: 'not-applicable',
  },
  {
    it: 'an answer from outside by https',
    given: { ...given([nginx([front(toPlain)])]), outside: { lookupError: null, answers: [answer] } },
    expect: 'ok',
  },
  {
    it: 'controllers forbidden',
    given: modelOf({ ingresses: [withTls] }, { ingressControllers: unknown('forbidden', 'list pods') }),
    expect: 'cannot-tell',
  },
])
