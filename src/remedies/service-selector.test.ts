import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asked, changesOf, found, object, propose, whyNot } from '../../test/build/remedies.ts'
import { at, type Manifest } from '../manifest/object.ts'
import { subject } from '../model/subject.ts'
import { serviceSelector } from './service-selector.ts'

const cart = subject('Service', 'shop', 'cart')
const service = (selector: Manifest): Manifest =>
  object('Service', 'shop', 'cart', { spec: { selector, ports: [{ port: 80 }], clusterIP: '10.96.0.9' } })
const ask = (args: Readonly<Record<string, string | null>>) => asked(found('SVC201', cart, args))
const value = { miss: 'value', key: 'app', wanted: 'crat', theirs: 'cart', expected: null }

const after = (result: ReturnType<typeof propose>): Manifest => {
  const [change] = changesOf(result)
  return change?.verb === 'replace' ? change.after : {}
}

describe('service-selector against SVC201', () => {
  test('the value that the pods have, and nothing else', () =>
    expect(after(propose(serviceSelector, ask(value), [service({ app: 'crat', tier: 'back' })]))).toEqual(
      service({ tier: 'back', app: 'cart' }),
    ))
  test('the key that the pods have', () => {
    const key = { miss: 'key', key: 'app', wanted: 'cart', theirs: 'app.kubernetes.io/name', expected: null }
    const made = after(propose(serviceSelector, ask(key), [service({ app: 'cart' })]))
    expect(at(made, 'spec', 'selector')).toEqual({ 'app.kubernetes.io/name': 'cart' })
  })
  test.each([
    ['nothing is near', { ...value, miss: null, theirs: null }, { app: 'crat' }, /what was meant is not known/],
    ['a pair that no pod has', { ...value, miss: 'absent', theirs: null }, { app: 'crat' }, /what was meant/],
    ['it is empty on purpose', { ...value, expected: 'control-plane' }, { app: 'crat' }, /what was meant/],
    ['the pods are those of another', { ...value, claimedBy: 'basket' }, { app: 'crat' }, /Service basket selects/],
    ['it was changed since', value, { app: 'cart' }, /no longer has app=crat/],
  ])('%s: not offered', (_, args, selector, why) =>
    expect(whyNot(propose(serviceSelector, ask(args), [service(selector)]))).toMatch(why),
  )
  test('it is gone, or may not be read', () => {
    expect(whyNot(propose(serviceSelector, ask(value), []))).toContain('is gone')
    expect(whyNot(propose(serviceSelector, ask(value), [], () => true))).toContain('could not be read')
  })
  test('whatever else the selector has stays, whatever it is', () => {
    const labels = fc.dictionary(fc.constantFrom('tier', 'constructor', 'a.b/c'), fc.constantFrom('x', 'y'), {
      noNullPrototype: true,
    })
    fc.assert(
      fc.property(labels, (others) => {
        const made = after(propose(serviceSelector, ask(value), [service({ ...others, app: 'crat' })]))
        expect(at(made, 'spec', 'selector')).toEqual({ ...others, app: 'cart' })
      }),
    )
  })
})
