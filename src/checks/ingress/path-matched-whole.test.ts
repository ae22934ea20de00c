import { ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Ingress } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import check from './path-matched-whole.ts'

const whole = (paths: readonly string[], about: Partial<Ingress> = {}, types: readonly string[] = []): Ingress => {
  const it = ingress(
    paths.map((path) => [path, 'web', 80] as const),
    { className: 'alb', ...about },
  )
  const rules = it.rules.map((rule) => ({
    ...rule,
    paths: rule.paths.map((one, at) => ({ ...one, pathType: types[at] ?? 'ImplementationSpecific' })),
  }))
  return { ...it, rules }
}
const given = (...ingresses: readonly Ingress[]) => ({
  ingresses,
  ingressClasses: [ingressClass('alb', { controller: 'ingress.k8s.aws/alb' }), ingressClass('nginx')],
})
const asked = (path: string, ...ingresses: readonly Ingress[]) =>
  modelOf(
    given(...ingresses),
    {},
    { target: { kind: 'object', object: subject('Ingress', 'shop', 'web'), url: `http://web.example.com${path}` } },
  )
const gce = { className: null, statusBy: ['glbc'] } as const
const found = { subject: 'Ingress/shop/web', severity: 'warning', confidence: 'possible' } as const

describeCheck(check, [
  { it: '`/` of an ALB', given: given(whole(['/'])), expect: [found] },
  { it: 'one page of it', given: given(whole(['/status'])), expect: [{ ...found, severity: 'info' }] },
  {
    it: 'a page below `/` was asked for',
    given: asked('/app.css', whole(['/'])),
    expect: [{ ...found, severity: 'error', confidence: 'inferred', says: /takes \/ of Ingress shop\/web/ }],
  },
  { it: 'the very page was asked for', given: asked('/', whole(['/'])), expect: [found] },
  {
    it: 'a default backend takes the rest',
    given: asked(
      '/app.css',
      whole(['/'], { defaultBackend: { service: 'web', port: 80, path: 'spec.defaultBackend' } }),
    ),
    expect: [found],
  },
  {
    it: 'another rule takes the page that was asked for',
    given: asked('/static/x', whole(['/', '/static/*'])),
    expect: [found],
  },
  { it: '/*', given: given(whole(['/*'])), expect: 'ok' },
  { it: '/* beside it', given: given(whole(['/', '/*'])), expect: 'ok' },
  { it: 'a prefix beside it', given: given(whole(['/', '/'], {}, ['ImplementationSpecific', 'Prefix'])), expect: 'ok' },
  { it: 'Prefix', given: given(whole(['/'], {}, ['Prefix'])), expect: 'ok' },
  { it: 'Exact', given: given(whole(['/'], {}, ['Exact'])), expect: 'ok' },
  { it: '/api at GKE', given: given(whole(['/api'], gce)), expect: [{ ...found, severity: 'info' }] },
  {
    it: 'what is below it at GKE was asked for',
    given: asked('/api/v1', whole(['/api'], gce)),
    expect: [{ ...found, severity: 'error', confidence: 'inferred' }],
  },
  { it: '`/` at GKE', given: given(whole(['/'], gce)), expect: 'ok' },
  { it: 'ingress-nginx', given: given(whole(['/'], { className: 'nginx' })), expect: 'not-applicable' },
  { it: 'Ingresses forbidden', given: modelOf({}, { ingresses: unknown('forbidden', 'list') }), expect: 'cannot-tell' },
])
