import { mesh, meshGateway, virtualService } from '../../../test/build/istio.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Mesh, MeshHttpMatch, VirtualService } from '../../model/mesh.ts'
import { subject } from '../../model/subject.ts'
import check from './url-not-taken.ts'

const prefix = (path: string, about: Partial<MeshHttpMatch> = {}): MeshHttpMatch => ({
  type: 'prefix',
  path,
  more: 'nothing',
  ...about,
})
const route = (name: string, host: string, takes: readonly MeshHttpMatch[], about: Partial<VirtualService> = {}) =>
  virtualService([{}], { name, hosts: [host], gateways: ['edge/web'], takes, ...about })
const servers = [{ port: 443, protocol: 'HTTPS', hosts: ['*'], credential: 'cert' }]
const asked = (url: string, virtualServices: readonly VirtualService[], about: Partial<Mesh> = {}) =>
  modelOf(
    { mesh: mesh({ gateways: [meshGateway({ name: 'web', servers })], virtualServices, ...about }) },
    {},
    { target: { kind: 'object', object: subject('VirtualService', 'shop', 'first'), url } },
  )
const first = route('first', 'a.example.com', [prefix('/test')])
const wide = route('wide', '*', [prefix('/soap')])
const soap = 'https://a.example.com/soap/demo'
const found = { subject: 'VirtualService/shop/first', severity: 'error', confidence: 'inferred' } as const

describeCheck(check, [
  {
    it: 'a wildcard has the path, and is not asked',
    given: asked(soap, [first, wide]),
    expect: [{ ...found, says: /shop\/wide, which has the path for host \*, is not asked/ }],
  },
  { it: 'nobody has the path', given: asked(soap, [first]), expect: [{ ...found, says: /prefix \/test alone/ }] },
  {
    it: 'not all VirtualServices were read',
    given: asked(soap, [first], { notHeld: ['VirtualService'] }),
    expect: [{ ...found, severity: 'warning', confidence: 'possible' }],
  },
  { it: 'a rule takes it', given: asked('https://a.example.com/test/x', [first, wide]), expect: 'ok' },
  {
    it: 'another of the same host takes it',
    given: asked(soap, [first, route('more', 'a.example.com', [prefix('/soap')])]),
    expect: 'ok',
  },
  {
    it: 'with a header it may be taken',
    given: asked(soap, [route('first', 'a.example.com', [prefix('/', { more: 'more' })])]),
    expect: 'ok',
  },
  {
    it: 'the wildcard itself is the closest',
    given: asked('https://b.example.com/soap', [route('first', '*', [prefix('/soap')])]),
    expect: 'ok',
  },
  { it: 'no server speaks this scheme', given: asked('http://a.example.com/soap', [first]), expect: 'not-applicable' },
  { it: 'its Gateway is not there', given: asked(soap, [first], { gateways: [] }), expect: 'not-applicable' },
  { it: 'no URL', given: { mesh: mesh({ virtualServices: [first] }) }, expect: 'not-applicable' },
])
