import { describe, expect, test } from 'vitest'
import { ingress } from '../../test/build/ingress.ts'
import { controllerConfig, ingressConfigs } from '../../test/build/ingress-config.ts'
import { modelOf } from '../../test/describe-check.ts'
import type { ControllerConfig } from '../model/ingress-config.ts'
import { known, unknown } from '../model/known.ts'
import { paint } from '../report/paint.ts'
import { ingressConfText } from '../report/ingress/ingress-text.ts'
import { ingressConfOf } from './ingress-conf.ts'

const web = ingress([
  ['/', 'web', 80],
  ['/cart', 'cart', 80],
])
const upstreams = known([{ upstream: 'shop-cart-80', endpoints: ['10.2.1.5:8080'], weight: null, alternatives: [] }])
const asked = { host: 'web.example.com', path: '/cart/1' }
const plain = paint({ colour: false, ascii: false, width: 100 })

const of = (about: Partial<ControllerConfig>, live = [web], url = asked) =>
  ingressConfOf(modelOf({ ingresses: [web], ingressConfigs: ingressConfigs(controllerConfig(live, about)) }), url)

describe('what serves a URL', () => {
  test('the blocks, the place in the Ingress, the endpoints', () => {
    const conf = of({ backends: upstreams })
    expect(conf.controllers[0]?.found).toMatchObject({
      kind: 'served',
      isSure: true,
      server: { head: 'server web.example.com' },
      location: { head: 'location /cart/' },
      ingress: { namespace: 'shop', name: 'web', spot: 'spec.rules[0].http.paths[1]' },
      upstream: 'shop-cart-80',
      endpoints: ['10.2.1.5:8080'],
      denied: null,
    })
    const said = ingressConfText(conf, plain)
    expect(said).toContain('from Ingress shop/web, spec.rules[0].http.paths[1]')
    expect(said).toContain('proxy_read_timeout 60s;')
    expect(said).toContain('back end shop-cart-80: 10.2.1.5:8080')
  })

  test.each([
    ['a host that no server has', { host: 'other.com', path: '/' }, 'no-location'],
    ['a path that no location takes', { host: 'web.example.com', path: '*' }, 'no-location'],
  ])('%s', (_name, url, kind) => {
    const found = of({}, [web], url).controllers[0]?.found
    expect(found?.kind).toBe(kind)
    expect(ingressConfText(of({}, [web], url), plain)).toContain('no location takes')
  })

  test('nothing of it was read', () => {
    const conf = of({ conf: unknown('forbidden', 'create pods/exec') })
    expect(conf.controllers[0]?.found).toMatchObject({ kind: 'unread' })
    expect(ingressConfText(conf, plain)).toContain('could not be read: create pods/exec')
  })

  test('an Ingress that does not declare it now', () => {
    expect(of({}, [{ ...web, name: 'gone' }]).controllers[0]?.found).toMatchObject({
      ingress: { name: 'gone', spot: null },
    })
  })
})
