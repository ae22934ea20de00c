import { expect, test } from 'vitest'
import { destinationsIn } from './destinations.ts'
import { tlsOfUrl } from './tls-in-urls.ts'

test.each([
  ['rediss', ':p@redis:6379/0', 'on'],
  ['redis', 'redis:6379', 'off'],
  ['amqps', 'rabbit:5671', 'on'],
  ['ldap', 'ldap:389', 'off'],
  ['mqtts', 'mqtt', 'on'],
  ['postgres', 'db/app?sslmode=require', 'on'],
  ['postgresql', 'db/app?x=1&sslmode=verify-full&y=2', 'on'],
  ['postgres', 'db/app?sslmode=prefer', null],
  ['postgres', 'db/app?sslmode=disable', 'off'],
  ['postgres', 'db/app', null],
  ['mongodb', 'db/app?tls=true', 'on'],
  ['mongodb', 'db/app', null],
  ['http', 'cart', null],
  ['nats', 'nats:4222', null],
])('whether %s://%s asks for TLS', (scheme, rest, tls) => {
  expect(tlsOfUrl(scheme, rest)).toBe(tls)
})

test('a destination has it with it', () => {
  expect(destinationsIn('DB_URL', 'postgres://u:p@db.shop.svc:5432/app?sslmode=require')[0]?.tls).toBe('on')
  expect(destinationsIn('CART_URL', 'https://cart:443')[0]?.tls).toBe(undefined)
})
