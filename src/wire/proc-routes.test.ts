import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { routes6In, routesIn } from './proc-routes.ts'

const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT'

test('what a node of the lab has', () => {
  const text = [
    head,
    'eth0\t00000000\t010012C6\t0003\t0\t0\t0\t00000000\t0\t0\t0',
    'cni0\t006512C6\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
    'eth0\t006612C6\t0C0012C6\t0003\t0\t0\t0\t00FFFFFF\t0\t0\t0',
    '*\t006712C6\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
    'eth0\t006812C6\t00000000\t0201\t0\t0\t0\t00FFFFFF\t0\t0\t0',
    'eth1\t006912C6\t00000000\t0000\t0\t0\t0\t00FFFFFF\t0\t0\t0',
  ].join('\n')
  expect(routesIn(text)).toEqual([
    { to: '0.0.0.0/0', via: '198.18.0.1', dev: 'eth0' },
    { to: '198.18.101.0/24', via: null, dev: 'cni0' },
    { to: '198.18.102.0/24', via: '198.18.0.12', dev: 'eth0' },
    { to: '198.18.103.0/24', via: null, dev: null },
    { to: '198.18.104.0/24', via: null, dev: null },
  ])
})

test('IPv6, without what is the machine’s own', () => {
  const zero = '0'.repeat(32)
  const line = (to: string, bits: string, via: string, dev: string, flags = '00000001'): string =>
    `${to} ${bits} ${zero} 00 ${via} 00000400 00000001 00000000 ${flags}     ${dev}`
  const pods = 'fd000000000000020000000000000000'
  expect(
    routes6In(
      [
        line(`fe80${'0'.repeat(28)}`, '40', zero, 'eth0'),
        line(pods, '40', `fe80${'0'.repeat(27)}1`, 'eth0', '00000003'),
        line(zero, '00', zero, 'lo', '00200200'),
        line(pods, '40', zero, 'eth0', '00000201'),
      ].join('\n'),
    ),
  ).toEqual([
    { to: 'fd00:0:0:2:0:0:0:0/64', via: 'fe80:0:0:0:0:0:0:1', dev: 'eth0' },
    { to: 'fd00:0:0:2:0:0:0:0/64', via: null, dev: null },
  ])
})

test('whatever an address and a mask are, they are read back', () => {
  fc.assert(
    fc.property(fc.tuple(...[0, 1, 2, 3].map(() => fc.nat(255))), fc.nat(32), (bytes, bits) => {
      const word = (its: readonly number[]): string =>
        its
          .toReversed()
          .map((it) => it.toString(16).padStart(2, '0').toUpperCase())
          .join('')
      const mask = [0, 1, 2, 3].map((i) => 256 - 2 ** (8 - Math.max(0, Math.min(8, bits - 8 * i))))
      const line = `eth0\t${word(bytes)}\t00000000\t0001\t0\t0\t0\t${word(mask)}\t0\t0\t0`
      expect(routesIn(`${head}\n${line}`)).toEqual([{ to: `${bytes.join('.')}/${bits}`, via: null, dev: 'eth0' }])
    }),
  )
})

test('what is none is no route', () => {
  expect(routesIn('cat: /proc/net/route: No such file')).toEqual([])
  expect(routes6In(head)).toEqual([])
})
