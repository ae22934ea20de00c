import type { ConfBackend } from '../../wire/nginx-backends.ts'
import type { ConfLocation, ConfServer, ConfSetting, NginxConf } from '../../wire/nginx-conf.ts'

/** An error page that nginx.conf promises, and that is not where nginx looks for it. */
export interface LostPage {
  /**
   * `missing`: the named location is not in the server that takes the request (ngx_http_named_location: 500).
   * `own-door`: it is there, leads to the controller's own default backend, and is missing there in turn. `bare`: it
   * leads there, and is answered with that server's own status and page, whatever the status was.
   */
  readonly kind: 'missing' | 'own-door' | 'bare'
  /** `@custom_upstream-default-backend_404` */
  readonly target: string
  readonly statuses: readonly number[]
  /** Of the `error_page`. */
  readonly line: number
  /** What clients get of it. */
  readonly gives: number
  readonly host: string
  /** Whose requests it is of; empty where all of the server's. */
  readonly ingresses: readonly { readonly namespace: string; readonly name: string }[]
}

interface Page {
  readonly line: number
  readonly statuses: readonly number[]
  readonly target: string
}

/** `error_page 404 503 = @place`, `error_page 404 =200 @place`: a named location of the same server alone. */
function pageOf({ line, setting }: ConfSetting): Page | null {
  const words = setting.split(/\s+/, 60)
  const target = words.at(-1) ?? ''
  if (words[0] !== 'error_page' || !target.startsWith('@')) return null
  return { line, target, statuses: words.slice(1, -1).flatMap((it) => (/^\d{3}$/.test(it) ? [Number(it)] : [])) }
}

const isPage = ({ setting }: ConfSetting): boolean => /^error_page\s/.test(setting)

/** Those of a block take the place of all that stand around it (ngx_http_core_merge_loc_conf). */
function pagesOf(own: readonly ConfSetting[], around: readonly ConfSetting[]): readonly ConfSetting[] {
  const its = own.filter(isPage)
  return its.length === 0 ? around : its
}

/**
 * `backends`: ingress-nginx's list, which says where a group leads. Nothing is said of a file that was read in part.
 * ingress-nginx writes `error_page` for the whole of `http` where its ConfigMap has custom-http-errors, and the named
 * locations into the servers of hosts alone: its own default backend, `listen 8181`, has the first without the second
 * (rootfs/etc/nginx/template/nginx.tmpl).
 */
export function lostPages(conf: NginxConf, backends: readonly ConfBackend[]): readonly LostPage[] {
  if (!conf.complete) return []
  const global = conf.errorPages ?? globalOfOld(conf)
  const doors = ownDoors(conf, backends)
  return conf.servers.flatMap((server) => {
    const isServed = server.locations.some((it) => it.ingress !== null)
    if (!isServed) return []
    const named = new Map(server.locations.filter((it) => it.path.startsWith('@')).map((it) => [it.path, it]))
    const around = pagesOf(server.settings, global)
    const seen = new Map<string, LostPage>()
    for (const location of server.locations.filter((it) => !it.internal && it.ingress !== null))
      for (const page of pagesOf(location.settings, around).flatMap((it) => pageOf(it) ?? [])) {
        const lost = lostOf(page, { server, named, doors, global })
        if (lost === null || location.ingress === null) continue
        const key = `${page.line} ${lost.kind}`
        const before = seen.get(key) ?? lost
        const { ingress } = location
        const isNew = before.ingresses.every((it) => it.name !== ingress.name || it.namespace !== ingress.namespace)
        seen.set(key, isNew ? { ...before, ingresses: [...before.ingresses, ingress] } : before)
      }
    return [...seen.values()]
  })
}

/**
 * A recording of before has nothing of what stands outside of servers: of the template's own locations it is known
 * what leads there, if no server and no place says so itself.
 */
function globalOfOld({ servers }: NginxConf): readonly ConfSetting[] {
  const said = servers.flatMap((it) => [it.settings, ...it.locations.map(({ settings }) => settings)].flat())
  const targets = new Set(said.flatMap((it) => pageOf(it)?.target ?? []))
  const found = new Map<string, ConfSetting>()
  for (const { path, line } of servers.flatMap((it) => it.locations)) {
    const [, status] = /^@custom_upstream-default-backend_(\d{3})$/.exec(path) ?? []
    if (status !== undefined && !targets.has(path) && !found.has(path))
      found.set(path, { line, setting: `error_page ${status} = ${path}` })
  }
  return [...found.values()]
}

interface Around {
  readonly server: ConfServer
  readonly named: ReadonlyMap<string, ConfLocation>
  readonly doors: ReadonlyMap<string, ConfServer>
  readonly global: readonly ConfSetting[]
}

function lostOf(page: Page, { server, named, doors, global }: Around): LostPage | null {
  const about = { ...page, host: server.serverNames[0] ?? '_', ingresses: [] }
  const place = named.get(page.target)
  if (place === undefined) return { ...about, kind: 'missing', gives: 500 }
  const door = doors.get(place.upstream ?? '')
  if (door === undefined) return null
  const gives = statusOf(door)
  if (gives === null) return null
  const there = pagesOf(door.settings, global).flatMap((it) => pageOf(it) ?? [])
  const again = there.find((it) => it.statuses.includes(gives))
  if (again === undefined) return { ...about, kind: 'bare', gives }
  return door.locations.some((it) => it.path === again.target) ? null : { ...about, kind: 'own-door', gives: 500 }
}

/** Groups whose every server is nginx itself, by their names, and the server that takes their requests. */
function ownDoors({ servers }: NginxConf, backends: readonly ConfBackend[]): ReadonlyMap<string, ConfServer> {
  const found = new Map<string, ConfServer>()
  for (const { upstream, endpoints } of backends) {
    const ports = new Set(endpoints.map((it) => /^127\.0\.0\.1:(\d{1,5})$/.exec(it)?.[1] ?? ''))
    const [port = ''] = ports
    if (ports.size !== 1 || port === '') continue
    const door = servers.find((it) => it.settings.some(({ setting }) => listensOn(setting, port)))
    if (door !== undefined) found.set(upstream, door)
  }
  return found
}

function listensOn(setting: string, port: string): boolean {
  const [, at = ''] = /^listen\s+(\S+)/.exec(setting) ?? []
  return at === port || at === `127.0.0.1:${port}` || at === `*:${port}` || at === `0.0.0.0:${port}`
}

/** `return 404` of its place for all paths. */
function statusOf({ locations }: ConfServer): number | null {
  const all = locations.find((it) => it.path === '/' && it.modifier === '')
  for (const { setting } of all?.settings ?? []) {
    const [, status] = /^return\s+(\d{3})$/.exec(setting) ?? []
    if (status !== undefined) return Number(status)
  }
  return null
}
