import { expect, test } from 'vitest'
import { allowedOf, annotatedOf, healthPortOf, pagesOf, tlsByOf } from './ingress-annotations.ts'
import { snippetsOf } from './ingress-snippets.ts'

const by = (name: string, value: string) => allowedOf({ [`nginx.ingress.kubernetes.io/${name}`]: value })

test.each([
  ['whitelist-source-range', '198.51.100.0/24', ['198.51.100.0/24']],
  ['allowlist-source-range', ' 198.51.100.7 , 2001:db8::/32', ['198.51.100.7', '2001:db8::/32']],
  ['whitelist-source-range', Array.from({ length: 200 }, () => '10.0.0.1').join(), Array(200).fill('10.0.0.1')],
])('the ranges of %s are kept: %s', (name, value, ranges) => {
  expect(by(name, value)).toEqual({ allowed: ranges })
})

test('ranges that are kept out are kept apart from those that are let in', () => {
  expect(by('denylist-source-range', '0.0.0.0/0, 198.51.100.0/24')).toEqual({
    denied: ['0.0.0.0/0', '198.51.100.0/24'],
  })
})

test.each([
  ['denylist-source-range', 'office'],
  ['whitelist-source-range', '198.51.100.0/24,$office'],
  ['whitelist-source-range', ''],
  ['whitelist-source-range', Array.from({ length: 201 }, () => '10.0.0.1').join()],
])('nothing is kept of %s: %s', (name, value) => {
  expect(by(name, value)).toEqual({})
})

test.each([
  ['nginx.org/rewrites', true],
  ['ingress.kubernetes.io/rewrite-target', true],
  ['nginx.ingress.kubernets.io/rewrite-target', true],
  ['nginx-ingress.kubernetes.io/rewrite-target', true],
  ['alb.ingress.kubernetes.io/scheme', false],
  ['corp.example/owner', false],
  ['owner', false],
])('the name %s is kept: %s', (key, isKept) => {
  expect(annotatedOf({ [key]: 'hunter2' })).toEqual(isKept ? { annotated: [key] } : {})
})

test.each([
  ['alb.ingress.kubernetes.io/backend-protocol', 'HTTPS', true],
  ['alb.ingress.kubernetes.io/backend-protocol', 'HTTP', false],
  ['haproxy.org/server-ssl', 'true', true],
  ['haproxy.org/server-ssl', 'false', false],
  ['haproxy-ingress.github.io/backend-protocol', 'h1-ssl', true],
  ['konghq.com/protocol', 'grpc', false],
])('%s: %s speaks TLS: %s', (key, value, is) => {
  expect(tlsByOf({ [key]: value })).toEqual(is ? { tlsBy: [key] } : {})
})

test('a name of default-backend is one of the own namespace', () => {
  expect(pagesOf({ 'nginx.ingress.kubernetes.io/default-backend': 'errors' })).toEqual({ pages: 'errors' })
  expect(pagesOf({ 'nginx.ingress.kubernetes.io/default-backend': 'a/b' })).toEqual({})
})

test.each([
  ['alb.ingress.kubernetes.io/healthcheck-port', '9999', { by: 'alb', port: 9999 }],
  ['alb.ingress.kubernetes.io/healthcheck-port', 'http', { by: 'alb', port: 'http' }],
  ['alb.ingress.kubernetes.io/healthcheck-port', 'traffic-port', undefined],
  ['alb.ingress.kubernetes.io/healthcheck-port', '99999', undefined],
  ['appgw.ingress.kubernetes.io/health-probe-port', '9999', { by: 'appgw', port: 9999 }],
  ['appgw.ingress.kubernetes.io/health-probe-port', 'http', undefined],
])('the port of %s: %s', (key, value, healthPort) => {
  expect(healthPortOf({ [key]: value }).healthPort).toEqual(healthPort)
})

test.each([
  [
    { 'nginx.ingress.kubernetes.io/server-snippet': 'return 503;' },
    [{ by: 'server-snippet', does: 'return', status: 503 }],
  ],
  [
    { 'nginx.ingress.kubernetes.io/configuration-snippet': 'allow 10.0.0.0/8;\ndeny all;' },
    [{ by: 'configuration-snippet', does: 'deny', status: 403 }],
  ],
  [{ 'nginx.ingress.kubernetes.io/server-snippet': 'proxy_set_header X "hunter2";' }, undefined],
])('of the snippets %j is kept what answers by itself', (annotations, snippets) =>
  expect(snippetsOf(annotations).snippets).toEqual(snippets),
)
