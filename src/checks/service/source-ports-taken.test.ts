import { insideView } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import { podSockets } from '../../../test/build/pod-sockets.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { PodSockets } from '../../model/inside.ts'
import { unknown } from '../../model/known.ts'
import type { Sources } from '../../model/sources.ts'
import check from './source-ports-taken.ts'

const four = { from: 40_000, to: 40_003 }
const five = { from: 40_000, to: 40_004 }
const all = { from: 32_768, to: 60_999 }
const given = (
  sockets: number,
  ports: PodSockets['ports'] = four,
  { ip = '10.96.44.7', hostNetwork = false } = {},
): Partial<Sources> => ({
  insideViews: [insideView('web-1', { sockets: podSockets({ ports, crowds: [{ ip, port: 80, sockets }] }) })],
  pods: [pod('web-1', { hostNetwork })],
  nodes: [],
  services: [service('cart')],
})
const web = { subject: 'Pod/shop/web-1', confidence: 'observed' } as const

describeCheck(check, [
  {
    it: 'all four are taken',
    given: given(4),
    expect: [
      {
        ...web,
        severity: 'error',
        args: { to: 'Service shop/cart', at: '10.96.44.7:80', sockets: 4, size: 4 },
        says: /has no source port left for connections to Service shop\/cart \(10\.96\.44\.7:80\): 4 of 4 are taken/,
      },
    ],
  },
  { it: 'of five the kernel takes four', given: given(4, five), expect: [{ ...web, severity: 'error' }] },
  { it: 'one of one', given: given(1, { from: 40_000, to: 40_000 }), expect: [web] },
  {
    it: 'nearly all of the usual range, to an address outside',
    given: given(27_900, all, { ip: '192.0.2.7' }),
    expect: [{ ...web, severity: 'warning', says: /hardly a source port left for connections to 192\.0\.2\.7:80: / }],
  },
  { it: 'one is left of four', given: given(3), expect: 'ok' },
  { it: 'half of the usual range', given: given(14_200, all), expect: 'ok' },
  { it: 'the range could not be read', given: given(4, null), expect: 'not-applicable' },
  { it: "on the node's network", given: given(4, four, { hostNetwork: true }), expect: 'not-applicable' },
  { it: 'a recording of before', given: { ...given(4), insideViews: [insideView('web-1')] }, expect: 'not-applicable' },
  {
    it: 'too many to look through',
    given: { ...given(4), insideViews: [insideView('web-1', { sockets: unknown('cut-off', 'too many') })] },
    expect: 'cannot-tell',
  },
])
