import { ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Ingress, NginxRouting } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import check from './regex-host.ts'

const routing = (about: Partial<NginxRouting>): NginxRouting => ({
  rewrite: null,
  regex: false,
  canary: false,
  protocol: null,
  ...about,
})
const api = (about: Partial<NginxRouting>) => ingress([['/api', 'api', 80]], { name: 'api', nginx: routing(about) })
const web = (pathType: string, path = '/shop', about: Partial<Ingress> = {}): Ingress => {
  const made = ingress([[path, 'web', 80]], about)
  return { ...made, rules: made.rules.map((it) => ({ ...it, paths: it.paths.map((one) => ({ ...one, pathType })) })) }
}
const given = (...ingresses: readonly Ingress[]) => ({ ingresses, ingressClasses: [ingressClass('nginx')] })

describeCheck(check, [
  {
    it: "cert-manager's Ingress for a token",
    given: given(api({ regex: true }), web('Exact', '/.well-known/acme-challenge/token', { name: 'solver' })),
    expect: 'ok',
  },
  {
    it: 'an Exact path of another Ingress',
    given: given(api({ regex: true }), web('Exact')),
    expect: [
      { subject: 'Ingress/shop/api', severity: 'warning', args: { by: 'use-regex', exact: 1, others: ['shop/web'] } },
    ],
  },
  {
    it: 'a Prefix path, by a rewrite',
    given: given(api({ rewrite: '/$2' }), web('Prefix')),
    expect: [{ subject: 'Ingress/shop/api', severity: 'info', args: { by: 'rewrite-target', exact: 0 } }],
  },
  { it: 'the whole of the host', given: given(api({ regex: true }), web('Prefix', '/')), expect: 'ok' },
  {
    it: 'another host',
    given: given(api({ regex: true }), { ...web('Exact'), rules: [{ host: 'other.example.com', paths: [] }] }),
    expect: 'ok',
  },
  { it: 'no expression', given: given(api({}), web('Exact')), expect: 'not-applicable' },
  {
    it: 'another controller',
    given: {
      ingresses: [api({ regex: true }), web('Exact')],
      ingressClasses: [ingressClass('nginx', { controller: 'example.com/other' })],
    },
    expect: 'not-applicable',
  },
  {
    it: 'classes forbidden',
    given: modelOf({ ingresses: [web('Exact')] }, { ingressClasses: unknown('forbidden', 'list ingressclasses') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
  {
    it: 'in another namespace: asked about the one that it rules',
    given: modelOf(
      {
        ingresses: [web('Exact')],
        ingressesBeside: [{ ...api({ rewrite: '/$2' }), namespace: 'legacy' }],
        ingressClasses: [ingressClass('nginx')],
      },
      {},
      { namespace: 'shop' },
    ),
    expect: [
      {
        subject: 'Ingress/legacy/api',
        severity: 'warning',
        args: { by: 'rewrite-target', exact: 1, others: ['shop/web'] },
      },
    ],
  },
  {
    it: 'in another namespace: asked about the one that rules',
    given: modelOf(
      {
        ingresses: [{ ...api({ regex: true }), namespace: 'legacy' }],
        ingressesBeside: [web('Exact')],
        ingressClasses: [ingressClass('nginx')],
      },
      {},
      { namespace: 'legacy' },
    ),
    expect: [{ subject: 'Ingress/legacy/api', severity: 'warning', args: { others: ['shop/web'] } }],
  },
  {
    it: 'two of other namespaces are for those to hear',
    given: modelOf(
      {
        ingresses: [web('Prefix', '/')],
        ingressesBeside: [
          { ...api({ regex: true }), namespace: 'legacy' },
          { ...web('Exact'), namespace: 'elsewhere' },
        ],
        ingressClasses: [ingressClass('nginx')],
      },
      {},
      { namespace: 'shop' },
    ),
    expect: 'ok',
  },
  {
    it: 'the others forbidden',
    given: modelOf(
      { ingresses: [web('Exact')], ingressClasses: [ingressClass('nginx')] },
      { ingressesBeside: unknown('forbidden', 'list ingresses') },
      { namespace: 'shop' },
    ),
    expect: 'cannot-tell',
    says: /other namespaces were not read.*the right to list ingresses in all namespaces/,
  },
])
