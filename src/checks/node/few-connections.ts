import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Node } from '../../model/node.ts'
import { subject } from '../../model/subject.ts'
import { count, some } from '../../phrases.ts'
import { type Configured, proxyConfigs, unreadConfig } from '../../relations/node/proxy-config.ts'

/**
 * kube-proxy sets nf_conntrack_max of its node to the larger of `conntrack.min` and `maxPerCore` times its cores; 0 of
 * the latter leaves the kernel's own (cmd/kube-proxy/app/server_linux.go, getConntrackMax). In a full table each new
 * connection of any pod on the node is dropped.
 */
export default check({
  code: 'NOD547',
  slug: 'node/few-connections',
  title: 'kube-proxy lets a node track few connections',
  fine: 'kube-proxy leaves room for connections on its nodes',
  severity: 'warning',
  needs: ['nodes'],
  remedies: [],
  decides: [],

  run({ nodes }) {
    const configs = proxyConfigs(nodes)
    const why = unreadConfig(nodes)
    const found = configs.flatMap((it) => {
      const few = it.nodes.flatMap((node) => {
        const limit = limitOf(it, node)
        return limit !== null && limit < enough ? [{ node: node.name, limit }] : []
      })
      return few.length === 0 ? [] : [verdict(it, few)]
    })
    if (found.length > 0) return found
    if (why !== null) return cannotTell(why.reason, why.detail)
    return configs.length === 0 ? notApplicable('no configuration of kube-proxy is known here') : ok(nodes.length)
  },

  words: {
    headline: ({ args }) =>
      `kube-proxy sets room for ${args.limit} connections on ${some(args.nodes)}: in a full table new ones are ` +
      'dropped.',
    detail: ({ args }) =>
      `conntrack: maxPerCore ${args.maxPerCore}, min ${args.min} · ${count(args.nodes.length, 'node')} of ${args.of}`,
    note: () =>
      'the table holds connections of all pods on the node, and each DNS query for 30 s; how full it is was not ' +
      'measured',
    help: ({ subject: on }) => [
      'leave maxPerCore and min out: kube-proxy then takes 32768 a core, and no less than 131072',
      `kubectl -n ${on.namespace} get configmap ${on.name} -o yaml`,
      'on a node: sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max',
    ],
  },
})

/** 500 DNS queries a second, one node's share of a busy cluster, hold this many entries alone: each stays 30 s. */
const enough = 15_000

/** As kube-proxy has it where the file says nothing (apis/config/v1alpha1/defaults.go). */
const usual = { maxPerCore: 32_768, min: 131_072 }

/** Null where the kernel's own is left. */
function limitOf({ config }: Configured, { cpus }: Node): number | null {
  const perCore = config.maxPerCore ?? usual.maxPerCore
  // Without the number of cores it may be any.
  return perCore === 0 || cpus === null ? null : Math.max(config.min ?? usual.min, perCore * cpus)
}

function verdict(it: Configured, few: readonly { readonly node: string; readonly limit: number }[]) {
  const maxPerCore = it.config.maxPerCore ?? usual.maxPerCore
  const min = it.config.min ?? usual.min
  return finding({
    subject: subject('ConfigMap', it.namespace, it.name),
    confidence: 'inferred',
    args: {
      limit: Math.min(...few.map(({ limit }) => limit)),
      nodes: few.map(({ node }) => node),
      of: it.nodes.length,
      maxPerCore,
      min,
    },
    evidence: [
      {
        kind: 'fact',
        label: `ConfigMap ${it.namespace}/${it.name}`,
        value: `conntrack: maxPerCore ${maxPerCore}, min ${min}`,
      },
    ],
  })
}
