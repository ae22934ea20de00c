import { mesh, meshGateway, virtualService } from '../../../test/build/istio.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { MeshHttpMatch, VirtualService } from '../../model/mesh.ts'
import { subject } from '../../model/subject.ts'
import check from './host-hides-wildcard.ts'

const prefix = (path: string, about: Partial<MeshHttpMatch> = {}): MeshHttpMatch => ({
  type: 'prefix',
  path,
  more: 'nothing',
  ...about,
})
const route = (name: string, host: string, takes: readonly MeshHttpMatch[], about: Partial<VirtualService> = {}) =>
  virtualService([{}], { name, hosts: [host], gateways: ['edge/web'], takes, ...about })
const given = (routes: readonly VirtualService[], hosts: readonly string[] = ['*']) => ({
  mesh: mesh({
    gateways: [meshGateway({ name: 'web', servers: [{ port: 80, protocol: 'HTTP', hosts }] })],
    virtualServices: routes,
  }),
})
const exact = route('first', 'a.example.com', [prefix('/test')])
const found = { subject: 'VirtualService/shop/wide', severity: 'warning', confidence: 'possible' } as const

describeCheck(check, [
  {
    it: 'a path of `*` that the host leaves out',
    given: given([exact, route('wide', '*', [prefix('/soap')])]),
    expect: [{ ...found, says: /a\.example\.com never meet prefix \/soap of VirtualService shop\/wide/ }],
  },
  { it: 'of a wildcard', given: given([exact, route('wide', '*.example.com', [prefix('/soap')])]), expect: [found] },
  {
    it: 'a wildcard hides a wider one',
    given: given([route('near', '*.a.example.com', [prefix('/x')]), route('wide', '*.example.com', [prefix('/soap')])]),
    expect: [found],
  },
  {
    it: 'a page for the rest, which nobody asked about',
    given: given([exact, route('wide', '*', [prefix('/')])]),
    expect: [{ ...found, severity: 'info' }],
  },
  {
    it: 'the same, asked about',
    given: modelOf(
      given([exact, route('wide', '*', [prefix('/')])]),
      {},
      { target: { kind: 'object', object: subject('VirtualService', 'shop', 'wide'), url: null } },
    ),
    expect: [found],
  },
  {
    it: 'the host has a rule for all else',
    given: given([
      route('first', 'a.example.com', [prefix('/test'), prefix('/')]),
      route('wide', '*', [prefix('/soap')]),
    ]),
    expect: 'ok',
  },
  {
    it: 'another VirtualService of the very host has the path',
    given: given([
      exact,
      route('more', 'a.example.com', [prefix('/soap')]),
      route('wide', '*.example.com', [prefix('/soap')]),
    ]),
    expect: 'ok',
  },
  {
    it: 'an expression may take it',
    given: given([
      route('first', 'a.example.com', [prefix('.*', { type: 'regex' })]),
      route('wide', '*', [prefix('/soap')]),
    ]),
    expect: 'ok',
  },
  {
    it: 'the Gateway has the host alone: both come to it, and are put together',
    given: given([exact, route('wide', '*', [prefix('/soap')])], ['a.example.com']),
    expect: 'ok',
  },
  {
    it: 'another host',
    given: given([route('first', 'a.example.org', [prefix('/x')]), route('wide', '*.example.com', [prefix('/soap')])]),
    expect: 'ok',
  },
  {
    it: 'another Gateway',
    given: given([exact, route('wide', '*', [prefix('/soap')], { gateways: ['edge/else'] })]),
    expect: 'ok',
  },
  {
    it: 'its own wildcard',
    given: given([route('both', 'a.example.com', [prefix('/x')], { hosts: ['a.example.com', '*.example.com'] })]),
    expect: 'ok',
  },
  {
    it: 'an old recording',
    given: given([
      virtualService([{}], { hosts: ['a.example.com'], gateways: ['edge/web'] }),
      route('wide', '*', [prefix('/soap')]),
    ]),
    expect: 'ok',
  },
  { it: 'none', given: given([]), expect: 'not-applicable' },
  {
    it: 'a mesh that was not read',
    given: modelOf({}, { mesh: unknown('forbidden', 'list virtualservices') }),
    expect: 'cannot-tell',
  },
])
