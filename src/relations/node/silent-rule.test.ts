import { expect, test } from 'vitest'
import { toPod } from '../../../test/build/contacts.ts'
import { pod } from '../../../test/build/pod.ts'
import type { ConnectResult, Contact } from '../../model/contacts.ts'
import { mayHaveDropped } from './silent-rule.ts'

const to = pod('stock-1', { node: 'worker-3', ip: '198.18.103.129' })
const of = (...its: readonly (readonly [ConnectResult, number | null])[]): Contact =>
  toPod(
    'stock',
    'worker-1',
    to,
    its.map(([result, from]) => ({ result, ms: 1, ...(from === null ? {} : { sourcePort: from }) })),
  )
const by = (rule: string, ...its: readonly Contact[]): number =>
  mayHaveDropped(
    { family: 'inet', table: 'ip edge', chain: 'pre', rule, target: 'DROP', packets: null, total: null, by: 'nft' },
    its,
  ).length

const whole = 'iifname "eth0" ip daddr 198.18.103.0/24 tcp sport 45000-65535 tcp dport 1024-65535 drop'
const divided = of(['open', 40_000], ['timeout', 45_001], ['timeout', 60_000])

test.each([
  ['by source port', whole, divided, 1],
  ['an old recording', whole, of(['open', null], ['timeout', null]), 1],
  ['all of it', 'ip daddr 198.18.103.0/24 drop', of(['timeout', 40_000]), 1],
  ['of iptables', '-d 198.18.103.129/32 -p tcp -m tcp --dport 8080 -j DROP', of(['timeout', 1]), 1],
  ['one of another port opened', 'ip daddr 198.18.103.0/24 drop', divided, 0],
  ['lost from a port that it does not name', whole, of(['timeout', 40_000], ['timeout', 50_000]), 0],
  ['opened from a port that it names', whole, of(['open', 50_000], ['timeout', 50_001]), 0],
  ['another range', whole.replace('103', '104'), divided, 0],
  ['another port', whole.replace('dport 1024-65535', 'dport 22'), divided, 0],
  ['of UDP', whole.replaceAll('tcp', 'udp'), divided, 0],
  ['of any address', 'tcp sport 45000-65535 drop', divided, 0],
  ['a set of ports', whole.replace('45000-65535', '{ 45000-65535 }'), divided, 0],
  ['nothing was lost', whole, of(['open', 40_000], ['refused', 40_001]), 0],
])('%s', (_, rule, it, expected) => {
  expect(by(rule, it)).toBe(expected)
})
