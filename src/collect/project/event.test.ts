import { expect, test } from 'vitest'
import { createIntern } from '../../wire/intern.ts'
import { newestOfEach, projectEvent } from './event.ts'

const intern = createIntern()
const event = (reason: string, minute: string | null, type = 'Warning', name = 'web') => ({
  type,
  reason,
  message: 'Failed build model',
  involvedObject: { namespace: 'shop', kind: 'Ingress', name },
  ...(minute === null ? {} : { lastTimestamp: `2026-01-01T00:${minute}:00Z` }),
})
const kept = (...raws: readonly object[]) =>
  newestOfEach(raws.flatMap((it) => projectEvent(it, intern) ?? [])).map((it) => `${it.object.name} ${it.reason}`)
const success = (minute: string, name = 'web') => event('SuccessfullyReconciled', minute, 'Normal', name)

test('what failed is over where it succeeded later, and only there', () => {
  expect(kept(event('FailedBuildModel', '10'), success('20'))).toEqual([])
  expect(kept(event('FailedBuildModel', '30'), success('20'))).toEqual(['web FailedBuildModel'])
  expect(kept(event('FailedBuildModel', '10'), success('20', 'other'))).toEqual(['web FailedBuildModel'])
  expect(kept(event('FailedBuildModel', null), success('20'))).toEqual(['web FailedBuildModel'])
})

test('of another fault, success says nothing, and other Events of type Normal are none of ours', () => {
  expect(kept(event('Rejected', '10'), success('20'))).toEqual(['web Rejected'])
  expect(kept(event('Sync', '10', 'Normal'), event('SuccessfullyReconciled', '20'))).toEqual([
    'web SuccessfullyReconciled',
  ])
})
