import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok } from '../../findings/verdict.ts'
import type { NodeNetwork } from '../../model/node-network.ts'
import { subject } from '../../model/subject.ts'
import { some } from '../../phrases.ts'
import { proxyState } from '../../relations/node/proxy-state.ts'
import { failuresText, tally } from '../../relations/service/service-contacts.ts'
import { dnsLossOnNode, proxyUnwell, rulesBehind, serviceRules } from '../../relations/symptom.ts'

/**
 * kube-proxy answers /healthz with 503 when it has not written its rules for longer than it should
 * (pkg/proxy/healthcheck/proxy_health.go): it runs, and the rules are those of before. One that hangs says nothing
 * more: the kernel goes on taking connections for it, its pod stays Running, and no probe of the kubelet asks it.
 */
export default check({
  code: 'NOD534',
  slug: 'node/proxy-unwell',
  title: 'kube-proxy of a node does not get its rules written',
  fine: 'kube-proxy says of itself that it is well',
  severity: 'error',
  needs: ['nodeNetworks'],
  wants: ['nodes', 'contacts'],
  remedies: [],
  decides: ['PRX-02'],

  run({ nodeNetworks: { nodes }, nodes: listed, contacts }) {
    const setOf = (node: string) => (listed.known ? listed.value.find((it) => it.name === node)?.proxySet : undefined)
    const connects = contacts.known ? contacts.value.connects.filter((it) => it.via.kind === 'service') : []
    const told = nodes.map((it) => ({ ...it, state: proxyState(it.proxy) }))
    const found = told.flatMap(({ node, proxy, state }) => {
      if (state !== 'unwell' && state !== 'mute') return []
      const seen = tally(connects.filter((it) => it.node === node))
      return [
        finding({
          subject: subject('Node', null, node),
          confidence: 'observed',
          // Old rules hurt nobody until an endpoint changes; what a kube-proxy says itself is not doubted.
          severity: state === 'unwell' || seen.failed > 0 ? 'error' : 'warning',
          args: {
            state,
            said: proxy.said,
            metrics: proxy.metrics ?? null,
            mode: proxy.mode,
            failed: seen.failed,
            failures: failuresText(seen),
            asked: seen.of,
            namespace: setOf(node)?.namespace ?? null,
            set: setOf(node)?.name ?? null,
          },
          evidence: [
            { kind: 'fact', label: '127.0.0.1:10256/healthz', value: proxy.said },
            ...(proxy.metrics === undefined
              ? []
              : [{ kind: 'fact' as const, label: '127.0.0.1:10249', value: metricsWords[proxy.metrics] }]),
          ],
          symptoms: [proxyUnwell(node)],
          causes: [serviceRules(node), rulesBehind(node), dnsLossOnNode(node), `dns-service:node/${node}`],
        }),
      ]
    })
    const well = told.filter((it) => it.state === 'well')
    const silent = told.filter((it) => it.state === 'nobody' || it.state === 'unknown')
    const isUnasked = silent.every((it) => it.way === 'kube-proxy-exec')
    const untold = silent.length === 0 ? [] : [isUnasked ? unasked : cannotTell('failed', untoldWords(silent))]
    if (found.length > 0) return [...found, ...untold]
    return untold.length > 0 ? untold : ok(well.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.state === 'mute'
        ? `kube-proxy on node ${on.name} hangs: its port takes connections, and it says nothing` +
          `${args.failed > 0 ? '; Services do not answer there' : ''}.`
        : `kube-proxy on node ${on.name} has not written its rules for too long: ` +
          'Services lead there to what was before.',
    detail: ({ args }) =>
      `/healthz: ${args.said}${args.mode === null ? '' : ` · mode ${args.mode}`} · ` +
      (args.asked === 0
        ? 'no Service was connected to from there'
        : `${args.failed} of ${args.asked} connects to Services failed from there`),
    note: ({ args }) =>
      args.state === 'mute'
        ? 'who hangs writes no rules: Services whose endpoints did not change since go on working there, others lead ' +
          'to pods that are gone; its pod stays Running, since nothing asks it. It is stuck (a lock, a stopped ' +
          'process, a disk), or gets no CPU at all'
        : 'its log says why: the API server is not reached, a lock of iptables is held, a rule is refused',
    help: ({ subject: on, args }) => [
      helpWords(args.state, args.set),
      ...(args.set === null
        ? ['kubectl get pods -A -o wide | grep kube-proxy']
        : [
            `kubectl -n ${args.namespace} get pods -o name --field-selector spec.nodeName=${on.name}` +
              ` | grep ${args.set} | xargs kubectl -n ${args.namespace} logs --tail=50`,
          ]),
      ...(args.state === 'mute' && args.set !== null
        ? [
            `kubectl -n ${args.namespace} get pods -o name --field-selector spec.nodeName=${on.name}` +
              ` | grep ${args.set} | xargs kubectl -n ${args.namespace} delete`,
          ]
        : []),
      `on ${on.name}:  curl -s -m 5 http://127.0.0.1:10256/healthz` +
        (args.state === 'mute' ? '; ps -o pid,stat,wchan:20,etime,args -C kube-proxy' : ''),
    ],
  },
})

const unasked = cannotTell(
  'not-asked',
  "kube-proxy's health is asked from a pod in the network of its node, and not out of its own pod",
  'leave out --conntrack-from kube-proxy',
)

const metricsWords = {
  answers: 'answers',
  mute: 'takes connections and says nothing',
  nobody: 'refuses: nobody listens',
  unknown: 'not known',
} as const

function helpWords(state: 'unwell' | 'mute', set: string | null): string {
  if (state === 'mute') return 'see what it waits for (STAT `T` is stopped, `D` waits for a disk), then restart its pod'
  return set === null ? 'read the log of kube-proxy on that node' : 'read its log'
}

/** Where nobody listens: the port can be configured, and others stand in for kube-proxy. */
function untoldWords(silent: readonly NodeNetwork[]): string {
  const whys = [...Map.groupBy(silent, (it) => it.proxy.said)].map(
    ([said, its]) =>
      `${some(
        its.map((it) => it.node),
        6,
      )} (${said})`,
  )
  return `no kube-proxy answered at 127.0.0.1:10256 of ${some(whys, 6)}: another port, or something else in its place`
}
