import { paint, type Paint } from '../../report/paint.ts'

export type Colour = 'auto' | 'always' | 'never'

/** Paint for a stream: colour on a terminal unless NO_COLOR says otherwise, or as the user wants it. */
export function terminalPaint(stream: NodeJS.WriteStream, wanted: Colour = 'auto'): Paint {
  const able = stream.isTTY && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb'
  const colour = wanted === 'always' || (wanted === 'auto' && able)
  const utf8 = /utf-?8/i.test(process.env['LC_ALL'] ?? process.env['LC_CTYPE'] ?? process.env['LANG'] ?? 'C.UTF-8')
  return paint({ colour, ascii: !utf8, width: Math.min(110, stream.columns || 100) })
}
