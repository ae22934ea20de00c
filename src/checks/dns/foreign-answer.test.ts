import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { probe } from '../../../test/build/lookups.ts'
import { dnsServers, nameAnswer, nameAnswers, rightAnswers } from '../../../test/build/name-answers.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose, exitCode } from '../../engine.ts'
import { known, unknown } from '../../model/known.ts'
import type { Crossing } from '../../model/crossing.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import type { NameAnswer } from '../../model/name-answers.ts'
import { checks } from '../registry.ts'
import check from './foreign-answer.ts'

const on = { subject: 'ConfigMap/kube-system/coredns' } as const
const cart = service('cart')
const to = 'cart.shop.svc.cluster.local.'
const suffix = 'rewrite name suffix .corp.internal .shop.svc.cluster.local'
const dns = (...lines: readonly string[]) =>
  clusterDns({ corefile: known(`.:53 {\n  ${lines.join('\n  ')}\n  kubernetes cluster.local\n}\n`) })
const asked = (about: Partial<NameAnswer> = {}, name = 'cart.corp.internal.'): readonly NameAnswer[] =>
  dnsServers.map((server) =>
    nameAnswer({ kind: 'rewritten', to }, name, {
      server,
      answer: 'other-name',
      rcode: 'NOERROR',
      addresses: ['10.96.44.7'],
      ...about,
    }),
  )
const answers = (its: readonly NameAnswer[]) => ({ nameAnswers: nameAnswers(its) })
/** A probe whose lookups of this zone got records of another name; the C library does not tell. */
function foreignIn(zone: 'cluster' | 'external' | null, type: 'a' | 'aaaa'): DnsProbe {
  const all = probe({ nodes: ['worker-1', 'worker-2'] })
  return {
    ...all,
    series: all.series.map((it) =>
      it.zone === zone && it.method !== 'getaddrinfo'
        ? { ...it, lookups: it.lookups.map((one) => ({ ...one, [type]: 'other-name' })) }
        : it,
    ),
  }
}
const unfound = (host: string): Crossing => ({
  from: { namespace: 'shop', pod: 'web-1', container: 'app' },
  to: { kind: 'host' },
  host,
  port: 80,
  tool: 'bash',
  result: 'no-name',
  ms: 4,
})
const seen = { ...on, severity: 'error', confidence: 'observed' } as const
const read = { ...on, severity: 'warning', confidence: 'inferred' } as const

describeCheck(check, [
  {
    it: 'a rule that leaves the other name on the answer',
    given: { clusterDns: dns(suffix), ...answers(asked()) },
    expect: [{ ...seen, args: { line: 2, names: ['cart.corp.internal'], bad: 3, of: 3 }, says: /line 2/ }],
  },
  {
    it: 'by reading',
    given: { clusterDns: dns('errors', suffix) },
    expect: [{ ...read, args: { line: 3, of: 0 } }],
  },
  {
    it: 'in braces',
    given: { clusterDns: dns(`rewrite stop {\n  name regex (.*)\\.corp {1}.x\n  answer value a b\n  }`) },
    expect: [{ ...read, args: { line: 3, rule: 'name regex (.*)\\.corp {1}.x' } }],
  },
  {
    it: 'by reading, and a pod is told to call such a name',
    given: {
      clusterDns: dns(suffix),
      pods: [
        pod('web-1', {
          containers: [container({ calls: [{ host: 'cart.corp.internal', port: 80, by: 'CART_URL' }] })],
        }),
      ],
    },
    expect: [{ ...read, args: { callers: ['shop/web-1 (cart.corp.internal)'] } }],
  },
  {
    it: 'a pod did not find such a name',
    given: { clusterDns: dns(suffix), crossings: [unfound('cart.corp.internal'), unfound('www.example.org')] },
    expect: [
      {
        ...on,
        severity: 'error',
        confidence: 'inferred',
        args: { unfound: ['shop/web-1'], names: ['cart.corp.internal'] },
      },
    ],
  },
  {
    it: 'a rule whose names are answered well: another text runs',
    given: { clusterDns: dns(suffix), ...answers(asked({ answer: 'ok' })) },
    expect: 'ok',
  },
  {
    it: 'a rule that takes the name back',
    given: { clusterDns: dns(`${suffix} answer auto`), ...answers(asked({ answer: 'ok' })) },
    expect: 'ok',
  },
  {
    it: 'a rule that should take the name back, and does not',
    given: { clusterDns: dns(`${suffix} answer auto`), ...answers(asked()) },
    expect: [{ ...seen, args: { rule: null, names: ['cart.corp.internal'] } }],
  },
  {
    it: 'nobody in the Corefile rewrites names, and lookups get another',
    given: {
      clusterDns: dns(),
      dnsProbe: foreignIn('external', 'a'),
    },
    expect: [{ ...seen, args: { rule: null } }],
  },
  {
    it: 'two rules, and one of them is seen',
    given: { clusterDns: dns(suffix, 'rewrite name prefix old- new-'), ...answers(asked()) },
    expect: [
      { ...seen, args: { line: 2 } },
      { ...read, args: { line: 3 } },
    ],
  },
  {
    it: 'names that are not there say nothing',
    given: { clusterDns: dns(), ...answers(asked({ answer: 'nxdomain' })) },
    expect: 'not-applicable',
  },
  {
    it: 'no rule, and right answers',
    given: { clusterDns: dns(), ...answers(rightAnswers(cart)), services: [cart] },
    expect: 'ok',
  },
  {
    it: 'the Corefile forbidden, and answers of another name',
    given: { clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmaps') }), ...answers(asked()) },
    expect: [seen],
  },
  {
    it: 'kube-system forbidden',
    given: modelOf({}, { clusterDns: unknown('forbidden', 'list pods in kube-system') }),
    expect: 'cannot-tell',
  },
])

const lines = [
  suffix,
  `${suffix} answer auto`,
  'rewrite name regex (.*)\\.corp\\.internal {1}.shop.svc.cluster.local',
  'rewrite name cart.corp.internal cart.shop.svc.cluster.local',
  'log',
] as const

test('an answer under another name is never green, whoever got it, and with one rule for it there is one cause', () => {
  const where = fc.constantFrom('service', 'rewritten', 'outside', 'probe')
  fc.assert(
    fc.property(
      where,
      fc.constantFrom(...lines),
      fc.constantFrom('a' as const, 'aaaa' as const),
      (place, line, type) => {
        const reason = {
          service: { kind: 'service', service: { namespace: 'shop', name: 'cart' } },
          rewritten: { kind: 'rewritten', to },
          outside: { kind: 'outside', typed: 'example.com', suffix: null },
          probe: null,
        }[place] as NameAnswer['reason'] | null
        const name = { service: to, rewritten: 'cart.corp.internal.', outside: 'example.com.', probe: '' }[place]
        const model = modelOf(
          {
            clusterDns: dns(line),
            services: [cart],
            nameAnswers: nameAnswers(
              reason === null ? rightAnswers(cart) : asked({ reason, type: type === 'a' ? 'A' : 'AAAA' }, name),
            ),
            dnsProbe: foreignIn(place === 'probe' ? 'cluster' : null, type),
          },
          {},
          { target: { kind: 'dns' } },
        )
        const diagnosis = diagnose(model, { checks })
        expect(exitCode(diagnosis, { failOn: 'warning', strict: false })).toBe(1)
        const errors = diagnosis.roots.filter(({ finding }) => finding.severity === 'error')
        expect(errors.map(({ finding }) => finding.code)).toEqual(['DNS194'])
      },
    ),
  )
})
