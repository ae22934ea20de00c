import { expect, test } from 'vitest'
import { fibTablesIn } from './fib-trie.ts'

const apart = `Id 100:
  |-- 0.0.0.0
     /0 universe UNICAST
  |-- 10.2.3.0
     /24 universe BLACKHOLE
     /25 universe UNICAST
Main:
  +-- 10.2.0.0/15 2 1 2
     |-- 10.2.1.0
        /24 link UNICAST
Local:
  |-- 127.0.0.1
     /32 host LOCAL
`
const merged = `Main:
  +-- 0.0.0.0/0 2 0 2
     |-- 10.2.1.0
        /24 link UNICAST
     |-- 127.0.0.1
        /32 host LOCAL
Local:
  +-- 0.0.0.0/0 2 0 2
     |-- 10.2.1.0
        /24 link UNICAST
     |-- 127.0.0.1
        /32 host LOCAL
`
test.each([
  {
    it: 'a table that a rule leads to',
    text: apart,
    is: {
      rules: 'added',
      others: [
        { table: '100', to: '10.2.3.0/24', refuses: true },
        { table: '100', to: '10.2.3.0/25', refuses: false },
      ],
    },
  },
  { it: 'no rule was ever added', text: merged, is: { rules: 'none', others: [] } },
  { it: 'nothing', text: '', is: { rules: 'unknown', others: [] } },
  { it: 'too much of it', text: `${merged}${' '.repeat(1_000_000)}`, is: { rules: 'unknown', others: [] } },
])('$it', ({ text, is }) => expect(fibTablesIn(text)).toEqual(is))
