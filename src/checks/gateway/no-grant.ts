import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { BackendRef, GatewayRoute, ReferenceGrant } from '../../model/gateway.ts'
import { gatewayGroup } from '../../model/gateway-words.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { ruleText } from '../../relations/gateway/backends.ts'
import { type GrantsSeen, isGranted, notListed } from '../../relations/gateway/grants.ts'
import { gatewayRouteFails } from '../../relations/symptom.ts'
import { refEvidence, routeSays, routeSubject } from './words.ts'

/** Who owns the Service must allow it: by a ReferenceGrant in the Service's namespace, not in the route's. */
export default check({
  code: 'GTW708',
  slug: 'gateway/no-grant',
  title: 'no ReferenceGrant allows the backend of a route',
  fine: 'every backend in another namespace is granted there',
  severity: 'error',
  needs: ['gatewayRoutes', 'referenceGrants', 'gatewayApi'],
  remedies: [],
  decides: ['GW-04', 'GW-05'],

  run({ gatewayRoutes, referenceGrants, gatewayApi, scope }) {
    const refs = gatewayRoutes.flatMap((route) =>
      route.rules.flatMap((rule) =>
        rule.backends.flatMap((ref) =>
          ref.namespace !== null && ref.namespace !== route.namespace
            ? [{ route, ref, namespace: ref.namespace, weights: rule.backends.reduce((sum, it) => sum + it.weight, 0) }]
            : [],
        ),
      ),
    )
    if (refs.length === 0) return notApplicable('no route here has a backend in another namespace')
    return refs.map((it) => judge(it, { grants: referenceGrants, api: gatewayApi, scope }))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} sends ${args.rule} to ${args.kind} ${args.where}/${args.service}, ` +
      `which no ReferenceGrant in namespace ${args.where} allows it.`,
    detail: ({ args }) =>
      `weight ${args.weight} of ${args.weights} in its rule · ` +
      (args.grants.length === 0
        ? `namespace ${args.where} has no ReferenceGrant`
        : `ReferenceGrants there, none of which fits: ${some(args.grants)}`),
    note: () => 'a grant stands in the namespace of the Service, and names kind and namespace of the route',
    help: ({ subject: on, args }) => [
      `make a ReferenceGrant in namespace ${args.where} from ${on.kind} of namespace ${on.namespace} to ${args.kind}`,
      `kubectl -n ${args.where} get referencegrants -o yaml`,
      'kubectl explain referencegrant.spec',
    ],
  },
})

interface Crossing {
  readonly route: GatewayRoute
  readonly ref: BackendRef
  readonly namespace: string
  readonly weights: number
}

function judge({ route, ref, namespace, weights }: Crossing, seen: GrantsSeen) {
  const granted = isGranted(
    {
      from: { group: gatewayGroup, kind: route.kind, namespace: route.namespace },
      to: { group: ref.group, kind: ref.kind, namespace, name: ref.name },
    },
    seen,
  )
  if (granted === 'yes') return ok(1)
  if (granted === 'maybe') return notListed('ReferenceGrant', namespace, seen.api)
  const there = seen.grants.filter((it) => it.namespace === namespace)
  return finding({
    subject: routeSubject(route),
    also: [subject(ref.kind, namespace, ref.name)],
    confidence: 'inferred',
    severity: ref.weight === 0 ? 'warning' : 'error',
    args: {
      kind: ref.kind,
      service: ref.name,
      where: namespace,
      rule: ruleText(route, ref),
      weight: ref.weight,
      weights,
      grants: there.map((it) => it.name),
    },
    evidence: [
      refEvidence(route, ref, { what: 'namespace', label: 'not granted there' }),
      ...there
        .slice(0, 2)
        .map((it) => ({ kind: 'fact' as const, label: `ReferenceGrant ${full(it)}`, value: grantText(it) })),
      ...routeSays(route),
    ],
    causes: [gatewayRouteFails(route)],
  })
}

function grantText({ from, to }: ReferenceGrant): string {
  const allowed = from.map((it) => `${it.kind} of ${it.namespace}`)
  return `from ${some(allowed)} to ${some(to.map((it) => (it.name === null ? it.kind : `${it.kind} ${it.name}`)))}`
}
