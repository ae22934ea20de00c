import { closest } from '../../closest.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok, type Verdict } from '../../findings/verdict.ts'
import type { AttachedPolicy } from '../../model/attached-policy.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { targetsNamed } from '../../relations/gateway/attached.ts'

/**
 * A policy that is attached by name (GEP-713) takes any name: where nothing is called so no controller feels
 * concerned, its status stays empty, and the timeout, the login or the limit that it is for is not in force.
 */
export default check({
  code: 'GTW740',
  slug: 'gateway/policy-target-missing',
  title: 'a policy is attached to something that does not exist',
  fine: 'what policies are attached to exists',
  severity: 'warning',
  needs: ['beside'],
  wants: ['gatewayRoutes', 'gateways', 'services'],
  remedies: [],
  decides: [],

  run({ beside, gatewayRoutes, gateways, services, scope }) {
    const here = (beside.attachedPolicies ?? []).filter(
      (it) => scope.namespace === null || it.namespace === scope.namespace,
    )
    if (here.length === 0) return cannotTell('not-there', 'kubectl get holds no policy that is attached to anything')
    const named = targetsNamed({ gatewayRoutes, gateways, services })
    return here.map((it) => judge(it, named))
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.section === null
        ? `${on.kind} ${full(on)} is for ${args.of} \`${args.name}\`, which does not exist.`
        : `${on.kind} ${full(on)} is for listener \`${args.section}\` of Gateway ${args.name}, ` +
          'which has no such listener.',
    detail: ({ args }) =>
      `${args.path} · ` +
      (args.near === null
        ? `${args.section === null ? `of that kind in namespace ${args.home}` : 'listeners'}: ${some(args.others)}`
        : `the closest: ${args.near}`),
    note: () => 'a policy without its target is not in force, and nobody writes into its status',
    help: ({ subject: on, args }) => [
      'name what is meant; a policy is for objects of its own namespace',
      `kubectl -n ${on.namespace} edit ${on.kind.toLowerCase()}.${args.group} ${on.name}   # ${args.path}`,
    ],
  },
})

type Missing = {
  readonly group: string
  readonly of: string
  readonly name: string
  readonly home: string
  readonly section: string | null
  readonly path: string
  readonly near: string | null
  readonly others: readonly string[]
}

function judge(policy: AttachedPolicy, named: ReturnType<typeof targetsNamed>): Verdict<Missing> {
  // Its controller has found it.
  if (policy.accepted === 'yes') return ok(1)
  const all = policy.targets.map((to) => ({ to, found: named(policy, to) }))
  for (const { to, found } of all) {
    if (!('others' in found)) continue
    const section = found.is === 'no-section' ? to.section : null
    const on = subject(policy.kind, policy.namespace, policy.name)
    const mark = section ?? to.name
    return finding({
      subject: on,
      confidence: 'inferred',
      args: {
        group: policy.group,
        of: to.kind,
        name: to.name,
        home: to.namespace ?? policy.namespace,
        section,
        path: to.path,
        near: closest(mark, found.others, 1)[0] ?? null,
        others: found.others,
      },
      evidence: [
        {
          kind: 'config',
          object: on,
          path: to.path,
          lines: [`kind: ${to.kind}`, `name: ${to.name}`, ...(section === null ? [] : [`sectionName: ${section}`])],
          at: section === null ? 1 : 2,
          mark,
          label: 'is not there',
        },
      ],
    })
  }
  const unknown = all.find(({ found }) => found.is === 'unknown')
  return unknown === undefined
    ? ok(1)
    : cannotTell('not-there', `whether ${unknown.to.kind} ${unknown.to.name} is there`)
}
