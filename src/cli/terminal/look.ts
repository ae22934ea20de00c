import { paint, type Paint } from '../../report/paint.ts'
import { call } from './called.ts'

export type Colour = 'auto' | 'always' | 'never'

/**
 * Paint for a stream: colour on a terminal unless NO_COLOR says otherwise, or as the user wants it; prose broken at the
 * terminal's width. A pipe gets lines as they are, for `grep` and for tickets.
 */
export function terminalPaint(stream: NodeJS.WriteStream, wanted: Colour = 'auto'): Paint {
  const able = stream.isTTY && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb'
  const colour = wanted === 'always' || (wanted === 'auto' && able)
  const utf8 = /utf-?8/i.test(process.env['LC_ALL'] ?? process.env['LC_CTYPE'] ?? process.env['LANG'] ?? 'C.UTF-8')
  const columns = stream.isTTY ? stream.columns || 80 : null
  return paint({
    colour,
    ascii: !utf8,
    width: Math.min(110, columns ?? 100),
    ...(columns === null ? {} : { wrap: Math.max(40, columns) }),
    call: call(),
  })
}
