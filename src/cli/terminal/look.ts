import { paint, type Paint } from '../../report/paint.ts'
import { call } from './called.ts'

export type Colour = 'auto' | 'always' | 'never'

/**
 * Paint for a stream: colour on a terminal unless NO_COLOR says otherwise, or as the user wants it; prose broken at the
 * terminal's width. A pipe gets lines as they are, for `grep` and for tickets.
 */
/** Whether lines can be written over, and colours are understood. */
export function isScreen(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && process.env['TERM'] !== 'dumb'
}

/** POSIX: the first of these that says something; one that is set to nothing says nothing (setlocale(3)). */
function isUtf8({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): boolean {
  const locale = [LC_ALL, LC_CTYPE, LANG].find((it) => it !== undefined && it !== '')
  return locale === undefined || /utf-?8/i.test(locale)
}

export function terminalPaint(stream: NodeJS.WriteStream, wanted: Colour = 'auto'): Paint {
  const able = isScreen(stream) && !process.env['NO_COLOR']
  const colour = wanted === 'always' || (wanted === 'auto' && able)
  const columns = stream.isTTY ? stream.columns || 80 : null
  return paint({
    colour,
    ascii: !isUtf8(process.env),
    width: Math.min(110, columns ?? 100),
    ...(columns === null ? {} : { wrap: Math.max(40, columns) }),
    call: call(),
  })
}
