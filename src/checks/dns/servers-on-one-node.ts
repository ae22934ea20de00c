import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { dnsServerSubject, fitForDns } from '../../relations/dns/dns-servers.ts'
import { isServing } from '../../relations/service/service-selects-pod.ts'
import { bySelector, serverArgs } from './server-words.ts'
import { count, some } from '../../phrases.ts'

/**
 * Anti-affinity of the usual manifests is only preferred, and weighed only when a pod is scheduled: both servers start
 * on the first node of a cluster that is being built, and nothing ever moves them.
 */
export default check({
  code: 'DNS111',
  slug: 'dns/servers-on-one-node',
  title: 'all DNS servers run on one node',
  fine: 'the DNS servers stand on more than one node',
  // What kubeadm and k3s leave behind by themselves: a risk to know of, not a fault that is there.
  severity: 'info',
  needs: ['clusterDns', 'nodes'],
  remedies: ['enough-coredns'],
  decides: ['DNS-33'],

  run({ clusterDns, nodes }) {
    const servers = clusterDns.pods.filter((it) => isServing(it) && it.node !== null)
    if (clusterDns.workload?.kind === 'DaemonSet') return notApplicable('a DaemonSet runs one server on each node')
    if (servers.length < 2) return notApplicable('fewer than two DNS servers are ready')
    const [first] = servers
    if (first === undefined || first.node === null || servers.some((it) => it.node !== first.node))
      return ok(servers.length)
    const node = first.node
    const others = fitForDns(nodes).filter((it) => it.name !== node)
    if (others.length === 0) return ok(servers.length, 'all on one node, and no other would take them')
    return finding({
      subject: dnsServerSubject(clusterDns),
      confidence: 'inferred',
      args: { ...serverArgs(clusterDns), node, servers: servers.length, others: others.length },
      evidence: [
        { kind: 'fact', label: `on ${node}`, value: some(servers.map((it) => it.name)) },
        { kind: 'fact', label: 'nodes that would take one', value: some(others.map((it) => it.name)) },
      ],
    })
  },

  words: {
    headline: ({ args }) =>
      `All ${args.servers} DNS servers run on node ${args.node}: when it fails, the cluster has no DNS.`,
    detail: ({ args }) =>
      `${args.servers} of ${args.servers} servers on ${args.node} · ` +
      `${count(args.others, 'other node')} would take one`,
    note: () => 'the scheduler weighs anti-affinity only when it places a pod; it never moves one later',
    help: ({ subject: on, args }) => [
      'let the scheduler place them again, now that there are more nodes; then ask for the spread in the manifest',
      ...(on.kind === 'Deployment' ? [`kubectl -n ${on.namespace} rollout restart deployment/${on.name}`] : []),
      `kubectl -n ${on.namespace} get pods ${bySelector(args)} -o wide`,
    ],
  },
})
