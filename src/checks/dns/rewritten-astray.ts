import ipaddr from 'ipaddr.js'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns, StrayRewrite } from '../../model/cluster-dns.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { some } from '../../phrases.ts'
import { corefileObject } from '../../relations/dns/corefile-text.ts'
import { strayRewrites } from '../../relations/dns/stray-rewrites.ts'
import { upstreamsInCluster } from '../../relations/dns/upstream-services.ts'
import { hostUnknown } from '../../relations/symptom.ts'
import { parseCorefile } from '../../wire/corefile.ts'

/**
 * A server block is chosen by the name that was asked for, and a rule `rewrite` does not choose again: what it makes of
 * the name goes where all names of that block go. In the block `.` of the node caches that is the servers outside, and
 * a name of the cluster is none of theirs.
 */
export default check({
  code: 'DNS217',
  slug: 'dns/rewritten-astray',
  title: 'a rule leads a name into the cluster, and its block out of it',
  fine: 'each rule that leads a name into the cluster stands where names of the cluster are answered',
  severity: 'error',
  needs: ['clusterDns'],
  remedies: [],
  decides: [],

  run({ clusterDns }) {
    const { corefile, cacheRewrites = [], nodeCaches } = clusterDns
    const own = corefile.known ? strayRewrites(parseCorefile(corefile.value), clusterDns.domain) : []
    const found = [
      ...own.filter((it) => leavesCluster(it, clusterDns)).map((it) => verdict(corefileObject(clusterDns), it)),
      ...cacheRewrites.filter((it) => leavesCluster(it, clusterDns)).map((it) => verdict(cacheMap(clusterDns), it)),
    ]
    if (found.length > 0) return found
    if (!corefile.known) return cannotTell(corefile.why.reason, `the Corefile was not read: ${corefile.why.detail}`)
    const rules = /^[^\S\n]*rewrite\s/m.test(corefile.value)
    return rules || nodeCaches.length > 0 ? ok(1) : notApplicable('the Corefile rewrites nothing')
  },

  words: {
    headline: ({ args }) =>
      `The name ${args.from} is not found: a rule makes ${args.to} of it, and its block asks ` +
      `${some(args.forwards)}, outside of the cluster, for that.`,
    detail: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} line ${args.line} · block ${some(args.zones)} · forwards to ` +
      some(args.forwards),
    note: () =>
      'CoreDNS chooses the block by the name that was asked for, and a rewritten name stays in it: no server outside ' +
      'knows names of the cluster',
    help: ({ subject: on, args }) => [
      `give ${args.from} a block of its own that forwards to the cluster's DNS, with the rule in it; or move the ` +
        'rule ' +
        "to CoreDNS's own block, and send the name there",
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
    ],
  },
})

function cacheMap({ nodeCaches: [first] }: ClusterDns): Subject {
  return subject('ConfigMap', first?.namespace ?? 'kube-system', first?.corefileMap ?? 'node-local-dns')
}

/** Servers that are none of the cluster's, each of them; a file names the node's. */
function leavesCluster({ forwards }: StrayRewrite, dns: ClusterDns): boolean {
  return forwards.every((it) => !upstreamsInCluster(it, dns))
}

function isPrivate(to: string): boolean {
  const ip = to.replace(/^[a-z]+:\/\//, '').replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1')
  return ipaddr.isValid(ip) && ipaddr.parse(ip).range() !== 'unicast'
}

function verdict(on: Subject, { line, from, to, zones, forwards }: StrayRewrite) {
  const mayKnow = forwards.some(isPrivate)
  return finding({
    subject: on,
    // A server of the company's own network may be told to ask the cluster for such names.
    confidence: mayKnow ? 'possible' : 'inferred',
    severity: mayKnow ? 'warning' : 'error',
    args: { line, from, to, zones: zones.map((it) => (it === '' ? '.' : it)), forwards },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: 'data.Corefile',
        lines: [`rewrite ${from} ${to}`, `forward . ${forwards.join(' ')}`],
        at: 0,
        mark: to,
        label: 'a name of the cluster',
      },
    ],
    causes: [hostUnknown(from)],
  })
}
