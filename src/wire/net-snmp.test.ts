import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noPorts, reversePathDrops } from './net-snmp.ts'

const file = (columns: readonly (readonly [string, number])[]): string =>
  `Ip: Forwarding DefaultTTL\nIp: 2 64\nUdp: ${columns.map(([name]) => name).join(' ')}\nUdp: ${columns.map(([, n]) => n).join(' ')}\nUdpLite: InDatagrams NoPorts\nUdpLite: 0 9\n`

describe('/proc/net/snmp', () => {
  it('has NoPorts of UDP, and UdpLite is another one', () => {
    expect(
      noPorts(
        file([
          ['InDatagrams', 812],
          ['NoPorts', 41],
          ['InErrors', 0],
        ]),
      ),
    ).toBe(41)
  })

  it('is read by name, whatever columns a kernel has', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.uniqueArray(fc.constantFrom('InDatagrams', 'InErrors', 'OutDatagrams', 'RcvbufErrors', 'IgnoredMulti'), {
          maxLength: 5,
        }),
        fc.nat(5),
        (n, others, place) => {
          const columns = others.map((name): readonly [string, number] => [name, 7])
          expect(noPorts(file(columns.toSpliced(place, 0, ['NoPorts', n])))).toBe(n)
        },
      ),
    )
  })

  it.each(['', 'Udp: NoPorts', 'Udp: InDatagrams\nUdp: 3', 'Udp: NoPorts\nUdp: x'])('is not %j', (text) =>
    expect(noPorts(text)).toBeNull(),
  )

  it('takes no text for a number', () => {
    fc.assert(fc.property(fc.string(), (text) => void expect(noPorts(text) ?? 0).toBeTypeOf('number')))
  })
})

describe('rp_filter', () => {
  it.each([
    { text: 'TcpExt: SyncookiesSent IPReversePathFilter\nTcpExt: 0 12\nIpExt: A\nIpExt: 1\n', drops: 12 },
    { text: 'TcpExt: SyncookiesSent\nTcpExt: 0\n', drops: null },
    { text: '', drops: null },
  ])('$drops', ({ text, drops }) => expect(reversePathDrops(text)).toBe(drops))
})
