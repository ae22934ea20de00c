import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import { subject } from '../../model/subject.ts'
import type { WeaveTc } from '../../model/weave-tc.ts'
import { raceState } from '../../relations/dns/kernel-race.ts'
import { dnsContainerPort, faultsOfWeaveTc, type WeaveTcFault } from '../../relations/dns/weave-tc.ts'

/**
 * weave-tc works or fails in silence: where tc can't set the delay up, lookups are as slow as before, and who
 * installed it believes that the workaround does not help.
 */
export default check({
  code: 'DNS124',
  slug: 'dns/weave-tc-broken',
  title: 'the weave-tc workaround is set up wrongly',
  fine: 'weave-tc is set up as it must be',
  severity: 'warning',
  needs: ['clusterDns'],
  wants: ['nodes'],
  remedies: [],
  decides: [],

  run({ clusterDns, nodes }) {
    if (clusterDns.weaveTc.length === 0) return notApplicable('no weave-tc in a DaemonSet beside the DNS')
    return clusterDns.weaveTc.map((it) => judge(it, clusterDns, nodes))
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.state === 'broken'
        ? `weave-tc in DaemonSet ${on.namespace}/${on.name} does not work (${args.label}).`
        : `weave-tc in DaemonSet ${on.namespace}/${on.name} delays every AAAA query for nothing: ` +
          "no node's kernel loses the race any more.",
    detail: ({ subject: on, args }) =>
      args.state === 'broken'
        ? `DaemonSet ${on.namespace}/${on.name} · ${args.path}`
        : `DaemonSet ${on.namespace}/${on.name} · kernels ${args.kernels}`,
    note: ({ args }) =>
      args.state === 'broken'
        ? `${args.effect}` +
          (args.healed ? `. It is not needed either: no kernel here (${args.kernels}) loses the race` : '')
        : "about 4 ms for each AAAA query, and the queue of each node's uplink replaced, in return for nothing",
    help: ({ subject: on, args }) => [
      args.state === 'broken' && !args.healed
        ? 'fix the manifest where it is kept, then see that the container stays up'
        : 'take the container out; what it left on the nodes stays until it is removed there',
      args.state === 'broken' && !args.healed
        ? `kubectl -n ${on.namespace} edit daemonset ${on.name}`
        : `kubectl -n ${on.namespace} patch daemonset ${on.name} -p ` +
          `'{"spec":{"template":{"spec":{"containers":[{"name":"${args.container}","$patch":"delete"}]}}}}'`,
      'hopscope explain DNS124',
    ],
  },
})

function judge(it: WeaveTc, dns: ClusterDns, nodes: Known<readonly Node[]>) {
  const faults = faultsOfWeaveTc(it, dnsContainerPort(dns))
  const on = subject('DaemonSet', it.workload.namespace, it.workload.name)
  const kernels = nodes.known ? [...new Set(nodes.value.map(({ kernel }) => kernel))].toSorted() : []
  const healed = kernels.length > 0 && kernels.every((one) => raceState(one) === 'healed')
  const args = { container: it.container, kernels: kernels.join(', '), healed }
  const [worst] = faults
  if (worst !== undefined) {
    return finding({
      subject: on,
      confidence: 'inferred',
      args: {
        ...args,
        state: 'broken',
        path: worst.path,
        label: worst.label,
        effect: worst.effect,
        faults: faults.length,
      },
      evidence: faults.map((one) => asEvidence(it, one)),
    })
  }
  if (healed)
    return finding({
      subject: on,
      confidence: 'inferred',
      severity: 'info',
      args: { ...args, state: 'needless' },
      evidence: [{ kind: 'fact', label: 'kernels', value: kernels.join(', ') }],
    })
  if (kernels.length === 0)
    return cannotTell(
      nodes.known ? 'too-few' : nodes.why.reason,
      `whether weave-tc in DaemonSet ${it.workload.namespace}/${it.workload.name} is needed at all: ` +
        "the nodes' kernels are not known",
    )
  return ok(1)
}

function asEvidence({ workload }: WeaveTc, { path, lines, at, mark, label }: WeaveTcFault) {
  return {
    kind: 'config',
    object: subject(workload.kind, workload.namespace, workload.name),
    path,
    lines,
    at,
    mark,
    label,
  } as const
}
