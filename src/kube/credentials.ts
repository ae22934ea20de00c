import { ToolError } from '../tool-error.ts'
import { runExecPlugin, type PluginCredential } from './exec-plugin.ts'
import type { ExecSpec } from './kubeconfig-file.ts'
import type { Target } from './kubeconfig.ts'
import { oidcToken } from './oidc.ts'
import { readLocalFile } from './local-file.ts'

export interface Credentials {
  /** PEM, for TLS. */
  readonly cert: string | null
  readonly key: string | null
  /** The whole value of the Authorization header. Never printed. */
  readonly authorization: string | null
}

export interface CredentialSource {
  /** What to send now; reads files and runs plugins only when what it has is used up. Throws ToolError. */
  current(): Promise<Credentials>
  /** After a 401: forgets what can be renewed. False when there is nothing to renew, so that asking again is no use. */
  renew(): boolean
  /** Ends a plugin that still runs. */
  close(): void
  /** The kubeconfig's own certificate, PEM, to judge its expiry; null when there is none. */
  readonly certificate: string | null
}

// What client-go uses for token files (transport/token_source.go).
const tokenFileMs = 60_000

/** Reads certificate files at once, so that a wrong path is an error before the first request. Throws ToolError. */
export function credentialSource(target: Target, caPem: string | null): CredentialSource {
  const { user, userName } = target
  const cert = pem(user.certData, user.certFile, `client certificate of user \`${userName}\``)
  const key = pem(user.keyData, user.keyFile, `client key of user \`${userName}\``)
  const closing = new AbortController()
  const { exec } = user
  const run = (spec: ExecSpec): Promise<PluginCredential> =>
    runExecPlugin(spec, userName, target.cluster, { caPem, signal: closing.signal })
  let plugin: Promise<PluginCredential> | null = null
  let fileToken: { readonly value: string; readonly read: number } | null = null

  async function authorization(): Promise<string | null> {
    if (user.tokenFile !== null) {
      if (fileToken === null || performance.now() - fileToken.read > tokenFileMs)
        fileToken = { value: readText(user.tokenFile, `token of user \`${userName}\``).trim(), read: performance.now() }
      return `Bearer ${fileToken.value}`
    }
    if (user.token !== null) return `Bearer ${user.token.trim()}`
    if (user.authProvider !== null) return `Bearer ${providerToken(user.authProvider, userName)}`
    if (user.username !== null)
      return `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}`
    return null
  }

  return {
    certificate: cert,
    async current() {
      if (exec === null) return { cert, key, authorization: await authorization() }
      const tried = (plugin ??= run(exec))
      let now = await tried
      if (now.expires !== null && now.expires <= Date.now()) {
        // Requests run side by side: only the first one that notices runs the plugin again.
        if (plugin === tried) plugin = null
        now = await (plugin ??= run(exec))
      }
      return {
        cert: now.cert ?? cert,
        key: now.key ?? key,
        authorization: now.token === null ? null : `Bearer ${now.token}`,
      }
    },
    close: () => closing.abort(),
    renew() {
      const renewable = plugin !== null || fileToken !== null
      plugin = null
      fileToken = null
      return renewable
    },
  }
}

function providerToken(
  provider: { readonly name: string; readonly config: Readonly<Record<string, string>> },
  user: string,
): string {
  if (provider.name === 'oidc') return oidcToken(provider.config, user)
  // gcp and azure left client-go in 1.26: https://github.com/kubernetes/kubernetes/pull/112341
  throw new ToolError(
    'unauthorized',
    `user \`${user}\` logs in with auth-provider \`${provider.name}\`, which Kubernetes dropped in 1.26`,
    "make a new kubeconfig entry with your cloud's credential plugin (gke-gcloud-auth-plugin, kubelogin)",
  )
}

/** PEM text from base64 data, which wins as it does in kubectl, or from a file; null when neither is given. */
export function pem(data: string | null, file: string | null, what: string): string | null {
  if (data === null) return file === null ? null : readText(file, what)
  const text = Buffer.from(data, 'base64').toString('utf8')
  if (!text.includes('-----BEGIN '))
    throw new ToolError(
      'bad-kubeconfig',
      `the ${what} in the kubeconfig is not base64 of a PEM file`,
      'get a fresh kubeconfig',
    )
  return text
}

function readText(path: string, what: string): string {
  try {
    return readLocalFile(path).toString('utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new ToolError(
      'bad-kubeconfig',
      `cannot read the ${what}: ${path} (${code})`,
      'the kubeconfig names that file',
    )
  }
}
