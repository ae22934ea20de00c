import { expect, test } from 'vitest'
import { found, query, resolution } from '../../../test/build/resolution.ts'
import { service } from '../../../test/build/service.ts'
import type { Resolution } from '../../answers/resolution.ts'
import { known, unknown } from '../../model/known.ts'
import { paint } from '../paint.ts'
import { resolveText } from './resolve-text.ts'

const first = (about: Partial<Resolution>): string =>
  resolveText(resolution(about), paint({ colour: false, ascii: false, width: 200 }), []).split('\n')[0] ?? ''
const winner = 'cart.shop.svc.cluster.local.'

test('an alias stands in the headline', () => {
  const records = [
    { name: 'cart.shop.svc.cluster.local', type: 'CNAME', ttl: 5, data: 'shop.example.net.' },
    { name: 'shop.example.net', type: 'A', ttl: 5, data: '203.0.113.9' },
  ]
  const walks = known([found('glibc', { queries: [query(winner, 'A', { records })] }), found('musl')])
  expect(first({ walks })).toContain('is an alias of shop.example.net, 203.0.113.9')
})

test('a hosts file that stands before a Service', () => {
  const walks = unknown('not-asked', 'not needed')
  expect(first({ walks, hosts: { addresses: ['10.9.9.9'], how: 'read' }, service: service('cart') })).toContain(
    'cart is 10.9.9.9, from /etc/hosts, which is not Service shop/cart (10.96.44.7)',
  )
})

test('a lookup that takes 5 s in the container', () => {
  const own = known({ tool: 'getent ahosts', result: 'ok' as const, addresses: ['10.96.44.7'], ms: 5020 })
  expect(first({ own })).toContain('but only after 5.02 s: getaddrinfo in container web takes that long')
})
