import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { subject } from '../../model/subject.ts'
import { count, some } from '../../phrases.ts'
import { type Configured, proxyConfigs, unreadConfig } from '../../relations/node/proxy-config.ts'
import { serviceRules } from '../../relations/symptom.ts'

/**
 * kube-proxy looks its configuration over when it starts, and exits where it does not take a value
 * (pkg/proxy/apis/config/validation). What runs goes on with what it read: the fault waits for the next restart, an
 * upgrade or a new node. With detectLocalMode NodeCIDR it waits for spec.podCIDRs of its node, and exits without
 * (pkg/proxy/node.go).
 */
export default check({
  code: 'NOD543',
  slug: 'node/proxy-refuses-config',
  title: 'kube-proxy does not start with its configuration',
  fine: 'kube-proxy takes each value of its configuration that was read',
  severity: 'warning',
  needs: ['nodes'],
  remedies: [],
  decides: ['PRX-01'],

  run({ nodes }) {
    const configs = proxyConfigs(nodes)
    const why = unreadConfig(nodes)
    const found = configs.flatMap((it) => {
      const waiting =
        it.config.detectLocalMode === 'NodeCIDR' ? it.nodes.filter(({ podCidrs = [] }) => podCidrs.length === 0) : []
      return [
        ...(it.config.refused.length > 0 ? [verdict(it, 'refused', it.nodes)] : []),
        ...(waiting.length > 0 ? [verdict(it, 'no-range', waiting)] : []),
      ]
    })
    if (found.length > 0) return found
    if (why !== null) return cannotTell(why.reason, why.detail)
    return configs.length === 0 ? notApplicable('no configuration of kube-proxy is known here') : ok(configs.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.kind === 'refused'
        ? `kube-proxy does not take ${some(args.fields)} of its configuration, ConfigMap ${on.namespace}/${on.name}: ` +
          'it exits when it starts.'
        : `kube-proxy waits for a range of pods on ${some(args.nodes)}, and gets none: detectLocalMode is NodeCIDR.`,
    detail: ({ args }) =>
      `${count(args.nodes.length, 'node')} · kube-proxy ready on ${args.ready} of them` +
      (args.mode === null ? '' : ` · mode ${args.mode}`),
    note: ({ args }) =>
      args.ready === 0
        ? null
        : 'what runs goes on with what it read when it started: the next restart, upgrade or new node meets this',
    help: ({ subject: on, args }) => [
      args.kind === 'refused'
        ? 'correct the value, then restart one pod of kube-proxy and see it ready before the others'
        : 'let the controller manager give out ranges (--allocate-node-cidrs), or use detectLocalMode ClusterCIDR',
      `kubectl -n ${on.namespace} get configmap ${on.name} -o yaml`,
      "kubectl get nodes -o custom-columns='NAME:.metadata.name,CIDRS:.spec.podCIDRs'",
    ],
  },
})

function verdict(it: Configured, kind: 'refused' | 'no-range', nodes: Configured['nodes']) {
  const ready = nodes.filter(({ proxy }) => proxy === 'ready')
  return finding({
    subject: subject('ConfigMap', it.namespace, it.name),
    also: kind === 'no-range' ? nodes.map(({ name }) => subject('Node', null, name)) : [],
    confidence: 'inferred',
    severity: ready.length < nodes.length ? 'error' : 'warning',
    args: {
      kind,
      fields: it.config.refused,
      nodes: nodes.map(({ name }) => name),
      ready: ready.length,
      mode: it.config.mode,
    },
    evidence: [
      {
        kind: 'fact',
        label: `ConfigMap ${it.namespace}/${it.name}`,
        value: kind === 'refused' ? `not taken: ${it.config.refused.join(', ')}` : 'detectLocalMode: NodeCIDR',
      },
    ],
    causes: nodes.filter(({ proxy }) => proxy !== 'ready').map(({ name }) => serviceRules(name)),
  })
}
