import { contacts, get } from '../../../test/build/contacts.ts'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { IngressController } from '../../model/ingress.ts'
import type { MountedRefusal } from '../../model/pod.ts'
import check from './server-keeps-out.ts'

const lan = [
  { is: 'allow' as const, of: '192.168.0.0/16' },
  { is: 'deny' as const, of: null },
]
const refusal = (about: Partial<MountedRefusal> = {}): MountedRefusal => ({
  by: 'deny',
  status: 403,
  rules: lan,
  line: 3,
  port: 8080,
  map: 'ngx',
  key: 'default.conf',
  ...about,
})
const docs = (refusals: readonly MountedRefusal[], name = 'docs-1') =>
  pod(name, { ip: '10.2.1.20', containers: [container({ refusals })] })
const caller = pod('cart-1', {
  ip: '10.2.1.30',
  containers: [container({ calls: [{ by: 'DOCS_URL', host: 'docs', port: 80, isUrl: true }] })],
})

interface Of {
  readonly about?: Partial<MountedRefusal>
  readonly path?: string
  readonly by?: Partial<IngressController>
}

const given = ({ about = {}, path = '/', by = {} }: Of = {}) => ({
  services: [service('docs')],
  pods: [docs([refusal(about)])],
  ingresses: [ingress([[path, 'docs', 80]])],
  ingressClasses: [ingressClass('nginx')],
  ingressControllers: [controller(by)],
})
const found = { subject: 'Service/shop/docs', confidence: 'inferred' } as const

describeCheck(check, [
  {
    it: 'the controller is not in the list',
    given: given(),
    expect: [
      {
        ...found,
        severity: 'error',
        args: { denied: 1, of: 1 },
        says: /answers 403 to the ingress controllers of .*not let/,
      },
    ],
  },
  { it: 'a path of it', given: given({ path: '/docs' }), expect: [{ ...found, severity: 'error' }] },
  {
    it: 'the controller is let in, and a caller is not',
    given: {
      ...given({ about: { rules: [{ is: 'allow', of: '10.2.1.80' }, ...lan] } }),
      pods: [docs([refusal({ rules: [{ is: 'allow', of: '10.2.1.80' }, ...lan] })]), caller],
    },
    expect: [{ ...found, severity: 'warning', args: { who: ['Deployment shop/cart'], denied: 1, of: 2 } }],
  },
  {
    it: 'called alone',
    given: { ...given(), pods: [docs([refusal()]), caller], ingresses: [] },
    expect: [{ ...found, severity: 'error', args: { who: ['Deployment shop/cart'] } }],
  },
  {
    it: 'the range of the pods is let in',
    given: given({ about: { rules: [{ is: 'allow', of: '10.0.0.0/8' }, ...lan] } }),
    expect: 'ok',
  },
  {
    it: 'and who comes by Ingresses was not read',
    given: modelOf(
      {
        services: [service('docs')],
        pods: [docs([refusal({ rules: [{ is: 'allow', of: '10.0.0.0/8' }, ...lan] })]), caller],
      },
      { ingresses: unknown('forbidden', 'list ingresses') },
    ),
    expect: 'cannot-tell',
  },
  {
    it: 'kept out are others',
    given: given({ about: { rules: [{ is: 'deny', of: '203.0.113.0/24' }] } }),
    expect: 'ok',
  },
  {
    it: 'it refuses all of a host',
    given: given({ about: { by: 'return', status: 503, rules: [] } }),
    expect: [{ ...found, severity: 'warning', args: { isAll: true }, says: /answers 503 to everybody/ }],
  },
  {
    it: 'one path of a host is closed by it',
    given: given({ about: { by: 'return', rules: [] }, path: '/actuator' }),
    expect: 'not-applicable',
  },
  {
    it: 'a default backend',
    given: given({ about: { by: 'return', status: 404, rules: [] } }),
    expect: 'not-applicable',
  },
  {
    it: 'the controller comes by the address of its node',
    given: given({ by: { hostNetwork: true } }),
    expect: 'not-applicable',
  },
  {
    it: 'a rollout is under way',
    given: { ...given(), pods: [docs([refusal()]), pod('docs-2', { ip: '10.2.1.21' })] },
    expect: 'not-applicable',
  },
  { it: 'at another port', given: given({ about: { port: 9113 } }), expect: 'not-applicable' },
  {
    it: 'it was asked, and answered',
    given: { ...given(), contacts: contacts([], [get('/', 200)]) },
    expect: 'not-applicable',
  },
  { it: 'nobody comes', given: { ...given(), ingresses: [] }, expect: 'not-applicable' },
  { it: 'no such file', given: { ...given(), pods: [docs([])] }, expect: 'not-applicable' },
])
