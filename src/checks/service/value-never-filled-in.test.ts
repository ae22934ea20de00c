import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Pod, ValueFlaw } from '../../model/pod.ts'
import check from './value-never-filled-in.ts'

const calls = [{ by: 'PAY_URL', host: 'pay', port: 80 }]
const told = (kind: ValueFlaw['kind'], text = '', about: Partial<Pod> = {}): Pod =>
  pod('web-1', { containers: [container({ calls, flaws: [{ by: 'ORDERS_URL', kind, text }] })], ...about })
const given = (one: Pod, ...services: readonly ReturnType<typeof service>[]) => ({ pods: [one], services })
const on = { subject: 'Deployment/shop/web', severity: 'warning' as const }

describeCheck(check, [
  ...(
    [
      ['helm', '{{ .Values.host }}', /ORDERS_URL of Deployment shop\/web holds {{ .Values.host }} where/],
      ['undefined', '$(NOBODY)', /holds \$\(NOBODY\), which the kubelet leaves/],
      ['later', '$(HOST)', /set only further down/],
      ['angle', '<HOST>', /holds <HOST> where/],
    ] as const
  ).map(([kind, text, says]) => ({
    it: `${kind} for certain`,
    given: given(told(kind, text)),
    expect: [{ ...on, confidence: 'inferred' as const, args: { kind, text }, says }],
  })),
  ...(
    [
      ['dollar', '${NAMESPACE}'],
      ['braces', '{{ host }}'],
      ['percent', '%HOST%'],
      ['word', 'CHANGEME'],
      ['line-end', ''],
      ['blank', ''],
      ['quotes', ''],
      ['scheme', 'http://'],
    ] as const
  ).map(([kind, text]) => ({
    it: `${kind}: a program may know what to do`,
    given: given(told(kind, text)),
    expect: [{ ...on, confidence: 'possible' as const, args: { kind, text } }],
  })),
  {
    it: 'an underscore, beside the Service that is meant',
    given: given(told('underscore', 'user_service'), service('user-service')),
    expect: [{ ...on, confidence: 'inferred', args: { service: 'user-service' } }],
  },
  {
    it: 'an underscore in one word, and no such Service',
    given: given(told('underscore', 'user_service'), service('users')),
    expect: [{ ...on, confidence: 'possible', args: { service: null } }],
  },
  {
    it: 'an underscore and a domain: a host outside may be called so',
    given: given(told('underscore', 'user_service.example'), service('users')),
    expect: 'ok',
  },
  {
    it: 'an underscore that hostAliases has',
    given: given(
      told('underscore', 'user_service', { hostAliases: [{ ip: '10.0.0.1', names: ['user_service'] }] }),
      service('user-service'),
    ),
    expect: 'ok',
  },
  { it: 'by a Secret: not judged, and said so', given: given(told('secret')), expect: 'ok', says: /values of Secrets/ },
  {
    it: 'all well',
    given: given(pod('web-1', { containers: [container({ calls })] })),
    expect: 'ok',
  },
  { it: 'nobody is told anything', given: given(pod('web-1')), expect: 'not-applicable' },
  {
    it: 'pods forbidden',
    given: modelOf({ services: [] }, { pods: unknown('forbidden', 'list pods in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
