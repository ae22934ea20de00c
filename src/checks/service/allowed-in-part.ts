import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { count, full, some } from '../../phrases.ts'
import { othersOn } from '../../relations/policy/other-policies.ts'
import { type PartRule, partRules } from '../../relations/policy/service-port-rules.ts'
import { portText } from '../../relations/service/service-endpoints.ts'
import { calleeOutOfReach, svcUnanswered } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { policySubject, rulesEvidence, workloadsEvidence, workloadsText } from '../policy/words.ts'
import { serviceSubject } from './words.ts'

/**
 * A new version that listens elsewhere is no trouble for a Service that goes by the name of the port: each pod says its
 * own number. A NetworkPolicy that has the number of the old one lets callers through to some of the endpoints, and to
 * which a connection comes is chance.
 */
export default check({
  code: 'SVC298',
  slug: 'service/allowed-in-part',
  title: 'a NetworkPolicy lets callers reach only some endpoints of a Service',
  fine: 'what policies admit of a port of a Service, they admit at each of its endpoints',
  severity: 'error',
  needs: ['networkPolicies', 'services', 'pods'],
  wants: ['endpointSlices', 'namespaces', 'otherPolicies'],
  remedies: [],
  decides: ['NP-06'],

  run({ networkPolicies, services, pods, endpointSlices, namespaces, otherPolicies, scope }) {
    const policies = networkPolicies.filter((it) => scope.namespace === null || it.namespace === scope.namespace)
    const limiting = policies.filter((it) => [...it.ingress, ...it.egress].some((rule) => rule.ports.length > 0))
    if (limiting.length === 0) return notApplicable('no NetworkPolicy here names a port')
    const named = services.filter((it) => it.ports.some(({ targetPort }) => typeof targetPort === 'string'))
    if (named.length === 0) return notApplicable('no Service here leads to a port by its name')
    const slices = endpointSlices.known ? endpointSlices.value : []
    const all = partRules({ policies: networkPolicies, services, pods, slices, namespaces })
    const found = all.filter((it) => limiting.includes(it.policy))
    // A policy of another kind may let it through.
    const isSure = (it: PartRule): boolean =>
      othersOn(otherPolicies, [it.policy.namespace, it.service.namespace]).length === 0
    if (found.length > 0) return found.map((it) => judge(it, isSure(it)))
    // Peers by the labels of namespaces are not known to be peers.
    if (
      !namespaces.known &&
      limiting.some((it) => it.egress.some(({ peers }) => peers.some((one) => one.namespaceSelector)))
    )
      return cannotTell(namespaces.why.reason, `whom policies mean by namespaces: ${namespaces.why.detail}`)
    return ok(limiting.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `NetworkPolicy ${args.policy} lets ${args.who === '' ? 'callers' : args.who} reach only ${args.reached} of ` +
      `${count(args.of, 'endpoint')} of Service ${full(on)}.`,
    detail: ({ args }) =>
      `${args.direction.toLowerCase()} of ${some(args.open.map(String))} · port ${args.port} leads to target port ` +
      `${args.targetPort}, which is ${some(args.shut.map(String))} in ${count(args.kept.length, 'pod')}: ` +
      some(args.kept),
    note: () =>
      "a policy sees the pod's own number; which endpoint a connection comes to is chance, and what is not allowed " +
      'is dropped without a word',
    help: ({ subject: on, args }) => [
      `allow port ${some(args.shut.map(String))} as well, or the port by its name, where the pods of the rule have it`,
      `kubectl -n ${args.home} edit networkpolicy ${args.name}`,
      `kubectl -n ${on.namespace} get endpointslices -l kubernetes.io/service-name=${on.name}`,
    ],
  },
})

function judge(
  { policy, direction, service, servicePort, open, shut, reached, kept, callers }: PartRule,
  isSure: boolean,
) {
  return finding({
    subject: serviceSubject(service),
    also: [policySubject(policy)],
    confidence: isSure ? 'inferred' : 'possible',
    severity: isSure ? 'error' : 'warning',
    args: {
      policy: full(policy),
      name: policy.name,
      home: policy.namespace,
      direction,
      who: callers.length === 0 ? '' : workloadsText(callers),
      port: portText(servicePort),
      targetPort: servicePort.targetPort,
      open,
      shut,
      reached: reached.length,
      of: reached.length + kept.length,
      kept: kept.map((it) => it.name),
    },
    evidence: [
      rulesEvidence(policy, direction, `others listen on ${some(shut.map(String))}`, `port: ${open[0]}`),
      workloadsEvidence('pods that are not reached so', kept),
    ],
    causes: [
      ...new Set(callers.map((it) => calleeOutOfReach(workloadOfPod(it)))),
      ...(direction === 'Ingress' ? [svcUnanswered(service)] : []),
    ],
  })
}
