import { beside } from '../../../test/build/beside.ts'
import { ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { KongPlugin } from '../../model/beside.ts'
import { unknown } from '../../model/known.ts'
import check from './plugin-missing.ts'

const named = (plugins: readonly string[], className: string | null = 'kong') =>
  ingress([['/', 'web', 80]], { plugins, className })
const given = (kongPlugins: readonly KongPlugin[], ...ingresses: readonly ReturnType<typeof named>[]) => ({
  ingresses,
  beside: beside({ kongPlugins }),
  ingressClasses: [ingressClass('kong', { controller: 'ingress-controllers.konghq.com/kong' }), ingressClass('nginx')],
})
const elsewhere = { namespace: 'platform', name: 'auth' }
const own = { namespace: 'shop', name: 'auth' }
const subject = 'Ingress/shop/web'

describeCheck(check, [
  {
    it: 'it is in another namespace',
    given: given([elsewhere], named(['auth'])),
    expect: [{ subject, severity: 'warning', confidence: 'possible', says: /is in platform: it is not applied/ }],
  },
  {
    it: 'a slip',
    given: given([own], named(['auths'])),
    expect: [{ subject, args: { near: 'auth', homes: [] } }],
  },
  { it: 'one of several', given: given([own], named(['auth', 'limit'])), expect: [{ subject }] },
  { it: 'of its namespace', given: given([own], named(['auth'])), expect: 'ok' },
  { it: 'of the cluster', given: given([{ namespace: null, name: 'auth' }], named(['auth'])), expect: 'ok' },
  { it: 'of another namespace, by its name', given: given([elsewhere], named(['platform:auth'])), expect: 'ok' },
  {
    it: 'of another namespace, where it is not',
    given: given([own], named(['platform:auth'])),
    expect: [{ subject, args: { homes: [] } }],
  },
  { it: 'the file holds none', given: given([], named(['auth'])), expect: 'cannot-tell' },
  { it: "another controller's", given: given([elsewhere], named(['auth'], 'nginx')), expect: 'not-applicable' },
  { it: 'none is named', given: given([own], ingress([], {})), expect: 'not-applicable' },
  {
    it: 'classes forbidden, and it bears that of Kong',
    given: modelOf(given([elsewhere], named(['auth'])), { ingressClasses: unknown('forbidden', 'list them') }),
    expect: [{ subject }],
  },
])
