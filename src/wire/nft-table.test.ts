import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../test/build/effort.ts'
import { nftDropsIn, nftTablesIn } from './nft-table.ts'

test('tables by their names; one that is no word is never asked for', () => {
  const text = 'table ip filter\ntable inet fw-1 { # handle 7\ntable netdev x;flush\nrubbish\ntable foo bar\n'
  expect(nftTablesIn(text)).toEqual([
    { family: 'ip', name: 'filter' },
    { family: 'inet', name: 'fw-1' },
    { family: 'netdev', name: null },
  ])
  expect(nftTablesIn('')).toEqual([])
})

/** As nft 1.0.6 prints it. */
const own = `table ip tfw {
	counter cc {
		packets 41 bytes 900
	}

	map m {
		type ipv4_addr : verdict
	}

	chain q {
		ip saddr vmap { 10.1.1.1 : drop, 10.1.1.2 : accept }
		ip daddr 10.2.2.2 counter name "cc" reject with icmp host-unreachable comment "a drop { x"
		log prefix "drop {" drop
		ip daddr vmap @m
		limit rate over 10/second counter packets 5 bytes 300 drop
		counter packets 9 bytes 540 ip daddr 10.2.2.3 drop
		counter packets 3 bytes 180 log prefix "no " level warn drop
		tcp dport 22 accept comment "drop"
	}

	chain f {
		type filter hook forward priority filter; policy accept;
		udp dport 53 @th,144,16 0x1 counter packets 13 bytes 900 drop
	}

	chain p {
		type filter hook forward priority filter + 5; policy drop;
		jump q
	}

	chain x1 {
		counter packets 7 bytes 7 drop
	}

	chain in1 {
		type filter hook input priority filter; policy drop;
		tcp dport vmap { 22 : accept, 23 : goto x1 }
	}
}
`

test('what drops, with what its own counter says, and nothing that is for the node itself', () => {
  expect(nftDropsIn(own)?.map(({ chain, rule, target, total }) => `${chain} ${target} ${total}: ${rule}`)).toEqual([
    'q DROP null: ip saddr vmap { 10.1.1.1 : drop, 10.1.1.2 : accept }',
    'q REJECT 41: ip daddr 10.2.2.2 counter name "cc" reject with icmp host-unreachable comment "a drop { x"',
    'q DROP null: log prefix "drop {" drop',
    'q DROP 5: limit rate over 10/second counter drop',
    // It counts before it looks at the address.
    'q DROP null: counter ip daddr 10.2.2.3 drop',
    'q DROP 3: counter log prefix "no " level warn drop',
    'f DROP 13: udp dport 53 @th,144,16 0x1 counter drop',
    'p DROP null: policy',
  ])
})

test('what is no table is no answer', () => {
  expect(nftDropsIn('')).toBeNull()
  expect(nftDropsIn('Error: No such file or directory')).toBeNull()
  expect(nftDropsIn('table ip x {\n}\n')).toEqual([])
})

const word = fc.constantFrom('drop', 'f', 'KUBE', 'chain', 'a-b', 'input')
const packets = fc.nat(1_000_000)
const matches = fc.constantFrom(
  '',
  'udp dport 53 ',
  'ip saddr { 10.0.0.1, 10.0.0.2 } ',
  'oifname "drop" ',
  'ct mark 0x1 ',
)
const says = fc.constantFrom(
  '',
  ' comment "drop"',
  ' comment "} chain x {"',
  ' comment "counter packets 1 bytes 1 drop"',
)
const rule = fc.record({
  matches,
  says,
  counts: fc.option(packets, { nil: null }),
  end: fc.constantFrom('drop', 'reject', 'reject with tcp reset', 'accept', 'return', 'continue', ''),
})
const hook = fc.constantFrom('forward', 'prerouting', 'input', 'output', null)
const chain = fc.record({ hook, policy: fc.constantFrom('accept', 'drop'), rules: fc.array(rule, { maxLength: 4 }) })

describe('whatever the table', () => {
  test('each rule that drops on the way of what is forwarded is found once, with its count, and no other', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(word, { minLength: 1 }),
        fc.array(chain, { minLength: 6, maxLength: 6 }),
        (names, all) => {
          const chains = names.map((name, i) => ({ name, ...(all[i] ?? { hook: null, policy: 'accept', rules: [] }) }))
          // Each chain of somebody's own is led to from the one before it.
          const text = chains.flatMap(({ name, hook: at, policy, rules }, i) => [
            `\tchain ${name} {`,
            ...(at === null ? [] : [`\t\ttype filter hook ${at} priority filter; policy ${policy};`]),
            ...rules.map(
              (it) =>
                `\t\t${it.matches}${it.counts === null ? '' : `counter packets ${it.counts} bytes 1 `}${it.end}`.trimEnd() +
                it.says,
            ),
            ...(chains[i + 1]?.hook === null ? [`\t\tjump ${chains[i + 1]?.name}`] : []),
            '\t}',
            '',
          ])
          const reached = chains.map(({ hook: at }, i) => {
            const roots = chains.slice(0, i + 1)
            return at ?? roots.findLast((it) => it.hook !== null)?.hook ?? 'unknown'
          })
          const expected = chains.flatMap(({ name, hook: at, policy, rules }, i) => {
            if (reached[i] === 'input' || reached[i] === 'output') return []
            return [
              ...(at !== null && policy === 'drop' ? [`${name} null`] : []),
              ...rules.flatMap((it) => (/^(?:drop|reject)/.test(it.end) ? [`${name} ${it.counts}`] : [])),
            ]
          })
          const found = nftDropsIn(['table inet x {', ...text, '}'].join('\n'))
          expect(found?.map((it) => `${it.chain} ${it.total}`)).toEqual(expected)
        },
      ),
      { numRuns: runs(500) },
    )
  })
})
