import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { subject } from '../../model/subject.ts'
import { count } from '../../phrases.ts'
import { type CacheUpstream, cacheUpstreams } from '../../relations/dns/cache-upstreams.ts'
import { dnsLossOnNode } from '../../relations/symptom.ts'

/**
 * NodeLocal DNSCache takes the DNS Service's address, and comes to CoreDNS by a Service of its own, whose selector is
 * written a second time. Where that one selects nobody, the DNS Service looks well and no name of the cluster is found.
 */
export default check({
  code: 'DNS229',
  slug: 'dns/cache-without-upstream',
  title: 'node caches ask a Service that no DNS server stands behind',
  fine: 'the Service by which the node caches come to the DNS servers leads to one',
  severity: 'error',
  needs: ['clusterDns'],
  remedies: [],
  decides: [],

  run({ clusterDns }) {
    if (clusterDns.nodeCaches.length === 0) return notApplicable('no DNS cache runs on the nodes')
    // Where no server is ready, that is the fault, and told of the DNS Service.
    if (!clusterDns.pods.some((it) => it.ready)) return notApplicable('no DNS server is ready')
    const behind = clusterDns.cacheBehind
    if (behind?.known === false) return cannotTell(behind.why.reason, behind.why.detail)
    const all = cacheUpstreams(clusterDns)
    if (all === null) return notApplicable('the Corefile of the node caches was not read')
    if (all.length === 0) return notApplicable('the node caches pass names of the cluster on to no Service')
    const [bad] = all.filter((it) => it.is !== 'there')
    return bad === undefined ? ok(all.length) : verdict(clusterDns, bad)
  },

  words: {
    headline: ({ args }) => {
      if (args.is === 'no-service')
        return `The node caches pass names of the cluster on to Service ${args.service}, which is not there.`
      return (
        `The node caches pass names of the cluster on to Service ${args.service}, which ` +
        (args.is === 'no-port'
          ? `offers no port 53/${args.protocol}.`
          : 'has no ready endpoint, while DNS servers are ready.')
      )
    },
    detail: ({ args }) =>
      (args.selector === '' ? '' : `it selects ${args.selector} · `) +
      (args.bears === '' ? '' : `DNS servers bear ${args.bears} · `) +
      `line ${args.line} of the caches' Corefile · ${count(args.caches, 'cache')}`,
    note: ({ args }) =>
      args.is === 'no-service'
        ? 'caches that run have the address of a Service that was: pods get SERVFAIL or no answer'
        : 'a cache answers SERVFAIL for what it does not hold: pods of every node find no Service',
    help: ({ subject: on, args }) => [
      args.is === 'no-endpoint'
        ? 'give it the selector of the DNS Service'
        : 'make it as the manifest of NodeLocal DNSCache has it, then restart the caches',
      `kubectl -n ${on.namespace} get service,endpointslices`,
      `kubectl -n ${on.namespace} get pods --show-labels`,
    ],
  },
})

function verdict(dns: ClusterDns, { forward, name, service, is }: CacheUpstream) {
  const { nodeCaches, pods } = dns
  const namespace = nodeCaches[0]?.namespace ?? 'kube-system'
  const protocol = forward.isTcp ? 'TCP' : 'UDP'
  const selector = written(service?.selector ?? {})
  const keys = Object.keys(service?.selector ?? {})
  const labels = pods[0]?.labels ?? {}
  const bears = written(Object.fromEntries(Object.entries(labels).filter(([key]) => keys.includes(key))))
  return finding({
    subject: subject('Service', namespace, name),
    confidence: 'inferred',
    args: {
      is,
      service: `${namespace}/${name}`,
      protocol,
      line: forward.line,
      selector: is === 'no-endpoint' ? selector : '',
      bears: is === 'no-endpoint' && bears !== selector ? bears : '',
      caches: nodeCaches.length,
    },
    evidence: [
      { kind: 'fact', label: `caches' Corefile, line ${forward.line}`, value: `forward . ${forward.to.join(' ')}` },
      { kind: 'fact', label: `Service ${namespace}/${name}`, value: valueOf(is, selector) },
    ],
    causes: nodeCaches.flatMap((it) => (it.node === null ? [] : [dnsLossOnNode(it.node)])),
  })
}

function valueOf(is: CacheUpstream['is'], selector: string): string {
  if (is === 'no-service') return 'not there'
  return is === 'no-port' ? 'without that port' : `selector ${selector || 'none'}, no ready endpoint`
}

function written(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
}
