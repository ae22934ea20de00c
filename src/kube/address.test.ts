import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { apiPath, describeAction, describeGet, pathOf, queryOf } from './address.ts'
import { ingresses, nodes, pods } from './resources.ts'

describe('pathOf', () => {
  it('knows the core group, groups, cluster scope and subresources', () => {
    expect(pathOf(pods, 'shop')).toBe('/api/v1/namespaces/shop/pods')
    expect(pathOf(pods, null)).toBe('/api/v1/pods')
    expect(pathOf(ingresses, 'shop', 'web')).toBe('/apis/networking.k8s.io/v1/namespaces/shop/ingresses/web')
    expect(pathOf(nodes, 'shop', 'worker-1')).toBe('/api/v1/nodes/worker-1')
    expect(pathOf(pods, 'shop', 'a/b', 'log')).toBe('/api/v1/namespaces/shop/pods/a%2Fb/log')
  })
})

describe('apiPath', () => {
  it('keeps each value in its place, whatever a server called it', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(text, text, (pod, container) => {
        const path = apiPath`/api/v1/pods/${pod}:${9153}/log?container=${container}&a=b`
        expect(path).toMatch(/^[!-~]+$/)
        const [, , , , name, log, ...more] = path.split(/[/?]/)
        expect([decodeURIComponent(name ?? ''), log]).toEqual([`${pod.toWellFormed()}:9153`, 'log'])
        expect([...new URLSearchParams(more.join('?'))]).toEqual([
          ['container', container.toWellFormed()],
          ['a', 'b'],
        ])
      }),
    )
  })
})

describe('describeAction', () => {
  it('says what RBAC would call it', () => {
    expect(describeAction({ verb: 'list', resource: pods, namespace: 'shop' })).toBe('list pods in namespace shop')
    expect(describeAction({ verb: 'list', resource: ingresses, namespace: null })).toBe(
      'list ingresses.networking.k8s.io',
    )
    expect(describeAction({ verb: 'get', resource: nodes, namespace: 'shop' })).toBe('get nodes')
    expect(describeAction({ verb: 'create', resource: pods, subresource: 'exec', namespace: 'shop' })).toBe(
      'create pods/exec in namespace shop',
    )
  })
})

describe('describeGet', () => {
  it.each([
    ['/metrics', 'get /metrics'],
    ['/api/v1/namespaces/x/pods/y:9153/proxy/metrics?a=b', 'get pods/proxy in namespace x'],
    ['/api/v1/nodes/n1/proxy/configz', 'get nodes/proxy'],
    ['/api/v1/namespaces/x', 'get namespaces'],
    ['/apis/apps/v1/deployments', 'list deployments.apps'],
    ['/apis/apps/v1', 'get /apis/apps/v1'],
  ])('%s', (path, words) => {
    expect(describeGet(path)).toBe(words)
  })
})

it('leaves out what is not set', () => {
  expect(queryOf({ a: undefined })).toBe('')
  expect(queryOf({ limit: 500, continue: undefined, labelSelector: 'a=b' })).toBe('?limit=500&labelSelector=a%3Db')
})
