import type { Trace } from '../../answers/trace/hop.ts'
import type { Diagnosis } from '../../engine.ts'
import { diagnosisJson, dnsAnswer, type Run } from '../diagnosis/json.ts'
import { traceAnswer } from '../trace/trace-json.ts'
import type { Answer } from './answer.ts'

/** A run as what it was: a trace as a trace, and with what was measured on each path where DNS was. */
export function runAnswer(diagnosis: Diagnosis, trace: Trace | null, run: Run): Answer {
  if (trace !== null) return traceAnswer(trace, diagnosisJson(diagnosis, run))
  return diagnosis.model.sources.dnsProbe.known ? dnsAnswer(diagnosis, run) : diagnosisJson(diagnosis, run)
}
