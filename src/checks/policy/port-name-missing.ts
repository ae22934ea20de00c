import { closest } from '../../closest.ts'
import { keptBy, portNameMeansNothing } from '../../relations/symptom.ts'
import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import type { Pod, Protocol } from '../../model/pod.ts'
import { count, full, some } from '../../phrases.ts'
import { selectedFrom } from '../../relations/policy/selected.ts'
import { declaredPorts } from '../../relations/service/service-endpoints.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { policySubject, rulesEvidence } from './words.ts'

/**
 * A named port is looked up in each pod that is connected to. A pod that declares no port of this name and protocol is
 * not opened by the rule: without a word, and for those pods alone.
 */
export default check({
  code: 'POL417',
  slug: 'policy/port-name-missing',
  title: 'a NetworkPolicy names a port that its pods do not have',
  fine: 'the pods have the ports that policies name',
  severity: 'warning',
  needs: ['networkPolicies', 'pods'],
  remedies: [],
  decides: ['NP-17'],

  run({ networkPolicies, pods, scope }) {
    const named = networkPolicies
      .filter((it) => (scope.namespace === null || it.namespace === scope.namespace) && it.types.includes('Ingress'))
      .flatMap((policy) => namesIn(policy).map((port) => ({ policy, ...port })))
    if (named.length === 0) return notApplicable('no NetworkPolicy here opens a port by its name')
    const selected = selectedFrom(pods.filter(isLive))
    const found = named.flatMap(({ policy, name, protocol }) => {
      const own = [...selected(policy.namespace, policy.podSelector)]
      const without = own.filter((it) => !declaredPorts(it, protocol).some((port) => port.name === name))
      return without.length === 0 ? [] : [verdict({ policy, name, protocol }, own, without)]
    })
    return found.length > 0 ? found : ok(named.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `NetworkPolicy ${full(on)} opens port \`${args.name}\`, which ${args.without} of its ` +
      `${count(args.of, 'pod')} ${args.without === 1 ? 'does' : 'do'} not declare.`,
    detail: ({ args }) =>
      `${args.protocol} · without it: ` +
      `${some(args.pods)}${args.declared.length === 0 ? '' : ` · they declare ${some(args.declared)}`}`,
    note: ({ args }) =>
      args.meant === null ? 'for these pods the rule opens nothing' : `\`${args.meant}\` is meant, perhaps`,
    help: ({ subject: on, args }) => [
      args.meant === null
        ? `name the container's port \`${args.name}\` in these pods, or write its number into the policy`
        : `name \`${args.meant}\` in the policy`,
      `kubectl -n ${on.namespace} get pods -o ` +
        `custom-columns='NAME:.metadata.name,PORTS:.spec.containers[*].ports[*].name'`,
      `kubectl -n ${on.namespace} edit networkpolicy ${on.name}`,
    ],
  },
})

interface NamedPort {
  readonly name: string
  readonly protocol: Protocol
}

function namesIn({ ingress }: NetworkPolicy): readonly NamedPort[] {
  const all = ingress.flatMap((rule) =>
    rule.ports.flatMap(({ port, protocol }) => (typeof port === 'string' ? [{ name: port, protocol }] : [])),
  )
  return [...new Map(all.map((it) => [`${it.protocol} ${it.name}`, it])).values()]
}

function verdict(
  { policy, name, protocol }: NamedPort & { readonly policy: NetworkPolicy },
  own: readonly Pod[],
  without: readonly Pod[],
) {
  const declared = [...new Set(without.flatMap((it) => declaredPorts(it, protocol).flatMap((port) => port.name ?? [])))]
  return finding({
    subject: policySubject(policy),
    confidence: 'inferred',
    // A policy of many kinds of pods names the ports of some; where it opens no pod at all, it does not do its work.
    severity: without.length === own.length ? 'warning' : 'info',
    args: {
      name,
      protocol,
      of: own.length,
      without: without.length,
      pods: without.map((it) => it.name),
      declared,
      meant: closest(name, declared, 1)[0] ?? null,
    },
    evidence: [rulesEvidence(policy, 'Ingress', 'no port of this name in these pods', `port: ${name}`)],
    causes: [keptBy(policy), ...without.map((it) => portNameMeansNothing(policy, name, it))],
  })
}
