import type { Service } from '../../model/service.ts'
import { type Corefile, type CorefileServer, zoneOf } from '../../wire/corefile.ts'
import type { Named } from './unserved-names.ts'
import { isWithin } from '../../wire/dns-name.ts'

export interface TakenZone {
  readonly line: number
  readonly key: string
  readonly zone: string
  readonly services: readonly Service[]
}

/** The blocks without `kubernetes` that have the cluster's domain, a zone below it, or, as the next best, one above. */
export function takenZones({ servers }: Corefile, { domain, services }: Named): readonly TakenZone[] {
  const keyed = servers.flatMap((server) => server.keys.map((key) => ({ server, key, zone: zoneOf(key) })))
  const best = (name: string): (typeof keyed)[number] | undefined =>
    keyed.filter(({ zone }) => isWithin(name, zone)).toSorted((a, b) => b.zone.length - a.zone.length)[0]
  const ofDomain = best(`svc.${domain}`)
  const isServed = servers.some(({ plugins }) => plugins.some((it) => it.name === 'kubernetes'))
  const zones = new Set(keyed.map((it) => it.zone))
  return keyed
    .filter(({ server, zone }) => !servesNames(server) && !isServedBeside(zone, servers))
    .filter((it) => isWithin(it.zone, domain) || (isServed && it === ofDomain))
    .map(({ server, key, zone }) => ({
      line: server.line,
      key,
      zone,
      services: services.filter((it) => {
        const name = `${it.name}.${it.namespace}.svc.${domain}`.toLowerCase()
        return isWithin(name, zone) && longestZone(name, zones) === zone
      }),
    }))
}

function servesNames({ plugins }: CorefileServer): boolean {
  return plugins.some((it) => it.name === 'kubernetes' || it.name === 'kubernetai' || it.name === 'import')
}

/** A second block of the same zone, before or after one with a `view`. */
function isServedBeside(zone: string, servers: readonly CorefileServer[]): boolean {
  return servers.some((it) => servesNames(it) && it.keys.some((key) => zoneOf(key) === zone))
}

/** Of the zones that there are, the longest that a name falls into, by the name's own ends: there may be thousands. */
export function longestZone(name: string, zones: ReadonlySet<string>): string | null {
  for (let at = 0; at !== -1;) {
    const end = name.slice(at)
    if (zones.has(end)) return end
    const dot = name.indexOf('.', at)
    at = dot === -1 ? -1 : dot + 1
  }
  return zones.has('') ? '' : null
}
