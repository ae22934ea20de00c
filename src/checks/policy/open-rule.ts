import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { NetworkPolicy, PolicyPeer, PolicyRule } from '../../model/network-policy.ts'
import { count, full } from '../../phrases.ts'
import type { Direction } from '../../relations/policy/policy-applies-to-pod.ts'
import { rulesOf } from '../../relations/policy/policy-rule-union.ts'
import { isEverything } from '../../relations/selector.ts'
import { policySubject, rulesEvidence } from './words.ts'

/**
 * Rules add up. An empty rule, an empty list of peers and one that is left out all mean "everybody": beside such a rule
 * those that name peers allow nothing more, and limit nothing.
 */
export default check({
  code: 'POL416',
  slug: 'policy/open-rule',
  title: 'one rule of a NetworkPolicy allows everything',
  fine: 'no rule makes the others of its NetworkPolicy pointless',
  severity: 'warning',
  needs: ['networkPolicies'],
  remedies: [],
  decides: ['NP-16'],

  run({ networkPolicies, scope }) {
    const own = networkPolicies.filter((it) => scope.namespace === null || it.namespace === scope.namespace)
    if (own.length === 0) return notApplicable('no NetworkPolicy here')
    const found = own.flatMap((policy) =>
      policy.types.flatMap((direction) => {
        const rules = rulesOf(policy, direction)
        const open = rules.findIndex(isOpen)
        if (open === -1) return []
        const pointless = rules.filter((it) => !isOpen(it) && it.peers.length > 0)
        const denies = /deny|block|isolat/i.test(policy.name)
        return pointless.length === 0 && !denies
          ? []
          : [verdict(policy, direction, { open, pointless, of: rules.length })]
      }),
    )
    return found.length > 0 ? found : ok(own.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.pointless === 0
        ? `NetworkPolicy ${full(on)} sounds as if it denied, and allows all ${args.direction.toLowerCase()}.`
        : `NetworkPolicy ${full(on)} allows all ${args.direction.toLowerCase()} by one rule: ` +
          `${count(args.pointless, 'rule')} beside it ${args.pointless === 1 ? 'limits' : 'limit'} nothing.`,
    detail: ({ args }) => `rule ${args.rule} of ${args.of} names neither peers nor ports · rules add up`,
    note: () =>
      '`from: []`, `from` left out and `- {}` all mean everybody; nothing at all, `ingress: []`, means nobody',
    help: ({ subject: on, args }) => [
      args.pointless === 0
        ? `to deny, write \`${args.direction.toLowerCase()}: []\``
        : 'take the open rule away, or name its peers; if everything is to be allowed, the other rules can go',
      `kubectl -n ${on.namespace} describe networkpolicy ${on.name}`,
    ],
  },
})

function isOpen({ peers, ports }: PolicyRule): boolean {
  return ports.length === 0 && (peers.length === 0 || peers.some(isEverybody))
}

function isEverybody({ ipBlock, podSelector, namespaceSelector }: PolicyPeer): boolean {
  return (
    ipBlock === null &&
    namespaceSelector !== null &&
    isEverything(namespaceSelector) &&
    (podSelector === null || isEverything(podSelector))
  )
}

interface Rules {
  readonly open: number
  readonly pointless: readonly PolicyRule[]
  readonly of: number
}

function verdict(policy: NetworkPolicy, direction: Direction, { open, pointless, of }: Rules) {
  return finding({
    subject: policySubject(policy),
    confidence: 'inferred',
    args: { direction, rule: open + 1, pointless: pointless.length, of },
    evidence: [rulesEvidence(policy, direction, 'everybody, by one of these')],
  })
}
