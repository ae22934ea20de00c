import { beside } from '../../../test/build/beside.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { namespace } from '../../../test/build/policy.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { AskedService, Decider } from '../../model/beside.ts'
import check from './decider-missing.ts'

const asked = (about: Partial<AskedService> = {}): AskedService => ({
  namespace: null,
  name: 'authz',
  host: null,
  port: 80,
  field: 'spec.extAuth.http.backendRef',
  ...about,
})
const policy = (asks: readonly AskedService[], about: Partial<Decider> = {}): Decider => ({
  kind: 'SecurityPolicy',
  namespace: 'shop',
  name: 'sso',
  asks,
  ...about,
})
const given = (deciders: readonly Decider[]) => ({
  services: [service('auth')],
  namespaces: [namespace('shop'), namespace('sso')],
  beside: beside({ deciders }),
})
const found = { subject: 'SecurityPolicy/shop/sso', confidence: 'inferred', severity: 'error' } as const

describeCheck(check, [
  {
    it: 'no such Service',
    given: given([policy([asked()])]),
    expect: [
      { ...found, args: { service: 'shop/authz', near: 'auth' }, says: /decide about each request, and there is none/ },
    ],
  },
  {
    it: 'it has another port',
    given: given([policy([asked({ name: 'auth', port: 9091 })])]),
    expect: [{ ...found, args: { is: 'port', ports: ['80'] } }],
  },
  {
    it: 'nobody is behind it',
    given: { ...given([policy([asked({ name: 'auth' })])]), endpointSlices: [slice('auth', [])] },
    expect: [{ ...found, args: { is: 'empty' } }],
  },
  {
    it: 'requests go on all the same',
    given: given([policy([asked()], { lets: 'all' })]),
    expect: [{ ...found, severity: 'warning' }],
  },
  {
    it: 'a plugin, of which nobody knows who uses it',
    given: given([
      policy([asked({ name: null, host: 'opa.sso.svc', port: 8181, field: 'config.opa_host' })], {
        kind: 'KongPlugin',
      }),
    ]),
    expect: [{ subject: 'KongPlugin/shop/sso', severity: 'warning' }],
  },
  {
    it: 'an Ingress of HAProxy',
    given: {
      ...given([]),
      ingresses: [ingress([['/', 'web', 80]], { asks: asked({ field: 'haproxy-ingress.github.io/auth-url' }) })],
    },
    expect: [{ subject: 'Ingress/shop/web', severity: 'error' }],
  },
  {
    it: 'it is there',
    given: { ...given([policy([asked({ name: 'auth' })])]), endpointSlices: [slice('auth', [pod('auth-1')])] },
    expect: 'ok',
  },
  {
    it: 'who is behind it was not read',
    given: given([policy([asked({ name: 'auth' })])]),
    expect: 'cannot-tell',
  },
  {
    it: 'a host outside',
    given: given([policy([asked({ name: null, host: 'sso.example.com' })])]),
    expect: 'not-applicable',
  },
  {
    it: 'Services of that namespace were not read',
    given: modelOf(given([policy([asked({ namespace: 'sso' })])]), {}, { namespace: 'shop' }),
    expect: 'cannot-tell',
  },
  { it: 'nothing asks', given: given([]), expect: 'not-applicable' },
])
