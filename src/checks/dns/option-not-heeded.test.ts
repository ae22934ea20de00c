import { insideView, resolving } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { InsideView } from '../../model/inside.ts'
import { known, unknown } from '../../model/known.ts'
import type { Answer } from '../../model/lookups.ts'
import check from './option-not-heeded.ts'

const pods = [pod('web-1')]
const seen = (options: string, about: Partial<InsideView> = {}) => ({
  pods,
  insideViews: [
    insideView('web-1', {
      resolvConf: known(
        `search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ${options}\n`,
      ),
      libc: 'glibc',
      ...about,
    }),
  ],
})
const named = (result: Answer) => ({
  libc: 'musl' as const,
  resolving: resolving({
    names: [
      {
        service: { namespace: 'shop', name: 'cart' },
        typed: 'cart.shop',
        tool: 'getent',
        result,
        addresses: [],
        ms: 1,
      },
    ],
  }),
})
const on = { subject: 'Deployment/shop/web' }

describeCheck(check, [
  {
    it: 'TCP alone, and TCP is closed',
    given: seen('ndots:5 use-vc', { tcp53: known('timeout') }),
    expect: [{ ...on, severity: 'error', confidence: 'observed', args: { how: 'use-vc' } }],
  },
  {
    it: 'musl with ndots:1 does not find a name with a dot',
    given: seen('ndots:1', named('nxdomain')),
    expect: [{ ...on, severity: 'error', args: { how: 'ndots', name: 'cart.shop' } }],
  },
  {
    it: 'musl does not read single-request',
    given: seen('ndots:5 single-request-reopen', { libc: 'musl' }),
    expect: [{ ...on, severity: 'info', args: { how: 'ignored' } }],
  },
  {
    it: 'one attempt',
    given: seen('ndots:5 attempts:1'),
    expect: [{ ...on, severity: 'info', args: { how: 'once' } }],
  },

  { it: 'the usual', given: seen('ndots:5'), expect: 'ok' },
  { it: 'TCP alone, and TCP is open', given: seen('ndots:5 use-vc'), expect: 'ok' },
  { it: 'musl with ndots:5: not for its dots', given: seen('ndots:5', named('nxdomain')), expect: 'ok' },
  { it: 'musl with ndots:1, and the name is found', given: seen('ndots:1', named('ok')), expect: 'ok' },
  { it: 'glibc reads single-request', given: seen('ndots:5 single-request'), expect: 'ok' },
  {
    it: 'no shell',
    given: {
      pods,
      insideViews: [insideView('web-1', { resolvConf: unknown('not-there', 'the container has no shell') })],
    },
    expect: 'cannot-tell',
    says: /no shell/,
  },
  {
    it: 'nobody looked',
    given: modelOf({ pods }, { insideViews: unknown('not-asked', 'needs --probe') }),
    expect: 'cannot-tell',
  },
])
