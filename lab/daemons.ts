// Processes that outlive the command which started them. Each leaves a file with its pid and its start time, because a
// pid alone may by now belong to a stranger.
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DAEMON_PROCS } from './cluster/cgroups.ts'
import { LabError } from './errors.ts'
import { STATE } from './plan.ts'

const PIDS = join(STATE, 'pid')
const LOGS = join(STATE, 'log')

interface Daemon {
  readonly pid: number
  readonly started: string
}

export function logPath(name: string): string {
  return join(LOGS, `${name}.log`)
}

/** Field 22 of /proc/PID/stat (proc(5)); the command in field 2 may hold spaces and brackets, so count from its end. */
async function startTime(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields?.[0] === 'Z' ? undefined : fields?.[19]
}

export async function startDaemon(name: string, argv: readonly string[], env?: NodeJS.ProcessEnv): Promise<number> {
  await mkdir(PIDS, { recursive: true })
  await mkdir(LOGS, { recursive: true })
  const log = openSync(logPath(name), 'a')
  const child = spawn('sh', ['-c', 'echo $$ > "$0"; exec "$@"', DAEMON_PROCS, ...argv], {
    cwd: STATE,
    detached: true,
    stdio: ['ignore', log, log],
    ...(env === undefined ? {} : { env }),
  })
  closeSync(log)
  const failure = await new Promise<Error | undefined>((resolve) => {
    child.once('spawn', () => resolve(undefined))
    child.once('error', resolve)
  })
  if (failure !== undefined || child.pid === undefined) throw new LabError(`cannot start ${name}: ${failure?.message}`)
  child.unref()
  const started = (await startTime(child.pid)) ?? ''
  await writeFile(join(PIDS, name), JSON.stringify({ pid: child.pid, started } satisfies Daemon))
  return child.pid
}

/** The pid of a daemon that still runs. */
export async function daemonPid(name: string): Promise<number | undefined> {
  const text = await readFile(join(PIDS, name), 'utf8').catch(() => undefined)
  if (text === undefined || text === '') return undefined
  const { pid, started } = JSON.parse(text) as Daemon
  return (await startTime(pid)) === started ? pid : undefined
}

export async function daemonNames(): Promise<readonly string[]> {
  return (await readdir(PIDS).catch(() => [])).toSorted()
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It ended by itself in the meantime.
  }
}

export async function stopDaemon(name: string): Promise<void> {
  const pid = await daemonPid(name)
  if (pid !== undefined) {
    signal(pid, 'SIGTERM')
    for (let waited = 0; (await daemonPid(name)) !== undefined; waited += 50) {
      if (waited === 3000) signal(pid, 'SIGKILL')
      await sleep(50)
    }
  }
  await rm(join(PIDS, name), { force: true })
}
