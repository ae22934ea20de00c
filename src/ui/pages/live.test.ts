import { expect, test } from 'vitest'
import { modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { diagnosisJson } from '../../report/diagnosis/json.ts'
import { besideNote } from './live.ts'

const answer = { kind: 'answer', answer: diagnosisJson(diagnose(modelOf({}), { checks: [] })), kept: null } as const
const left = { id: 1, kind: 'left', line: 'NOT removed: pod shop/a; hopscope cleanup' } as const

test('what is left in the cluster, and that not all was seen, stays said beside an answer', () => {
  expect(besideNote([], { ...answer, isLate: false })).toBeNull()
  expect(besideNote([left], { ...answer, isLate: false })?.toString()).toContain('<li>NOT removed: pod shop/a')
  expect(besideNote([], { ...answer, isLate: true })?.toString()).toContain('what is missing is not known')
})
