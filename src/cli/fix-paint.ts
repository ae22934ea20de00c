import { paint, type Paint } from '../report/paint.ts'

/** Paint for a stream: colour on a terminal unless NO_COLOR says otherwise. */
export function terminalPaint(stream: NodeJS.WriteStream): Paint {
  const colour = stream.isTTY && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb'
  const utf8 = /utf-?8/i.test(process.env['LC_ALL'] ?? process.env['LC_CTYPE'] ?? process.env['LANG'] ?? 'C.UTF-8')
  return paint({ colour, ascii: !utf8, width: Math.min(110, stream.columns || 100) })
}
