import * as fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { readRecord } from './read-record.ts'
import { readingsOf } from './readings.ts'

const end = { t: 'end', ms: 1, queries: 2, lookups: 1, throttledMs: null, lagMs: 0 }

it.each([
  [JSON.stringify(end), end],
  [
    '{"t":"hello","libc":"musl","nameservers":["10.0.0.1"],"node":"a","more":1}',
    { t: 'hello', libc: 'musl', nameservers: ['10.0.0.1'], node: 'a' },
  ],
  ['(node:1) Warning: x', null],
  ['{"t":"loo', null],
  ['{}', 'damaged'],
  ['{"t":"lookups"}', 'damaged'],
  ['{"t":"lookups","s":0,"rows":null}', 'damaged'],
  ['{"t":"lookups","s":0,"rows":[[1,2,"ok","ok",0]]}', 'damaged'],
  ['{"t":"end","ms":"soon"}', 'damaged'],
  ['{"t":"walk","walk":{"queries":{}}}', 'damaged'],
  ['{"t":"__proto__"}', 'damaged'],
])('%s', (line, expected) => expect(readRecord(line)).toEqual(expected))

test('whatever a log says, reading it throws nothing, and what it gives can be put together', () => {
  const kind = fc.constantFrom(
    'hello',
    'series',
    'lookups',
    'progress',
    'slowed',
    'stopped',
    'connect',
    'http',
    'metrics',
    'conntrack',
    'resolver',
    'walk',
    'server',
    'end',
    'load-step',
    'load-end',
    'alone',
    'broken',
    'x',
  )
  const field = fc.constantFrom(
    's',
    'of',
    'rows',
    'id',
    'tries',
    'walk',
    'server',
    'step',
    'end',
    'why',
    'text',
    'ms',
    'at',
    'node',
  )
  const line = fc.tuple(kind, fc.dictionary(field, fc.jsonValue())).map(([t, rest]) => JSON.stringify({ ...rest, t }))
  fc.assert(
    fc.property(fc.array(fc.oneof(line, fc.string(), fc.json())), (log) => {
      const readings = readingsOf('a')
      for (const it of log.map(readRecord)) if (it !== null && it !== 'damaged') readings.take(it, 1)
      readings.read()
    }),
    { numRuns: 500 },
  )
})

test('the ports that tries left from come through', () =>
  expect(readRecord('{"t":"connect","id":1,"tries":[["open",1.2,null]],"from":[40000]}')).toEqual({
    t: 'connect',
    id: 1,
    tries: [['open', 1.2, null]],
    from: [40_000],
  }))
