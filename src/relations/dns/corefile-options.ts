/*
 * How the plugins that nearly every Corefile has read their lines: the setup.go of each, CoreDNS 1.14.7. A rule gives
 * what is wrong with the words, or null. What is not here is CoreDNS's alone to judge.
 */

export type Rule = (args: readonly string[]) => string | null

/** `rest` takes all words of its line (RemainingArgs), a closing brace too; `next` takes one, and leaves the others. */
export interface Option {
  readonly reads: 'rest' | 'next' | 'nothing'
  readonly rule: Rule
}

export interface PluginRules {
  /** Two of it in one block are refused (plugin.ErrOnce); a release: by those before it. */
  readonly once: boolean | string
  readonly args: Rule
  /** null where each word may be one, as an address in `hosts`. */
  readonly options: Readonly<Record<string, Option>> | null
}

const whatever: Rule = () => null
const none: Rule = (args) => (args.length === 0 ? null : 'it takes no word')
const some: Rule = (args) => (args.length > 0 ? null : 'a word is missing')
const exactly =
  (rule: Rule): Rule =>
  (args) =>
    args.length === 1 ? rule(args) : `it takes one word, and has ${args.length}`
const atMost =
  (most: number, rule: Rule = whatever): Rule =>
  (args) =>
    args.length <= most ? rule(args) : `it takes ${most === 1 ? 'one word' : `${most} words`} at most`

const unit = String.raw`(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h)`
const isDuration = (word: string): boolean => new RegExp(`^[-+]?(?:0|(?:${unit})+)$`).test(word)
const unitSeconds: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
}

function secondsOf(word: string): number {
  const parts = [...word.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)]
  return (
    (word.startsWith('-') ? -1 : 1) *
    parts.reduce((sum, it) => sum + Number(it[1]) * (unitSeconds[it[2] ?? ''] ?? 0), 0)
  )
}

const isWhole = (word: string): boolean => /^[+-]?\d{1,18}$/.test(word)

const duration: Rule = ([word = '']) => (isDuration(word) ? null : `\`${word}\` is no duration such as 5s`)
/** durations.NewDurationFromArg: a number alone is seconds. */
const timeout: Rule = ([word = '']) => (/^\d{1,9}$/.test(word) ? null : duration([word]))
const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER): Rule =>
  ([word = '']) => {
    if (!isWhole(word)) return `\`${word}\` is no whole number`
    return Number(word) >= least && Number(word) <= most ? null : `${word} is out of range`
  }
const oneOf =
  (...words: readonly string[]): Rule =>
  ([word = '']) =>
    words.includes(word) ? null : `\`${word}\` is none of ${words.join(', ')}`
const eachOf =
  (...words: readonly string[]): Rule =>
  (args) => {
    const odd = args.find((it) => !words.includes(it))
    return odd === undefined ? some(args) : `\`${odd}\` is none of ${words.join(', ')}`
  }
/** net.SplitHostPort. */
const hostPort: Rule = ([word]) =>
  word === undefined || /^(?:\[[^\]]*\]|[^:[\]]*):[^:]*$/.test(word)
    ? null
    : `\`${word}\` is no address with a port such as :9153`

const rest = (rule: Rule): Option => ({ reads: 'rest', rule })
const next = (rule: Rule = whatever): Option => ({ reads: 'next', rule })
const nothing: Option = { reads: 'nothing', rule: none }
/** Reads no word: what follows is taken for the next option. */
const flag: Option = { reads: 'next', rule: whatever }

const ttl = whole(1)
/** CAPACITY [TTL [MINTTL]] */
const cached: Rule = (args) => {
  const [size, longest, least] = args
  if (size === undefined) return 'a word is missing'
  return (
    whole(Number.MIN_SAFE_INTEGER)([size]) ??
    (longest === undefined ? null : ttl([longest])) ??
    (least === undefined ? null : whole(0)([least]))
  )
}

const forwardOptions: Readonly<Record<string, Option>> = {
  except: rest(some),
  force_tcp: nothing,
  prefer_udp: nothing,
  expire: next(duration),
  max_age: next(duration),
  max_idle_conns: next(whole(0)),
  max_fails: next(whole(0, 4_294_967_295)),
  max_connect_attempts: next(whole(0, 4_294_967_295)),
  tls: rest(atMost(3)),
  tls_servername: next(),
  policy: next(oneOf('random', 'round_robin', 'sequential')),
  health_check: rest(duration),
  max_concurrent: next(whole(0)),
  read_timeout: next(duration),
  doh_method: next(oneOf('POST', 'GET')),
  next: rest(some),
  next_on_nodata: nothing,
  failfast_all_unhealthy_upstreams: rest(none),
  failover: rest(some),
  resolver: rest(some),
  source_address: next(),
}

const kubernetesOptions = {
  endpoint_pod_names: rest(none),
  pods: rest(exactly(oneOf('disabled', 'verified', 'insecure'))),
  namespaces: rest(some),
  endpoint: rest(some),
  tls: rest((args) => (args.length === 3 ? null : 'it takes three words')),
  labels: rest(some),
  namespace_labels: rest(some),
  fallthrough: rest(whatever),
  ttl: rest(whole(0, 3600)),
  noendpoints: rest(none),
  zonal: rest(none),
  ignore: rest((args) => (args.length === 0 ? null : oneOf('empty_service')(args))),
  kubeconfig: rest((args) => (args.length === 1 || args.length === 2 ? null : 'it takes one word or two')),
  multicluster: rest(whatever),
  startup_timeout: rest(duration),
  apiserver_qps: rest(exactly(whatever)),
  apiserver_burst: rest(exactly(whole(0))),
  apiserver_max_inflight: rest(exactly(whole(0))),
} satisfies Readonly<Record<string, Option>>

export type KubernetesOption = keyof typeof kubernetesOptions

/** FROM TO...; what is no address may be a file, or since 1.14 a name: only what can be neither is wrong. */
const forwardArgs: Rule = ([from, ...to]) => {
  if (from === undefined) return 'it has neither a zone nor a server'
  if (to.length === 0) return 'it has a zone and no server: `forward . SERVER`'
  const odd = to.find((it) => it.endsWith(',') || /^(?:grpc|quic|https3):\/\//.test(it) || it === '')
  return odd === undefined ? null : `\`${odd}\` is no server that it can forward to`
}

const interval: Rule = (args) => {
  const [every, jitter] = args
  if (args.length > 2) return 'it takes two words at most'
  if (every !== undefined && !isDuration(every)) return duration([every])
  if (every !== undefined && secondsOf(every) < 2) return `${every} is less than 2s`
  return jitter === undefined ? null : duration([jitter])
}

export const pluginRules: Readonly<Record<string, PluginRules>> = {
  errors: {
    once: true,
    args: atMost(1, (args) => (args.length === 0 ? null : oneOf('stdout')(args))),
    options: {
      stacktrace: flag,
      consolidate: rest((args) => (args.length < 2 || args.length > 4 ? 'it takes two to four words' : duration(args))),
    },
  },
  health: { once: false, args: atMost(1, hostPort), options: { lameduck: rest(exactly(duration)) } },
  ready: {
    once: true,
    args: atMost(1, hostPort),
    options: { monitor: rest(exactly(oneOf('until-ready', 'continuously'))) },
  },
  prometheus: {
    once: true,
    args: atMost(1, hostPort),
    options: { runtime_metrics: rest(none), tls: rest(exactly(whatever)) },
  },
  loop: { once: true, args: none, options: null },
  reload: { once: false, args: interval, options: null },
  cache: {
    once: true,
    args: ([first]) => (first !== undefined && isWhole(first) ? ttl([first]) : null),
    options: {
      success: rest(cached),
      denial: rest(cached),
      prefetch: rest((args) => (args.length === 0 || args.length > 3 ? 'it takes one to three words' : whole(0)(args))),
      serve_stale: rest(atMost(5, (args) => (args.length === 0 ? null : duration(args)))),
      serve_stale_policy: rest(exactly(whatever)),
      servfail: rest(exactly(duration)),
      disable: rest((args) => (args.length === 0 ? 'a word is missing' : oneOf('success', 'denial')(args))),
      keepttl: rest(none),
    },
  },
  // "enable multiple forward declarations", notes of CoreDNS 1.9.4 (coredns#5127).
  forward: { once: '1.9.4', args: forwardArgs, options: forwardOptions },
  kubernetes: { once: true, args: whatever, options: kubernetesOptions },
  log: { once: false, args: whatever, options: { class: rest(eachOf('all', 'success', 'denial', 'error')) } },
  loadbalance: {
    once: false,
    args: (args) => (args.length === 0 ? null : oneOf('round_robin', 'weighted')(args)),
    options: { prefer: rest(whatever), reload: rest(exactly(duration)) },
  },
  hosts: { once: true, args: whatever, options: null },
  grpc: { once: true, args: whatever, options: null },
  tsig: { once: true, args: whatever, options: null },
  nsid: { once: true, args: whatever, options: null },
  pprof: { once: true, args: whatever, options: null },
  dnssec: { once: true, args: whatever, options: null },
  whoami: { once: false, args: none, options: null },
  debug: { once: false, args: none, options: null },
  local: { once: false, args: none, options: null },
  any: { once: false, args: none, options: null },
  minimal: { once: false, args: none, options: null },
  cancel: { once: false, args: atMost(1, (args) => (args.length === 0 ? null : duration(args))), options: null },
  acl: {
    once: false,
    args: whatever,
    options: { allow: rest(whatever), block: rest(whatever), filter: rest(whatever), drop: rest(whatever) },
  },
  view: { once: true, args: exactly(whatever), options: { expr: rest(some) } },
  transfer: { once: false, args: whatever, options: { to: rest(some) } },
  timeouts: {
    once: false,
    args: none,
    options: { read: rest(exactly(timeout)), write: rest(exactly(timeout)), idle: rest(exactly(timeout)) },
  },
  template: {
    once: false,
    args: (args) => (args.length >= 2 ? null : 'it takes a class and a type'),
    options: {
      match: rest(some),
      answer: rest(some),
      additional: rest(some),
      authority: rest(some),
      rcode: rest(some),
      ederror: rest(some),
      fallthrough: rest(whatever),
      upstream: rest(whatever),
    },
  },
  bufsize: {
    once: false,
    args: atMost(1, (args) => (args.length === 0 ? null : whole(512, 4096)(args))),
    options: null,
  },
}

/** Words that CoreDNS once knew, and the release that no longer did: its release notes, and corefile-migration. */
export const removedOptions: ReadonlyMap<string, string> = new Map([
  ['kubernetes upstream', '1.7.0'],
  ['kubernetes resyncperiod', '1.7.0'],
  ['kubernetes transfer', '1.8.0'],
])

export const removedPlugins: ReadonlyMap<string, string> = new Map([
  ['proxy', '1.5.0'],
  ['federation', '1.7.0'],
  ['reverse', '1.5.0'],
])
