import { beside } from '../../../test/build/beside.ts'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { ControllerFront } from '../../model/ingress.ts'
import check from './controller-service-empty.ts'

const front = (about: Partial<ControllerFront> = {}): ControllerFront => ({
  namespace: 'ingress-nginx',
  name: 'ingress-nginx-controller',
  type: 'NodePort',
  addresses: [],
  ports: [{ port: 80, nodePort: 30_080, targetPort: 'http', declared: 'yes' }],
  wants: [],
  ready: 1,
  ...about,
})
const before = (...fronts: readonly ControllerFront[]) => ({
  ingresses: [ingress([['/', 'web', 80]])],
  ingressClasses: [ingressClass('nginx')],
  ingressControllers: [controller({ fronts })],
})
const at = { subject: 'Service/ingress-nginx/ingress-nginx-controller', confidence: 'inferred' } as const

const port = { port: 80, nodePort: 30_080, targetPort: 'http', declared: 'yes' } as const
const settings = { namespace: 'ingress-nginx', name: 'settings', proxyProtocol: null, snippets: null, risk: null }
const set = (bound: object) => ({
  ...before(),
  ingressControllers: [controller({ fronts: [front()], configMap: { namespace: 'ingress-nginx', name: 'settings' } })],
  beside: beside({ controllerSettings: [{ ...settings, ...bound }] }),
})

describeCheck(check, [
  {
    it: 'a flag tells the controller another port',
    given: before(front({ ports: [{ ...port, told: { by: '--http-port', host: null, port: 8080 } }] })),
    expect: [
      {
        ...at,
        severity: 'warning',
        confidence: 'possible',
        args: { fault: 'told-elsewhere', told: ['port 80 goes to http, and --http-port says 8080'] },
      },
    ],
  },
  {
    it: 'its ConfigMap has it listen on its loopback',
    given: set({ bound: 'loopback' }),
    expect: [{ ...at, severity: 'error', args: { fault: 'on-loopback' } }],
  },
  { it: 'its ConfigMap says nothing of that', given: set({}), expect: 'ok' },
  {
    it: 'its selector wants a label that the pods have not',
    given: before(front({ wants: ['app.kubernetes.io/version=1.12.0'], ready: 0 })),
    expect: [{ ...at, severity: 'error', args: { fault: 'selects-none', ingresses: 1, others: false } }],
  },
  {
    it: 'nobody is ready behind it',
    given: before(front({ ready: 0 })),
    expect: [{ ...at, severity: 'error', args: { fault: 'nobody-ready' } }],
  },
  {
    it: 'it names a port that the pods have not',
    given: before(front({ ports: [{ port: 80, nodePort: null, targetPort: 'web', declared: 'as-name' }] })),
    expect: [{ ...at, args: { fault: 'no-such-port', ports: ['80 -> web'] } }],
  },
  {
    it: 'another Service leads there',
    given: before(front({ wants: ['track=blue'], ready: 0 }), front({ name: 'edge', type: 'LoadBalancer' })),
    expect: [{ ...at, severity: 'warning', args: { others: true } }],
  },
  { it: 'well', given: before(front()), expect: 'ok' },
  { it: 'its slices were not read', given: before(front({ ready: null })), expect: 'cannot-tell' },
  {
    it: 'a number that no container declares may be open all the same',
    given: before(
      front({
        ports: [{ port: 80, nodePort: null, targetPort: 8081, declared: 'no' }],
      }),
    ),
    expect: 'ok',
  },
  { it: 'the controller has the ports of its node', given: before(), expect: 'not-applicable' },
  {
    it: 'the Services before it were not read',
    given: { ...before(), ingressControllers: [controller()] },
    expect: 'cannot-tell',
    says: /was not read/,
  },
  {
    it: 'no Ingress here is its',
    given: { ...before(front({ ready: 0 })), ingresses: [ingress([], { className: 'other' })] },
    expect: 'not-applicable',
  },
  {
    it: 'pods may not be listed',
    given: modelOf({ ingresses: [ingress([])] }, { ingressControllers: unknown('forbidden', 'list pods') }),
    expect: 'cannot-tell',
  },
])
