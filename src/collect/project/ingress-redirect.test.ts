import { expect, test } from 'vitest'
import { namesBesideOf, redirectOf, secretsOf, sslRedirectOf } from './ingress-redirect.ts'

const prefix = 'nginx.ingress.kubernetes.io/'
const all = (annotations: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(annotations).map(([key, value]) => [prefix + key, value]))
const shop = { scheme: 'https', host: 'shop.example', port: 443 }

test.each([
  [{ 'permanent-redirect': 'https://Shop.example' }, { by: 'permanent-redirect', to: shop, path: '/' }],
  [{ 'permanent-redirect': 'https://shop.example/a/b?token=x' }, { by: 'permanent-redirect', to: shop, path: '/a/b' }],
  [{ 'temporal-redirect': 'https://shop.example$request_uri' }, { by: 'temporal-redirect', to: shop, path: null }],
  [
    { 'permanent-redirect': 'https://other.example', 'temporal-redirect': 'http://shop.example:8080/' },
    { by: 'temporal-redirect', to: { scheme: 'http', host: 'shop.example', port: 8080 }, path: '/' },
  ],
  [{ 'app-root': '/app' }, { by: 'app-root', to: null, path: '/app' }],
])('a redirect is read: %j', (annotations, redirect) => {
  expect(redirectOf(all(annotations))).toEqual({ redirect })
})

test.each([
  {},
  { 'permanent-redirect': 'https://$host/' },
  { 'permanent-redirect': 'https://shop.example/$1' },
  { 'permanent-redirect': '/login' },
  { 'permanent-redirect': 'ftp://shop.example/' },
  { 'app-root': 'https://shop.example' },
])('nothing is kept of %j', (annotations) => {
  expect(redirectOf(all(annotations))).toEqual({})
})

test.each([
  [
    { 'auth-type': 'basic', 'auth-secret': 'users' },
    [{ by: 'auth-secret', namespace: null, name: 'users', key: 'auth' }],
  ],
  [
    { 'auth-type': 'digest', 'auth-secret': 'auth/users', 'auth-secret-type': 'auth-map' },
    [{ by: 'auth-secret', namespace: 'auth', name: 'users', key: null }],
  ],
  [{ 'auth-tls-secret': 'shop/ca' }, [{ by: 'auth-tls-secret', namespace: 'shop', name: 'ca', key: 'ca.crt' }]],
  [{ 'proxy-ssl-secret': 'shop/client' }, [{ by: 'proxy-ssl-secret', namespace: 'shop', name: 'client', key: null }]],
])('Secrets are named: %j', (annotations, secrets) => {
  expect(secretsOf(all(annotations))).toEqual({ secrets })
})

test.each([{ 'auth-secret': 'users' }, { 'auth-tls-secret': 'a/b/c' }, { 'auth-type': 'basic' }])(
  'none is: %j',
  (it) => {
    expect(secretsOf(all(it))).toEqual({})
  },
)

test.each([
  [{ 'server-alias': 'WWW.shop.example, a.example' }, { aliases: ['www.shop.example', 'a.example'] }],
  [{ 'server-alias': String.raw`~^www\d+\.shop\.example$` }, {}],
  [{ 'from-to-www-redirect': 'true' }, { fromToWww: true }],
  [{ 'from-to-www-redirect': 'no' }, {}],
])('names beside those of the rules: %j', (annotations, names) => {
  expect(namesBesideOf(all(annotations))).toEqual(names)
})

test.each([
  [{}, {}],
  [{ 'ssl-redirect': 'true' }, {}],
  [{ 'ssl-redirect': 'false' }, { sslRedirect: 'off' }],
  [{ 'force-ssl-redirect': 'true', 'ssl-redirect': 'false' }, { sslRedirect: 'forced' }],
  [{ 'force-ssl-redirect': 'yes' }, {}],
])('from http to https: %j', (annotations, expected) => {
  expect(sslRedirectOf(all(annotations))).toEqual(expected)
})
