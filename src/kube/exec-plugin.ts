import { type ChildProcess, spawn } from 'node:child_process'
import { ToolError } from '../tool-error.ts'
import type { ClusterEntry, ExecSpec } from './kubeconfig-file.ts'
import { inMiB, pluginBytes } from './limits.ts'
import { firstLine } from './redact.ts'

export interface PluginCredential {
  readonly token: string | null
  readonly cert: string | null
  readonly key: string | null
  /** Milliseconds since 1970; null when the plugin sets no end. */
  readonly expires: number | null
}

// A browser login takes as long as a person takes; a plugin that cannot ask anybody has no such excuse.
const interactiveMs = 300_000
const unattendedMs = 60_000
const lastWordsMs = 300

/**
 * Runs a credential plugin of the kubeconfig
 * (https://kubernetes.io/docs/reference/config-api/client-authentication.v1/).
 * What it prints on stderr is shown when a person may have to read it (device-code logins). Throws ToolError.
 */
export function runExecPlugin(
  spec: ExecSpec,
  user: string,
  cluster: ClusterEntry,
  around: { readonly caPem: string | null; readonly signal: AbortSignal },
): Promise<PluginCredential> {
  const { caPem, signal: closing } = around
  const interactive = spec.interactiveMode !== 'Never' && process.stdin.isTTY === true
  if (spec.interactiveMode === 'Always' && !interactive)
    return Promise.reject(
      new ToolError(
        'unauthorized',
        `credential plugin \`${spec.command}\` of user \`${user}\` needs a terminal`,
        'run this in a terminal, or use another --context',
      ),
    )
  const info = {
    apiVersion: spec.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive, ...(spec.provideClusterInfo ? { cluster: clusterInfo(cluster, caPem) } : {}) },
  }
  const env = {
    ...process.env,
    ...Object.fromEntries(spec.env.map(({ name, value }) => [name, value])),
    KUBERNETES_EXEC_INFO: JSON.stringify(info),
  }
  return new Promise((resolve, reject) => {
    const child = spawn(spec.command, spec.args, {
      env,
      stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'pipe'],
      // A group of its own, so that its children end with it; one that asks a person needs the terminal's.
      detached: isGroup(interactive),
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    let read = 0
    const failed = (how: string, hint: string): void =>
      reject(new ToolError('unauthorized', `credential plugin \`${spec.command}\` of user \`${user}\` ${how}`, hint))
    const kill = (): void => killAll(child, isGroup(interactive))
    // spawn's own `timeout` holds the process for all its time where nothing could be started.
    const limit = setTimeout(kill, interactive ? interactiveMs : unattendedMs)
    // Its own children may hold its output open for ever: with it gone, nothing of them keeps this process.
    const letGo = (): void => {
      clearTimeout(limit)
      closing.removeEventListener('abort', stop)
      child.stdout?.destroy()
      child.stderr?.destroy()
      child.unref()
    }
    const keep = (to: Buffer[], chunk: Buffer): void => {
      read += chunk.length
      if (read <= pluginBytes) return void to.push(chunk)
      kill()
      letGo()
      failed(`printed more than ${inMiB(pluginBytes)}`, 'run it by hand to see what it prints')
    }
    function stop(): void {
      kill()
      letGo()
      failed('was stopped', 'the run was over')
    }
    closing.addEventListener('abort', stop, { once: true })
    child.stdout?.on('data', (chunk: Buffer) => keep(out, chunk))
    child.stderr?.on('data', (chunk: Buffer) => {
      keep(err, chunk)
      if (interactive) process.stderr.write(chunk)
    })
    child.on('error', (error: NodeJS.ErrnoException) => {
      const missing = error.code === 'ENOENT'
      letGo()
      failed(
        missing ? 'is not installed' : `cannot be run (${error.code})`,
        firstLine(spec.installHint ?? '') || 'install it, or use another --context',
      )
    })
    // What it wrote before its end is here within moments.
    child.on('exit', (code, signal) => {
      const patience = setTimeout(() => ended(code, signal), lastWordsMs)
      child.once('close', () => {
        clearTimeout(patience)
        ended(code, signal)
      })
    })
    function ended(code: number | null, signal: NodeJS.Signals | null): void {
      letGo()
      if (code !== 0) {
        const said = firstLine(Buffer.concat(err).toString('utf8'))
        const how = signal === null ? `exit code ${code}` : `stopped by ${signal}`
        return failed(`failed (${how})${said === '' ? '' : `: ${said}`}`, 'you may have to log in again with it')
      }
      const credential = readExecCredential(Buffer.concat(out).toString('utf8'))
      if (credential === null)
        failed('printed no ExecCredential with a token or a certificate', 'run it by hand to see what it prints')
      else resolve(credential)
    }
  })
}

function isGroup(interactive: boolean): boolean {
  return !interactive && process.platform !== 'win32'
}

/** It, and of a group whatever it started. */
function killAll(child: ChildProcess, group: boolean): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    if (group) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It left its group, or is gone.
  }
  child.kill('SIGKILL')
}

/** The ExecCredential that a plugin printed; null when it is none, or holds neither token nor certificate and key. */
export function readExecCredential(text: string): PluginCredential | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return null
  }
  const { status } = (typeof parsed === 'object' && parsed !== null ? parsed : {}) as {
    readonly status?: Readonly<Record<string, unknown>> | null
  }
  const field = (name: string): string | null => {
    const value = status?.[name]
    return typeof value === 'string' && value !== '' ? value : null
  }
  const [token, cert, key] = [field('token'), field('clientCertificateData'), field('clientKeyData')]
  if (token === null && (cert === null || key === null)) return null
  const expires = Date.parse(field('expirationTimestamp') ?? '')
  return { token, cert, key, expires: Number.isNaN(expires) ? null : expires }
}

function clusterInfo(cluster: ClusterEntry, caPem: string | null): object {
  return {
    server: cluster.server,
    ...(cluster.tlsServerName === null ? {} : { 'tls-server-name': cluster.tlsServerName }),
    ...(cluster.skipTlsVerify ? { 'insecure-skip-tls-verify': true } : {}),
    ...(caPem === null ? {} : { 'certificate-authority-data': Buffer.from(caPem).toString('base64') }),
    ...(cluster.proxyUrl === null ? {} : { 'proxy-url': cluster.proxyUrl }),
  }
}
