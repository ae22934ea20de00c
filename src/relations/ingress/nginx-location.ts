import type { ConfLocation, ConfServer, NginxConf } from '../../wire/nginx-conf.ts'
import { matches } from '../../wire/linear-regex.ts'

/**
 * Which server block takes a host: the exact name, then the longest wildcard, then expressions in their order, then the
 * default one (nginx, ngx_http_server_names). `*.example.com` of ingress-nginx stands for one label alone: it is an
 * expression there (template.go, buildServerName).
 */
export function serverFor(conf: NginxConf, host: string): ConfServer | null {
  const asked = host.toLowerCase()
  const open = conf.servers.filter((it) => it.serverNames.length > 0)
  const exact = open.find((it) => it.serverNames.some((name) => name.toLowerCase() === asked))
  if (exact !== undefined) return exact
  const wild = open
    .flatMap((it) => it.serverNames.map((name) => ({ it, name: name.toLowerCase() })))
    .filter(({ name }) => name.startsWith('*.') && isOneLabelMore(asked, name))
    .toSorted((a, b) => b.name.length - a.name.length)[0]
  if (wild !== undefined) return wild.it
  const other = open.find((it) =>
    it.serverNames.some((name) => name.startsWith('~') && matches(name.slice(1), asked, true) === true),
  )
  return other ?? open.find((it) => it.serverNames.includes('_')) ?? null
}

function isOneLabelMore(host: string, wildcard: string): boolean {
  const dot = host.indexOf('.')
  return dot > 0 && host.slice(dot) === wildcard.slice(1)
}

/** `unclear`: an expression before it could not be read. */
export type LocationFound =
  | { readonly kind: 'found'; readonly location: ConfLocation }
  | { readonly kind: 'none' }
  | { readonly kind: 'unclear'; readonly location: ConfLocation }

/**
 * Which location takes a path (nginx, ngx_http_core_module, location): an exact one; else the longest prefix is kept in
 * mind, and where that is no `^~`, the first expression that fits goes before it.
 */
export function locationFor({ locations }: ConfServer, uri: string): LocationFound {
  const path = uri.split(/[?#]/, 1)[0] ?? uri
  const open = locations.filter((it) => !it.internal && !it.path.startsWith('@'))
  const exact = open.find((it) => it.modifier === '=' && it.path === path)
  if (exact !== undefined) return { kind: 'found', location: exact }
  const longest = open
    .filter((it) => (it.modifier === '' || it.modifier === '^~') && path.startsWith(it.path))
    .reduce<ConfLocation | null>((best, it) => (best === null || it.path.length > best.path.length ? it : best), null)
  if (longest?.modifier !== '^~') {
    for (const it of open) {
      if (it.modifier !== '~' && it.modifier !== '~*') continue
      const fits = matches(it.path, path, it.modifier === '~*')
      if (fits === null) return { kind: 'unclear', location: it }
      if (fits) return { kind: 'found', location: it }
    }
  }
  return longest === null ? { kind: 'none' } : { kind: 'found', location: longest }
}
