import { expect, test } from 'vitest'
import { createIntern } from '../../wire/intern.ts'
import { projectStreamRoute } from './traefik.ts'

const route = (spec: object, kind = 'IngressRouteTCP') =>
  projectStreamRoute(
    { apiVersion: 'traefik.io/v1alpha1', kind, metadata: { name: 'db', namespace: 'shop' }, spec },
    createIntern(),
  )
const rule = (match: string) => ({ routes: [{ match, services: [{ name: 'db', port: 5432 }] }] })
const unseen = [{ path: 'spec.routes[0]', host: 'db.example.com' }]

test.each([
  ['a host, and no TLS', rule('HostSNI(`db.example.com`)'), unseen],
  ['in quotes', rule('HostSNI("db.example.com") || HostSNI("b")'), unseen],
  ['with spaces', rule('HostSNI ( `db.example.com` )'), unseen],
  ['any host', rule('HostSNI(`*`)'), undefined],
  ['no host', rule('ClientIP(`10.0.0.0/8`)'), undefined],
  ['a host that is excluded', rule('!HostSNI(`db.example.com`)'), undefined],
  ['TLS that the backend ends', { ...rule('HostSNI(`db.example.com`)'), tls: { passthrough: true } }, undefined],
  ['TLS without a word', { ...rule('HostSNI(`db.example.com`)'), tls: {} }, undefined],
])('%s', (_, spec, expected) => {
  expect(route({ ...spec, entryPoints: ['sql'] })?.unseenHosts).toEqual(expected)
})

test('a route that names no entry point is kept for its host alone', () => {
  expect(route(rule('HostSNI(`db.example.com`)'))?.unseenHosts).toEqual(unseen)
  expect(route(rule('HostSNI(`*`)'))).toBeNull()
  expect(route(rule('HostSNI(`db.example.com`)'), 'IngressRouteUDP')).toBeNull()
})
