import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { namespace } from '../../../test/build/policy.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './namespace-unwatched.ts'

const web = ingress([['/', 'web', 80]])
const by = { matchLabels: { ingress: 'public' }, matchExpressions: [] }
const given = (...ingressControllers: readonly ReturnType<typeof controller>[]) => ({
  ingresses: [web],
  ingressClasses: [ingressClass('nginx')],
  ingressControllers,
})

describeCheck(check, [
  {
    it: 'another namespace',
    given: given(controller({ watches: ['team'] })),
    expect: [{ subject: 'Ingress/shop/web', severity: 'error', args: { watches: 'team', of: 1 } }],
  },
  { it: 'its own among others', given: given(controller({ watches: ['team', 'shop'] })), expect: 'ok' },
  {
    it: 'another controller of the class looks at all',
    given: given(controller({ watches: ['team'] }), controller({ pod: 'controller-2' })),
    expect: 'ok',
  },
  {
    it: 'a namespace without the label',
    given: { ...given(controller({ watchesBy: by })), namespaces: [namespace('shop')] },
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'error',
        args: { watches: 'ingress=public', flag: '--watch-namespace-selector' },
      },
    ],
  },
  {
    it: 'a namespace with the label',
    given: { ...given(controller({ watchesBy: by })), namespaces: [namespace('shop', { ingress: 'public' })] },
    expect: 'ok',
  },
  {
    it: 'labels of namespaces were not read',
    given: modelOf(given(controller({ watchesBy: by })), { namespaces: unknown('forbidden', 'list namespaces') }),
    expect: 'cannot-tell',
  },
  {
    it: 'left out by HAProxy',
    given: given(controller({ leavesOut: ['shop'] })),
    expect: [{ subject: 'Ingress/shop/web', severity: 'error', args: { how: 'left-out' } }],
  },
  { it: 'another one left out', given: given(controller({ leavesOut: ['team'] })), expect: 'ok' },
  { it: 'no such flag', given: given(controller()), expect: 'not-applicable' },
  {
    it: 'of another class',
    given: given(controller({ watches: ['team'], controller: 'k8s.io/other', classNames: ['other'] })),
    expect: 'not-applicable',
  },
  {
    it: 'controllers forbidden',
    given: modelOf({ ingresses: [web] }, { ingressControllers: unknown('forbidden', 'list pods') }),
    expect: 'cannot-tell',
  },
])
