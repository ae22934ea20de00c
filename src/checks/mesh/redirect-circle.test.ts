import { mesh, meshGateway, virtualService } from '../../../test/build/istio.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { MeshGateway, MeshHttpMatch, MeshHttpRule, MeshRedirect, VirtualService } from '../../model/mesh.ts'
import check from './redirect-circle.ts'

const prefix = (path: string): MeshHttpMatch => ({ type: 'prefix', path, more: 'nothing' })
const to = (redirect: Partial<MeshRedirect>, ...matches: readonly MeshHttpMatch[]): MeshHttpRule => ({
  matches,
  redirect: { scheme: null, authority: null, uri: null, ...redirect },
})
const serving = (...matches: readonly MeshHttpMatch[]): MeshHttpRule => ({ matches, redirect: null })
const http = { port: 80, protocol: 'HTTP', hosts: ['*'] }
const https = { port: 443, protocol: 'HTTPS', hosts: ['web.example.com'], credential: 'web' }
const web = (rules: readonly MeshHttpRule[], about: Partial<VirtualService> = {}) =>
  virtualService([], { gateways: ['edge/edge'], http: rules, ...about })
const given = (rules: readonly MeshHttpRule[], servers: MeshGateway['servers'] = [http, https]) => ({
  mesh: mesh({ virtualServices: [web(rules)], gateways: [meshGateway({ servers })] }),
})
const own = 'web.example.com'
const subject = 'VirtualService/shop/web'

describeCheck(check, [
  {
    it: 'to its own host',
    given: given([to({ authority: own })]),
    expect: [{ subject, severity: 'error', confidence: 'inferred', says: /redirects web\.example\.com\/ to host web/ }],
  },
  { it: 'to a path that it takes', given: given([to({ uri: '/app' }, prefix('/'))]), expect: [{ subject }] },
  {
    it: 'to https, and it is at the server for https',
    given: given([to({ scheme: 'https' })]),
    expect: [{ subject, args: { scheme: 'https' } }],
  },
  {
    it: 'of every sidecar, to itself',
    given: { mesh: mesh({ virtualServices: [web([to({ authority: own })], { gateways: ['mesh'] })] }) },
    expect: [{ subject }],
  },
  {
    it: 'by way of another of its rules',
    given: given([to({ uri: '/b' }, prefix('/a')), to({ uri: '/a' }, prefix('/b'))]),
    expect: [{ subject }],
  },
  {
    it: 'a rule before it has some',
    given: given([serving(prefix('/api')), to({ authority: own })]),
    expect: [{ subject, severity: 'warning', args: { others: 'some' } }],
  },
  { it: 'to https, with TLS ended before the Gateway', given: given([to({ scheme: 'https' })], [http]), expect: 'ok' },
  {
    it: 'to https, and the Gateway passes TLS through',
    given: given([to({ scheme: 'https' })], [http, { port: 443, protocol: 'HTTPS', hosts: ['*'] }]),
    expect: 'ok',
  },
  {
    it: 'to https, of what comes by port 80',
    given: given([to({ scheme: 'https' }, { ...prefix('/'), more: 'more' }), serving()]),
    expect: 'ok',
  },
  { it: 'to another host', given: given([to({ authority: 'www.example.com' })]), expect: 'ok' },
  {
    it: 'the root to a program, which another rule has',
    given: given([to({ uri: '/app' }, { ...prefix('/'), type: 'exact' }), serving()]),
    expect: 'ok',
  },
  {
    it: 'all but a path to that path',
    given: given([serving(prefix('/app')), to({ uri: '/app' })]),
    expect: 'ok',
  },
  {
    it: 'an expression before it may have the request',
    given: given([serving({ type: 'regex', path: '/.*', more: 'nothing' }), to({ authority: own })]),
    expect: 'ok',
  },
  {
    it: 'another VirtualService has the host as well',
    given: {
      mesh: mesh({
        virtualServices: [
          web([to({ authority: own })]),
          virtualService([{}], { name: 'app', gateways: ['edge/edge'], hosts: [own] }),
        ],
        gateways: [meshGateway({ servers: [http] })],
      }),
    },
    expect: 'ok',
  },
  {
    it: 'other namespaces are not read',
    given: { mesh: { ...given([to({ authority: own })]).mesh, inScopeOnly: ['VirtualService'] } },
    expect: [{ subject, severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'no redirect',
    given: { mesh: mesh({ virtualServices: [virtualService([{}])] }) },
    expect: 'not-applicable',
  },
  { it: 'no VirtualService', given: { mesh: mesh() }, expect: 'not-applicable' },
  {
    it: 'the mesh is not known',
    given: modelOf({}, { mesh: unknown('forbidden', 'list virtualservices') }),
    expect: 'cannot-tell',
  },
])
