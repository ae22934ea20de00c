import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Outside } from '../../model/outside.ts'
import { subject } from '../../model/subject.ts'
import check from './source-ranges.ts'

const balanced = (ranges: readonly string[] | undefined, address = '203.0.113.7') =>
  service('edge', {
    type: 'LoadBalancer',
    loadBalancer: {
      addresses: [address],
      class: null,
      problem: null,
      ...(ranges === undefined ? {} : { sourceRanges: ranges }),
    },
  })
const outside = (error: string | null, ip = '203.0.113.7'): Outside => ({
  lookupError: null,
  answers: [
    { by: 'dns', ip, port: 443, host: 'web.example.com', path: '/', status: error === null ? 200 : null, error, ms: 9 },
  ],
})
const silence = outside('no connection within 5 s')
const asked = {
  target: { kind: 'object', object: subject('Service', 'shop', 'edge'), url: 'https://web.example.com/' },
} as const

describeCheck(check, [
  {
    it: 'silence at its address, and this machine in no range perhaps',
    given: modelOf({ services: [balanced(['198.51.100.0/24'])], outside: silence }, {}, asked),
    expect: [{ subject: 'Service/shop/edge', severity: 'warning', confidence: 'possible', args: { why: 'silent' } }],
  },
  {
    it: 'a public address, and private ranges',
    given: { services: [balanced(['10.0.0.0/8', '192.168.4.0/24'])], outside: outside(null) },
    expect: [{ subject: 'Service/shop/edge', confidence: 'inferred', args: { why: 'private' } }],
  },
  { it: 'everybody is let in', given: { services: [balanced(['0.0.0.0/0'])], outside: silence }, expect: 'ok' },
  {
    it: 'silence at another address',
    given: { services: [balanced(['198.51.100.0/24'])], outside: outside('no connection within 5 s', '192.0.2.1') },
    expect: 'ok',
  },
  {
    it: 'refused: that is no drop',
    given: { services: [balanced(['198.51.100.0/24'])], outside: outside('ECONNREFUSED') },
    expect: 'ok',
  },
  {
    it: 'private ranges before a private address',
    given: { services: [balanced(['10.0.0.0/8'], '10.1.2.3')], outside: outside(null) },
    expect: 'ok',
  },
  {
    it: 'nobody asked from outside',
    given: modelOf({ services: [balanced(['198.51.100.0/24'])] }, { outside: unknown('not-asked', 'outside') }),
    expect: 'ok',
  },
  { it: 'no ranges', given: { services: [balanced(undefined)], outside: silence }, expect: 'not-applicable' },
])
