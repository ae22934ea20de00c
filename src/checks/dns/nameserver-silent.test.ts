import { insideView, resolving } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { InsideView } from '../../model/inside.ts'
import { known, unknown } from '../../model/known.ts'
import type { Answer } from '../../model/lookups.ts'
import check from './nameserver-silent.ts'

const pods = [pod('web-1')]
const asked = (results: readonly (Answer | null)[], about: Partial<InsideView> = {}, options = 'ndots:5') => ({
  pods,
  insideViews: [
    insideView('web-1', {
      libc: 'glibc',
      resolvConf: known(
        `${results.map((_, index) => `nameserver 10.0.0.${index + 1}\n`).join('')}options ${options}\n`,
      ),
      resolving: resolving({
        servers: known(
          results.map((result, index) => ({ ip: `10.0.0.${index + 1}`, tool: 'nslookup', result, ms: 1 })),
        ),
      }),
      ...about,
    }),
  ],
})
const on = { subject: 'Deployment/shop/web', confidence: 'observed' } as const

describeCheck(check, [
  {
    it: 'the first of two is silent: each lookup waits',
    given: asked(['timeout', 'ok']),
    expect: [
      {
        ...on,
        severity: 'error',
        args: { dead: '10.0.0.1', place: 'first', of: 2, cost: 'each lookup waits 5 s for it first' },
      },
    ],
  },
  {
    it: 'the same, with a timeout of its own',
    given: asked(['timeout', 'ok'], {}, 'timeout:2 attempts:3'),
    expect: [{ ...on, args: { timeout: 2, attempts: 3, cost: 'each lookup waits 2 s for it first' } }],
  },
  {
    it: 'the second is silent: only those wait that the first loses',
    given: asked(['ok', 'timeout']),
    expect: [{ ...on, severity: 'warning', args: { dead: '10.0.0.2', place: 'second' } }],
  },
  {
    it: 'the second is silent, and they take turns',
    given: asked(['ok', 'timeout'], {}, 'rotate'),
    expect: [{ ...on, severity: 'error', args: { rotate: true } }],
  },
  {
    it: 'nothing listens at the third',
    given: asked(['ok', 'nxdomain', 'unreachable']),
    expect: [{ ...on, severity: 'warning', args: { place: 'third', of: 3 } }],
  },
  {
    it: 'the first is silent to musl, which asks all at once',
    given: asked(['timeout', 'ok'], { libc: 'musl' }),
    expect: [{ ...on, severity: 'warning', args: { libc: 'musl' } }],
  },
  {
    it: 'the C library is not known: as glibc',
    given: asked(['timeout', 'ok'], { libc: null }),
    expect: [{ ...on, severity: 'error' }],
  },

  { it: 'each answers, whatever it says', given: asked(['ok', 'nxdomain']), expect: 'ok' },
  {
    it: 'none answers: not the list',
    given: asked(['timeout', 'unreachable']),
    expect: 'cannot-tell',
    says: /no nameserver gives nslookup both answers/,
  },
  {
    it: 'nothing listens at the only one',
    given: asked(['unreachable']),
    expect: 'cannot-tell',
    says: /no nameserver answers pod/,
  },
  { it: 'a tool that does not say', given: asked([null]), expect: 'cannot-tell' },
  {
    it: 'no tool to ask one with',
    given: { pods, insideViews: [insideView('web-1', { resolving: resolving() })] },
    expect: 'cannot-tell',
    says: /no tool/,
  },
  { it: 'a recording that did not ask', given: { pods, insideViews: [insideView('web-1')] }, expect: 'not-applicable' },
  {
    it: 'nobody looked',
    given: modelOf({ pods }, { insideViews: unknown('not-asked', 'needs --probe') }),
    expect: 'cannot-tell',
  },
])
