/** Programs that redirect each plain request to https, whatever a header says of how it came. */
export const leadingPrograms = ['argocd-server', 'gitlab'] as const

/** By which program, and at which of its ports. */
export interface LeadsToTls {
  readonly program: (typeof leadingPrograms)[number]
  readonly port: number
}

interface Told {
  readonly words: readonly string[]
  readonly env: readonly { readonly name: string; readonly value: string }[]
  /** Variables whose values are not read; `*`: any may be. */
  readonly elsewhere: readonly string[]
}

/**
 * Whether a program redirects by what it is told. argocd-server does unless `--insecure`, or `server.insecure` of
 * argocd-cmd-params-cm as ARGOCD_SERVER_INSECURE, says not (Argo CD, "Ingress Configuration"; server.go,
 * newRedirectServer, which asks for no header). GitLab's package does where `redirect_http_to_https` is set and its own
 * nginx ends TLS (GitLab, "NGINX settings"). What honours X-Forwarded-Proto is none of them. Linear; never throws.
 */
export function leadsToTls({ words, env, elsewhere }: Told): LeadsToTls | null {
  const some = words.slice(0, most).flatMap((it) => it.slice(0, longest).split(/\s+/))
  const valueOf = (name: string): string | null => env.findLast((it) => it.name === name)?.value ?? null
  const isUnread = (name: string): boolean => elsewhere.includes(name) || elsewhere.includes('*')
  if (some.some((it) => /(?:^|\/)argocd-server$/.test(it))) {
    const name = 'ARGOCD_SERVER_INSECURE'
    const isFlag = some.some((it) => it === '--insecure' || it === '--insecure=true')
    if (isFlag || isUnread(name) || /^(?:true|1|t)$/i.test(valueOf(name) ?? '')) return null
    return { program: 'argocd-server', port: portIn(some) ?? 8080 }
  }
  const gitlab = (valueOf('GITLAB_OMNIBUS_CONFIG') ?? '').slice(0, longest)
  const isLed = /\bnginx\['redirect_http_to_https'\]\s{0,9}=\s{0,9}true\b/.test(gitlab)
  const isPlain = /\bnginx\['(?:listen_https|enable)'\]\s{0,9}=\s{0,9}false\b/.test(gitlab)
  return isLed && !isPlain ? { program: 'gitlab', port: 80 } : null
}

const most = 400
const longest = 8000

/** `--port 9090`, `--port=9090`. */
function portIn(words: readonly string[]): number | null {
  const at = words.findIndex((it) => it === '--port' || it.startsWith('--port='))
  if (at === -1) return null
  const told = words[at] === '--port' ? words[at + 1] : words[at]?.slice('--port='.length)
  return /^\d{1,5}$/.test(told ?? '') ? Number(told) : null
}
