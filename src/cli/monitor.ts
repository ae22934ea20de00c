import { changesOf } from '../answers/monitor/changes.ts'
import { isSight, type Round } from '../answers/monitor/state.ts'
import { newBook } from '../monitor/book.ts'
import { serveBook } from '../monitor/serve.ts'
import { count } from '../phrases.ts'
import { monitor, type MonitorAsk, type MonitorEvent, type MonitorLoad } from '../session/monitor/monitor.ts'
import type { MonitorFlags } from './flags/monitor.ts'
import { ending } from './terminal/interrupt.ts'
import { say, tell } from './terminal/say.ts'

/** Serves metrics until a signal, which is its usual end: 0. Returns 141 where nobody reads its output any more. */
export async function monitorCommand(flags: MonitorFlags): Promise<number> {
  const book = newBook(flags.every)
  const log = newLog()
  const interrupt = ending.interruptible()
  const ask = askOf(flags, process.env)
  const take = (event: MonitorEvent): void => {
    // Before the book is changed: what a round changes is told against what stood before it.
    log(event, book.state().seen?.facts.standing ?? [])
    if (isFact(event)) book.take(event)
  }
  try {
    const served = await serveBook(flags.listen, book, isPod(flags, process.env) ? 'anyone' : 'machine')
    say(`serves http://${served.address}/metrics`, ...announced(ask))
    try {
      await monitor(ask, { signal: interrupt.signal, tell: take })
    } finally {
      await served.close()
    }
    tell(`${ending.interruptedWord()}; nothing of it is left in the cluster`)
    const code = ending.interruptedCode()
    return code === 130 ? 0 : code
  } finally {
    interrupt.release()
  }
}

type Env = Readonly<Record<string, string | undefined>>

function isPod({ kubeconfig }: MonitorFlags, env: Env): boolean {
  return kubeconfig === undefined && (env['KUBERNETES_SERVICE_HOST'] ?? '') !== ''
}

/** In a pod of the cluster its servers can be asked directly; from anywhere else their silence would say nothing. */
function askOf(flags: MonitorFlags, env: Env): MonitorAsk {
  const { listen: _listen, lookups, lookupsEvery, keep, keepMost, keepBytes, ...rest } = flags
  const isInside = isPod(flags, env)
  const isAsking = lookups === 'always' || (lookups === 'auto' && isInside)
  return {
    ...rest,
    lookupsEvery: isAsking ? lookupsEvery : null,
    pages: isInside ? 'direct' : 'api',
    keep: keep === undefined ? null : { folder: keep, most: keepMost, bytes: keepBytes },
  }
}

/** What it will do at most, before it does any of it. */
function announced({ every, lookupsEvery, pages, keep }: MonitorAsk): readonly string[] {
  return [
    `reads the cluster every ${every / 1000} s, for half of the time at most; makes no pod and writes nothing in it`,
    `reads the metrics of at most 8 DNS servers ${pages === 'direct' ? 'by itself' : 'through the API server'}`,
    lookupsEvery === null
      ? 'makes no lookup of its own: it does in a pod of the cluster, or with --lookups always'
      : `looks one name up at the DNS Service and at most 8 DNS servers every ${lookupsEvery / 1000} s, ` +
        'two queries each, and rests where nobody answers',
    ...(keep === null
      ? []
      : [`keeps at most ${count(keep.most, 'recording')}, ${keep.bytes} bytes, in ${keep.folder}`]),
  ]
}

function isFact(event: MonitorEvent): event is Exclude<MonitorEvent, { kind: 'step' | 'announce' | 'left' | 'load' }> {
  return !['step', 'announce', 'left', 'load'].includes(event.kind)
}

type Log = (event: MonitorEvent, before: Parameters<typeof changesOf>[0]) => void

/** A line for what changes, and none for what stays: a log that nobody reads must not fill a disk. */
function newLog(): Log {
  let trouble: string | null = null
  const round = ({ why, facts, outcome }: Round, before: Parameters<typeof changesOf>[0]): void => {
    if (why !== trouble) tell(why === null ? 'the cluster is seen again' : `round ${outcome}: ${why}`)
    trouble = why
    if (facts !== null && isSight(outcome)) tell(...changesOf(before, facts.standing))
  }
  let unkept: string | null = null
  return (event, before) => {
    switch (event.kind) {
      case 'round':
        return round(event.round, before)
      case 'load':
        return tell(loadLine(event.load))
      case 'kept':
        unkept = null
        return tell(`kept: ${event.file}`)
      case 'not-kept':
        if (event.why !== unkept) tell(`not kept: ${event.why}`)
        unkept = event.why
        return
      case 'announce':
        return tell(event.line)
      case 'left':
        return tell(...event.what.map((it) => `NOT removed: ${it}`))
      case 'step':
      case 'ways':
      case 'lookup':
      case 'skipped':
    }
  }
}

function loadLine({ everyMs, requests, pages, pageWay, lookups }: MonitorLoad): string {
  const own =
    lookups === null ? 'no lookup' : `${lookups.queriesPerSecond} queries a second by ${count(lookups.ways, 'way')}`
  const where = pageWay === 'direct' ? '' : ', of which the API server passes on the pages'
  const cost = `${count(requests, 'request')} to the API server, ${count(pages, 'metrics page')}`
  return `a round is ${cost} every ${everyMs / 1000} s${where}; ${own}`
}
