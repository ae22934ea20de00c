import { parseNginxConf } from './nginx-conf.ts'

/** Where in a configuration a line stands, and whose it is. */
export interface ConfPlace {
  /** The word that the line begins with. */
  readonly directive: string | null
  readonly host: string | null
  readonly path: string | null
  readonly ingress: { readonly namespace: string; readonly name: string } | null
}

const nowhere: ConfPlace = { directive: null, host: null, path: null, ingress: null }

/**
 * nginx names the line at which it gave up: within a location that is the Ingress's whose location it is, within a
 * server it is the one Ingress that has locations there, and elsewhere it is the controller's own configuration.
 */
export function placeIn(text: string, line: number | null): ConfPlace {
  if (line === null) return nowhere
  const directive = /^\s*([\w-]{1,60})/.exec(lineOf(text, line))?.[1] ?? null
  const { servers } = parseNginxConf(text)
  const server = servers.find((it) => it.line <= line && line <= (it.end === it.line ? Infinity : it.end))
  if (server === undefined) return { ...nowhere, directive }
  const host = server.serverNames[0] ?? null
  // The innermost: the last that begins before the line and has not ended.
  const location = server.locations.findLast(
    (it) => it.line <= line && (line <= it.end || (it.end === it.line && it === server.locations.at(-1))),
  )
  if (location !== undefined)
    return { directive, host, path: location.declared ?? location.path, ingress: location.ingress }
  const owners = new Map(
    server.locations.flatMap(({ ingress: it }) => (it === null ? [] : [[`${it.namespace}/${it.name}`, it] as const])),
  )
  const [owner] = owners.values()
  return { directive, host, path: null, ingress: owners.size === 1 ? (owner ?? null) : null }
}

function lineOf(text: string, line: number): string {
  let at = 0
  for (let n = 1; n < line; n++) {
    const next = text.indexOf('\n', at)
    if (next === -1) return ''
    at = next + 1
  }
  const end = text.indexOf('\n', at)
  return text.slice(at, Math.min(end === -1 ? text.length : end, at + 2000))
}
