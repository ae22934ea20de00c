import { condition, parent } from '../../../test/build/gateway.ts'
import { service } from '../../../test/build/service.ts'
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
        args: { fault: 'section', section: 'grpcs' },
      },
    ],
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
