import { describe, expect, test } from 'vitest'
import { clusterDns, insideView } from '../../test/build/dns.ts'
import { pod } from '../../test/build/pod.ts'
import { service } from '../../test/build/service.ts'
import { modelOf } from '../../test/describe-check.ts'
import { subject } from '../model/subject.ts'
import type { Scope } from '../model/sources.ts'
import { narrowed } from './narrowed.ts'

const sources = {
  pods: [pod('web-1'), pod('cart-1', { namespace: 'other' })],
  services: [service('web'), service('cart', { namespace: 'other' })],
  namespaces: ['shop', 'other'].map((name) => ({ name, labels: {} })),
  insideViews: [insideView('web-1'), insideView('cart-1', { namespace: 'other' })],
  clusterDns: clusterDns(),
  ingresses: [],
}
const everywhere = modelOf(sources, {}, { namespace: null, target: { kind: 'everything' } })
const recordedFor = (target: Scope['target']) => modelOf(sources, {}, { namespace: 'shop', target })
const narrow = async (model = everywhere, target: string | null = null, namespace?: string | null) =>
  (await narrowed(model, target, { from: 'run.hops', namespace })).shown

describe('a recording, narrowed', () => {
  test('as it is when nothing is asked', async () => {
    expect(await narrow()).toBe(everywhere)
  })

  test('to one of its namespaces', async () => {
    const { scope, sources: its } = await narrow(everywhere, null, 'shop')
    expect(scope).toMatchObject({ namespace: 'shop', target: { kind: 'everything' } })
    expect(its.pods).toMatchObject({ known: true, value: [{ name: 'web-1' }] })
    expect(its.insideViews).toMatchObject({ known: true, value: [{ pod: 'web-1' }] })
  })

  test('to an object, by the words of kubectl', async () => {
    const { scope } = await narrow(everywhere, 'svc/cart', 'other')
    expect(scope.target).toEqual({ kind: 'object', object: subject('Service', 'other', 'cart'), url: null })
    expect((await narrow(recordedFor({ kind: 'everything' }), 'pod/web-1')).scope.target).toMatchObject({
      object: { kind: 'Pod', name: 'web-1' },
    })
  })

  test('of what was recorded whole all is judged, whatever is asked about', async () => {
    const one = await narrowed(everywhere, null, { from: 'run.hops', namespace: 'shop' })
    expect(one).toMatchObject({ within: 'shop', judged: { scope: { namespace: null }, sources: everywhere.sources } })
    const two = await narrowed(everywhere, 'svc/web', { from: 'run.hops', namespace: 'shop' })
    expect(two.judged.scope).toMatchObject({ namespace: null, target: { object: { name: 'web' } } })
    expect(two).toMatchObject({ within: null, shown: { scope: { namespace: 'shop' } } })
    const dns = await narrowed(everywhere, 'dns', { from: 'run.hops', namespace: 'shop' })
    expect(dns.judged).toBe(dns.shown)
  })

  test('to the DNS of the cluster', async () => {
    expect((await narrow(everywhere, 'dns')).scope.target).toEqual({ kind: 'dns' })
  })

  test.each([
    ['an object that it does not hold', () => narrow(everywhere, 'svc/card', 'other'), /no Service `card`/],
    ['a namespace that it does not hold', () => narrow(everywhere, null, 'othre'), /no namespace `othre`/],
    [
      'another namespace than its own',
      () => narrow(recordedFor({ kind: 'everything' }), null, 'other'),
      /recording of namespace shop/,
    ],
    [
      'all, of a recording of one namespace',
      () => narrow(recordedFor({ kind: 'everything' }), null, null),
      /recording of namespace shop/,
    ],
    ['an object without a namespace', () => narrow(everywhere, 'svc/cart'), /may be in any namespace/],
    ['what is no target', () => narrow(everywhere, 'cart', 'other'), /is no target/],
    [
      'an object, of a recording of DNS alone',
      () => narrow(recordedFor({ kind: 'dns' }), 'svc/web'),
      /recorded for the DNS of the cluster alone/,
    ],
    [
      'another object than was recorded',
      () => narrow(recordedFor({ kind: 'object', object: subject('Pod', 'shop', 'web-1'), url: null }), 'svc/web'),
      /recorded for Pod shop\/web-1/,
    ],
  ])('refuses %s', async (_, asked, says) => {
    await expect(asked()).rejects.toThrow(says)
  })
})
