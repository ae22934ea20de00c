import { withEscapes } from '../../report/formats/unseen.ts'
import { subjectKey } from '../../model/subject.ts'
import { type Gap, missing, totalsOf, type WatchEvent, type WatchSample } from '../../answers/dns-watch.ts'
import type { Output } from '../../report/schemas/parts.ts'
import type { watch } from '../../report/schemas/watch.ts'
import type { Paint } from '../../report/paint.ts'
import { eventLine, sampleLine, screen } from '../../report/watch/watch-text.ts'
import { page, visible } from '../../report/visible.ts'
import type { WatchEnd } from '../../session/watch/watch.ts'
import { spoken } from '../terminal/called.ts'
import { liveBlock } from '../terminal/live-block.ts'
import { isScreen } from '../terminal/look.ts'
import { count } from '../../phrases.ts'

export interface WatchOutput {
  readonly note: (line: string) => void
  readonly load: (lines: readonly string[], perSecond: number) => void
  readonly sample: (sample: WatchSample, events: readonly WatchEvent[]) => void
  readonly end: (it: WatchEnd) => void
}

/** As many samples as a sparkline can be wide. */
const kept = 60

/** A live block on a terminal, a line per interval elsewhere, an object per line with -o json. */
export function watchOutput(
  format: 'text' | 'json',
  stream: NodeJS.WriteStream,
  paintOf: (stream: NodeJS.WriteStream) => Paint,
): WatchOutput {
  if (format === 'json') return jsonLines(stream)
  return isScreen(stream) ? live(stream, paintOf) : lines(stream, paintOf)
}

function lines(stream: NodeJS.WriteStream, paintOf: (stream: NodeJS.WriteStream) => Paint): WatchOutput {
  const paint = paintOf(stream)
  const say = (line: string): void => void stream.write(page([line], paint))
  return {
    note: say,
    load: (texts) => texts.forEach(say),
    sample(sample, events) {
      say(sampleLine(sample, totalsOf(sample)))
      for (const it of events) say(eventLine(sample.at, it, paint))
    },
    end: (it) => summary(it).forEach(say),
  }
}

function live(stream: NodeJS.WriteStream, paintOf: (stream: NodeJS.WriteStream) => Paint): WatchOutput {
  const { above, draw } = liveBlock(stream)
  const clean = (line: string): string => spoken(visible(line, 'colours'))
  const block = {
    above: (line: string) => above(clean(line)),
    draw: (lines: readonly string[]) => draw(lines.map(clean)),
  }
  const history: WatchSample[] = []
  return {
    note: (line) => block.above(line),
    load: (texts) => texts.forEach((it) => block.above(it)),
    sample(sample, events) {
      const paint = paintOf(stream)
      history.push(sample)
      if (history.length > kept) history.shift()
      for (const it of events) block.above(eventLine(sample.at, it, paint))
      block.draw(screen(history, paint))
    },
    end(it) {
      block.draw([])
      for (const line of summary(it)) block.above(line)
    },
  }
}

function jsonLines(stream: NodeJS.WriteStream): WatchOutput {
  // JSON has no number for "beyond the last bucket", and null means that there was nothing.
  const written = (key: string, value: unknown): unknown => {
    if (key === 'durations') return undefined
    return value === Infinity ? 'Infinity' : value
  }
  const schema = 'hopscope/watch/v1'
  const say = (it: Output<typeof watch>): void =>
    void stream.write(`${withEscapes(JSON.stringify(it, written), 'json')}\n`)
  return {
    note: () => {},
    load: (texts, perSecond) => say({ schema, t: 'load', requestsPerSecond: perSecond, text: texts }),
    sample(sample, events) {
      const at = new Date(sample.at).toISOString()
      const { servers, canary, conntrack } = sample
      say({
        schema,
        t: 'sample',
        at,
        totals: totalsOf(sample),
        servers,
        canary,
        conntrack,
        missing: whys(missing(sample)),
        findings: sample.findings.map((it) => ({ code: it.code, severity: it.severity, subject: it.subject })),
      })
      for (const it of events) say({ schema, t: 'event', at, ...it })
    },
    end: ({ started, durationMs, missing: gaps, findings, ...it }) =>
      say({
        schema,
        t: 'end',
        at: new Date(started.getTime() + durationMs).toISOString(),
        started: started.toISOString(),
        durationMs,
        seconds: durationMs / 1000,
        ...it,
        missing: whys(gaps),
        findings: findings.map((one) => ({ code: one.code, severity: one.severity, subject: one.subject })),
      }),
  }
}

function durationOf(seconds: number): string {
  return seconds >= 120 ? `${Math.floor(seconds / 60)} min ${seconds % 60} s` : `${seconds} s`
}

function troublesOf({ troubles }: WatchEnd): string {
  if (troubles === 0) return 'no trouble seen in them'
  return `${troubles} time${troubles === 1 ? '' : 's'} trouble began`
}

function canaryEnd({ canary, left }: WatchEnd): string {
  if (!canary) return 'nothing was made in the cluster'
  return left.length === 0 ? 'the canary pod is removed' : `NOT removed: ${left.join(', ')}, hopscope cleanup`
}

function whys(gaps: ReadonlyMap<string, Gap>): Readonly<Record<string, string>> {
  return Object.fromEntries([...gaps].map(([what, { why }]) => [what, why]))
}

/** What a reader who comes back to the terminal wants to know. */
function summary(it: WatchEnd): readonly string[] {
  const seconds = Math.max(1, Math.round(it.durationMs / 1000))
  const still = it.findings
    .filter((one) => one.severity !== 'info')
    .map((one) => `${one.code} ${subjectKey(one.subject)}`)
  const perSecond = (Math.max(0, it.requests - it.atStart) / seconds).toFixed(1)
  return [
    '',
    `watched for ${durationOf(seconds)}: ${count(it.samples, 'reading')}, ${it.numbers} with numbers; ` +
      troublesOf(it),
    ...(it.standing.length + still.length === 0 ? [] : [`not over yet: ${[...it.standing, ...still].join('; ')}`]),
    ...(it.missing.size === 0 ? [] : [`not read at the end: ${[...it.missing.keys()].join(', ')}`]),
    `${it.requests} requests to the API server: ` +
      `${it.atStart} to begin with, then ${perSecond} a second; ${canaryEnd(it)}`,
  ]
}
