import { expect, test } from 'vitest'
import { socketsOf } from './inside-sockets.ts'

const [end, other, client, second] = ['0902020A:1F90', '0A02020A:1F90', '0802020A:C2E8', '0802020A:C2E9']
const port = '0802020A:1F90'
const reads = (first: readonly string[], again: readonly string[] = first, at: readonly [number, number] = [10, 12]) =>
  socketsOf(
    `@listen\n00000000:1F90\n@end\n@sockets1\nat ${at[0]}.00\nrange 40000 40003\n${first.join('\n')}\n@end\n` +
      `@sockets2\nat ${at[1]}.00\nrange 40000 40003\n${again.join('\n')}\n@end\n`,
  )
const value = (it: ReturnType<typeof socketsOf>) => (it.known ? it.value : null)

test('a connect that stands in both reads is one, and the longest counts', () => {
  const first = `s ${client} ${end} 00000001 00000001`
  const later = `s ${client} ${end} 00000002 00000001`
  expect(value(reads([first], [later]))?.connecting).toEqual([
    { ip: '10.2.2.9', port: 8080, sockets: 1, ms: 2000, reads: 2 },
  ])
  expect(
    value(reads([first], [`s ${second} ${end} 00000000 00000046`, `s ${client} ${other} 00000000 00000064`]))
      ?.connecting,
  ).toEqual([
    { ip: '10.2.2.9', port: 8080, sockets: 2, ms: 1000, reads: 2 },
    { ip: '10.2.2.10', port: 8080, sockets: 1, ms: 0, reads: 1 },
  ])
})

test('data that is not acknowledged, from here and from where others connected', () => {
  const from = `u ${client} ${end} 00000003`
  const to = ['0902020A:A001', '0902020A:A002'].map((it) => `u ${port} ${it} 00000004`)
  expect(value(reads([from, ...to], []))?.unacknowledged).toEqual([
    { ip: '10.2.2.9', port: 8080, own: null, sockets: 1, again: 3 },
    { ip: '10.2.2.9', port: 0xa001, own: 8080, sockets: 2, again: 4 },
  ])
})

test('a connection waits to be accepted if both reads saw the same one', () => {
  const [one, two] = [`a ${port} 0902020A:A001`, `a ${port} 0902020A:A002`]
  const queue = 'q 00000000:1F90 00000002'
  const waits = [{ ip: '0.0.0.0', port: 8080, waits: 2, stay: 1, ms: 2000 }]
  expect(value(reads([one, queue], [one, two, queue]))?.unaccepted).toEqual(waits)
  expect(value(reads([one, queue], [two, queue]))?.unaccepted).toEqual([])
  expect(value(reads([one, queue], [one]))?.unaccepted).toEqual([])
  expect(value(reads([one, queue], [one, queue], [10, 10]))?.unaccepted).toEqual([])
})

test('half of the source ports is a crowd', () => {
  expect(value(reads([`c ${end} 4`, `c ${other} 1`]))).toMatchObject({
    ports: { from: 40_000, to: 40_003 },
    crowds: [{ ip: '10.2.2.9', port: 8080, sockets: 4 }],
  })
})

test('a script that ended before its second read shows what the first showed', () => {
  const it = socketsOf(`@sockets1\nat 10.00\ns ${client} ${end} 00000001 00000001\n@end\n`)
  expect(value(it)?.connecting).toMatchObject([{ ms: 1000, reads: 1 }])
})

test('what was not read is not known', () => {
  expect(socketsOf('@done')).toMatchObject({ known: false, why: { reason: 'failed' } })
  expect(socketsOf('@sockets1\nat 1.00\nnone\n@end')).toMatchObject({ known: false, why: { reason: 'failed' } })
  expect(reads(['more'])).toMatchObject({ known: false, why: { reason: 'cut-off' } })
  expect(reads(['more', `s ${client} ${end} 00000001 00000001`]).known).toBe(true)
})
