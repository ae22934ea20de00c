import { expect, test } from 'vitest'
import { modelOf } from '../../test/describe-check.ts'
import { known, unknown } from '../model/known.ts'
import type { DnsProbe } from '../model/lookups.ts'
import type { Level, Model } from '../model/sources.ts'
import { unmeasured } from './unmeasured.ts'

function model(level: Level, dnsProbe: Model['sources']['dnsProbe']): Model {
  const one = modelOf({}, { dnsProbe })
  return { ...one, scope: { ...one.scope, level } }
}

function probed(nodes: readonly string[], missing: DnsProbe['missing']): Model['sources']['dnsProbe'] {
  return known({
    from: { namespace: 'default', labels: {} },
    nodes,
    missing,
    series: [],
    queriesSent: 0,
    cap: { queriesPerSecondPerNode: 1, lookupsPerSeries: 1 },
    stopped: null,
  })
}

test.each([
  ['only reading', model('read', unknown('not-asked', 'x')), null],
  ['one node of two to its end', model('probe', probed(['a', 'b'], [{ node: 'a', why: 'cut off' }])), null],
  [
    'no node to its end',
    model(
      'probe',
      probed(
        ['a', 'b'],
        [
          { node: 'a', why: 'cut off' },
          { node: 'b', why: 'cut off' },
          { node: 'c', why: 'cordoned' },
        ],
      ),
    ),
    'cut off',
  ],
  ['no node at all', model('node', probed([], [{ node: 'c', why: 'cordoned' }])), 'no probe pod gave a result'],
  ['no pod may be made', model('probe', unknown('forbidden', 'create pods')), 'create pods'],
  ['no server to ask: DNS107 says so', model('probe', unknown('not-there', 'none')), null],
] as const)('%s', (_name, given, expected) => {
  expect(unmeasured(given)).toBe(expected)
})
