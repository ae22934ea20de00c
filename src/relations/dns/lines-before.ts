import type { Service } from '../../model/service.ts'
import { type Corefile, type CorefilePlugin, type CorefileServer, zoneOf } from '../../wire/corefile.ts'
import { matches } from '../../wire/linear-regex.ts'
import { namesKeptBack } from './corefile-takers.ts'
import { type NameRule, nameRules, rewritten, unknownName } from './rewrite-rules.ts'
import { longestZone } from './taken-zones.ts'
import type { Named } from './unserved-names.ts'
import { bareName, isWithin } from '../../wire/dns-name.ts'

export type BeforeHow = 'hosts' | 'template' | 'rewrite'

/** A line that answers names of Services, or asks for others in their place, before `kubernetes` is reached. */
export interface LineBefore {
  readonly how: BeforeHow
  readonly line: CorefilePlugin
  readonly mark: string
  readonly services: readonly Service[]
  /** Of a `rewrite`: what is looked up is each time another Service that there is, as for a move on purpose. */
  readonly moves: boolean
}

/** Patterns are held against so many names: a Corefile may have thousands of lines, a cluster thousands of Services. */
const most = { lines: 20, services: 300 } as const

/** By the text alone; what whole zones lose is DNS178's. */
export function linesBefore(corefile: Corefile, named: Named): readonly LineBefore[] {
  const kept = new Set(namesKeptBack(corefile, named.domain).map((it) => it.line))
  const all = new Map(named.services.map((it) => [nameOf(it, named.domain), it]))
  const zones = new Set(corefile.servers.flatMap((it) => it.keys.map(zoneOf)))
  const comesTo = ({ keys }: Pick<CorefileServer, 'keys'>, name: string): boolean => {
    const zone = longestZone(name, zones)
    return zone !== null && keys.some((it) => zoneOf(it) === zone)
  }
  const few = [...all].slice(0, most.services)
  const blocks = corefile.servers.flatMap((server) =>
    server.plugins.filter((it) => !kept.has(it.line)).map((plugin) => ({ server, plugin })),
  )
  const hosts = blocks
    .filter(({ plugin }) => plugin.name === 'hosts')
    .flatMap(({ server, plugin }) =>
      (plugin.block ?? []).flatMap((line) =>
        line.args.flatMap((word): readonly LineBefore[] => {
          const name = bareName(word)
          const service = all.get(name)
          if (service === undefined || !comesTo(server, name) || line.name === service.clusterIP) return []
          return [{ how: 'hosts', line, mark: word, services: [service], moves: false }]
        }),
      ),
    )
  const templates = blocks
    .filter(({ plugin }) => plugin.name === 'template')
    .slice(0, most.lines)
    .map(({ server, plugin }): LineBefore => ({
      how: 'template',
      line: plugin,
      mark: 'template',
      services: few
        .filter(([name]) => comesTo(server, name) && answers(plugin, server.keys, name))
        .map(([, service]) => service),
      moves: false,
    }))
  const rewrites = nameRules(corefile)
    .slice(0, most.lines)
    .map((rule) => ofRule(rule, few, all))
  return [...hosts, ...templates, ...rewrites].filter((it) => it.services.length > 0)
}

function ofRule(
  rule: NameRule,
  few: readonly (readonly [string, Service])[],
  all: ReadonlyMap<string, Service>,
): LineBefore {
  const others = few.flatMap(([name, service]) => {
    const to = rewritten(rule, name)
    return to === null || to === unknownName || bareName(to) === name ? [] : [{ service, to: bareName(to) }]
  })
  return {
    how: 'rewrite',
    line: rule.line,
    mark: rule.line.name,
    services: others.map((it) => it.service),
    moves: others.every((it) => all.has(it.to)),
  }
}

/** `template CLASS TYPE [ZONE...]`: of the types that have addresses, the names that every `match` fits (one fits). */
function answers({ args, block }: CorefilePlugin, keys: readonly string[], name: string): boolean {
  const type = (args[1] ?? 'ANY').toUpperCase()
  if (type !== 'A' && type !== 'ANY') return false
  const zones = (args.length > 2 ? args.slice(2) : keys).map(zoneOf)
  if (!zones.some((it) => isWithin(name, it))) return false
  const patterns = (block ?? []).filter((it) => it.name === 'match').flatMap((it) => it.args)
  return patterns.length === 0 || patterns.some((it) => matches(it, `${name}.`, true) === true)
}

function nameOf({ name, namespace }: Service, domain: string): string {
  return `${name}.${namespace}.svc.${domain}`.toLowerCase()
}
