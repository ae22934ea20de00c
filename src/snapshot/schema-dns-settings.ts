import { kubeDnsProblems, neededByDns } from '../model/cluster-dns.ts'
import { flag, known, list, maybe, nullable, number, object, oneOf, type Texts } from '../model/marks.ts'

/** What stands beside the Corefile, and says how names are answered. */
export function dnsSettingsOf(m: Texts) {
  return {
    custom: maybe(
      known(
        object({
          configMap: m.name,
          keys: list(object({ name: m.name, mentioned: flag })),
          refused: maybe(list(object({ key: m.name, line: number, text: m.text }))),
          doubts: maybe(list(m.text)),
          unasked: maybe(
            list(object({ key: m.name, line: number, zone: m.host, to: list(m.text), before: list(m.text) })),
          ),
        }),
      ),
    ),
    kubeletDomain: maybe(m.host),
    cacheBinds: maybe(list(object({ line: number, ips: list(m.address) }))),
    cacheForwards: maybe(list(object({ line: number, zones: list(m.host), to: list(m.address), isTcp: flag }))),
    cacheRewrites: maybe(
      list(object({ line: number, from: m.host, to: m.host, zones: list(m.host), forwards: list(m.address) })),
    ),
    kubeDns: maybe(
      object({
        stubDomains: list(object({ domain: m.host, servers: list(m.address) })),
        upstreams: list(m.address),
        problems: list(
          object({
            key: oneOf(['stubDomains', 'upstreamNameservers']),
            is: oneOf(kubeDnsProblems),
            domain: nullable(m.host),
            server: nullable(m.host),
          }),
        ),
      }),
    ),
    rights: maybe(object({ account: m.name, role: nullable(m.name), lacks: list(oneOf(neededByDns)) })),
  }
}
