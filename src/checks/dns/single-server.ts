import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { dnsServerSubject, fitForDns } from '../../relations/dns/dns-servers.ts'
import { count } from '../../phrases.ts'

/** cluster-proportional-autoscaler calls it `preventSinglePointFailure`: two servers as soon as there are two nodes. */
const nodesThatWantTwo = 2

/** One server is one crash, one drain or one node away from a cluster without DNS. */
export default check({
  code: 'DNS112',
  slug: 'dns/single-server',
  title: 'the cluster has a single DNS server',
  fine: 'more than one DNS server is asked for',
  // What kubeadm and k3s leave behind by themselves: a risk to know of, not a fault that is there.
  severity: 'info',
  needs: ['clusterDns', 'nodes'],
  remedies: ['scale-coredns'],
  decides: ['DNS-31'],

  run({ clusterDns, nodes }) {
    const { workload } = clusterDns
    if (workload === null)
      return cannotTell(
        'not-there',
        'no workload of the DNS servers was found, so how many there ought to be is not known',
      )
    if (workload.kind === 'DaemonSet') return notApplicable('a DaemonSet runs one server on each node')
    if (workload.desired === 0) return notApplicable('the DNS servers are scaled to 0')
    if (workload.desired > 1) return ok(workload.desired)
    const fit = fitForDns(nodes)
    if (fit.length < nodesThatWantTwo) return ok(1, 'one server, and no second node for another')
    return finding({
      subject: dnsServerSubject(clusterDns),
      confidence: 'inferred',
      args: { nodes: nodes.length, fit: fit.length, ready: workload.ready },
      evidence: [
        {
          kind: 'fact',
          label: `${workload.kind} ${workload.namespace}/${workload.name}`,
          value: `wants ${workload.desired}, ready ${workload.ready}`,
        },
        { kind: 'fact', label: 'nodes that would take a server', value: `${fit.length} of ${nodes.length}` },
      ],
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} runs a single DNS server for ${count(args.nodes, 'node')}.`,
    detail: ({ args }) =>
      `1 server wanted, ${args.ready} ready · ${args.fit} of ${count(args.nodes, 'node')} would take one`,
    note: () =>
      'each crash, drain or rollout of the one server is an outage of DNS: glibc gives up after 10 s, musl after 5 s',
    help: ({ subject: on }) => [
      'run at least two',
      `kubectl -n ${on.namespace} scale ${on.kind.toLowerCase()}/${on.name} --replicas=2`,
    ],
  },
})
