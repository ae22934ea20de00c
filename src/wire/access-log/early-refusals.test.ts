import { expect, test } from 'vitest'
import { earlyRefusals } from './early-refusals.ts'

const head = '198.18.0.11 - - [30/Nov/2026:20:13:29 +0000]'
const refused = `${head} "GET /home HTTP/1.1" 400 226 "-" "curl/7.88.1" 86 0.003 [] [] - - - - 800a64631de059b2bd850b142fe06ce0`
const well =
  `${head} "GET /home HTTP/1.1" 200 34 "-" "curl/7.88.1" 88 0.001 [t-hdr-intranet-80] [] ` +
  '198.18.102.138:8080 34 0.002 200 00dba79e583f36b3324fc0f90ded9142'

test('refused before a backend was chosen, and who answers to the same path', () => {
  expect(earlyRefusals([refused, well, refused, well])).toEqual([
    {
      path: '/home',
      status: 400,
      times: 2,
      last: Date.UTC(2026, 10, 30, 20, 13, 29),
      others: 2,
      backends: ['t-hdr-intranet-80'],
    },
  ])
})

test.each([
  ['hopscope’s own', refused.replace('curl/7.88.1', 'hopscope')],
  ['no request', refused.replace('GET /home HTTP/1.1', String.raw`\x16\x03\x01`)],
  ['of an application', well.replace(' 200 34', ' 400 34')],
])('left out: %s', (_, line) => expect(earlyRefusals([line, well])).toEqual([]))
