import { expect, it } from 'vitest'
import { parseRouteTable } from './route-table.ts'

const header = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT'
const line = (...fields: readonly string[]): string => `${fields.join('\t')}\t0\t0\t0          `

it('reads what the kernel writes, without what is down or a single address', () => {
  const text = [
    header,
    line('eth0', '00000000', 'FE0200C0', '0003', '0', '0', '0', '00000000'),
    line('eth0', '006612C6', '0C0012C6', '0003', '0', '0', '0', '00FFFFFF'),
    line('cni0', '006512C6', '00000000', '0001', '0', '0', '0', '00FFFFFF'),
    line('cali1', '0A6512C6', '00000000', '0005', '0', '0', '0', 'FFFFFFFF'),
    line('eth1', '006712C6', '00000000', '0000', '0', '0', '0', '00FFFFFF'),
    'garbage',
  ].join('\n')
  expect(parseRouteTable(text)).toEqual([
    { to: '0.0.0.0/0', via: '192.0.2.254', device: 'eth0' },
    { to: '198.18.102.0/24', via: '198.18.0.12', device: 'eth0' },
    { to: '198.18.101.0/24', via: null, device: 'cni0' },
  ])
})

it('says that there are too many rather than keep some', () => {
  const many = Array.from({ length: 513 }, () =>
    line('eth0', '006612C6', '0C0012C6', '0003', '0', '0', '0', '00FFFFFF'),
  )
  expect(parseRouteTable([header, ...many].join('\n'))).toBeNull()
})
