import { expect, test } from 'vitest'
import { parseNginxBackends } from './nginx-backends.ts'

const list = [
  {
    name: 'shop-web-80',
    service: { spec: { clusterIP: '10.0.0.1' } },
    endpoints: [
      { address: '10.2.1.5', port: '8080' },
      { address: 'fd00::5', port: '8080' },
    ],
    noServer: false,
    trafficShapingPolicy: { weight: 0 },
    alternativeBackends: ['shop-web-canary-80'],
  },
  { name: 'shop-web-canary-80', endpoints: null, noServer: true, trafficShapingPolicy: { weight: 20 } },
]

test("the controller's list of back ends", () => {
  expect(parseNginxBackends(JSON.stringify(list))).toEqual([
    {
      upstream: 'shop-web-80',
      endpoints: ['10.2.1.5:8080', '[fd00::5]:8080'],
      weight: null,
      alternatives: ['shop-web-canary-80'],
    },
    { upstream: 'shop-web-canary-80', endpoints: [], weight: 20, alternatives: [] },
  ])
})

test.each(['', 'not found', '{}', 'null'])('%j is none', (text) => expect(parseNginxBackends(text)).toBeNull())

test('items that are none are left out', () => {
  expect(parseNginxBackends('[1, null, {"name": 2}, {"name": "a", "endpoints": [{"address": 1}]}]')).toEqual([
    { upstream: 'a', endpoints: [], weight: null, alternatives: [] },
  ])
})

test('each of many endpoints, and of many back ends', () => {
  const endpoints = Array.from({ length: 6000 }, (_, n) => ({ address: `10.1.${n >> 8}.${n & 255}`, port: '80' }))
  const read = parseNginxBackends(
    JSON.stringify([{ name: 'wide', endpoints }, ...Array.from({ length: 21_000 }, (_, n) => ({ name: `b${n}` }))]),
  )
  expect(read).toHaveLength(21_001)
  expect(read?.[0]?.endpoints).toHaveLength(6000)
})
