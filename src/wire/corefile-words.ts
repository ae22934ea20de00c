import { editDistance } from '../closest.ts'
import { mask, redactText } from './secrets.ts'

/*
 * Which words of a Corefile are kept: those that a check reads, each in its place (the plugins' setup.go and READMEs,
 * CoreDNS 1.14). What else stands there may be anybody's: an option of EDNS has a tenant's token, a format of the log
 * or a pattern of errors a name that is nobody's business, and passwords have no spelling of their own.
 */

type Form = (word: string) => boolean

const label = String.raw`[\w*-]{1,63}`
const zonePattern = new RegExp(
  String.raw`^(?:[a-z0-9+]{1,8}://)?(?:\.|(?:${label}\.){0,30}${label}\.?)(?::\d{1,5})?,?$`,
)
const ip = String.raw`(?:\d{1,3}(?:\.\d{1,3}){0,3}|\[?[\da-fA-F:.]*:[\da-fA-F:.]*(?:%\w{1,15})?\]?)`
const addressPattern = new RegExp(String.raw`^(?:[a-z0-9+]{1,8}://)?(?:${ip}|\*)(?::\d{1,5})?(?:/\d{1,3})?,?$`)
/** An address, a network of them, or a port alone. */
const address: Form = (word) => word.length <= 80 && addressPattern.test(word)
/** A name or a zone, a port behind it; a network stands for its reverse zone. */
const zone: Form = (word) => (word.length <= 300 && zonePattern.test(word)) || address(word)
/** `https://dns.example/dns-query`. */
const server: Form = (word) => /^(?:[a-z0-9+]{1,8}:\/\/)?[\w.[\]:%-]{1,260}(?:\/[\w.-]{0,60})?,?$/.test(word)
const path: Form = (word) => /^[\w.@~*-]{0,100}(?:\/[\w.@*-]{0,100}){1,20}$/.test(word)
/** Of names, as `rewrite` and `template` have them, with what they put in their place. */
const pattern: Form = (word) =>
  word.length <= 400 && /^[\w.*+?^$|()[\]{}\\,:<>=!"-]{1,300}$/.test(word.replace(metadata, '{}'))
/** `{kubernetes/client-namespace}`: the name of something that a plugin tells of a query, not what it says. */
const metadata = /\{[a-z\d_-]{1,40}(?:\/[a-z\d_.-]{1,60}){1,3}\}/g
const selector: Form = (word) => /^[\w./!=,()-]{1,300}$/.test(word)
/** Where one of a few words is expected, another one is what is wrong. */
const choice: Form = (word) => /^[A-Za-z_-]{1,16}$/.test(word)
/**
 * Numbers and times, right or wrong: `30`, `0.5`, `1h30m`. A unit stands between two numbers, so that a long run of
 * digits is read in one way alone.
 */
const amount: Form = (word) =>
  /^[-+]?\d{1,10}(?:\.\d{0,9})?(?:[a-zµμ%]{1,4}\d{1,10}(?:\.\d{0,9})?){0,3}[a-zµμ%]{0,4}$/.test(word)
const hex: Form = (word) => /^0x[\da-f]{1,4}$/i.test(word)
/** `{$NAME}` of the environment: what it stands for is not here. */
const variable: Form = (word) => /^\{(?:\$\w{1,100}|%\w{1,100}%)\}$/.test(word)

const types = (
  'A AAAA ANY AXFR CAA CNAME DNSKEY DS HTTPS IXFR MX NAPTR NS NSEC NSEC3 PTR RRSIG SOA SPF SRV SSHFP SVCB TLSA TXT ' +
  'URI IN CH CS HS NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP NOTIMPL REFUSED YXDOMAIN NOTAUTH NOTZONE'
).split(' ')

interface Plugin {
  /** Behind its own name. */
  readonly own: readonly Form[]
  /** Behind the word that opens a line of its block; `''`: any other. */
  readonly lines?: Readonly<Record<string, readonly Form[]>>
  /** Words that it knows. */
  readonly words?: string
}

const nothing: Plugin = { own: [] }
const listens: Plugin = { own: [address] }
const through = { fallthrough: [zone] }
const kubernetes: Plugin = {
  own: [zone],
  lines: {
    ...through,
    pods: [choice],
    namespaces: [zone],
    labels: [selector],
    namespace_labels: [selector],
    ignore: [choice],
    endpoint: [server],
    kubeconfig: [path],
    multicluster: [zone],
    transfer: [address],
    upstream: [address, path],
  },
  words: 'to',
}
const forward: Plugin = {
  own: [zone, address, server, path],
  lines: {
    except: [zone],
    policy: [choice],
    health_check: [choice, zone],
    next: [choice],
    failover: [choice],
    doh_method: [choice],
    source_address: [address],
    resolver: [address],
    upstream: [address],
    protocol: [choice],
  },
  words: 'bootstrap insecure',
}
const rewriteWords =
  'stop continue name type class ttl rcode cname exact prefix suffix substring regex answer auto value ' +
  'edns0 local nsid subnet set replace append unset revert'

const plugins: Readonly<Record<string, Plugin>> = {
  acl: {
    own: [zone],
    lines: Object.fromEntries(['allow', 'block', 'filter', 'drop'].map((it) => [it, [address]])),
    words: 'type net',
  },
  any: nothing,
  auto: { own: [zone], lines: { directory: [path], transfer: [address] }, words: 'to' },
  autopath: { own: [zone, path], words: '@kubernetes @k8s_external @erratic' },
  bind: { own: [address], lines: { except: [address] }, words: 'lo lo0 except' },
  bufsize: nothing,
  cache: { own: [zone], lines: { disable: [zone], serve_stale: [choice], serve_stale_policy: [choice] } },
  cancel: nothing,
  chaos: nothing,
  debug: nothing,
  dns64: { own: [address], lines: { prefix: [address] } },
  dnssec: { own: [zone] },
  errors: { own: [choice], words: 'warning error info debug show_first' },
  erratic: nothing,
  file: { own: [zone, path], lines: { transfer: [address], upstream: [address] }, words: 'to' },
  forward,
  geoip: nothing,
  header: { own: [], lines: { '': [choice] }, words: 'set clear aa ra rd response request' },
  health: listens,
  hosts: { own: [path, zone], lines: { ...through, '': [zone] } },
  import: { own: [zone, path] },
  k8s_external: { own: [zone], lines: through },
  kubernetai: kubernetes,
  kubernetes,
  loadbalance: { own: [choice, path], lines: { prefer: [address] } },
  local: nothing,
  log: { own: [zone], lines: { class: [choice] }, words: '{common} {combined}' },
  loop: nothing,
  metadata: { own: [zone] },
  minimal: nothing,
  multisocket: nothing,
  nomad: { own: [zone] },
  nsid: nothing,
  pprof: listens,
  prometheus: listens,
  proxy: forward,
  proxyproto: { own: [], lines: { allow: [address], default: [choice] } },
  quic: nothing,
  ready: { own: [address], lines: { monitor: [choice] } },
  reload: { own: [], words: 'jitter' },
  rewrite: { own: [zone, pattern], lines: { '': [zone, pattern] }, words: rewriteWords },
  root: { own: [path] },
  secondary: { own: [zone], lines: { transfer: [address] }, words: 'from to' },
  sign: { own: [zone] },
  template: { own: [zone], lines: { ...through, match: [pattern], rcode: [choice] } },
  timeouts: nothing,
  tls: nothing,
  trace: nothing,
  transfer: { own: [zone], lines: { to: [address] }, words: 'to' },
  upstream: { own: [address] },
  view: nothing,
  whoami: nothing,
}

/** What a misspelt plugin has as well: the root zone, addresses with a port, small numbers and times. */
const harmless = /^(?:\.|\d{1,5}(?:ms|s|m|h)?|(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?|\/etc\/resolv\.conf)$/

/** Where a word stands: behind which word of which plugin's line, in a line that changes options of EDNS or not. */
export interface Place {
  readonly plugin: string
  readonly line: string
  readonly isEdns: boolean
}

/** The word as it is kept. */
export function keptWord(word: string, { plugin, line, isEdns }: Place): string {
  if (word === mask || harmless.test(word)) return word
  const rules = Object.hasOwn(plugins, plugin) ? plugins[plugin] : undefined
  if (rules === undefined) return mask
  const bare = /^"(.*)"$/s.exec(word)?.[1] ?? word
  if (isWord(bare, rules) || variable(bare)) return word
  if (amount(bare) && (!isEdns || bare.length < 6)) return word
  const forms = isEdns ? [hex] : formsOf(rules, { plugin, line })
  return forms.some((it) => it(bare)) ? redactText(word) : mask
}

function formsOf({ own, lines }: Plugin, { plugin, line }: Pick<Place, 'plugin' | 'line'>): readonly Form[] {
  if (line === plugin) return own
  return (Object.hasOwn(lines ?? {}, line) ? lines?.[line] : lines?.['']) ?? []
}

/** One that the plugin knows, or nearly: what was meant is what a check tells. */
function isWord(word: string, { lines, words }: Plugin): boolean {
  const lower = word.toLowerCase()
  const its = [...Object.keys(lines ?? {}), ...(words ?? '').split(' ')].filter((it) => it !== '')
  return (
    types.includes(word.toUpperCase()) ||
    its.some(
      (it) => it === lower || (it.length > 4 && Math.abs(it.length - lower.length) < 2 && editDistance(it, lower) < 2),
    )
  )
}
