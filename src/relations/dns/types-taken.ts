import { type Corefile, type CorefilePlugin, type CorefileServer, zoneOf } from '../../wire/corefile.ts'
import { matches } from '../../wire/linear-regex.ts'
import { aclsFor } from './corefile-acl.ts'
import { isWithin } from '../../wire/dns-name.ts'

/** A line that takes the questions of one type, before `kubernetes` is reached. */
export interface TypeTaken {
  readonly by: 'template' | 'rewrite' | 'acl'
  /** Upper case, as written: `SRV`. */
  readonly type: string
  readonly line: number
  readonly mark: string
  /**
   * `data`: `kubernetes` has records of that type. `name`: it has none, and the line says that the name itself does not
   * exist. `unknown`: a type of which it is not known here who asks for it.
   */
  readonly takes: 'data' | 'name' | 'unknown'
}

/** Of which `kubernetes` has records (coredns plugin/kubernetes); A and AAAA are judged by what is answered. */
const withData: ReadonlySet<string> = new Set(['SRV', 'PTR', 'TXT', 'CNAME'])
/** Of which it has none, for any name below the apex. */
const without: ReadonlySet<string> = new Set([
  'HTTPS',
  'SVCB',
  'MX',
  'NS',
  'SOA',
  'CAA',
  'NAPTR',
  'TLSA',
  'DS',
  'DNSKEY',
])
const addresses: ReadonlySet<string> = new Set(['A', 'AAAA', 'ANY', '*'])

export function typesTaken(corefile: Corefile, domain: string): readonly TypeTaken[] {
  const zone = domain.toLowerCase()
  const blocks = corefile.servers.filter(
    ({ keys, plugins }) =>
      plugins.some((it) => it.name === 'kubernetes') && keys.some((it) => touches(zoneOf(it), zone)),
  )
  const lines = blocks.flatMap((it) => [...templates(it, zone), ...rewrites(it)])
  const rules = aclsFor(corefile, zone)
    .flat()
    .filter((it) => it.action !== 'allow' && it.types !== null && !it.types.some((type) => addresses.has(type)))
  const acls = rules.flatMap(({ types, line, action }) =>
    (types ?? []).flatMap((type): readonly TypeTaken[] => {
      const takes = takesOf(type, action !== 'filter')
      return takes === null ? [] : [{ by: 'acl', type, line, mark: action, takes }]
    }),
  )
  return [...lines, ...acls]
}

/** `template CLASS TYPE [ZONE...]`; without `match` it fits every name, and without `fallthrough` passes nothing on. */
function templates({ keys, plugins }: CorefileServer, domain: string): readonly TypeTaken[] {
  return plugins.flatMap((it): readonly TypeTaken[] => {
    const type = (it.args[1] ?? 'ANY').toUpperCase()
    if (it.name !== 'template' || addresses.has(type)) return []
    const own = it.args.slice(2)
    const zones = (own.length > 0 ? own : keys).map(zoneOf)
    const names = namesOf(type, domain).filter((name) => zones.some((zone) => isWithin(name, zone)))
    const patterns = optionsOf(it, 'match').flatMap((one) => one.args)
    const fits = names.filter((name) => patterns.length === 0 || patterns.some((p) => matches(p, `${name}.`, true)))
    if (fits.every((name) => passes(it, name))) return []
    const denies = optionsOf(it, 'rcode').some((one) => one.args[0]?.toUpperCase() !== 'NOERROR')
    const takes = takesOf(type, denies)
    return takes === null ? [] : [{ by: 'template', type, line: it.line, mark: 'template', takes }]
  })
}

/** `rewrite [stop|continue] type FROM TO`: what is asked for is another type. */
function rewrites({ plugins }: CorefileServer): readonly TypeTaken[] {
  const lines = plugins
    .filter((it) => it.name === 'rewrite')
    .flatMap((it) => (it.args.length > 0 ? [it] : (it.block ?? [])))
  return lines.flatMap((it): readonly TypeTaken[] => {
    const words = [it.name, ...it.args].filter((word) => !['rewrite', 'stop', 'continue'].includes(word))
    const [what, from = '', to = ''] = words.map((word) => word.toUpperCase())
    if (what !== 'TYPE' || addresses.has(from) || from === to) return []
    const takes = takesOf(from, false)
    return takes === null ? [] : [{ by: 'rewrite', type: from, line: it.line, mark: it.name, takes }]
  })
}

function takesOf(type: string, denies: boolean): TypeTaken['takes'] | null {
  if (withData.has(type)) return 'data'
  if (!without.has(type)) return 'unknown'
  return denies ? 'name' : null
}

/** Names of which that type is asked for, one of each kind. */
function namesOf(type: string, domain: string): readonly string[] {
  if (type === 'PTR') return ['1.0.96.10.in-addr.arpa', '1.0.0.0.ip6.arpa']
  if (type === 'SRV') return [`_http._tcp.web.shop.svc.${domain}`, `_https._tcp.kubernetes.default.svc.${domain}`]
  return [`web.shop.svc.${domain}`, `kubernetes.default.svc.${domain}`]
}

function optionsOf({ block }: CorefilePlugin, name: string): readonly CorefilePlugin[] {
  return (block ?? []).filter((it) => it.name === name)
}

function passes(it: CorefilePlugin, name: string): boolean {
  return optionsOf(it, 'fallthrough').some(
    (one) => one.args.length === 0 || one.args.some((zone) => isWithin(name, zoneOf(zone))),
  )
}

function touches(a: string, b: string): boolean {
  return isWithin(a, b) || isWithin(b, a)
}
