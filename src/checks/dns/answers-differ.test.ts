import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { absent, answered, type Asked, denied, type Network, probe, servfail } from '../../../test/build/lookups.ts'
import { nameAnswer, nameAnswers } from '../../../test/build/name-answers.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose, exitCode } from '../../engine.ts'
import type { Answer } from '../../model/lookups.ts'
import { known, unknown } from '../../model/known.ts'
import { checks } from '../registry.ts'
import check from './answers-differ.ts'

const corefile = (to: string, reload = '    reload\n'): string =>
  `.:53 {\n    errors\n    kubernetes cluster.local\n    forward . ${to}\n    cache 30\n${reload}}\n`
const given = (network: Network, text = corefile('192.0.2.53')) => ({
  dnsProbe: probe({ nodes: ['worker-1', 'worker-2'], network }),
  clusterDns: clusterDns({ corefile: known(text) }),
})
const isOutside = (it: Asked): boolean => it.zone === 'external' && !it.name.startsWith('hopscope-')
const found = (args: Readonly<Record<string, string | number | boolean | readonly string[]>>) => [
  { subject: 'ConfigMap/kube-system/coredns', severity: 'error' as const, confidence: 'observed' as const, args },
]
const byTurns: Network = (it) => (isOutside(it) && it.index % 2 === 0 ? absent : answered())
const byServer: Network = (it) =>
  isOutside(it) && (it.server.pod === 'coredns-0' || (it.server.role === 'service' && it.index % 2 === 0))
    ? absent
    : answered()

const two = corefile('192.0.2.53 192.0.2.54')
/** What each of two upstreams says by itself. */
const upstreams = (...says: readonly Answer[]) =>
  nameAnswers([], {
    upstreams: says.map((answer, at) =>
      nameAnswer({ kind: 'upstream' }, 'example.com.', {
        server: { role: 'upstream', ip: `192.0.2.${53 + at}`, pod: null },
        answer,
        addresses: answer === 'ok' ? ['93.184.216.34'] : [],
      }),
    ),
  })

describeCheck(check, [
  {
    it: 'two upstreams with different views',
    given: given(byTurns, corefile('192.0.2.53 192.0.2.54')),
    expect: found({ name: 'example.com', upstreams: ['192.0.2.53', '192.0.2.54'] }),
  },
  {
    it: 'each server keeps what its cache heard first',
    given: given(byServer, corefile('192.0.2.53 192.0.2.54')),
    expect: found({ upstreams: ['192.0.2.53', '192.0.2.54'], deniers: ['coredns-0'], havers: ['coredns-1'] }),
  },
  {
    it: 'lookups are answered alike, from one cache, and of two upstreams one denies it',
    given: { ...given(() => answered(), two), nameAnswers: upstreams('ok', 'nxdomain') },
    expect: found({ isByUpstream: true, deniers: ['192.0.2.54'], havers: ['192.0.2.53'], has: 1, denied: 1 }).map(
      (it) => ({
        ...it,
        says: /asks 192\.0\.2\.53, 192\.0\.2\.54, and of these 192\.0\.2\.54 denies it\./,
      }),
    ),
  },
  {
    it: 'two upstreams, and each of them has it',
    given: { ...given(() => answered(), two), nameAnswers: upstreams('ok', 'ok') },
    expect: 'ok',
  },
  {
    it: 'two upstreams, of which one is silent to a pod',
    given: { ...given(() => answered(), two), nameAnswers: upstreams('ok', 'timeout') },
    expect: 'cannot-tell',
    says: /192\.0\.2\.54 did not say by itself whether it is there/,
  },
  {
    it: 'two upstreams, and nobody asked them: what is found may be one answer of a cache',
    given: given(() => answered(), two),
    expect: 'cannot-tell',
  },
  {
    it: 'one upstream, and servers that run different texts',
    given: given(byServer, corefile('192.0.2.53', '')),
    expect: found({ deniers: ['coredns-0'], havers: ['coredns-1'], reloads: false }),
  },
  {
    it: 'the name does not exist',
    given: given((it) => (isOutside(it) ? absent : answered())),
    expect: 'cannot-tell',
    says: /example\.com does not exist for CoreDNS's upstream/,
  },
  {
    it: 'errors alone are answers, and no word on the name',
    given: given((it) => (isOutside(it) ? servfail(1) : answered())),
    expect: 'cannot-tell',
    says: /0 of \d+ lookups of names outside were answered with an address or a denial/,
  },
  { it: 'AAAA alone is denied', given: given((it) => (isOutside(it) ? denied : answered())), expect: 'ok' },
  {
    it: 'one node alone is denied it, by an acl or a view',
    given: given((it) => (isOutside(it) && it.node === 'worker-1' ? absent : answered())),
    expect: 'ok',
  },
  { it: 'all is well', given: given(() => answered()), expect: 'ok' },
  {
    it: 'no probe',
    given: modelOf({}, { dnsProbe: unknown('failed', 'no pod came up') }),
    expect: 'cannot-tell',
  },
])

test('whoever denies an outside name that others have, and however often: it is told, and never as AAAA alone', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 6 }), fc.constantFrom('192.0.2.53', '192.0.2.53 192.0.2.54'), (turn, to) => {
      const model = modelOf(given((it) => (isOutside(it) && it.index % turn === 0 ? absent : answered()), corefile(to)))
      const diagnosis = diagnose(model, { checks })
      const codes = diagnosis.roots.map(({ finding }) => finding.code)
      expect(exitCode(diagnosis, { strict: false, failOn: 'warning' })).toBe(1)
      expect(codes).toContain('DNS188')
      expect(codes).not.toContain('DNS146')
    }),
    { numRuns: 10 },
  )
})
