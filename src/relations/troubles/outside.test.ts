import { expect, test } from 'vitest'
import { linesOf } from '../../../test/build/troubles.ts'
import { modelOf } from '../../../test/describe-check.ts'
import type { Outside, OutsideAnswer } from '../../model/outside.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { outsideTroubles } from './outside.ts'

const answer = (status: number | null, about: Partial<OutsideAnswer> = {}): OutsideAnswer => ({
  by: 'dns',
  ip: '198.18.0.80',
  port: 443,
  host: 'web.example.com',
  path: '/',
  scheme: 'https',
  status,
  error: status === null ? 'ETIMEDOUT' : null,
  ms: 10,
  ...about,
})
const got = (...answers: readonly OutsideAnswer[]): Outside => ({ lookupError: null, answers })
const web = subject('Ingress', 'shop', 'web')
const url = 'https://web.example.com/cart'

test.each<[it: string, outside: Outside, about: Subject | null, expected: readonly string[]]>([
  ['answered', got(answer(200)), web, []],
  ['an error, and nobody said about what', got(answer(500)), null, []],
  [
    'an error and silence of one address, an answer of another',
    got(answer(null, { ms: 31 }), answer(502, { ms: 12 }), answer(200), answer(200, { ip: '198.18.0.81' })),
    web,
    [
      'outage of outside: bad-answer, 2 of 3, 31 ms',
      'Ingress/shop/web: https://web.example.com/ by 198.18.0.80:443 from this machine: no answer (ETIMEDOUT)',
      'with Ingress/shop/web',
      'keys ingress-fails:shop/web ingress-fails:shop/web/* outside-fails:shop/web',
    ],
  ],
  [
    'silence alone',
    got(answer(null, { ms: 3000 }), answer(200)),
    web,
    [
      'nuisance of outside: bad-answer, 1 of 2, 3000 ms',
      'Ingress/shop/web: https://web.example.com/ by 198.18.0.80:443 from this machine: no answer (ETIMEDOUT)',
      'with Ingress/shop/web',
      'keys ingress-fails:shop/web ingress-fails:shop/web/* outside-fails:shop/web',
    ],
  ],
  [
    'it leads on to another port, where nobody listens',
    got(
      answer(null, {
        port: 80,
        error: 'ECONNREFUSED',
        redirects: [{ status: 301, location: 'https://web.example.com/' }],
      }),
    ),
    web,
    [
      'sign of outside: bad-answer, 1 of 1, 10 ms',
      'Ingress/shop/web: https://web.example.com/, to which 198.18.0.80:80 leads http://web.example.com/ (301) from ' +
        'this machine: no answer (ECONNREFUSED)',
      'with Ingress/shop/web',
      'keys ingress-fails:shop/web ingress-fails:shop/web/* outside-fails:shop/web',
    ],
  ],
  [
    'two ports of one address',
    got(answer(500), answer(503, { port: 80, scheme: 'http' })),
    web,
    [
      'outage of outside: bad-answer, 1 of 1, 10 ms',
      'Ingress/shop/web: https://web.example.com/ by 198.18.0.80:443 from this machine: 500',
      'with Ingress/shop/web',
      'keys ingress-fails:shop/web ingress-fails:shop/web/* outside-fails:shop/web',
      'outage of outside: bad-answer, 1 of 1, 10 ms',
      'Ingress/shop/web: http://web.example.com/ by 198.18.0.80:80 from this machine: 503',
      'with Ingress/shop/web',
      'keys ingress-fails:shop/web ingress-fails:shop/web/* outside-fails:shop/web',
    ],
  ],
  [
    'no such host',
    { lookupError: 'ENOTFOUND', answers: [] },
    web,
    [
      'nuisance of outside: bad-answer, 1 of 1',
      'Ingress/shop/web: web.example.com from this machine: ENOTFOUND',
      'with Ingress/shop/web',
      'keys ingress-fails:shop/web ingress-fails:shop/web/* outside-fails:shop/web',
    ],
  ],
  [
    'of an HTTPProxy',
    got(answer(500)),
    subject('HTTPProxy', 'shop', 'web'),
    [
      'outage of outside: bad-answer, 1 of 1, 10 ms',
      'HTTPProxy/shop/web: https://web.example.com/ by 198.18.0.80:443 from this machine: 500',
      'with HTTPProxy/shop/web',
      'keys proxy-fails:shop/web',
    ],
  ],
  [
    'of an HTTPRoute',
    got(answer(500)),
    subject('HTTPRoute', 'shop', 'web'),
    [
      'outage of outside: bad-answer, 1 of 1, 10 ms',
      'HTTPRoute/shop/web: https://web.example.com/ by 198.18.0.80:443 from this machine: 500',
      'with HTTPRoute/shop/web',
      'keys gateway-route-fails:HTTPRoute/shop/web',
    ],
  ],
  [
    'of a GRPCRoute',
    got(answer(500)),
    subject('GRPCRoute', 'shop', 'web'),
    [
      'outage of outside: bad-answer, 1 of 1, 10 ms',
      'GRPCRoute/shop/web: https://web.example.com/ by 198.18.0.80:443 from this machine: 500',
      'with GRPCRoute/shop/web',
      'keys gateway-route-fails:GRPCRoute/shop/web',
    ],
  ],
  [
    'of a Service',
    got(answer(500)),
    subject('Service', 'shop', 'web'),
    [
      'outage of outside: bad-answer, 1 of 1, 10 ms',
      'Service/shop/web: https://web.example.com/ by 198.18.0.80:443 from this machine: 500',
      'with Service/shop/web',
      'keys ',
    ],
  ],
  [
    'of what has no namespace',
    got(answer(500)),
    subject('Ingress', null, 'web'),
    [
      'outage of outside: bad-answer, 1 of 1, 10 ms',
      'Ingress/web: https://web.example.com/ by 198.18.0.80:443 from this machine: 500',
      'with Ingress/web',
      'keys ',
    ],
  ],
])('%s', (_it, outside, about, expected) => {
  const target = about === null ? ({ kind: 'everything' } as const) : ({ kind: 'object', object: about, url } as const)
  expect(outsideTroubles(modelOf({ outside }, {}, { target })).flatMap(linesOf)).toEqual(expected)
})

test.each([
  [null, ''],
  ['no address', 'no address'],
])('a lookup that failed for %j', (asked, expected) => {
  const scope = { target: { kind: 'object', object: web, url: asked } } as const
  const [it] = outsideTroubles(modelOf({ outside: { lookupError: 'ENOTFOUND', answers: [] } }, {}, scope))
  expect(it?.asked).toBe(expected)
})

test('nobody asked', () => expect(outsideTroubles(modelOf({}))).toEqual([]))
