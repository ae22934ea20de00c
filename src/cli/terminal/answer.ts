import type { Answer } from '../../report/formats/answer.ts'
import { type AnswerFormat, inFormat } from '../../report/formats/formats.ts'
import type { ReportFlags } from '../flags/report.ts'
import { call } from './called.ts'

/** An answer in a format for programs, or for other readers than those of a terminal. */
export function answered(format: AnswerFormat, answer: Answer, failOn: ReportFlags['failOn'] = 'warning'): string {
  return inFormat(format, answer, { call: call(), failOn })
}
