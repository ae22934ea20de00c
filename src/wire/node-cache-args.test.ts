import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { localIps } from './node-cache-args.ts'

test.each([
  [
    ['-localip', '169.254.20.10,10.96.0.10', '-conf', '/etc/Corefile'],
    ['169.254.20.10', '10.96.0.10'],
  ],
  [['/node-cache', '--localip=169.254.20.10'], ['169.254.20.10']],
  [['-localip', '169.254.20.10,'], ['169.254.20.10']],
  [['-conf', '/etc/Corefile'], []],
  [['-localip'], []],
])('%j listens on %j', (args, addresses) => expect(localIps(args)).toEqual(addresses))

test('whatever stands around it', () => {
  const other = fc.string().filter((it) => !/^--?localip/.test(it))
  fc.assert(
    fc.property(fc.array(other), fc.array(fc.ipV4(), { minLength: 1 }), fc.array(other), (before, ips, after) => {
      expect(localIps([...before, '-localip', ips.join(','), ...after])).toEqual(ips)
    }),
  )
})
