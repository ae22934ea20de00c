import { pathLinesIn } from './config-paths.ts'
import { destinationsIn } from './destinations.ts'
import { namesSecret } from './secrets.ts'
import { isToldToOthers } from './uncalled.ts'

/** What a server tells its clients or its peers to call it by. */
export interface Advertised {
  readonly host: string
  readonly port: number | null
  /** Before it stands the pod's own name: `$(POD_NAME).kafka-headless.shop.svc`. */
  readonly own?: true
}

const longest = 64 * 1024
const most = 20

/** `SASL_PLAINTEXT://`: a listener has a name, which is no scheme of a URL (Kafka, `advertised.listeners`). */
const listenerName = /^[A-Za-z][\w.-]{0,60}:\/\//
const ownName = /^\$[({][A-Za-z_]\w{0,80}[)}]\.(?=[^.]+\.[^.]+\.svc(?:[.:/]|$))/
const isWhole = /\.svc(?:\.|$)/

/**
 * The whole names of the cluster's (`.svc`) that a setting of this name has a server tell its clients or its peers:
 * Kafka's `advertised.listeners`, etcd's `--advertise-client-urls`, Redis's `cluster-announce-hostname`. Of any other
 * setting nothing. Linear; never throws.
 */
export function advertisedIn(name: string, text: string): readonly Advertised[] {
  if (!isToldToOthers(name) || namesSecret(name) || text.length > longest || text.includes('@')) return []
  const found = text.split(/[\s,;"']+/).flatMap((word) => {
    const place = word.replace(listenerName, '')
    const own = ownName.test(place) ? { own: true as const } : {}
    return destinationsIn('host', place).map(({ host, port }) => ({ host, port, ...own }))
  })
  const whole = found.filter((it) => isWhole.test(it.host))
  return [...new Map(whole.map((it) => [`${it.host}:${it.port}`, it])).values()].slice(0, most)
}

/** The same by the words of a command line: `--advertise-client-urls=…`, and a flag with its value behind it. */
export function advertisedInCommand(words: readonly string[]): readonly (Advertised & { readonly flag: string })[] {
  return words.flatMap((word, at) => {
    const [, flag, set] = /^--?([A-Za-z][\w.-]{0,80})(?:=([^]*))?$/.exec(word.slice(0, longest)) ?? []
    if (flag === undefined) return []
    return advertisedIn(flag, set ?? words[at + 1] ?? '').map((it) => ({ ...it, flag: `--${flag}` }))
  })
}

/** The same by the lines of a server's file, `advertised.listeners=…`. Linear; never throws. */
export function advertisedInConfig(
  text: string,
): readonly (Advertised & { readonly by: string; readonly line: number })[] {
  if (!/advertise|announce|broadcast|publish/i.test(text)) return []
  return pathLinesIn(text)
    .flatMap(({ key, value, line, path }) => {
      const by = isToldToOthers(key) ? key : path.join('.')
      // sentinel.conf: `sentinel announce-ip HOST`.
      const isSentinel = key === 'sentinel' && value.startsWith('announce-')
      const [said, told] = isSentinel ? ['announce-ip', value.replace(/^\S{1,40}\s{1,20}/, '')] : [by, value]
      return advertisedIn(said, told).map((it) => ({ ...it, by: isSentinel ? 'sentinel announce-ip' : key, line }))
    })
    .slice(0, most)
}
