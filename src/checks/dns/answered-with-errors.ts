import { askedCorefile } from '../../relations/dns/asked-blocks.ts'
import { type ArgsOf, check } from '../../findings/check.ts'
import { cannotTell, finding, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Answer, DnsProbe, LookupSeries } from '../../model/lookups.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { corefileEvidence, corefileObject } from '../../relations/dns/corefile-text.ts'
import { dnsServerSubject } from '../../relations/dns/dns-servers.ts'
import { lossOf, notable, quantile } from '../../relations/dns/lookup-loss.ts'
import { goesToCache } from '../../relations/dns/node-cache.ts'
import {
  dnsAnswersErrors,
  dnsLossInNamespace,
  dnsLossOnNode,
  dnsRefuses,
  dnsServerDead,
} from '../../relations/symptom.ts'
import { shares } from './dns-evidence.ts'
import { ms } from '../../phrases.ts'

/**
 * An answer is no loss: a server that says REFUSED or SERVFAIL to names of the cluster was reached and has decided so.
 * `acl` and `view` decide by who asks (plugin/acl, plugin/view); a `kubernetes` block that has nothing to say gives
 * SERVFAIL.
 */
export default check({
  code: 'DNS160',
  slug: 'dns/answered-with-errors',
  title: 'DNS servers answer names of the cluster with errors',
  fine: 'names of the cluster are answered without errors',
  severity: 'error',
  needs: ['dnsProbe', 'clusterDns'],
  remedies: [],
  decides: [],

  run({ dnsProbe, clusterDns }) {
    // What a cache on the node answers is its own: DNS157. The C library says EAI_AGAIN of errors and of refusals by
    // ICMP alike.
    const series = dnsProbe.series.filter(
      (it) => it.zone === 'cluster' && it.method !== 'getaddrinfo' && !goesToCache(clusterDns, it),
    )
    const loss = lossOf(series)
    if (loss.of === 0) return cannotTell('too-few', 'no lookup of a name of the cluster ended')
    const erring = series.filter((it) => notable(lossOf([it]).erring, it.lookups.length))
    return erring.length === 0 ? ok(loss.of) : told(dnsProbe, clusterDns, series, erring)
  },

  words: {
    headline: ({ args }) =>
      `The DNS servers answer ${args.rcode} to names of the cluster: ` +
      `${args.bad} of ${args.of} lookups from ${nodesText(args)}, after ${ms(args.p50)}.`,
    detail: ({ args }) =>
      `${args.rcode} · by ${serversText(args)} · ` +
      `to ${nodesText(args)}; ${wellText(args)} · in ${ms(args.p50)} (median)`,
    note: ({ args }) => `${why(args)}: the queries arrived, so neither the network nor a firewall is at fault`,
    help: ({ subject: on, args }) => [
      args.line === null
        ? 'read the Corefile, and what the server says in its log'
        : `read line ${args.line} of the Corefile: whom does it keep out?`,
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml`,
      'hopscope dns -v',
    ],
  },
})

type Erring = ArgsOf<ReturnType<typeof told>>

function nodesText({ nodes, well }: Erring): string {
  return well.length === 0 ? `all ${nodes.length} nodes` : `pods on ${nodes.join(', ')}`
}

function wellText({ well }: Erring): string {
  return well.length === 0
    ? 'from every node probed'
    : `${well.join(', ')} ${well.length === 1 ? 'is' : 'are'} answered`
}

function serversText({ servers }: Erring): string {
  return servers.length === 0 ? 'the DNS Service' : servers.join(', ')
}

function why({ rcode, plugin, line }: Erring): string {
  return plugin === null
    ? `a server that says ${rcode} has decided so, or cannot answer`
    : `\`${plugin}\` of the Corefile decides by who asks (line ${line})`
}

function told(probe: DnsProbe, dns: ClusterDns, all: readonly LookupSeries[], erring: readonly LookupSeries[]) {
  const loss = lossOf(erring)
  const nodes = [...new Set(erring.map((it) => it.node))].toSorted()
  const wellNodes = probe.nodes.filter((it) => !nodes.includes(it))
  const servers = new Set(
    erring.filter((it) => it.server.role !== 'service').map((it) => it.server.pod ?? it.server.ip),
  )
  const rcode = mostly(erring)
  const rule = decider(dns)
  const one = servers.size === 1 ? [...servers][0] : undefined
  const onePod = dns.pods.find((it) => it.name === one && dns.pods.length > 1)
  return finding({
    subject: rule !== null ? corefileObject(dns) : serverSubject(dns, onePod),
    confidence: 'observed',
    args: {
      rcode,
      bad: loss.erring,
      of: loss.of,
      nodes,
      well: wellNodes,
      servers: [...servers].toSorted(),
      p50: quantile(loss.times, 0.5),
      plugin: rule?.name ?? null,
      line: rule?.line ?? null,
    },
    evidence: [
      ...(rule === null || !dns.corefile.known
        ? []
        : [
            corefileEvidence(dns, dns.corefile.value, {
              line: rule.line,
              mark: rule.name,
              label: 'decides by who asks',
            }),
          ]),
      shares('lookups that failed, by node and server', all, (it) => `${it.node} to ${it.server.pod ?? it.server.ip}`),
    ],
    // The rule itself, where one of the Corefile fits, is the cause: DNS179.
    symptoms: [
      dnsLossInNamespace(probe.from.namespace),
      ...(rcode === 'REFUSED' && rule?.name === 'acl' ? nodes.map(dnsRefuses) : []),
    ],
    causes: [
      dnsAnswersErrors,
      ...nodes.flatMap((it) => [dnsLossOnNode(it), `dns-external:node/${it}`, `dns-cut-off:node/${it}`]),
      ...erring.map((it) => dnsServerDead(it.server.ip)),
    ],
  })
}

function mostly(series: readonly LookupSeries[]): 'REFUSED' | 'SERVFAIL' {
  const answers: readonly Answer[] = series.flatMap((it) => it.lookups.flatMap((one) => [one.a, one.aaaa]))
  const count = (wanted: Answer): number => answers.filter((it) => it === wanted).length
  return count('refused') >= count('servfail') ? 'REFUSED' : 'SERVFAIL'
}

/** The line of the Corefile that makes an answer hang on who asks. */
function decider(dns: ClusterDns): { readonly name: string; readonly line: number } | null {
  if (!dns.corefile.known) return null
  const plugins = askedCorefile(dns.corefile.value, dns).servers.flatMap((it) => it.plugins)
  const found = plugins.find((it) => it.name === 'acl' || it.name === 'view')
  return found === undefined ? null : { name: found.name, line: found.line }
}

function serverSubject(dns: ClusterDns, pod: ClusterDns['pods'][number] | undefined): Subject {
  return pod === undefined ? dnsServerSubject(dns) : subject('Pod', pod.namespace, pod.name)
}
