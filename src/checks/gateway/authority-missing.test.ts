import { beside, tlsSecret } from '../../../test/build/beside.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Beside } from '../../model/beside.ts'
import type { BackendTlsPolicy } from '../../model/gateway.ts'
import { unknown } from '../../model/known.ts'
import check from './authority-missing.ts'

const policy = (kind: string | null): BackendTlsPolicy => ({
  namespace: 'shop',
  name: 'cart',
  generation: 1,
  targets: [],
  authorities: kind === null ? [] : [{ group: '', kind, name: 'web-tls' }],
  wellKnown: kind === null ? 'System' : null,
  hostname: 'cart.shop.svc',
  status: [],
})
const given = (about: Partial<Beside>, kind: string | null = 'ConfigMap') => ({
  beside: beside(about),
  backendTlsPolicies: [policy(kind)],
})
const map = (...keys: readonly string[]) => ({ authorityMaps: [{ namespace: 'shop', name: 'web-tls', keys }] })
const secret = (...keys: readonly string[]) => ({ secrets: { namespace: null, held: [tlsSecret([], { keys })] } })
const found = (says: RegExp) => [{ subject: 'BackendTLSPolicy/shop/cart', confidence: 'inferred' as const, says }]

describeCheck(check, [
  { it: 'a ConfigMap with the key', given: given(map('ca.crt')), expect: 'ok' },
  { it: 'one with another key', given: given(map('tls.crt')), expect: found(/no key ca\.crt/) },
  { it: 'one that is not there', given: given({ authorityMaps: [] }), expect: found(/does not exist/) },
  { it: 'a Secret with the key', given: given(secret('ca.crt'), 'Secret'), expect: 'ok' },
  { it: 'one with another key', given: given(secret('tls.crt'), 'Secret'), expect: found(/no key ca\.crt/) },
  { it: 'one of which all was taken out', given: given(secret(), 'Secret'), expect: 'cannot-tell' },
  { it: 'a file without ConfigMaps', given: given({}), expect: 'cannot-tell', says: /holds no ConfigMaps/ },
  { it: 'authorities of the image', given: given({}, null), expect: 'not-applicable' },
  {
    it: 'a cluster',
    given: modelOf({ backendTlsPolicies: [policy('ConfigMap')] }, { beside: unknown('not-asked', 'of files alone') }),
    expect: 'not-applicable',
  },
])
