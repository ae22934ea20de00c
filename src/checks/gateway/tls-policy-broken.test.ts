import { condition, parent } from '../../../test/build/gateway.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { BackendTlsPolicy } from '../../model/gateway.ts'
import check from './tls-policy-broken.ts'

const status = (accepted: Partial<Parameters<typeof condition>[1]> = {}) => [
  { parent: parent(), controller: 'example.com/c', conditions: [condition('Accepted', accepted)] },
]
const policy = (about: Partial<BackendTlsPolicy> = {}): BackendTlsPolicy => ({
  namespace: 'shop',
  name: 'pay',
  generation: 1,
  targets: [{ group: '', kind: 'Service', name: 'pay', section: null }],
  authorities: [{ group: '', kind: 'ConfigMap', name: 'ca' }],
  wellKnown: null,
  hostname: 'pay.example.com',
  status: status(),
  ...about,
})
const services = [service('pay')]
const target = (name: string, section: string | null = null) => [{ group: '', kind: 'Service', name, section }]

describeCheck(check, [
  {
    it: 'a Service that is not there',
    given: { backendTlsPolicies: [policy({ targets: target('gone') })], services },
    expect: [{ subject: 'BackendTLSPolicy/shop/pay', severity: 'error', args: { fault: 'service' } }],
  },
  {
    it: 'a port that has no such name',
    given: { backendTlsPolicies: [policy({ targets: target('pay', 'grpcs') })], services },
    expect: [
      {
        subject: 'BackendTLSPolicy/shop/pay',
        also: ['Service/shop/pay'],
        severity: 'warning',
        confidence: 'possible',
        args: { fault: 'section', section: 'grpcs' },
      },
    ],
  },
  {
    it: 'a port that has no such name, and nobody has accepted it',
    given: { backendTlsPolicies: [policy({ targets: target('pay', 'grpcs'), status: [] })], services },
    expect: [{ subject: 'BackendTLSPolicy/shop/pay', severity: 'error', args: { fault: 'section' } }],
  },
  {
    it: 'the number of a port, as Envoy Gateway had it',
    given: { backendTlsPolicies: [policy({ targets: target('pay', '80') })], services },
    expect: 'ok',
  },
  {
    it: 'the number of a port, which its controller does not take',
    given: {
      backendTlsPolicies: [
        policy({
          targets: target('pay', '80'),
          status: status({ status: 'False', reason: 'Invalid', message: 'name' }),
        }),
      ],
      services,
    },
    expect: [{ subject: 'BackendTLSPolicy/shop/pay', args: { fault: 'status' } }],
  },
  {
    it: 'one Service twice by numbers, of which Envoy Gateway heeded the first',
    given: {
      backendTlsPolicies: [
        policy({
          targets: [...target('pay', '80'), ...target('pay', '81')],
          status: status().map((it) => ({ ...it, controller: 'gateway.envoyproxy.io/gatewayclass-controller' })),
        }),
      ],
      services: [service('pay', { ports: [port(), port({ name: 'b', port: 81 })] })],
    },
    expect: [{ subject: 'BackendTLSPolicy/shop/pay', severity: 'warning', args: { fault: 'twice', section: '81' } }],
  },
  {
    it: 'one Service twice, by the names of its ports',
    given: {
      backendTlsPolicies: [
        policy({
          targets: [...target('pay', 'http'), ...target('pay', 'b')],
          status: status().map((it) => ({ ...it, controller: 'gateway.envoyproxy.io/gatewayclass-controller' })),
        }),
      ],
      services: [service('pay', { ports: [port(), port({ name: 'b', port: 81 })] })],
    },
    expect: 'ok',
  },
  {
    it: 'a CA that the controller does not find',
    given: {
      backendTlsPolicies: [
        policy({ status: status({ status: 'False', reason: 'Invalid', message: 'no ConfigMap ca' }) }),
      ],
      services,
    },
    expect: [{ subject: 'BackendTLSPolicy/shop/pay', confidence: 'observed', says: 'no ConfigMap ca' }],
  },
  {
    it: 'no CA at all',
    given: { backendTlsPolicies: [policy({ authorities: [] })], services },
    expect: [{ subject: 'BackendTLSPolicy/shop/pay', args: { fault: 'no-authority' } }],
  },
  {
    it: 'those of the system',
    given: { backendTlsPolicies: [policy({ authorities: [], wellKnown: 'System' })], services },
    expect: 'ok',
  },
  {
    it: 'nobody says anything of it',
    given: { backendTlsPolicies: [policy({ status: [] })], services },
    expect: 'cannot-tell',
  },
  { it: 'in force', given: { backendTlsPolicies: [policy()], services }, expect: 'ok' },
  { it: 'none', given: { backendTlsPolicies: [], services }, expect: 'not-applicable' },
])
