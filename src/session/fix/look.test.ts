import { describe, expect, test } from 'vitest'
import { checkNamed, parseSubject } from './look.ts'

describe('an object, as findings name it', () => {
  test.each([
    ['Deployment/shop/web', { kind: 'Deployment', namespace: 'shop', name: 'web' }],
    ['Node/worker-1', { kind: 'Node', namespace: null, name: 'worker-1' }],
  ])('%s', (text, its) => expect(parseSubject(text)).toMatchObject(its))

  test.each([
    '',
    'web',
    'Deployment',
    'Deployment/',
    'Deployment/shop/',
    'deployment/shop/web',
    'A/b/c/d',
    '/shop/web',
    'Dep loy/shop/web',
  ])('%j is none', (text) => expect(() => parseSubject(text)).toThrow(/is no object/))
})

test('a check by its code or slug; a slip is refused', () => {
  expect([checkNamed('dns101').code, checkNamed('dns/parallel-lookup-drop').code]).toEqual(['DNS101', 'DNS101'])
  expect(() => checkNamed('DNS1O1')).toThrow(/no check `DNS1O1`/)
})
