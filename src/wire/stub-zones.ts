import { type Corefile, zoneOf } from './corefile.ts'

/** The plugins that pass a name on: ZONE SERVER... each. */
const passOn: ReadonlySet<string> = new Set(['forward', 'grpc', 'proxy', 'fanout'])

/**
 * Zones whose names a Corefile sends to servers of their own. Those of addresses (`in-addr.arpa`) and the cluster's own
 * are left out, and so is a single label: a server for `consul` or `lan` does not always know the name of its zone.
 */
export function stubZoneNames(corefile: Corefile): readonly string[] {
  const named = corefile.servers.flatMap(({ keys, plugins }) =>
    plugins.filter((it) => passOn.has(it.name)).flatMap((it) => [...keys.map(zoneOf), zoneOf(it.args[0] ?? '.')]),
  )
  const own = new Set(
    corefile.servers.flatMap(({ keys, plugins }) =>
      plugins
        .filter((it) => it.name === 'kubernetes')
        .flatMap((it) => (it.args.length > 0 ? it.args : keys).map(zoneOf)),
    ),
  )
  return [...new Set(named)].filter((zone) => zone.includes('.') && !zone.endsWith('.arpa') && !own.has(zone))
}
