import { type Leg, legsOf } from '../../answers/legs.ts'
import type { Model } from '../../model/sources.ts'
import { ms } from '../../phrases.ts'
import type { Paint } from '../paint.ts'

const names: Readonly<Record<Leg['name'], string>> = {
  outside: 'this machine -> load balancer',
  controller: 'probe pods -> controller',
  service: 'probe pods -> Service',
  pods: 'probe pods -> pods',
}

/** A URL leg by leg, each asked past the one before. */
export function legLines(model: Model): (paint: Paint) => readonly string[] {
  return (paint) => {
    const legs = legsOf(model)
    if (legs.length === 0) return []
    const rows = legs.map((it) => [names[it.name], at(it), said(it), it.slowestMs === null ? '-' : ms(it.slowestMs)])
    const widths = [0, 1, 2].map((i) => Math.max(...rows.map((it) => it[i]?.length ?? 0)))
    return legs.map((it, index) => {
      const cells = (rows[index] ?? []).map((cell, i) => cell.padEnd(widths[i] ?? 0))
      return `  ${paint.mark(it.bad === 0 ? 'ok' : 'error')} ${cells.join('  ')}`.trimEnd()
    })
  }
}

function at({ at: its }: Leg): string {
  return its.length > 2 ? `${its.slice(0, 2).join(', ')} and ${its.length - 2} more` : its.join(', ')
}

function said({ bad, of, said: words }: Leg): string {
  return `${words.slice(0, 4).join(', ')}  ${of - bad} of ${of}`
}
