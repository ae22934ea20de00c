import { neverClosed } from '../wire/caddyfile.ts'
import type { Held } from '../kube/cluster.ts'
import { configMaps } from '../kube/resources.ts'
import {
  type ClusterDns,
  type CustomRefusal,
  neededByDns,
  type ServerRights,
  type UnaskedCustom,
} from '../model/cluster-dns.ts'
import type { CoreDnsRelease } from '../relations/dns/coredns-release.ts'
import { judgeCorefile } from '../relations/dns/corefile-refusals.ts'
import { unaskedForwards } from '../relations/dns/unasked-forwards.ts'
import { parseCorefile } from '../wire/corefile.ts'
import { fitsGlob } from '../wire/glob.ts'
import { kubeDnsConfig } from '../wire/kube-dns-config.ts'
import { redactCorefile } from '../wire/redact-corefile.ts'
import type { Reader } from './few-at-once.ts'
import { lackingRights } from './lacking-rights.ts'
import { fields, text } from './project/json.ts'

/** A Corefile has a hundred lines, and a key of what is added to it ten. */
const mostLines = 5000

interface Placed {
  readonly key: string | null
  readonly line: number
}

interface JudgedCustom {
  readonly refused: readonly CustomRefusal[]
  readonly doubts: readonly string[]
  readonly unasked: readonly UnaskedCustom[]
}

/**
 * What CoreDNS refuses of the keys that the Corefile imports, held together with it: a plugin that stands in the block
 * already, a zone that has a block. The Corefile's own faults are another matter.
 */
export function judgeCustom(
  corefile: string,
  keys: Readonly<Record<string, string>>,
  release: CoreDnsRelease | null,
): JudgedCustom {
  const places: Placed[] = []
  const merged: string[] = []
  for (const [index, line] of corefile.split('\n', mostLines).entries()) {
    const [, glob] = /^\s*import\s+(\S*[/*.]\S*)\s*(?:#.*)?$/.exec(line.slice(0, 500)) ?? []
    const its =
      glob === undefined
        ? []
        : Object.keys(keys)
            .filter((it) => fitsGlob(baseOf(glob), it))
            .toSorted()
    for (const key of its)
      for (const [at, each] of (keys[key] ?? '').split('\n', mostLines).entries()) {
        merged.push(each)
        places.push({ key, line: at + 1 })
      }
    // Where the keys are mounted there is nothing else.
    if (its.length > 0 || (glob !== undefined && isOfCustom(glob))) continue
    merged.push(line)
    places.push({ key: null, line: index + 1 })
  }
  if (places.every(({ key }) => key === null)) return { refused: [], doubts: [], unasked: [] }
  // Of what was added no word is kept that the Corefile's own would not be.
  const whole = parseCorefile(redactCorefile(merged.join('\n')))
  const { refusals, doubts } = judgeCorefile(whole, release)
  const own = judgeCorefile(parseCorefile(corefile), release)
  const before = new Set(own.refusals.map((it) => bareText(it.text)))
  const refused = refusals.flatMap((it) => {
    const place = places[it.line - 1]
    if (before.has(bareText(it.text))) return []
    // The second one stands in the Corefile where the import comes first: any key is as near.
    const key = place?.key ?? places.find((one) => one.key !== null)?.key ?? ''
    return [
      {
        key,
        line: place?.key === null ? 1 : (place?.line ?? 1),
        text: blockInside(keys[key] ?? '', it.text) ?? bareText(it.text),
      },
    ]
  })
  // What stands before the Corefile's own line takes its place, as it was meant to.
  const unasked = unaskedForwards(whole).flatMap(({ line: { line, args }, before }) => {
    const place = places[line - 1]
    if (place === undefined || place.key === null) return []
    return [{ key: place.key, line: place.line, zone: args[0] ?? '.', to: args.slice(1), before: before.args.slice(1) }]
  })
  return { refused, doubts: doubts.filter((it) => !own.doubts.includes(it)), unasked }
}

function isOfCustom(glob: string): boolean {
  return /(?:^|\/)custom\/[^/]*\*[^/]*$/.test(glob)
}

function baseOf(glob: string): string {
  return glob.slice(glob.lastIndexOf('/') + 1)
}

/** Braces that match, and are no option of a plugin: a block for a zone, which belongs into a key of its own. */
function blockInside(added: string, said: string): string | null {
  const [opened, closed] = [added.split('{').length, added.split('}').length]
  return said === neverClosed && opened === closed
    ? 'a block for a zone stands inside the server block that imports it'
    : null
}

/** Without the number of a line, which is that of both texts together. */
function bareText(said: string): string {
  return said.replace(/^line \d+ has a block/, 'another block is there')
}

/**
 * kube-dns reads it, and node caches do; CoreDNS does not. Only of a file: of a cluster nobody asks for the right to
 * read one more ConfigMap.
 */
export async function readKubeDns(reader: Reader, held: Held | undefined): Promise<Pick<ClusterDns, 'kubeDns'>> {
  if (held === undefined) return {}
  const found = await reader.get(configMaps, 'kube-system', 'kube-dns', (raw) => {
    const data = fields(raw['data'])
    return kubeDnsConfig(text(data['stubDomains']), text(data['upstreamNameservers']))
  })
  return found.known && found.value !== null ? { kubeDns: found.value } : {}
}

/**
 * Whether the DNS servers may read what they answer from. Of a file alone, and only where it holds all ClusterRoles and
 * all bindings of them: hopscope asks no cluster for its rights.
 */
export async function readRights(
  reader: Reader,
  held: Held | undefined,
  servers: { readonly namespace: string; readonly account: string } | null,
): Promise<Pick<ClusterDns, 'rights'>> {
  const found =
    servers === null
      ? null
      : await lackingRights(
          reader,
          held,
          servers,
          neededByDns.map((resource) => [groups[resource], resource]),
        )
  if (found === null || servers === null) return {}
  const lacks = neededByDns.filter((it) => found.lacks.includes(it))
  return { rights: rightsOf(servers.account, found.roles, lacks) }
}

const groups = { endpointslices: 'discovery.k8s.io', services: '', namespaces: '' } as const

function rightsOf(account: string, names: readonly string[], lacks: ServerRights['lacks']): ServerRights {
  const own = names.find((it) => /dns/i.test(it)) ?? names[0] ?? null
  return { account, role: own, lacks }
}
