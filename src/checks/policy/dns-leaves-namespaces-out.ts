import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable } from '../../findings/verdict.ts'
import type { Scope } from '../../model/sources.ts'
import { dnsDoor } from '../../relations/policy/dns-namespaces.ts'
import { okBesideOthers } from '../../relations/policy/other-policies.ts'
import { policyNames } from '../../relations/policy/policy-allows.ts'
import { dnsDoorShut } from '../../relations/symptom.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { policySubject, rulesEvidence } from './words.ts'

/**
 * A policy on the DNS servers decides for every namespace of the cluster, whichever one hopscope looks at. POL401
 * judges pods, and sees those of one namespace; what is known of the others is their labels, which is enough to see
 * that no rule takes any pod of them in.
 */
export default check({
  code: 'POL423',
  slug: 'policy/dns-leaves-namespaces-out',
  title: 'a NetworkPolicy on the DNS servers leaves out whole namespaces',
  fine: 'policies on the DNS servers let every namespace in, by their labels',
  severity: 'warning',
  needs: ['networkPolicies', 'clusterDns', 'namespaces'],
  wants: ['nodes', 'otherPolicies'],
  remedies: [],
  decides: ['DNS-67'],

  run({ networkPolicies, clusterDns, namespaces, nodes, otherPolicies, scope }) {
    if (scope.namespace === null) return notApplicable('the pods of every namespace are judged by themselves (POL401)')
    const door = dnsDoor({ dns: clusterDns, policies: networkPolicies, namespaces, nodes })
    const [policy] = door.policies
    if (policy === undefined) return notApplicable('no NetworkPolicy stands before the DNS servers')
    const others = door.namespaces.filter((it) => it.name !== scope.namespace && !holdsNoPods.has(it.name))
    const out = others.filter((it) => it.let === 'none').map((it) => it.name)
    const partly = others.filter((it) => it.let === 'some').map((it) => it.name)
    if (out.length === 0 && partly.length > 0)
      return cannotTell(
        'ambiguous',
        `${policyNames(door.policies)} may let in some pods only of namespace ${some(partly)}, whose pods were not ` +
          'read; `hopscope dns -A` reads them',
      )
    const note = `of ${count(others.length, 'namespace')} besides ${scope.namespace}`
    if (out.length === 0) return okBesideOthers(otherPolicies, [policy.namespace], others.length, note)
    return finding({
      subject: policySubject(policy),
      also: out.map((it) => subject('Namespace', null, it)),
      confidence: 'inferred',
      severity: severityOf(scope, out),
      args: {
        out,
        of: others.length,
        partly,
        others: door.policies.length - 1,
        scope: scope.namespace,
      },
      evidence: [
        rulesEvidence(policy, 'Ingress', `no rule takes in namespace ${some(out)}`),
        ...door.policies.slice(1, 4).map((it) => rulesEvidence(it, 'Ingress', 'nor here')),
      ],
      symptoms: [dnsDoorShut(policy)],
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `NetworkPolicy ${full(on)} lets no pod of namespace ${some(args.out)} ask the cluster's DNS.`,
    detail: ({ args }) =>
      `${args.out.length} of ${count(args.of, 'namespace')} besides ${args.scope} ` +
      `${args.out.length === 1 ? 'is' : 'are'} left out` +
      (args.partly.length === 0 ? '' : ` · of ${some(args.partly)} perhaps some pods are`) +
      (args.others === 0
        ? ''
        : ` · nor does any of ${count(args.others, 'other policy', 'other policies')} on the servers let them in`),
    note: ({ args }) =>
      `judged by the labels of the ${args.out.length === 1 ? 'namespace' : 'namespaces'} alone: ` +
      'whether pods there look names up was not read',
    help: ({ subject: on, args }) => [
      'let every namespace in on port 53, UDP and TCP; or leave it, where these are not meant to look names up',
      `hopscope dns -n ${args.out[0]}   # the pods there, each judged`,
      `kubectl -n ${on.namespace} describe networkpolicy ${on.name}`,
    ],
  },
})

/** Of Kubernetes itself: one holds leases, the other a ConfigMap. */
const holdsNoPods: ReadonlySet<string> = new Set(['kube-node-lease', 'kube-public'])

/** Whoever asks about one namespace is told of the others by the way; `default` alone mostly holds nothing. */
function severityOf({ target }: Scope, out: readonly string[]): 'warning' | 'info' {
  return target.kind === 'dns' && out.some((it) => it !== 'default') ? 'warning' : 'info'
}
