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
      const old = it.config.mode === 'nftables' ? it.nodes.filter(({ kernel }) => isTooOld(kernel)) : []
      return [
        ...(old.length > 0 ? [verdict(it, 'kernel', old)] : []),
        ...(it.config.refused.length > 0 ? [verdict(it, 'refused', it.nodes)] : []),
        ...(waiting.length > 0 ? [verdict(it, 'no-range', waiting)] : []),
      ]
    })
    if (found.length > 0) return found
    if (why !== null) return cannotTell(why.reason, why.detail)
    return configs.length === 0 ? notApplicable('no configuration of kube-proxy is known here') : ok(configs.length)
  },

  words: {
    headline: ({ subject: on, args }) => {
      if (args.kind === 'kernel')
        return `kube-proxy is to use nftables on ${some(args.nodes)}, whose kernel is older than 5.13: it exits there.`
      return args.kind === 'refused'
        ? `kube-proxy does not take ${some(args.fields)} of its configuration, ConfigMap ${on.namespace}/${on.name}: ` +
            'it exits when it starts.'
        : `kube-proxy waits for a range of pods on ${some(args.nodes)}, and gets none: detectLocalMode is NodeCIDR.`
    },
    detail: ({ args }) =>
      `${count(args.nodes.length, 'node')} · kube-proxy ready on ${args.ready} of them` +
      (args.mode === null ? '' : ` · mode ${args.mode}`),
    note: ({ args }) =>
      args.ready === 0
        ? null
        : 'what runs goes on with what it read when it started: the next restart, upgrade or new node meets this',
    help: ({ subject: on, args }) => [
      cures[args.kind],
      `kubectl -n ${on.namespace} get configmap ${on.name} -o yaml`,
      "kubectl get nodes -o custom-columns='NAME:.metadata.name,CIDRS:.spec.podCIDRs'",
    ],
  },
})

type Kind = 'refused' | 'no-range' | 'kernel'

const cures: Readonly<Record<Kind, string>> = {
  refused: 'correct the value, then restart one pod of kube-proxy and see it ready before the others',
  'no-range': 'let the controller manager give out ranges (--allocate-node-cidrs), or use detectLocalMode ClusterCIDR',
  kernel: 'set mode iptables, or run nodes with a kernel of 5.13 or newer',
}

/** Kubernetes, "Virtual IPs and Service Proxies", nftables: kube-proxy asks for 5.13 unless it is told not to look. */
function isTooOld(kernel: string): boolean {
  const [, major, minor] = /^(\d{1,3})\.(\d{1,3})/.exec(kernel) ?? []
  return major !== undefined && Number(major) * 1000 + Number(minor) < 5013
}

function verdict(it: Configured, kind: Kind, nodes: Configured['nodes']) {
  const ready = nodes.filter(({ proxy }) => proxy === 'ready')
  return finding({
    subject: subject('ConfigMap', it.namespace, it.name),
    also: kind !== 'refused' ? nodes.map(({ name }) => subject('Node', null, name)) : [],
    // Where it runs, it may be told not to look at the kernel (KUBE_PROXY_NFTABLES_SKIP_KERNEL_VERSION_CHECK).
    confidence: kind === 'kernel' && ready.length === nodes.length ? 'possible' : 'inferred',
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
        value: valueOf(kind, it.config.refused, nodes),
      },
    ],
    causes: nodes.filter(({ proxy }) => proxy !== 'ready').map(({ name }) => serviceRules(name)),
  })
}

function valueOf(kind: Kind, refused: readonly string[], nodes: Configured['nodes']): string {
  if (kind === 'refused') return `not taken: ${refused.join(', ')}`
  return kind === 'no-range'
    ? 'detectLocalMode: NodeCIDR'
    : `mode: nftables; kernel ${some([...new Set(nodes.map((it) => it.kernel))])}`
}
