// Runs the built hopscope as a user would, against the lab's kubeconfig.
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly seconds: number
}

export interface Report {
  readonly verdict: string
  readonly headline: string
  readonly findings: readonly Found[]
  readonly explained: readonly Found[]
  readonly cannotTell: readonly { readonly code: string; readonly reason: string; readonly why: string }[]
  readonly crashed: readonly { readonly code: string; readonly stack: string }[]
  readonly ok: readonly string[]
}

export interface Found {
  readonly code: string
  readonly severity: 'error' | 'warning' | 'info'
  readonly confidence: string
  readonly subject: { readonly kind: string; readonly namespace: string | null; readonly name: string }
  readonly text: string
  readonly detail: string
}

const bundle = join(import.meta.dirname, '../../dist/hopscope.js')

/** `interrupt` sends a signal once stderr holds `when`, as a user does who has seen enough. */
export interface RunOptions {
  readonly kubeconfig: string | null
  readonly env?: Readonly<Record<string, string>>
  readonly interrupt?: { readonly signal: NodeJS.Signals; readonly when: RegExp; readonly delayMs: number }
  /** Ctrl-C after this long, for commands that would never end. */
  readonly interruptAfterMs?: number
  readonly timeoutMs?: number
  /** Called at once with the means to end the process. */
  readonly started?: (kill: (signal: NodeJS.Signals) => void) => void
  readonly cwd?: string
}

export function hopscope(args: readonly string[], options: RunOptions): Promise<Ran> {
  const started = performance.now()
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    XDG_STATE_HOME: join(tmpdir(), 'hopscope-lab-test'),
    NO_COLOR: '1',
    ...options.env,
  }
  delete env['KUBECONFIG']
  if (options.kubeconfig !== null) env['KUBECONFIG'] = options.kubeconfig
  const child = spawn(process.execPath, [bundle, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  options.started?.((signal) => void child.kill(signal))
  let stdout = ''
  let stderr = ''
  let sent = false
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
    const { interrupt } = options
    if (interrupt === undefined || sent || !interrupt.when.test(stderr)) return
    sent = true
    setTimeout(() => child.kill(interrupt.signal), interrupt.delayMs)
  })
  const stop =
    options.interruptAfterMs === undefined
      ? undefined
      : setTimeout(() => child.kill('SIGINT'), options.interruptAfterMs)
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 240_000)
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearTimeout(timer)
      clearTimeout(stop)
      resolve({ code, stdout, stderr, seconds: (performance.now() - started) / 1000 })
    })
  })
}

/** The report of a run with `-o json`; null when it printed none. */
export function reportOf(ran: Ran): Report | null {
  try {
    return JSON.parse(ran.stdout) as Report
  } catch {
    return null
  }
}

export function subjectOf(found: Found): string {
  const { kind, namespace, name } = found.subject
  return namespace === null ? `${kind}/${name}` : `${kind}/${namespace}/${name}`
}

/** A reader that goes away, each with the exit code of hopscope and not its own. */
const readers = {
  'one line': '"$@" | head -1 >/dev/null; exit "${PIPESTATUS[0]}"',
  nothing: '"$@" | true; exit "${PIPESTATUS[0]}"',
} as const

/** In a pipe whose other end takes so much and is gone. */
export function intoPipe(
  takes: keyof typeof readers,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ran> {
  const began = performance.now()
  const child = spawn('bash', ['-c', readers[takes], 'bash', process.execPath, bundle, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  return new Promise((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr, seconds: (performance.now() - began) / 1000 })),
  )
}
