import { expect, test } from 'vitest'
import { isLoopback } from './ip-family.ts'
import { listenersIn } from './proc-net-tcp.ts'

test.each([
  ['0100007F:1F90', '127.0.0.1', 8080, true],
  ['7F000001:1F90', '127.0.0.1', 8080, true],
  ['00000000:0050', '0.0.0.0', 80, false],
  ['0502120A:270F', '10.18.2.5', 9999, false],
  ['00000000000000000000000000000000:1F90', '::', 8080, false],
  ['00000000000000000000000001000000:1F90', '::1', 8080, true],
  ['0000000000000000FFFF00000100007F:1F90', '127.0.0.1', 8080, true],
  ['B80D01200000000000000000010000FF:0035', '2001:db8:0:0:0:0:ff00:1', 53, false],
] as const)('%s', (line, ip, port, loopback) => {
  const [it] = listenersIn(`noise\n${line}\n${line}\n`)
  expect(it).toEqual({ ip, port })
  expect(it !== undefined && isLoopback(it.ip)).toBe(loopback)
})

test('what is no address is left out, and a list ends', () => {
  expect(listenersIn('')).toEqual([])
  expect(listenersIn('0100007F\nXX00007F:1F90\n0100007F:1F9')).toEqual([])
  const many = Array.from({ length: 1000 }, (_, i) => `00000000:${(i + 1).toString(16).toUpperCase().padStart(4, '0')}`)
  expect(listenersIn(many.join('\n'))).toHaveLength(200)
})
