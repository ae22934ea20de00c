import { beside } from '../../../test/build/beside.ts'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { ControllerSettings } from '../../model/beside.ts'
import type { ControllerFront, Ingress } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import check from './tls-ended-before.ts'

const at = { namespace: 'ingress-nginx', name: 'nginx' }
const port = (number: number, targetPort: number | string) =>
  ({ port: number, nodePort: null, targetPort, declared: 'yes' }) as const
const front = (about: Partial<ControllerFront> = {}): ControllerFront => ({
  ...at,
  type: 'LoadBalancer',
  addresses: [],
  ports: [port(80, 'http'), port(443, 'http')],
  tlsEnded: { ports: [443], header: 'none' },
  wants: [],
  ready: 1,
  ...about,
})
const settings = (about: Partial<ControllerSettings> = {}): ControllerSettings => ({
  ...at,
  proxyProtocol: null,
  snippets: null,
  risk: null,
  ...about,
})
const web = (about: Partial<Ingress> = {}) => ingress([['/', 'web', 80]], { sslRedirect: 'forced', ...about })
interface Given {
  readonly its?: readonly Ingress[]
  readonly fronts?: readonly ControllerFront[]
  readonly set?: Partial<ControllerSettings>
}
const given = ({ its = [web()], fronts = [front()], set = {} }: Given = {}) => ({
  ingresses: its,
  ingressClasses: [ingressClass('nginx')],
  ingressControllers: [controller({ product: 'ingress-nginx', configMap: at, fronts })],
  beside: beside({ controllerSettings: [settings(set)] }),
})
const subject = 'Service/ingress-nginx/nginx'
const { sslRedirect: _, ...plain } = web()
const withTls = { ...plain, tls: [{ hosts: ['web.example.com'], secret: 'web-tls' }] }
const { tlsEnded: _ended, ...passing } = front({ name: 'inner', ports: [port(443, 'https')] })
const told = front({ tlsEnded: { ports: [443], header: 'sent' } })

const ofTraefik = (ports: ControllerFront['ports'], header: 'sent' | 'none' = 'none') => ({
  ...given({ its: [] }),
  ingressControllers: [
    controller({
      controller: 'traefik.io/ingress-controller',
      entryPoints: ['web', 'websecure'],
      redirectingEntryPoints: ['web'],
      fronts: [front({ ports, tlsEnded: { ports: [443], header } })],
    }),
  ],
})

describeCheck(check, [
  {
    it: 'forced to https, behind one that knows connections alone',
    given: given(),
    expect: [{ subject, severity: 'error', confidence: 'inferred', says: /leads shop\/web to https again/ }],
  },
  {
    it: 'by the ConfigMap of the controller',
    given: given({ its: [plain], set: { sslRedirect: 'forced' } }),
    expect: [{ subject, severity: 'error' }],
  },
  {
    it: 'by a certificate of its own',
    given: given({ its: [withTls] }),
    expect: [{ subject, severity: 'warning', args: { forced: 0 } }],
  },
  {
    it: 'a header is sent, and not heeded',
    given: given({ fronts: [told] }),
    expect: [{ subject, severity: 'error', args: { told: true } }],
  },
  {
    it: 'a header is heeded, and not sent',
    given: given({ set: { forwarded: 'on' } }),
    expect: [{ subject, severity: 'warning', args: { forwarded: true } }],
  },
  {
    it: 'another load balancer passes TLS on',
    given: given({ fronts: [front(), passing] }),
    expect: [{ subject, severity: 'warning', args: { others: ['ingress-nginx/inner'] } }],
  },
  {
    it: 'an entry point of Traefik leads all to https',
    given: ofTraefik([port(80, 'web'), port(443, 'web')]),
    expect: [{ subject, severity: 'error', args: { entry: 'web' }, says: /speaks http to Traefik, which leads all/ }],
  },
  {
    it: 'the entry point of Traefik for https, which redirects nothing',
    given: ofTraefik([port(80, 'web'), port(443, 'websecure')]),
    expect: 'ok',
  },
  {
    it: 'Traefik, behind one that sends a header which it may heed',
    given: ofTraefik([port(443, 'web')], 'sent'),
    expect: 'ok',
  },
  { it: 'a header is sent and heeded', given: given({ fronts: [told], set: { forwarded: 'on' } }), expect: 'ok' },
  { it: 'by the PROXY protocol', given: given({ set: { proxyProtocol: 'on' } }), expect: 'ok' },
  {
    it: 'TLS goes on to the port for it',
    given: given({ fronts: [front({ ports: [port(443, 'https')] })] }),
    expect: 'ok',
  },
  { it: 'no redirect is asked for', given: given({ its: [plain] }), expect: 'ok' },
  {
    it: 'redirects are off in the ConfigMap',
    given: given({ its: [withTls], set: { sslRedirect: 'off' } }),
    expect: 'ok',
  },
  { it: 'the redirect is off', given: given({ its: [{ ...withTls, sslRedirect: 'off' }] }), expect: 'ok' },
  { it: 'an Ingress of another class', given: given({ its: [web({ className: 'alb' })] }), expect: 'ok' },
  {
    it: 'the ConfigMap is not in the file',
    given: { ...given(), beside: beside() },
    expect: 'cannot-tell',
  },
  {
    it: 'TLS does not end at a load balancer',
    given: given({ fronts: [] }),
    expect: 'not-applicable',
  },
  {
    it: 'what controllers there are is not known',
    given: modelOf(given(), { ingressControllers: unknown('forbidden', 'list pods') }),
    expect: 'cannot-tell',
  },
  {
    it: 'Ingresses forbidden',
    given: modelOf(given(), { ingresses: unknown('forbidden', 'list ingresses') }),
    expect: 'cannot-tell',
  },
])
