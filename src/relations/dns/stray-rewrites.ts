import type { StrayRewrite } from '../../model/cluster-dns.ts'
import { type Corefile, zoneOf } from '../../wire/corefile.ts'
import { bareName, isWithin } from '../../wire/dns-name.ts'
import { nameRules } from './rewrite-rules.ts'

/**
 * Rules that lead one name to a name of the cluster, in a block that passes it on to servers outside: a rewritten name
 * stays in its block (core/dnsserver/server.go, ServeDNS chooses by the name that was asked for), and those servers
 * have never heard of it. Of forwards to Services and to a block of its own nothing is said: whoever stands there may
 * know.
 */
export function strayRewrites(corefile: Corefile, domain: string): readonly StrayRewrite[] {
  return corefile.servers.flatMap((server) => {
    const { keys, plugins } = server
    const answers = plugins.filter((it) => answering.has(it.name))
    const forwards = answers
      .filter((it) => it.name === 'forward' && zoneOf(it.args[0] ?? '.') === '')
      .flatMap((it) => it.args.slice(1))
    if (forwards.length === 0 || answers.some((it) => it.name !== 'forward' && it.name !== 'hosts')) return []
    return nameRules({ ...corefile, servers: [server] }).flatMap(({ how, line, from, to, zones }) => {
      const [before, after] = [from, to].map((it) => bareName(it).replace(/^\./, '')) as [string, string]
      const isOne = how === 'exact' || how === 'suffix' || how === 'regex'
      return !isOne || !isWithin(after, domain) || (how !== 'regex' && isWithin(before, domain))
        ? []
        : [{ line: line.line, from: before, to: after, zones: keys.length === 0 ? ['.'] : zones, forwards }]
    })
  })
}

/** What may answer a name of the cluster beside `forward`. */
const answering: ReadonlySet<string> = new Set([
  'forward',
  'kubernetes',
  'k8s_external',
  'k8s_gateway',
  'etcd',
  'file',
  'auto',
  'template',
  'grpc',
  'proxy',
  'fanout',
  'hosts',
  'alternate',
  'import',
])
