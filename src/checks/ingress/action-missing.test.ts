import { expect, test } from 'vitest'
import { ingress, ingressClass } from '../../../test/build/ingress.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { projectIngress } from '../../collect/project/ingress.ts'
import { diagnose } from '../../engine.ts'
import type { Ingress } from '../../model/ingress.ts'
import { createIntern } from '../../wire/intern.ts'
import { checks } from '../registry.ts'
import check from './action-missing.ts'

const redirect = { name: 'ssl-redirect', type: 'redirect', services: [] } as const
const of = (about: Partial<Ingress>): readonly Ingress[] => [
  ingress([['/*', 'ssl-redirect', 'use-annotation']], { className: 'alb', ...about }),
]

describeCheck(check, [
  {
    it: 'the action is not defined',
    given: { ingresses: of({}) },
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'error',
        confidence: 'inferred',
        args: { action: 'ssl-redirect', defined: 'none' },
      },
    ],
  },
  {
    it: 'a slip of its name',
    given: { ingresses: of({ vendors: ['alb'], className: 'web', actions: [{ ...redirect, name: 'ssl-redirekt' }] }) },
    expect: [{ subject: 'Ingress/shop/web', severity: 'error', args: { near: 'ssl-redirekt' } }],
  },
  {
    it: 'its JSON is none',
    given: { ingresses: of({ actions: [{ ...redirect, type: 'unreadable' }] }) },
    expect: [{ subject: 'Ingress/shop/web', args: { case: 'unreadable' } }],
  },
  {
    it: 'a class of another name, by its controller',
    given: {
      ingresses: of({ className: 'outside' }),
      ingressClasses: [ingressClass('outside', { controller: 'ingress.k8s.aws/alb' })],
    },
    expect: [{ subject: 'Ingress/shop/web', severity: 'error' }],
  },
  {
    it: 'nothing says that it is for that controller',
    given: { ingresses: of({ className: 'nginx' }), ingressClasses: [ingressClass('nginx')] },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', confidence: 'possible' }],
  },
  { it: 'defined', given: { ingresses: of({ actions: [redirect] }) }, expect: 'ok' },
  {
    it: 'defined, of a type of tomorrow',
    given: { ingresses: of({ actions: [{ ...redirect, type: 'other' }] }) },
    expect: 'cannot-tell',
  },
  { it: 'a Service', given: { ingresses: [ingress([['/', 'web', 80]])] }, expect: 'not-applicable' },
])

function projected(actions: Readonly<Record<string, string>>, names: readonly string[]): Ingress {
  const annotations = Object.fromEntries(
    Object.entries(actions).map(([name, json]) => [`alb.ingress.kubernetes.io/actions.${name}`, json]),
  )
  const paths = names.map((name) => ({
    path: `/${name}`,
    pathType: 'Prefix',
    backend: { service: { name, port: { name: 'use-annotation' } } },
  }))
  const made = projectIngress(
    {
      metadata: { namespace: 'shop', name: 'web', annotations },
      spec: { ingressClassName: 'alb', rules: [{ http: { paths } }] },
    },
    createIntern(),
  )
  if (made === null) throw new Error('not projected')
  return made
}

const weighted =
  '{"type":"forward","forwardConfig":{"targetGroups":[{"serviceName":"web","servicePort":80,"weight":20},{"serviceName":"weeb","servicePort":"80"},{"targetGroupARN":"arn:aws:x"}]}}'
const old = '{"Type":"redirect","RedirectConfig":{"Protocol":"HTTPS","StatusCode":"HTTP_301"}}'

test.each([
  { it: 'a redirect is no Service', ingress: projected({ go: old }, ['go']), findings: [] },
  {
    it: 'a forward names Services, and one of these is not there',
    ingress: projected({ split: weighted }, ['split']),
    findings: ['ING301 weeb'],
  },
  {
    it: 'a forward names a port that is not there',
    ingress: projected(
      { split: weighted.replace('"servicePort":80', '"servicePort":"admin"').replace('weeb', 'web') },
      ['split'],
    ),
    findings: ['ING302 web'],
  },
  { it: 'no such action', ingress: projected({ go: old }, ['goo']), findings: ['ING310 undefined'] },
])('backends by annotation: $it', ({ ingress: it, findings }) => {
  const { results } = diagnose(modelOf({ ingresses: [it], services: [service('web')] }), {
    checks: checks.filter((one) => /^ING3(01|02|10)$/.test(one.code)),
  })
  expect(results.flatMap((one) => one.findings).map((one) => `${one.code} ${one.args.service}`)).toEqual(findings)
})
