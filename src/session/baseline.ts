import { type Diagnosis, diagnose } from '../engine.ts'
import type { Compared } from '../findings/beside.ts'
import type { Finding } from '../findings/finding.ts'
import { subjectKey } from '../model/subject.ts'
import type { Model } from '../model/sources.ts'
import { readRecording } from '../snapshot/read.ts'
import { ToolError } from '../tool-error.ts'
import { type Beside, type ChecksAsk, type ChecksAsked, rulesUsed } from './select.ts'

/** The earlier run is judged by today's checks, so that a new check is no new fault. */
async function compared(run: string, how: ChecksAsked, now: Diagnosis): Promise<Compared> {
  const { model, t0 } = await readRecording(run)
  const of = ({ scope: { namespace, target } }: Model): string => JSON.stringify([namespace, target])
  // What lies beyond the scope of one of them would be new, or gone.
  if (of(model) !== of(now.model))
    throw new ToolError(
      'usage',
      `${run} is a run of another namespace or target than this one`,
      `compare like with like: hopscope diagnose --from ${run} says what it is of`,
    )
  return { run, started: t0.toISOString(), ...difference(diagnose(model, how), now) }
}

function difference(before: Diagnosis, now: Diagnosis): Omit<Compared, 'run' | 'started'> {
  const [had, has] = [keysOf(before), keysOf(now)]
  const isNew = (it: Finding): boolean => !had.has(keyOf(it))
  const roots = now.roots.map((it) => it.finding)
  const left = before.roots.map((it) => it.finding).filter((it) => !has.has(keyOf(it)))
  const isJudged = ({ code }: Finding): boolean => {
    const result = now.results.find((it) => it.check.code === code)
    return result !== undefined && result.crash === null && result.cannotTell.length === 0
  }
  return {
    fresh: roots.filter(isNew),
    still: roots.filter((it) => !isNew(it)),
    gone: left.filter(isJudged),
    unjudged: left.filter((it) => !isJudged(it)),
    isNew,
  }
}

function keysOf({ results }: Diagnosis): ReadonlySet<string> {
  return new Set(results.flatMap((it) => it.findings).map(keyOf))
}

function keyOf({ code, subject }: Finding): string {
  return `${code} ${subjectKey(subject)}`
}

/** What stands beside a diagnosis of this ask. */
export async function besideOf(ask: ChecksAsk, how: ChecksAsked, now: Diagnosis): Promise<Beside> {
  const baseline = ask.baseline === undefined ? null : await compared(ask.baseline, how, now)
  return { rules: rulesUsed(how, now), baseline }
}
