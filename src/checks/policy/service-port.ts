import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { leadsOut, type ServicePortRule, servicePortRules } from '../../relations/policy/service-port-rules.ts'
import { keptBy, svcUnanswered } from '../../relations/symptom.ts'
import { policySubject, rulesEvidence, workloadsEvidence, workloadsText } from './words.ts'
import { count, full, some } from '../../phrases.ts'

/**
 * Packets meet a NetworkPolicy after kube-proxy rewrote the Service's address and port to a pod's own: a rule that
 * names the Service's port lets nobody through where the two differ, and nothing reports it.
 */
export default check({
  code: 'POL403',
  slug: 'policy/service-port',
  title: "a NetworkPolicy allows the Service's port, not that of its pods",
  fine: 'policies name the ports that pods listen on',
  severity: 'error',
  needs: ['networkPolicies', 'services', 'pods'],
  wants: ['endpointSlices', 'namespaces'],
  remedies: [],
  decides: ['NP-06'],

  run({ networkPolicies, services, pods, endpointSlices, namespaces, scope }) {
    const policies = networkPolicies.filter((it) => scope.namespace === null || it.namespace === scope.namespace)
    const limiting = policies.filter((it) => [...it.ingress, ...it.egress].some((rule) => rule.ports.length > 0))
    if (limiting.length === 0) return notApplicable('no NetworkPolicy here names a port')
    const slices = endpointSlices.known ? endpointSlices.value : []
    const all = servicePortRules({ policies: networkPolicies, services, pods, slices, namespaces }).filter((it) =>
      policies.includes(it.policy),
    )
    const byPolicy = [...Map.groupBy(all, (it) => `${full(it.policy)} ${it.direction}`).values()]
    const out = scope.namespace === null ? [] : policies.filter(leadsOut)
    return [
      ...byPolicy.map(judge),
      ...(out.length === 0
        ? []
        : [
            cannotTell(
              'not-asked',
              `NetworkPolicy ${some(out.map(full))} leads to other namespaces, whose Services were not read`,
              '-A',
            ),
          ]),
      ...(byPolicy.length === 0 ? [ok(limiting.length)] : []),
    ]
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.direction === 'Ingress'
        ? `NetworkPolicy ${full(on)} lets clients in on port ${args.port} of Service ${args.service}, ` +
          `but its pods listen on ${args.target}.`
        : `NetworkPolicy ${full(on)} lets ${args.who} out to port ${args.port} of Service ${args.service}, ` +
          `but its pods listen on ${args.target}.`,
    detail: ({ args }) =>
      `${args.who} · Service ${args.service} maps ${args.from} to ${args.target} · ` +
      `no rule allows ${args.protocol} ${args.target} ` +
      (args.direction === 'Ingress' ? 'from those that this one is for' : 'to them') +
      (args.more === 0 ? '' : ` · ${count(args.more, 'more Service')} alike`),
    note: () =>
      "a policy sees the pod's port: the Service's is rewritten before; what is not allowed is dropped silently",
    help: ({ subject: on, args }) => [
      `allow port ${args.target} instead of ${args.port}`,
      `kubectl -n ${on.namespace} edit networkpolicy ${on.name}`,
      `kubectl -n ${args.home} get endpointslices -l kubernetes.io/service-name=${args.name}`,
    ],
  },
})

/** What is surest comes first, and stands for the policy. */
function judge(its: readonly ServicePortRule[]) {
  const denied = its.filter((it) => it.decision.kind === 'denied')
  const sure = denied.filter((it) => it.direction === 'Ingress' || it.rulePort === 'dead')
  const [first] = [...sure, ...denied]
  if (first === undefined) return unclear(its)
  const { policy, direction, port, service, servicePort, target } = first
  const alike = denied.filter((it) => it.service === service && it.target === target && it.port === port)
  const pods = [...new Set(alike.flatMap((it) => it.pods))]
  const services = [...new Set(denied.map((it) => it.service))]
  return finding({
    subject: policySubject(policy),
    confidence: sure.length > 0 ? 'inferred' : 'possible',
    severity: sure.length > 0 ? 'error' : 'warning',
    args: {
      direction,
      port: `${port.port}${port.endPort === null ? '' : `-${port.endPort}`}`,
      protocol: port.protocol,
      from: servicePort.port,
      target,
      service: full(service),
      name: service.name,
      home: service.namespace,
      who: workloadsText(pods),
      pods: pods.length,
      more: services.length - 1,
    },
    evidence: [
      rulesEvidence(policy, direction, `the pods listen on ${target}`, `port: ${port.port},`),
      {
        kind: 'fact',
        label: `Service ${full(service)}`,
        value:
          `port ${servicePort.port} -> target port ${servicePort.targetPort}` +
          (servicePort.targetPort === target ? '' : ` (${target})`),
      },
      workloadsEvidence(direction === 'Ingress' ? 'pods that nobody reaches so' : 'pods that do not get out so', pods),
    ],
    causes: [keptBy(policy), ...(direction === 'Ingress' ? services.map(svcUnanswered) : [])],
  })
}

function unclear([first]: readonly ServicePortRule[]) {
  if (first?.decision.kind !== 'unknown') return ok(1)
  const { policy, port, service, target, decision } = first
  return cannotTell(
    'ambiguous',
    `NetworkPolicy ${full(policy)} names port ${port.port} of Service ${full(service)}, ` +
      `whose pods listen on ${target}: ${decision.why}`,
  )
}
