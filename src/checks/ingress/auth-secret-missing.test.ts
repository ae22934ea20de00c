import { beside } from '../../../test/build/beside.ts'
import { contacts, get } from '../../../test/build/contacts.ts'
import { ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { HeldSecret } from '../../model/beside.ts'
import type { NamedSecret } from '../../model/ingress.ts'
import check from './auth-secret-missing.ts'

const users: NamedSecret = { by: 'auth-secret', namespace: null, name: 'users', key: 'auth' }
const secret = (about: Partial<HeldSecret> = {}): HeldSecret => ({
  namespace: 'shop',
  name: 'users',
  type: 'Opaque',
  keys: ['auth'],
  certificate: null,
  ...about,
})
const given = (held: readonly HeldSecret[], named: NamedSecret = users, namespace: string | null = null) => ({
  ingresses: [ingress([['/', 'web', 80]], { vendors: ['nginx'], secrets: [named] })],
  ingressClasses: [ingressClass('nginx')],
  beside: beside({ secrets: { namespace, held } }),
})
const subject = 'Ingress/shop/web'

describeCheck(check, [
  {
    it: 'in another namespace',
    given: given([secret({ namespace: 'default' })]),
    expect: [{ subject, severity: 'error', confidence: 'inferred', says: /one of this name is in default/ }],
  },
  { it: 'nowhere', given: given([]), expect: [{ subject, args: { lacks: '', elsewhere: [] } }] },
  {
    it: 'under another key',
    given: given([secret({ keys: ['htpasswd'] })]),
    expect: [{ subject, args: { lacks: 'auth' } }],
  },
  {
    it: 'an authority for certificates of clients',
    given: given([], { by: 'auth-tls-secret', namespace: 'certs', name: 'ca', key: 'ca.crt' }),
    expect: [{ subject, args: { place: 'certs/ca' } }],
  },
  { it: 'there', given: given([secret()]), expect: 'ok' },
  {
    it: 'there, in the namespace that is named',
    given: given([secret({ namespace: 'auth' })], { ...users, namespace: 'auth' }),
    expect: 'ok',
  },
  { it: 'a map has any keys', given: given([secret({ keys: ['ann'] })], { ...users, key: null }), expect: 'ok' },
  { it: 'somebody took out what is in it', given: given([secret({ keys: [] })]), expect: 'cannot-tell' },
  { it: 'Secrets of another namespace alone are held', given: given([], users, 'default'), expect: 'cannot-tell' },
  { it: 'requests were answered', given: { ...given([]), contacts: contacts([], [get('/', 401)]) }, expect: 'ok' },
  { it: 'no Secrets in the file', given: { ...given([]), beside: beside() }, expect: 'cannot-tell' },
  {
    it: 'another controller heeds no such annotation',
    given: { ...given([]), ingressClasses: [ingressClass('nginx', { controller: 'traefik.io/x' })] },
    expect: 'not-applicable',
  },
  { it: 'none is named', given: { ...given([]), ingresses: [ingress([['/', 'web', 80]])] }, expect: 'not-applicable' },
])
