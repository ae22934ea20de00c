import { expect, test } from 'vitest'
import { fixedNeighboursIn } from './proc-arp.ts'

const text = `IP address       HW type     Flags       HW address            Mask     Device
10.2.1.3     0x1         0x6         02:00:00:00:00:99     *        cni0
10.2.1.4     0x1         0x2         0a:87:67:fe:95:cf     *        cni0
10.2.1.5     0x1         0x0         00:00:00:00:00:00     *        cni0
10.2.1.6     0x1         0xc         02:00:00:00:00:98     *        eth0
`

test('what somebody wrote in, and not what was learned or asked for in vain', () => {
  expect(fixedNeighboursIn(text)).toEqual([
    { ip: '10.2.1.3', mac: '02:00:00:00:00:99', dev: 'cni0' },
    { ip: '10.2.1.6', mac: '02:00:00:00:00:98', dev: 'eth0' },
  ])
  expect(fixedNeighboursIn('')).toEqual([])
})

test.each([
  [500, 500],
  [501, null],
])('of %i entries %s are told: a part would be taken for all', (many, told) => {
  const line = '10.2.1.3 0x1 0x6 02:00:00:00:00:99 * cni0\n'
  expect(fixedNeighboursIn(line.repeat(many))?.length ?? null).toBe(told)
})
