import { check } from '../../findings/check.ts'
import { finding, notApplicable, okOrUntold } from '../../findings/verdict.ts'
import { subject } from '../../model/subject.ts'
import { count, some } from '../../phrases.ts'
import { againstSlices, type RulesBehind } from '../../relations/node/rules-behind.ts'
import { failuresText, tally } from '../../relations/service/service-contacts.ts'
import { dnsLossOnNode, rulesBehind, serviceRules } from '../../relations/symptom.ts'

/**
 * What a Service's address leads to stands in rules that kube-proxy writes on each node. Whoever writes them late, by
 * half, or not at all leads a part of all connections to addresses that nobody has, on this node alone.
 */
export default check({
  code: 'NOD550',
  slug: 'node/service-rules-behind',
  title: "a node's rules of kube-proxy lead a Service astray",
  fine: 'the rules of kube-proxy that were read lead Services where their EndpointSlices say',
  severity: 'error',
  needs: ['nodeNetworks', 'services', 'endpointSlices'],
  wants: ['pods', 'contacts', 'clusterDns'],
  remedies: [],
  decides: [],

  run({ nodeNetworks: { nodes }, services, endpointSlices, pods, contacts, clusterDns }) {
    const read = nodes.flatMap(({ node, serviceRules: rules }) => (rules === undefined ? [] : [{ node, rules }]))
    if (read.length === 0) return notApplicable("rules of kube-proxy were not read: they are in kube-proxy's own pod")
    const seen = { services, slices: endpointSlices, pods: pods.known ? pods.value : [] }
    const { compared, behind } = againstSlices(read, seen)
    if (compared === 0) return notApplicable('no node has a rule for a Service that was read')
    const connects = (contacts.known ? contacts.value.connects : []).filter((it) => it.via.kind === 'service')
    const dns = clusterDns.known ? clusterDns.value.service : null
    const found = [...Map.groupBy(behind, (it) => it.node)].map(([node, its]) => {
      const failed = tally(connects.filter((it) => it.node === node))
      const isOfDns = its.some((it) => it.service.namespace === dns?.namespace && it.service.name === dns.name)
      const isLost = its.some((it) => it.stale.length > 0 || it.right === 0)
      const isSure = its.some((it) => it.isSure)
      const worst = its.toSorted((a, b) => weightOf(b) - weightOf(a))
      return finding({
        subject: subject('Node', null, node),
        also: worst.map(({ service }) => subject('Service', service.namespace, service.name)),
        confidence: isSure ? 'observed' : 'possible',
        severity: isLost && isSure ? 'error' : 'warning',
        args: {
          services: [...new Set(worst.map(({ service }) => `${service.namespace}/${service.name}`))],
          nodes: read.length,
          lost: isLost,
          nowhere: isLost && its.every((it) => it.stale.length === 0),
          worst: worst.slice(0, 1).map(lineOf),
          more: Math.max(0, worst.length - 1),
          failed: failed.failed,
          failures: failuresText(failed),
          asked: failed.of,
        },
        evidence: worst.slice(0, 12).map((it) => ({
          kind: 'fact',
          label: `rules of ${node} for ${it.service.namespace}/${it.service.name} port ${it.port}`,
          value: ledText(it),
        })),
        symptoms: [rulesBehind(node)],
        causes: [serviceRules(node), ...(isOfDns ? [dnsLossOnNode(node), `dns-service:node/${node}`] : [])],
      })
    })
    if (found.length > 0) return found
    const unread = nodes.filter((it) => it.serviceRules === undefined).map((it) => it.node)
    return okOrUntold(compared, unread, 'its rules of kube-proxy were not read')
  },

  words: {
    headline: ({ subject: on, args }) => `Node ${on.name} leads ${some(args.services)} ${whereTo(args)}.`,
    detail: ({ args }) =>
      `${some(args.worst)}${args.more > 0 ? `, and ${args.more} more` : ''} · ` +
      `rules of kube-proxy read on ${count(args.nodes, 'node')} · ` +
      (args.asked === 0
        ? 'no Service was connected to from there'
        : `${args.failed} of ${args.asked} connects to Services failed from there`),
    note: () =>
      'kube-proxy of that node is behind, or somebody else wrote its rules; its pod writes all of them when it starts',
    help: ({ subject: on, args }) => [
      "compare the node's rules with the endpoints, then see what kube-proxy says there",
      `kubectl get pods -A -o wide --field-selector spec.nodeName=${on.name} | grep kube-proxy`,
      `on ${on.name}:  iptables-save -t nat | grep ${args.services[0] ?? ''}`,
      ...args.services.slice(0, 1).map((it) => {
        const [namespace, name] = it.split('/')
        return `kubectl -n ${namespace} get endpointslices -l kubernetes.io/service-name=${name} -o wide`
      }),
    ],
  },
})

function whereTo({ lost, nowhere }: { readonly lost: boolean; readonly nowhere: boolean }): string {
  if (!lost) return 'to a part of the endpoints only'
  return nowhere ? 'nowhere' : 'to addresses that are no endpoints, or nowhere'
}

/** Who leads nowhere is worse off than who loses a share, and that one than who uses less than it could. */
function weightOf({ stale, right }: RulesBehind): number {
  if (right === 0) return 2
  return stale.length > 0 ? 1 : 0
}

function lineOf(it: RulesBehind): string {
  return `${it.service.namespace}/${it.service.name} port ${it.port}: ${ledText(it)}`
}

function ledText({ isAbsent, stale, missing, right }: RulesBehind): string {
  return [
    ...(isAbsent ? ['no rule'] : []),
    ...(right === 0 && stale.length === 0 && !isAbsent ? ['leads nowhere'] : []),
    ...(stale.length > 0 ? [`leads to ${some(stale, 4)}, in no slice`] : []),
    ...(missing.length > 0 && !isAbsent ? [`leaves out ${some(missing, 4)}`] : []),
  ].join(', ')
}
