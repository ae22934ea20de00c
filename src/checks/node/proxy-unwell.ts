import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok } from '../../findings/verdict.ts'
import { subject } from '../../model/subject.ts'
import { dnsLossOnNode, proxyUnwell, serviceRules } from '../../relations/symptom.ts'

/**
 * kube-proxy answers /healthz with 503 when it has not written its rules for longer than it should
 * (pkg/proxy/healthcheck/proxy_health.go): it runs, and the rules are those of before.
 */
export default check({
  code: 'NOD534',
  slug: 'node/proxy-unwell',
  title: 'kube-proxy of a node does not get its rules written',
  fine: 'kube-proxy says of itself that it is well',
  severity: 'error',
  needs: ['nodeNetworks'],
  wants: ['nodes'],
  remedies: [],
  decides: ['PRX-02'],

  run({ nodeNetworks: { nodes }, nodes: listed }) {
    const setOf = (node: string) => (listed.known ? listed.value.find((it) => it.name === node)?.proxySet : undefined)
    const unwell = nodes.filter((it) => it.proxy.health === 'unwell')
    if (unwell.length > 0)
      return unwell.map(({ node, proxy }) =>
        finding({
          subject: subject('Node', null, node),
          confidence: 'observed',
          args: {
            said: proxy.said,
            mode: proxy.mode,
            namespace: setOf(node)?.namespace ?? null,
            set: setOf(node)?.name ?? null,
          },
          evidence: [{ kind: 'fact', label: '127.0.0.1:10256/healthz', value: proxy.said }],
          symptoms: [proxyUnwell(node)],
          causes: [serviceRules(node), dnsLossOnNode(node)],
        }),
      )
    const well = nodes.filter((it) => it.proxy.health === 'well')
    return well.length === 0
      ? cannotTell('failed', 'no kube-proxy answered at 127.0.0.1:10256: another port, or something else in its place')
      : ok(well.length)
  },

  words: {
    headline: ({ subject: on }) =>
      `kube-proxy on node ${on.name} has not written its rules for too long: Services lead there to what was before.`,
    detail: ({ args }) => `/healthz: ${args.said}${args.mode === null ? '' : ` · mode ${args.mode}`}`,
    note: () => 'its log says why: the API server is not reached, a lock of iptables is held, a rule is refused',
    help: ({ subject: on, args }) => [
      args.set === null
        ? 'read the log of kube-proxy on that node'
        : `kubectl -n ${args.namespace} get pods -o name --field-selector spec.nodeName=${on.name}` +
          ` | grep ${args.set} | xargs kubectl -n ${args.namespace} logs --tail=50`,
      `on ${on.name}:  curl -s http://127.0.0.1:10256/healthz`,
    ],
  },
})
