import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { count, some } from '../../phrases.ts'
import { type Configured, proxyConfigs, unreadConfig } from '../../relations/node/proxy-config.ts'
import { isLikeService } from '../../relations/dns/upstream-services.ts'
import { serviceRules } from '../../relations/symptom.ts'
import { isIp } from '../../wire/ip-family.ts'

/**
 * The address of Service default/kubernetes is there once kube-proxy has written its rules, and those it writes of what
 * the API server tells it. Told to ask at that very address it waits for itself: on a node that restarts it never
 * gets a word, and no Service works there (kubeadm writes the address of the API server into its kubeconfig).
 */
export default check({
  code: 'NOD561',
  slug: 'node/proxy-asks-service',
  title: 'kube-proxy asks the API at the address that it serves itself',
  fine: 'kube-proxy asks the API server past the rules that it writes itself',
  severity: 'error',
  needs: ['nodes', 'services'],
  wants: ['apiSlices', 'clusterDns'],
  remedies: [],
  decides: [],

  run({ nodes, services, apiSlices, clusterDns }) {
    const why = unreadConfig(nodes)
    const configs = proxyConfigs(nodes).filter(({ api }) => api !== undefined)
    if (configs.length === 0)
      return why === null
        ? notApplicable('no kubeconfig of kube-proxy is known here')
        : cannotTell(why.reason, why.detail)
    const own = services.find((it) => it.namespace === 'default' && it.name === 'kubernetes')
    if (own?.clusterIP == null) {
      const dns = clusterDns.known ? clusterDns.value.service : null
      const isUnlike = dns !== null && configs.every(({ api }) => api !== undefined && !mayBeService(api.host, dns))
      return isUnlike ? ok(configs.length) : cannotTell('not-asked', 'Service default/kubernetes was not read', '-A')
    }
    // A load balancer of the API may have been given the very address: then it is one of the endpoints.
    const direct = apiSlices.known ? apiSlices.value.flatMap((it) => it.endpoints.map(({ ip }) => ip)) : []
    const names = new Set([own.clusterIP, 'kubernetes.default', 'kubernetes.default.svc'])
    const bad = configs.filter(({ api }) => names.has(api?.host ?? '') && !direct.includes(api?.host ?? ''))
    return bad.length === 0 ? ok(configs.length) : bad.map((it) => verdict(it, own.clusterIP ?? ''))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `kube-proxy is told to ask the API server at ${args.host}:${args.port} (ConfigMap ${on.namespace}/${on.name}), ` +
      'the address of Service default/kubernetes, which it has to serve first.',
    detail: ({ args }) => `${count(args.nodes.length, 'node')} · kube-proxy ready on ${args.ready} of them`,
    note: ({ args }) =>
      args.ready === args.nodes.length
        ? 'with rules of before it goes on: the next node, or the next one that restarts, has no Services'
        : `without rules on ${some(args.waiting)}: nothing there reaches a Service`,
    help: ({ subject: on }) => [
      'write an address of the API server itself into its kubeconfig, as kubeconfigs outside of the cluster have it, ' +
        'then restart kube-proxy node by node',
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
      'kubectl -n default get endpointslices -l kubernetes.io/service-name=kubernetes',
    ],
  },
})

/** By an address like the DNS Service's, or by the Service's name. */
function mayBeService(host: string, dns: Service): boolean {
  return host.startsWith('kubernetes.default') || (isIp(host) && isLikeService(host, dns))
}

function verdict({ namespace, name, api, nodes }: Configured, vip: string) {
  const waiting = nodes.filter(({ proxy }) => proxy !== 'ready')
  return finding({
    subject: subject('ConfigMap', namespace, name),
    also: nodes.map((it) => subject('Node', null, it.name)),
    confidence: 'inferred',
    severity: waiting.length > 0 ? 'error' : 'warning',
    args: {
      host: api?.host ?? '',
      port: api?.port ?? 0,
      nodes: nodes.map((it) => it.name),
      ready: nodes.length - waiting.length,
      waiting: waiting.map((it) => it.name),
    },
    evidence: [
      {
        kind: 'fact',
        label: `ConfigMap ${namespace}/${name}, its kubeconfig`,
        value: `server: ${api?.host}:${api?.port}`,
      },
      { kind: 'fact', label: 'Service default/kubernetes', value: `clusterIP ${vip}` },
    ],
    causes: waiting.map((it) => serviceRules(it.name)),
  })
}
