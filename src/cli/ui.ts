import { basename } from 'node:path'
import { home } from '../home.ts'
import type { ClusterAsk } from '../session/asks.ts'
import { completions } from '../session/completions.ts'
import { foldersOf } from '../session/folders.ts'
import { lastRun } from '../session/keep-run.ts'
import { whichCluster } from '../session/which-cluster.ts'
import { ToolError } from '../tool-error.ts'
import { call } from './terminal/called.ts'
import { ending } from './terminal/interrupt.ts'
import { say, tell } from './terminal/say.ts'

export type UiFlags = ClusterAsk & {
  readonly allowProbe?: boolean
  readonly image: string
  readonly port?: number
  readonly last?: boolean
}

/** Serves the page on loopback until Ctrl-C. Returns 130, or 141 where nobody reads the link. */
export async function uiCommand(run: string | null, flags: UiFlags): Promise<number> {
  const { allowProbe = false, image, port = null, last = false, ...cluster } = flags
  checkRun(run, last)
  const { runs } = foldersOf(process.env)
  const first = last ? basename(await lastRun(runs), '.hops') : null
  const hasRun = run !== null || first !== null
  const named = await whichCluster(cluster).catch((error: unknown) => {
    // A run can be read without a cluster.
    if (hasRun && error instanceof ToolError && error.code === 'no-kubeconfig') return null
    throw error
  })
  const { namespaces } = await completions(cluster.kubeconfig, { env: process.env, home: home() })
  const { serveUi } = await import('../ui/serve.ts')
  const { openedId } = await import('../ui/runs.ts')
  const interrupt = ending.interruptible()
  const allowed = { cluster, named, image, probe: allowProbe, runs, opened: run, namespaces, call: call() }
  try {
    await serveUi(allowed, interrupt.signal, {
      port,
      first: run === null ? first : openedId,
      opened: (url) => {
        say(url)
        tell(...opening(allowProbe))
      },
      audit: (line) => tell(line),
    })
    tell(`${ending.interruptedWord()}; nothing is served any more`)
    return ending.interruptedCode()
  } finally {
    interrupt.release()
  }
}

function checkRun(run: string | null, last: boolean): void {
  if (run !== null && last)
    throw new ToolError('usage', '--last is the run that was kept last, and a run is named as well', 'one of the two')
  if (run === '-')
    throw new ToolError('usage', 'a page is read again and again, and standard input once', 'write it into a file')
}

function opening(probe: boolean): readonly string[] {
  return [
    'open this link in a browser on this machine; it is good once. Ctrl-C ends the page.',
    probe
      ? 'Runs read, and with your yes on the page start short-lived pods and run commands in pods.'
      : 'Runs only read; --allow-probe would let them measure.',
  ]
}
