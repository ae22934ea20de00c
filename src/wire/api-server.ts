/** Where a kubeconfig has its reader ask. */
export interface ApiServer {
  readonly host: string
  readonly port: number
}

const longest = 64 * 1024

/**
 * `server: https://10.0.0.1:6443` of a kubeconfig, where it names one server alone; nothing else of it is kept. Reads
 * line by line; never throws.
 */
export function apiServerIn(kubeconfig: string): ApiServer | null {
  const told = kubeconfig
    .slice(0, longest)
    .split('\n')
    .flatMap((it) => {
      const [, url] = /^\s{0,40}(?:- )?server:\s{1,20}["']?(https?:\/\/[^\s"'#]{1,300})["']?\s*$/.exec(it) ?? []
      return url === undefined || !URL.canParse(url) ? [] : [url]
    })
  const [only, ...others] = [...new Set(told)]
  if (only === undefined || others.length > 0) return null
  const { hostname, port, protocol } = new URL(only)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port === '' ? usual[protocol] : port) }
}

const usual: Readonly<Record<string, string>> = { 'https:': '443', 'http:': '80' }
