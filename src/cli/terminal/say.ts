import { paint } from '../../report/paint.ts'
import { page } from '../../report/visible.ts'
import { redactText } from '../../wire/secrets.ts'
import { terminalPaint } from './look.ts'

/** Lines on stdout: each stays one line, and nothing in them is obeyed by a terminal but our own colours. */
export function say(...lines: readonly string[]): void {
  process.stdout.write(page(lines, terminalPaint(process.stdout)))
}

/** Lines on stderr. What a kubeconfig or a plugin says may be quoted in them. */
export function tell(...lines: readonly string[]): void {
  const plain = paint({ colour: false, ascii: false, width: 80 })
  const { wrap, call } = terminalPaint(process.stderr)
  process.stderr.write(page(lines.map(redactText), { ...plain, wrap, call }))
}
