import type { DnsWatchEvent, WatchAsk, Watched, WatchLoad } from '../../session/watch/watch.ts'
import { watchDns } from '../../session/watch/watch.ts'
import { ToolError } from '../../tool-error.ts'
import { ending } from '../terminal/interrupt.ts'
import { terminalPaint } from '../terminal/look.ts'
import { interruptedEnd } from '../terminal/on-terminal.ts'
import { tell } from '../terminal/say.ts'
import { watchOutput, type WatchOutput } from './output.ts'

export type WatchFlags = WatchAsk & { readonly output: 'text' | 'json' }

/**
 * `hopscope watch dns`: until Ctrl-C (130) or the end of --for: 0 no trouble seen, 1 some, 2 never a number, or not all
 * that was asked for at the end.
 */
export async function watchCommand(what: string, flags: WatchFlags): Promise<number> {
  if (what !== 'dns') throw new ToolError('usage', `\`${what}\` can't be watched`, 'hopscope watch dns')
  const output = watchOutput(flags.output, process.stdout, terminalPaint)
  const interrupt = ending.interruptible()
  try {
    const ended = await watchDns(flags, { signal: interrupt.signal, tell: (it) => show(it, output, flags.interval) })
    return ended.kind === 'done' ? codeOf(ended.value) : interruptedEnd(ended, 'nothing of it is left in the cluster')
  } finally {
    interrupt.release()
  }
}

function show(event: DnsWatchEvent, output: WatchOutput, intervalMs: number): void {
  switch (event.kind) {
    case 'step':
    case 'announce':
      return output.note(event.line)
    case 'left':
      // The summary has named them.
      return
    case 'load':
      return output.load(linesOf(event.load, intervalMs), event.load.requestsPerSecond)
    case 'sample':
      return output.sample(event.sample, event.events)
    case 'end':
      return output.end(event.end)
  }
}

/** What was asked for and is not read at the end is no sign of health, however quiet the rest was. */
function codeOf({ endedBy, numbers, troubles, left, missing }: Watched): number {
  if (endedBy === 'caller') return stoppedEarly(left)
  if (numbers === 0) return 2
  if (troubles > 0) return 1
  return missing.size > 0 ? 2 : 0
}

/** Ctrl-C is the usual end, and the summary has said all; a reader that went away has not read it. */
function stoppedEarly(left: readonly string[]): number {
  const code = ending.interruptedCode()
  if (code === 141)
    tell(
      `${ending.interruptedWord()}; ` +
        (left.length === 0
          ? 'nothing of it is left in the cluster'
          : `NOT removed: ${left.join(', ')}; hopscope cleanup`),
    )
  return code
}

function linesOf(load: WatchLoad, intervalMs: number): readonly string[] {
  const { requestsPerSecond, reads, pages, execs, counterPods, canary, isFirst } = load
  const parts = [
    `${reads} reads`,
    `${pages} metrics page${pages === 1 ? '' : 's'}`,
    ...(execs === 0 ? [] : [`${execs} counter file${execs === 1 ? '' : 's'} by exec`]),
  ]
  return [
    `asks the API server at most ${requestsPerSecond.toFixed(1)} times a second: ` +
      `${parts.join(' and ')} every ${intervalMs / 1000} s` +
      (canary === null ? '' : ', the canary pod every 10 s'),
    ...(isFirst && counterPods > 0
      ? [
          `a hostNetwork pod without privileges on each of ${counterPods} nodes reads the conntrack counters; ` +
            'removed at the end',
        ]
      : []),
    ...(isFirst ? [ownLookups(canary)] : []),
  ]
}

function ownLookups(canary: WatchLoad['canary']): string {
  if (canary === null) return 'makes no lookup of its own (--probe adds a canary)'
  return (
    `a canary pod on ${canary.node} looks up one name a second (${canary.queriesPerSecond} queries); ` +
    'removed at the end; some requests more to start it'
  )
}
