import { expect, test } from 'vitest'
import { differences, type Summary } from './log-summary-case.ts'

const sent = [
  { path: '/ok', status: 200, times: 2, who: null, took: [0, 100] },
  { path: '/dead', status: 502, times: 1, who: 'refused' },
] as const
const group = (path: string, status: number, requests: number, who = {}, p50 = 5) => ({
  host: 'a.example',
  path,
  status,
  requests,
  who,
  total: { p50 },
})
const right: Summary = {
  lines: { requests: 4 },
  serverErrors: 1,
  who: { refused: 1 },
  groups: [group('/ok', 200, 2), group('/dead', 502, 1, { refused: 1 }), group('/ready', 200, 1)],
}
const [ok, dead, ready] = [group('/ok', 200, 2), group('/dead', 502, 1, { refused: 1 }), group('/ready', 200, 1)]

test.each<readonly [string, Summary, readonly string[]]>([
  ['all is right', right, []],
  [
    'what was answered before the controller had heard of the pods',
    {
      lines: { requests: 11 },
      serverErrors: 8,
      who: { refused: 1, 'none-available': 7 },
      groups: [ok, dead, ready, group('/ready', 503, 7, { 'none-available': 7 })],
    },
    [],
  ],
  [
    'a request is missing',
    { ...right, lines: { requests: 3 }, groups: [group('/ok', 200, 1), dead, ready] },
    ['requests for /ok 200: 1, not 2'],
  ],
  [
    'who said it is wrong',
    { ...right, who: { application: 1 }, groups: [ok, group('/dead', 502, 1, { application: 1 }), ready] },
    ['who said them: application 1, not refused 1', 'who said /dead 502: application 1, not refused 1'],
  ],
  ['a group is missing', { ...right, lines: { requests: 3 }, groups: [ok, ready] }, ['/dead 502 is in 0 groups']],
  [
    "somebody else's are counted",
    { ...right, lines: { requests: 5 }, groups: [...right.groups, group('/late', 504, 1)] },
    ['nobody sent /late 504'],
  ],
  [
    'the time is wrong',
    { ...right, groups: [group('/ok', 200, 2, {}, 500), dead, ready] },
    ['the median of /ok 200 is 500 ms, not 0 to 100'],
  ],
])('%s', (_, summary, expected) => expect(differences(summary, sent, 'a.example')).toEqual(expected))

test('a host that is not to be there', () =>
  expect(differences(right, sent, null)).toEqual([
    'the host of /ok 200: a.example, not none',
    'the host of /dead 502: a.example, not none',
  ]))
