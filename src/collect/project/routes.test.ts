import { expect, test } from 'vitest'
import { createIntern } from '../../wire/intern.ts'
import { projectRoute } from './gateway.ts'
import { projectHttpProxy } from './http-proxy.ts'

const metadata = { name: 'web', namespace: 'shop' }

test.each([
  [{ request: '1s' }, { request: 1, backend: null }],
  [
    { request: '10s', backendRequest: '500ms' },
    { request: 10, backend: 0.5 },
  ],
  [{ request: '0s' }, undefined],
  [undefined, undefined],
])('the timeouts %j of an HTTPRoute', (timeouts, expected) => {
  const raw = { metadata, spec: { rules: [{ timeouts, backendRefs: [] }] } }
  expect(projectRoute('HTTPRoute', raw, createIntern())?.rules[0]?.timeouts).toEqual(expected)
})

test('of a route of an HTTPProxy: its time, its conditions, and the names that it wants in a certificate', () => {
  const raw = {
    metadata,
    spec: {
      routes: [
        {
          conditions: [{ prefix: '/' }, { header: { name: 'x', present: true } }],
          timeoutPolicy: { response: '5s', idle: '4s' },
          services: [{ name: 'sec', port: 443, validation: { caSecret: 'ca', subjectName: 'sec.shop.svc' } }],
        },
        { timeoutPolicy: { response: 'infinity', idle: 'infinity' }, services: [{ name: 'web', port: 80 }] },
      ],
    },
  }
  const [first, second] = projectHttpProxy(raw, createIntern())?.routes ?? []
  expect(first).toMatchObject({ timeout: 5, idle: 4, more: true, services: [{ wants: ['sec.shop.svc'] }] })
  expect(second).not.toHaveProperty('timeout')
  expect(second).not.toHaveProperty('idle')
  expect(second).not.toHaveProperty('more')
  expect(second?.services[0]).not.toHaveProperty('wants')
})
