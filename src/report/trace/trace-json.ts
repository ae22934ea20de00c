import type { Trace } from '../../answers/trace.ts'

/** One object, versioned; the field names are the contract for scripts. Findings stand in the diagnosis beside it. */
export function traceJson(trace: Trace, diagnosis: unknown): string {
  return `${JSON.stringify({ schema: 'hopscope/trace/v1', ...trace, diagnosis }, null, 2)}\n`
}
