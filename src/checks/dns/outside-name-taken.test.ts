import { expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { nameAnswer, nameAnswers, outsideAnswers } from '../../../test/build/name-answers.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { unknown } from '../../model/known.ts'
import type { Service } from '../../model/service.ts'
import check from './outside-name-taken.ts'
import suffixAnswers from './suffix-answers.ts'

const of = (...names: readonly string[]): readonly Service[] =>
  names.map((it) => service(it.split('.')[0] ?? '', { namespace: it.split('.')[1] ?? '' }))
const namespaces = (...names: readonly string[]) => names.map((name) => ({ name, labels: {} }))
const given = (services: readonly Service[], ...more: readonly string[]) => ({
  services,
  clusterDns: clusterDns(),
  namespaces: namespaces(...new Set([...services.map((it) => it.namespace), ...more])),
})
const alias = (namespace: string, name: string, externalName: string): Service =>
  service(name, { namespace, type: 'ExternalName', clusterIP: null, selector: null, externalName })

describeCheck(check, [
  {
    it: 'Service github in namespace com',
    given: given(of('cart.shop', 'github.com')),
    expect: [
      {
        subject: 'Namespace/com',
        severity: 'warning',
        confidence: 'inferred',
        args: { names: ['github.com'], asked: ['github.com'] },
        says: /github\.com\.svc\.cluster\.local first/,
      },
    ],
  },
  {
    it: 'what programs are known to ask for comes first',
    given: given(of('acme.com', 'stripe.com')),
    expect: [{ subject: 'Namespace/com', args: { names: ['stripe.com', 'acme.com'], asked: ['stripe.com'] } }],
  },
  {
    it: 'nobody calls a namespace com but for the domain',
    given: given(of('acme.com')),
    expect: [{ subject: 'Namespace/com', severity: 'warning', args: { asked: [] } }],
  },
  {
    it: 'a network team of its own, perhaps',
    given: given(of('web.net')),
    expect: [{ subject: 'Namespace/net', severity: 'info' }],
  },
  {
    it: 'a registry below a domain that is a common word',
    given: given(of('quay.io', 'web.io')),
    expect: [{ subject: 'Namespace/io', severity: 'warning', args: { names: ['quay.io'] } }],
  },
  {
    it: 'an alias to something else',
    given: given([alias('com', 'github', 'mirror.corp.example')]),
    expect: [{ subject: 'Namespace/com', severity: 'warning' }],
  },

  { it: 'an alias of the very name', given: given([alias('com', 'github', 'GitHub.com.')]), expect: 'ok' },
  ...['dev', 'shop', 'cloud', 'prod', 'io', 'ci', 'ai', 'app', 'int', 'store', 'qa', 'info'].map((name) => ({
    it: `namespace ${name} of a healthy cluster`,
    given: given(of(`web.${name}`, `cart.${name}`, `api.${name}`)),
    expect: 'ok' as const,
  })),
  { it: 'the same name elsewhere', given: given(of('github.shop', 'com.github')), expect: 'ok' },
  { it: 'namespaces not read', given: { services: of('cart.shop'), clusterDns: clusterDns() }, expect: 'ok' },
  {
    it: 'namespaces and the DNS forbidden, and a name is taken all the same',
    given: modelOf(
      { services: of('github.com') },
      { namespaces: unknown('forbidden', 'list namespaces'), clusterDns: unknown('forbidden', 'get services') },
    ),
    expect: [{ subject: 'Namespace/com' }],
  },
  {
    it: 'one namespace in scope, and another is called com',
    given: given(of('cart.shop'), 'com', 'kube-system'),
    scope: { namespace: 'shop' },
    expect: 'cannot-tell',
    says: /namespace com .* -A/,
  },
  {
    it: 'one namespace in scope, and another has a common word for its name',
    given: given(of('cart.shop'), 'io', 'shop'),
    scope: { namespace: 'shop' },
    expect: 'ok',
    says: /without those of namespace io/,
  },
  { it: 'no Service', given: given([]), expect: 'not-applicable' },
])

test('it explains what a lookup of the probe showed', () => {
  const answers = outsideAnswers().map((it) =>
    it.reason.kind === 'outside' && it.reason.suffix === 'svc.cluster.local'
      ? nameAnswer(it.reason, it.name, { answer: 'ok', rcode: 'NOERROR', addresses: ['10.96.44.7'] })
      : it,
  )
  const diagnosis = diagnose(modelOf({ ...given(of('example.com')), nameAnswers: nameAnswers(answers) }), {
    checks: [check, suffixAnswers],
  })
  expect(
    diagnosis.roots.map(({ finding, consequences }) => [finding.code, ...consequences.map((it) => it.code)]),
  ).toEqual([['DNS193', 'DNS166']])
})
