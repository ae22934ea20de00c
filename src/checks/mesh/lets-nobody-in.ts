import { check } from '../../findings/check.ts'
import { finding, ok, type Verdict } from '../../findings/verdict.ts'
import type { AuthorizationPolicy, Mesh } from '../../model/mesh.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { noneHere } from '../../relations/mesh/mesh-kinds.ts'
import { meshServices } from '../../relations/mesh/mesh-services.ts'
import { rootNamespace } from '../../relations/mesh/mtls.ts'
import { hasPairs } from '../../relations/selector.ts'
import { svcUnanswered } from '../../relations/symptom.ts'
import { authorizationEvidence } from './mesh-words.ts'

/**
 * An ALLOW policy without rules matches nothing, and once a pod has an ALLOW policy, what none of them allows is
 * denied (istio, security/authorization: allow-nothing). As a default beside others it is right; where no other allows
 * anything, the Service is shut.
 */
export default check({
  code: 'MSH805',
  slug: 'mesh/lets-nobody-in',
  title: 'an AuthorizationPolicy lets nobody in',
  fine: 'every Service of the mesh has a policy that lets somebody in, or none at all',
  severity: 'warning',
  needs: ['mesh', 'services', 'pods'],
  remedies: [],
  decides: ['MESH-03'],

  run({ mesh, services, pods }) {
    const shut = mesh.authorizationPolicies.filter((it) => it.action === 'ALLOW' && it.rules === 0)
    if (shut.length === 0) return noneHere(mesh, ['AuthorizationPolicy'], 'no AuthorizationPolicy here lets nobody in')
    const its = meshServices(services, pods).filter((it) => it.inside.length > 0)
    const closed = its.flatMap(({ service, inside }) => {
      const policies = inside.map((pod) => closedBy(mesh, pod))
      const [first] = policies
      return first === null || first === undefined || policies.includes(null) ? [] : [{ service, policy: first }]
    })
    if (closed.length === 0) return ok(its.length)
    return [...Map.groupBy(closed, (it) => it.policy)].map(([policy, all]) =>
      nobody(
        policy,
        all.map((it) => it.service),
      ),
    )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `AuthorizationPolicy ${full(on)} lets nobody in to ${count(args.services.length, 'Service')}: ` +
      `${some(args.services)}; no other policy allows anything there.`,
    detail: () => 'action ALLOW without rules',
    note: () => 'HTTP requests get 403 "RBAC: access denied", other connections are closed',
    help: ({ subject: on }) => [
      'if it is meant as a default, add ALLOW policies with rules for who may call; else take it away',
      'kubectl get authorizationpolicies.security.istio.io -A',
      `kubectl -n ${on.namespace} get authorizationpolicies.security.istio.io ${on.name} -o yaml`,
    ],
  },
})

type Nobody = { readonly services: readonly string[] }

/** The policy that shuts this pod; null where another allows something, or none holds for it. */
function closedBy(mesh: Mesh, pod: Pod): AuthorizationPolicy | null {
  const its = mesh.authorizationPolicies.filter(
    (it) =>
      (it.namespace === pod.namespace || it.namespace === rootNamespace) &&
      it.action === 'ALLOW' &&
      (it.selector === null || hasPairs(it.selector, pod.labels)),
  )
  return its.every((it) => it.rules === 0) ? (its[0] ?? null) : null
}

function nobody(
  policy: AuthorizationPolicy,
  services: readonly { readonly namespace: string; readonly name: string }[],
): Verdict<Nobody> {
  const on = subject('AuthorizationPolicy', policy.namespace, policy.name)
  return finding({
    subject: on,
    also: services.map((it) => subject('Service', it.namespace, it.name)),
    confidence: 'inferred',
    args: { services: services.map(full) },
    evidence: [authorizationEvidence(on, policy, 'allows nothing, and denies the rest')],
    causes: services.map(svcUnanswered),
  })
}
