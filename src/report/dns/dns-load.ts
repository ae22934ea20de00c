import type { LoadEnd, LoadStep } from '../../model/load.ts'
import type { Paint } from '../paint.ts'
import { tableLines } from '../table.ts'
import { ms } from '../../phrases.ts'

/** How a load ended, and every step of it. `target` in queries a second. */
export function loadText(steps: readonly LoadStep[], end: LoadEnd, target: number, paint: Paint): readonly string[] {
  const header = ['asked/s', 'answered/s', 'lost', 'p50', 'p99', 'canary p99', 'CPU of each server']
  const [head = '', ...lines] = tableLines([header, ...steps.map(cells)], { right: [0, 1, 2, 3, 4, 5] })
  return [
    `${paint.mark(mark(end))} ${paint.strong(loadHeadline(end, target))}`,
    '',
    paint.dim(head),
    ...lines,
    '',
    `  ${end.queries.toLocaleString('en')} queries in all`,
    '',
  ]
}

export function loadHeadline({ kind, why, carried }: LoadEnd, target: number): string {
  const rate = `${carried.toLocaleString('en')} queries/s`
  const held = carried === 0 ? 'no load was carried' : `${rate} were carried without harm before that`
  if (kind === 'reached')
    return (
      `DNS carries ${target.toLocaleString('en')} queries/s: nothing lost, nothing slow. ` +
      'Its ceiling is above that.'
    )
  if (kind === 'saturated') return `The ceiling is ${rate}: ${why}.`
  if (kind === 'harm') return `Stopped at the first sign of harm: ${why}; ${held}.`
  if (kind === 'client') return `Cannot tell the ceiling: ${why}; ${held}.`
  if (kind === 'blind') return `Stopped, because nothing watches: ${why}; ${held}.`
  return `Cannot tell the ceiling: ${why}; ${rate} were carried without harm.`
}

function mark({ kind }: LoadEnd): 'ok' | 'error' | 'cannot-tell' {
  if (kind === 'reached') return 'ok'
  return kind === 'saturated' || kind === 'harm' ? 'error' : 'cannot-tell'
}

/** 0 when the target was carried, 1 when it was not, 2 when that could not be found out. */
export function loadExitCode({ kind }: LoadEnd): 0 | 1 | 2 {
  if (kind === 'reached') return 0
  return kind === 'saturated' || kind === 'harm' ? 1 : 2
}

function cells({ asked, load, canary, servers }: LoadStep): readonly string[] {
  const cpu = servers.map((it) => {
    if (it.cpuSeconds === null || it.windowMs <= 0) return 'unknown'
    const milli = (it.cpuSeconds / it.windowMs) * 1e6
    return it.cpuLimitMilli === null
      ? `${Math.round(milli)}m`
      : `${Math.round((milli / it.cpuLimitMilli) * 100)} % of ${it.cpuLimitMilli}m`
  })
  const none = asked === 0
  return [
    none ? 'before' : `${asked}`,
    none ? '-' : `${load.ms === 0 ? 0 : Math.round((load.answered / load.ms) * 1000)}`,
    `${load.lost + canary.lost}`,
    none ? '-' : ms(load.p50),
    none ? '-' : ms(load.p99),
    ms(canary.p99),
    cpu.join('  '),
  ]
}
