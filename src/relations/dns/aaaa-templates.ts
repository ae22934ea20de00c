import type { Service } from '../../model/service.ts'
import { type Corefile, type CorefilePlugin, type CorefileServer, zoneOf } from '../../wire/corefile.ts'
import { isWithin } from '../../wire/dns-name.ts'
import { matches } from '../../wire/linear-regex.ts'

/** A `template` that says of names that they do not exist, when it is their IPv6 address that is asked for. */
export interface AaaaDenied {
  readonly line: number
  /** `.` for all names. */
  readonly zones: readonly string[]
  readonly reach: 'everything' | 'cluster' | 'outside'
  /** A name that it denies. */
  readonly sample: string
}

/**
 * The templates of a block are asked in turn, before every plugin that has records but `hosts` (coredns plugin.cfg,
 * plugin/template/template.go): the first that fits a question answers it. A name whose A record is denied as well is
 * blocked on purpose.
 */
export function aaaaDenied(corefile: Corefile, domain: string, services: readonly Service[]): readonly AaaaDenied[] {
  return corefile.servers.flatMap((server) => {
    const templates = server.plugins.filter((it) => it.name === 'template')
    return templates.flatMap((it): readonly AaaaDenied[] => {
      if (it.args[0]?.toUpperCase() === 'CH' || it.args[1]?.toUpperCase() !== 'AAAA' || !denies(it)) return []
      const zones = zonesOf(it, server)
      const names = samples(zones, domain, services).filter((name) => servedBy(corefile, server, name))
      const denied = names.filter((name) => takerOf('AAAA', name, templates, server) === it)
      const lost = denied.filter((name) => !isDenied(takerOf('A', name, templates, server)))
      const [sample] = lost
      if (sample === undefined) return []
      return [
        { line: it.line, zones: zones.map((zone) => (zone === '' ? '.' : zone)), reach: reachOf(lost, domain), sample },
      ]
    })
  })
}

function reachOf(lost: readonly string[], domain: string): AaaaDenied['reach'] {
  if (!lost.some((name) => isWithin(name, domain))) return 'outside'
  return lost.every((name) => isWithin(name, domain)) ? 'cluster' : 'everything'
}

/** Two public ones for the root. */
const outsideNames = ['example.com', 'www.example.org'] as const

function samples(zones: readonly string[], domain: string, services: readonly Service[]): readonly string[] {
  const [service] = services
  const own = [
    ...(service === undefined ? [] : [`${service.name}.${service.namespace}.svc.${domain}`]),
    `kubernetes.default.svc.${domain}`,
  ]
  const within = [...own, ...outsideNames].filter((name) => zones.some((zone) => isWithin(name, zone)))
  return [...within, ...zones.filter((zone) => zone !== '' && !isWithin(domain, zone)).map((zone) => `www.${zone}`)]
}

/** The block of the longest zone has the name, whatever others would say of it. */
function servedBy(corefile: Corefile, server: CorefileServer, name: string): boolean {
  const longest = (it: CorefileServer): number =>
    Math.max(-1, ...it.keys.map(zoneOf).flatMap((zone) => (isWithin(name, zone) ? [zone.length] : [])))
  const own = longest(server)
  return own >= 0 && corefile.servers.every((it) => longest(it) <= own)
}

function takerOf(
  type: 'A' | 'AAAA',
  name: string,
  templates: readonly CorefilePlugin[],
  server: CorefileServer,
): CorefilePlugin | null {
  const asked = templates.filter((it) => {
    const own = it.args[1]?.toUpperCase()
    return (own === type || own === 'ANY') && zonesOf(it, server).some((zone) => isWithin(name, zone))
  })
  for (const it of asked) {
    const patterns = optionsOf(it, 'match').flatMap((one) => one.args)
    if (patterns.length === 0 || patterns.some((one) => matches(one, `${name}.`, true))) return it
    // What fits no pattern is answered SERVFAIL where nothing says `fallthrough`: another fault than this one.
    if (!optionsOf(it, 'fallthrough').some((one) => one.args.length === 0 || isIn(name, one.args))) return it
  }
  return null
}

function isIn(name: string, zones: readonly string[]): boolean {
  return zones.some((zone) => isWithin(name, zoneOf(zone)))
}

function isDenied(by: CorefilePlugin | null): boolean {
  return by !== null && denies(by)
}

function denies(it: CorefilePlugin): boolean {
  return optionsOf(it, 'rcode').at(-1)?.args[0]?.toUpperCase() === 'NXDOMAIN'
}

function zonesOf(it: CorefilePlugin, { keys }: CorefileServer): readonly string[] {
  const own = it.args.slice(2)
  return (own.length > 0 ? own : keys).map(zoneOf)
}

function optionsOf({ block }: CorefilePlugin, name: string): readonly CorefilePlugin[] {
  return (block ?? []).filter((it) => it.name === name)
}
