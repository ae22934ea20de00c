import { expect, test } from 'vitest'
import { insideView } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import type { Listener } from '../../model/inside.ts'
import { known, unknown } from '../../model/known.ts'
import { listeningOn } from './listening.ts'

const on = (...its: Listener[]) => known([insideView('web-1', { listeners: known(its) })])
const all = (port: number): Listener => ({ ip: '0.0.0.0', port })
const local = (port: number): Listener => ({ ip: '127.0.0.1', port })

test.each([
  ['every address', on(all(8080)), { kind: 'open' }],
  ['an address of its own', on({ ip: '10.2.1.9', port: 8080 }), { kind: 'open' }],
  ['itself alone', on(local(8080), all(9090)), { kind: 'loopback', ip: '127.0.0.1' }],
  ['both', on(local(8080), all(8080)), { kind: 'open' }],
  ['other ports', on(all(9090), all(8081), local(1)), { kind: 'elsewhere', ports: [9090, 8081] }],
  ['nothing but itself elsewhere', on(local(9090)), { kind: 'nowhere' }],
  ['nothing', on(), { kind: 'nowhere' }],
  ['nobody looked', unknown('not-asked', ''), { kind: 'unknown' }],
  ['an old recording', known([insideView('web-1')]), { kind: 'unknown' }],
  [
    'of a container, where the first has no shell',
    known([insideView('web-1'), insideView('web-1', { container: 'proxy', listeners: known([all(8080)]) })]),
    { kind: 'open' },
  ],
  ['cut off', known([insideView('web-1', { listeners: unknown('cut-off', '') })]), { kind: 'unknown' }],
] as const)('%s', (_, views, expected) => {
  expect(listeningOn({ port: 8080, refusedAt: null }, pod('web-1'), views)).toEqual(expected)
})

test("the node's ports say nothing of a pod on its network", () => {
  expect(listeningOn({ port: 8080, refusedAt: null }, pod('web-1', { hostNetwork: true }), on(all(9090)))).toEqual({
    kind: 'unknown',
  })
  expect(listeningOn({ port: 8080, refusedAt: null }, undefined, on(all(9090)))).toEqual({ kind: 'unknown' })
})

test('open for IPv6 alone, where IPv4 was refused', () => {
  const asked = (refusedAt: string | null, v4?: Listener['v4'], ip = '::') =>
    listeningOn({ port: 8080, refusedAt }, pod('web-1'), on({ ip, port: 8080, ...(v4 === undefined ? {} : { v4 }) }))
  expect(asked('10.2.1.5', 'refused')).toEqual({ kind: 'other-family', ip: '::', isSure: true })
  expect(asked('10.2.1.5')).toEqual({ kind: 'other-family', ip: '::', isSure: false })
  expect(asked('10.2.1.5', 'open')).toEqual({ kind: 'open' })
  expect(asked('fd00::5', undefined, '0.0.0.0')).toEqual({ kind: 'other-family', ip: '0.0.0.0', isSure: true })
  expect([asked('fd00::5'), asked(null)]).toEqual([{ kind: 'open' }, { kind: 'open' }])
})
