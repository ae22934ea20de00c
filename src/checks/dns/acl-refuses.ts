import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { corefileEvidence, corefileObject } from '../../relations/corefile-text.ts'
import { lossOf, nearlyAll, quantile } from '../../relations/lookup-loss.ts'
import { dnsLossOnNode, dnsUpstreamSilent } from '../../relations/symptom.ts'
import { type CorefilePlugin, parseCorefile } from '../../wire/corefile.ts'
import { ms, shares } from './dns-evidence.ts'

/** REFUSED is an answer: the servers were reached, and a line of their own Corefile says no to these clients. */
export default check({
  code: 'DNS151',
  slug: 'dns/acl-refuses',
  title: 'the Corefile has CoreDNS refuse some clients',
  fine: 'no line of the Corefile refuses the clients that asked',
  severity: 'error',
  needs: ['dnsProbe', 'clusterDns'],
  remedies: [],
  decides: [],

  run({ dnsProbe, clusterDns }) {
    if (!clusterDns.corefile.known) return cannotTell(clusterDns.corefile.why.reason, `the Corefile was not read: ${clusterDns.corefile.why.detail}`)
    const text = clusterDns.corefile.value
    const lines = parseCorefile(text).servers.flatMap((it) => it.plugins).filter(saysNo)
    const [first] = lines
    if (first === undefined) return notApplicable('the Corefile has no `acl` and no `view`')
    const asked = dnsProbe.nodes.map((node) => refusedFrom(dnsProbe, node))
    const refused = asked.filter((it) => nearlyAll(it.refused, it.of))
    const others = asked.filter((it) => !refused.includes(it))
    if (refused.length === 0) return asked.some((it) => it.of >= 4) ? ok(dnsProbe.nodes.length) : cannotTell('too-few', 'too few look-ups ended')
    const option = (first.block ?? []).find((it) => ['block', 'filter', 'drop', 'allow'].includes(it.name)) ?? first
    const sum = (its: readonly Refused[], of: 'refused' | 'of'): number => its.reduce((all, it) => all + it[of], 0)
    return finding({
      subject: corefileObject(clusterDns),
      confidence: 'observed',
      args: {
        plugin: first.name,
        line: option.line,
        rule: [option.name, ...option.args].join(' '),
        nodes: refused.map((it) => it.node).join(', '),
        refused: sum(refused, 'refused'),
        of: sum(refused, 'of'),
        otherRefused: sum(others, 'refused'),
        otherOf: sum(others, 'of'),
        p50: ms(quantile(lossOf(dnsProbe.series.filter((it) => refused.some(({ node }) => node === it.node))).times, 0.5)),
      },
      evidence: [
        corefileEvidence(clusterDns, text, option.line, option.name, 'says REFUSED to these clients'),
        shares('look-ups that failed', dnsProbe, dnsProbe.series, (it) => `${it.node} ${it.transport} to ${it.server.role}`),
      ],
      explains: [...refused.flatMap(({ node }) => [dnsLossOnNode(node), `dns-external:node/${node}`, `dns-cut-off:node/${node}`]), dnsUpstreamSilent],
    })
  },

  words: {
    headline: ({ args }) => `CoreDNS refuses look-ups from pods on ${args['nodes']}: its Corefile says so (\`${args['plugin']}\`, line ${args['line']}).`,
    detail: ({ subject: on, args }) => `${on.kind} ${on.namespace}/${on.name} line ${args['line']}: \`${args['rule']}\` · ${args['refused']} of ${args['of']} look-ups answered REFUSED, p50 ${args['p50']} · ${args['otherOf'] === 0 ? 'no other node asked' : `other nodes ${args['otherRefused']} of ${args['otherOf']}`}`,
    note: () => 'nothing is lost: each query is answered at once, with REFUSED, and every resolver takes that for a failure',
    help: ({ subject: on }) => [
      'take the line out, or let it name the networks that are meant: the pods of a node have the addresses of its podCIDR',
      'kubectl get nodes -o custom-columns=NODE:.metadata.name,PODS:.spec.podCIDRs',
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
    ],
  },
})

interface Refused {
  readonly node: string
  readonly refused: number
  readonly of: number
}

/** getaddrinfo does not tell REFUSED from other failures, so it is not counted. */
function refusedFrom(probe: DnsProbe, node: string): Refused {
  const lookups = probe.series.filter((it) => it.node === node && it.method !== 'getaddrinfo' && it.zone === 'cluster').flatMap((it) => it.lookups)
  return { node, refused: lookups.filter((it) => it.a === 'refused' || it.aaaa === 'refused').length, of: lookups.length }
}

/** `acl` answers REFUSED for `block`; a block whose `view` does not hold leaves the query to nobody, which is REFUSED too. */
function saysNo({ name }: CorefilePlugin): boolean {
  return name === 'acl' || name === 'view'
}
