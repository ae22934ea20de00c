import type { Trouble } from '../../findings/trouble.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { CoreDnsSignKind } from '../../wire/coredns-log.ts'
import type { Model } from '../../model/sources.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { once } from '../once.ts'
import { dnsObjects } from './probe-lookups.ts'

/** A DNS server that answers errors to one client in twenty has clients who complain, whoever they are. */
const errorShare = 0.05
const fewErrors = 10

const errors = ['SERVFAIL', 'REFUSED', 'FORMERR', 'NOTIMP'] as const

/** What the servers count themselves: errors that they answer to everybody, not to the probe alone. */
export function serverWindowTroubles(model: Model): readonly Trouble[] {
  const { coreDnsWindows } = model.sources
  if (!coreDnsWindows.known) return []
  return coreDnsWindows.value.flatMap((window) => {
    const of = Object.values(window.responses).reduce((sum, it) => sum + it, 0)
    return errors.flatMap((rcode): readonly Trouble[] => {
      const bad = window.responses[rcode] ?? 0
      if (bad < fewErrors || bad / of < errorShare) return []
      return [
        {
          ...whose(model, window.pod),
          source: 'coreDnsWindows',
          asked: 'what all its clients asked',
          how: rcode,
          bad,
          of,
          weight: 'nuisance',
        },
      ]
    })
  })
}

/**
 * What CoreDNS writes when it cannot do its work. A line about its upstream or the API server says that something was
 * not reached at some moment of the last minutes: a sign, which a cause may use, and no outage by itself. Where lookups
 * were measured they say it better.
 */
const weights: Readonly<Record<CoreDnsSignKind, Trouble['weight']>> = {
  loop: 'outage',
  forbidden: 'nuisance',
  'corefile-refused': 'nuisance',
  'reload-failed': 'nuisance',
  'cannot-listen': 'nuisance',
  'api-unreachable': 'sign',
  // Each watch ends so once, when an API server is started again.
  'watch-ended': 'sign',
  unsynced: 'sign',
  'io-timeout': 'sign',
  'no-healthy-upstream': 'sign',
  'too-many-concurrent': 'nuisance',
  'no-upstream-service': 'nuisance',
  'slow-health': 'sign',
  'last-words': 'sign',
}

export function serverLogTroubles(model: Model): readonly Trouble[] {
  const { dnsServerLogs, dnsProbe } = model.sources
  if (!dnsServerLogs.known) return []
  return dnsServerLogs.value
    .filter((it) => it.run === 'now')
    .flatMap((log) =>
      log.signs
        .filter(({ kind }) => weights[kind] !== 'sign' || !dnsProbe.known)
        .map((sign) => ({
          ...whose(model, log.pod),
          source: 'dnsServerLogs',
          asked: 'its log of the last two minutes',
          how: sign.kind,
          bad: sign.times,
          of: log.lines,
          weight: weights[sign.kind] ?? 'nuisance',
        })),
    )
}

/** The first of each name. */
const podsByName = once(
  ({ pods, nodeCaches }: ClusterDns) => new Map([...pods, ...nodeCaches].toReversed().map((it) => [it.name, it])),
)

function whose(model: Model, pod: string): Pick<Trouble, 'kind' | 'sufferer' | 'involved' | 'keys' | 'from' | 'ms'> {
  const dns = model.sources.clusterDns
  const found = dns.known ? podsByName(dns.value).get(pod) : undefined
  const self = subject('Pod', found?.namespace ?? 'kube-system', pod)
  const node: readonly Subject[] = found === undefined || found.node === null ? [] : [subject('Node', null, found.node)]
  // A server that answers errors, or says that its upstream is silent, does so for whoever asks: any DNS cause will do.
  const keys = ['dns-external:server', 'dns-loss:server', 'dns-upstream-silent', 'dns-server-crash', 'dns-servers-down']
  return {
    kind: 'server-error',
    sufferer: self,
    involved: [self, ...node, ...dnsObjects(model)],
    keys,
    from: 'at the server itself',
    ms: null,
  }
}
