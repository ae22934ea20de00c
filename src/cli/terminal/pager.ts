import { spawn } from 'node:child_process'

/**
 * A text that is longer than the terminal is handed to $PAGER, else to `less`, which leaves it on the screen and ends
 * by itself where it fits; elsewhere, and where there is no pager, it is printed.
 */
export async function paged(text: string): Promise<void> {
  const { stdout } = process
  const [program = 'less', ...args] = (process.env['PAGER'] ?? 'less').split(' ').filter((it) => it !== '')
  const fits = text.split('\n').length <= (stdout.rows ?? 0)
  if (!stdout.isTTY || fits || program === 'cat' || process.env['PAGER'] === '') {
    stdout.write(text)
    return
  }
  const env = { LESS: 'FRX', ...process.env }
  const isShown = await new Promise<boolean>((resolve) => {
    const child = spawn(program, args, { stdio: ['pipe', 'inherit', 'inherit'], env })
    child.on('error', () => resolve(false))
    child.on('exit', () => resolve(true))
    // Whoever quits early has read enough.
    child.stdin.on('error', () => undefined)
    child.stdin.end(text)
  })
  if (!isShown) stdout.write(text)
}
