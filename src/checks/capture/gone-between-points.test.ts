import { expect, test } from 'vitest'
import { captured } from '../../../test/build/captures.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Comparison, Gone } from '../../model/capture.ts'
import { subject } from '../../model/subject.ts'
import check from './gone-between-points.ts'

const both = (its: Partial<Comparison>): { readonly capture: ReturnType<typeof captured> } => ({
  capture: captured({}, [{ near: 'client.pcap', far: 'server.pcap', common: 40, gone: [], cannotTell: null, ...its }]),
})
const gone = {
  what: 'query',
  way: 'forth',
  count: 3,
  of: 43,
  from: '10.244.1.5',
  to: '10.96.0.10',
  packets: [5, 8],
  trails: [],
} as const

describeCheck(check, [
  {
    it: 'on the way there',
    given: both({ gone: [gone] }),
    expect: [
      {
        subject: 'Capture/client.pcap..server.pcap',
        confidence: 'observed',
        says: /3 DNS queries were lost between client.pcap and server.pcap/,
      },
    ],
  },
  {
    it: 'on the way back',
    given: both({ gone: [{ ...gone, what: 'answer', way: 'back', count: 1 }] }),
    expect: [
      {
        subject: 'Capture/client.pcap..server.pcap',
        says: /1 DNS answer was lost between server.pcap and client.pcap/,
      },
    ],
  },
  {
    it: 'both ways',
    given: both({ gone: [gone, { ...gone, what: 'answer', way: 'back', count: 1 }] }),
    expect: [{ subject: 'Capture/client.pcap..server.pcap' }],
  },
  {
    it: 'everything, with the other end listening',
    given: both({ common: 0, gone: [gone] }),
    expect: [{ subject: 'Capture/client.pcap..server.pcap', confidence: 'possible' }],
  },
  {
    it: 'everything, at places of one path: the next place is known to be the next',
    given: both({
      common: 0,
      gone: [
        {
          ...gone,
          trails: [
            [
              { point: 'x:client', packet: 4 },
              { point: 'x:client-veth', packet: 5 },
              { point: 'x:client-node', packet: null },
            ],
          ],
        },
      ],
    }),
    expect: [
      {
        subject: 'Capture/client.pcap..server.pcap',
        confidence: 'observed',
      },
    ],
  },
  { it: 'all of it arrived', given: both({}), expect: 'ok' },
  { it: 'one file', given: { capture: captured({}) }, expect: 'not-applicable' },
  {
    it: 'nothing in common',
    given: both({ common: 0, cannotTell: 'nothing-common' }),
    expect: 'cannot-tell',
    says: /no address/,
  },
  { it: 'at different times', given: both({ cannotTell: 'no-overlap' }), expect: 'cannot-tell', says: /same time/ },
  { it: 'too many', given: both({ cannotTell: 'too-many' }), expect: 'cannot-tell', says: /filter/ },
  { it: 'nothing to compare', given: both({ common: 0 }), expect: 'cannot-tell' },
])

const helpFor = (what: Gone['what']): string => {
  const args = {
    what,
    count: 1,
    of: 2,
    from: 'a',
    to: 'b',
    seenAt: 'pod',
    missedAt: 'uplink',
    common: 1,
    packets: [45],
  }
  return JSON.stringify(check.words.help?.({ args, subject: subject('Capture', null, 'pod..uplink') } as never))
}

test.each([
  ['query', true],
  ['syn', false],
  ['data', false],
] as const)('a lost %s leads to the race of DNS101: %s', (what, leads) => {
  expect(helpFor(what).includes('DNS101')).toBe(leads)
  expect(helpFor(what)).toContain('45')
})
