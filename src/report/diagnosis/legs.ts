import { isSlow, type Leg, legsOf } from '../../answers/legs.ts'
import type { Model } from '../../model/sources.ts'
import { ms } from '../../phrases.ts'
import type { Mark, Paint } from '../paint.ts'
import { tableLines } from '../table.ts'

const names: Readonly<Record<Leg['name'], string>> = {
  outside: 'this machine -> load balancer',
  controller: 'probe pods -> controller',
  service: 'probe pods -> Service',
  pods: 'probe pods -> pods',
}

/** Of a Gateway, or of Contour: what carries the requests is not what reads the objects. */
const dataPlane = 'probe pods -> data plane'

/** A URL leg by leg, each asked past the one before. */
export function legLines(model: Model): (paint: Paint) => readonly string[] {
  return (paint) => {
    const legs = legsOf(model)
    if (legs.length === 0) return []
    const { target } = model.scope
    const isRouted = target.kind === 'object' && target.object.kind !== 'Ingress'
    const rows = legs.map((it) => [
      `${paint.mark(markOf(it))} ${it.name === 'controller' && isRouted ? dataPlane : names[it.name]}`,
      at(it),
      said(it),
      it.slowestMs === null ? '-' : `${ms(it.slowestMs)}${isSlow(it) ? ', slow' : ''}`,
    ])
    return tableLines(rows)
  }
}

function markOf(it: Leg): Mark {
  if (it.bad > 0) return 'error'
  return isSlow(it) || it.doubtful > 0 ? 'warning' : 'ok'
}

function at({ at: its }: Leg): string {
  return its.length > 2 ? `${its.slice(0, 2).join(', ')} and ${its.length - 2} more` : its.join(', ')
}

function said({ bad, doubtful, of, said: words }: Leg): string {
  return `${words.slice(0, 4).join(', ')}  ${of - bad - doubtful} of ${of}`
}
