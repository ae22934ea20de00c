import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { contacts, get, repeat, toService } from '../../../test/build/contacts.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import type { Sources } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { paint } from '../../report/paint.ts'
import { traceText } from '../../report/trace/trace-text.ts'
import { traceExitCode, traceOf } from './trace.ts'

const plain = paint({ colour: false, ascii: false, width: 100 })
const url = 'http://web.example.com/'
const scope = {
  namespace: 'shop',
  target: { kind: 'object' as const, object: subject('Ingress', 'shop', 'web'), url },
}
const answer = (status: number | null, by: 'dns' | 'lb' = 'dns') => ({
  by,
  ip: '192.0.2.10',
  port: 80,
  host: 'web.example.com',
  path: '/',
  status,
  error: status === null ? 'ECONNREFUSED' : null,
  ms: 9,
})
const backends = [pod('web-1', { ip: '10.2.1.1' })]

interface Said {
  readonly outside: number | null
  readonly controller: number
  readonly service: 'open' | 'timeout'
  readonly endpoints: 'there' | 'none'
}

function sources({ outside, controller, service: way, endpoints }: Said): Partial<Sources> {
  return {
    ingresses: [ingress([['/', 'web', 80]])],
    services: [service('web')],
    endpointSlices: [slice('web', endpoints === 'there' ? backends : [])],
    outside: { lookupError: null, answers: [answer(outside)] },
    contacts: contacts([toService('web', 'worker-1', repeat(5, way))], [get('/', controller, { basis: 'url' })]),
  }
}

const traced = (given: Partial<Sources>) => {
  const trace = traceOf(modelOf(given, {}, scope), [])
  if (trace === null) throw new Error('no trace')
  return trace
}
const well: Said = { outside: 200, controller: 200, service: 'open', endpoints: 'there' }

test('all the way', () => {
  const trace = traced(sources(well))
  expect(trace).toMatchObject({ from: null, to: url, verdict: 'open', at: null })
  expect(traceText(trace, plain)).toMatchInlineSnapshot(`
    "✓ this machine reaches http://web.example.com/.

       1  ✓ resolve          web.example.com -> 192.0.2.10         measured from here
       2  ✓ load balancer    192.0.2.10:80: 1 asked, answered 200  measured from here
       3  ✓ controller       controller-1: 1 asked, answered 200   measured by a probe pod
       4  ✓ service          shop/web, port 80 (http)              read
       5  ✓ endpoints        1 ready of 1                          read
       6  ✓ Service address  shop/web: 5 asked, answered open      measured by a probe pod
       7  - http             nothing was asked over HTTP
    "
  `)
})

test.each([
  { it: 'the load balancer', change: { outside: 503 }, at: 'outside' },
  { it: 'the load balancer, which is refused', change: { outside: 400 }, at: 'outside' },
  { it: 'the controller, and whoever asks it', change: { outside: 502, controller: 502 }, at: 'controller' },
  { it: 'the Service', change: { outside: 504, controller: 504, service: 'timeout' }, at: 'backend' },
  {
    it: 'no endpoint',
    change: { outside: 503, controller: 503, service: 'timeout', endpoints: 'none' },
    at: 'endpoints',
  },
] as const)('breaks at $it', ({ change, at }) => {
  expect(traced(sources({ ...well, ...change }))).toMatchObject({ verdict: 'broken', at })
})

test('a name that is not found from here comes first; with --lb nothing is looked up', () => {
  const lost = { ...sources(well), outside: { lookupError: 'ENOTFOUND', answers: [] } }
  expect(traced(lost)).toMatchObject({ verdict: 'broken', at: 'resolve' })
  const byLb = { ...sources(well), outside: { lookupError: null, answers: [answer(200, 'lb')] } }
  expect(traced(byLb).hops.map((it) => it.name)).not.toContain('resolve')
})

test('nothing measured is no green', () => {
  const { outside: _, contacts: __, ...read } = sources(well)
  expect(traced(read).verdict).toBe('clear')
  expect(traceExitCode(traced(read), 0)).toBe(2)
})

test('whatever goes wrong outside is never open, and the break is the innermost bad part', () => {
  const said = fc.record({
    outside: fc.constantFrom(200, 302, 404, 500, 502, 503, 504, null),
    controller: fc.constantFrom(200, 502, 503, 504),
    service: fc.constantFrom('open' as const, 'timeout' as const),
    endpoints: fc.constantFrom('there' as const, 'none' as const),
  })
  fc.assert(
    fc.property(said, (it) => {
      const trace = traced(sources(it))
      const isServed = it.controller < 400
      const bad = {
        endpoints: it.endpoints === 'none',
        backend: it.service === 'timeout',
        controller: it.controller >= 500,
        outside: it.outside === null || it.outside >= (isServed ? 400 : 500),
      }
      const first = (['endpoints', 'backend', 'controller', 'outside'] as const).find((name) => bad[name]) ?? null
      expect(trace.at).toBe(first)
      expect(traceExitCode(trace, 0)).toBe(first === null ? 0 : 1)
    }),
  )
})

test('an answer that a client does not want has another sign than one that it wants', () => {
  const text = traceText(traced(sources({ ...well, outside: 403, controller: 403 })), plain)
  expect(text.split('\n')[0]).toBe('! this machine reaches http://web.example.com/, and is answered 403.')
  expect(text).toMatch(/^ *\d {2}! load balancer +.*answered 403/m)
  expect(text).toMatch(/^ *\d {2}! controller +.*answered 403/m)
})
