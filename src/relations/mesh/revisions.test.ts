import { expect, test } from 'vitest'
import { pod } from '../../../test/build/pod.ts'
import { unknown } from '../../model/known.ts'
import { isNobodys, revisionsOf } from './revisions.ts'

const istiod = (rev?: string) =>
  pod('istiod-1', { labels: { app: 'istiod', ...(rev === undefined ? {} : { 'istio.io/rev': rev }) } })

test('the revisions of istiod that are there', () => {
  expect([...(revisionsOf([istiod(), istiod('1-20'), pod('web-1')]) ?? [])]).toEqual(['default', '1-20'])
  expect(revisionsOf([pod('web-1')])).toBe(null)
})

test('one that nobody is of', () => {
  const nothing = unknown('not-asked', '')
  expect(isNobodys('1-20', new Set(['1-22']), nothing)).toBe(true)
  expect(isNobodys('1-22', new Set(['1-22']), nothing)).toBe(false)
})
