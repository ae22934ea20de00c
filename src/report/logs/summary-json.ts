import { serialised } from '../formats/formats.ts'
import type { LogSummary } from '../../answers/tail/log-summary.ts'
import type { logsSummary } from '../schemas/logs.ts'
import type { Output } from '../schemas/parts.ts'

/** One object, versioned. */
export function logSummaryJson(summary: LogSummary): string {
  const out: Output<typeof logsSummary> = {
    schema: 'hopscope/logs-summary/v1',
    ...summary,
    lines: { ...summary.lines, others: defined(summary.lines.others) },
    cut: [...summary.cut],
    who: defined(summary.who),
    groups: summary.groups.map((it) => ({ ...it, who: defined(it.who) })),
    servers: summary.servers.map((it) => ({ ...it, who: defined(it.who) })),
    troubles: defined(summary.troubles),
    said: [...summary.said],
    unplaced: summary.unplaced === null ? null : { ...summary.unplaced, paths: [...summary.unplaced.paths] },
    from: summary.from === null ? null : new Date(summary.from).toISOString(),
    to: summary.to === null ? null : new Date(summary.to).toISOString(),
  }
  return serialised('json', out)
}

function defined(counts: Readonly<Record<string, number | undefined>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).flatMap(([key, it]) => (it === undefined ? [] : [[key, it]])))
}
