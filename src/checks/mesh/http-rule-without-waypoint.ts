import { check } from '../../findings/check.ts'
import { finding, ok } from '../../findings/verdict.ts'
import type { AuthorizationPolicy } from '../../model/mesh.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { count, full, shown, some } from '../../phrases.ts'
import { noneHere } from '../../relations/mesh/mesh-kinds.ts'
import { isAmbient, rootNamespace } from '../../relations/mesh/mtls.ts'
import { hasPairs } from '../../relations/selector.ts'
import { meshOf } from '../../relations/service/mesh-sidecar.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { authorizationEvidence } from './mesh-words.ts'

/**
 * In the ambient mode a policy with a selector is for ztunnel, which sees connections and no requests: rules that go by
 * methods, paths or headers are left out of ALLOW policies, which then let in fewer, mostly nobody.
 */
export default check({
  code: 'MSH808',
  slug: 'mesh/http-rule-without-waypoint',
  title: 'an AuthorizationPolicy goes by HTTP where nobody sees HTTP',
  fine: 'policies that go by HTTP are not for ztunnel',
  severity: 'error',
  needs: ['mesh', 'pods'],
  remedies: [],
  decides: [],

  run({ mesh, pods }) {
    const ofHttp = mesh.authorizationPolicies.filter(
      (it) => (it.http ?? 0) > 0 && it.attached !== true && (it.action === 'ALLOW' || it.action === 'DENY'),
    )
    if (ofHttp.length === 0) return noneHere(mesh, ['AuthorizationPolicy'], 'no AuthorizationPolicy here goes by HTTP')
    const ambient = pods.filter((it) => isLive(it) && goesByZtunnel(it))
    const found = ofHttp.flatMap((policy) => {
      const its = ambient.filter((pod) => isFor(policy, pod))
      return its.length === 0 ? [] : [verdict(policy, its)]
    })
    return found.length > 0 ? found : ok(ofHttp.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `AuthorizationPolicy ${full(on)} goes by HTTP in ${args.http} of ${count(args.rules, 'rule')}, and holds at ` +
      `ztunnel, which sees no HTTP: ${args.action === 'ALLOW' ? 'these let nobody in' : 'these deny too much'}.`,
    detail: ({ args }) => `${count(args.pods.length, 'pod')} in ambient mode: ${some(args.pods)}`,
    note: ({ args }) =>
      args.action === 'ALLOW'
        ? 'what no other rule allows is denied: connections are closed'
        : 'ztunnel heeds what is left of them without HTTP',
    help: ({ subject: on }) => [
      'make a waypoint (istioctl waypoint apply --enroll-namespace), and name the Service in targetRefs',
      `kubectl -n ${on.namespace} get authorizationpolicies.security.istio.io ${on.name} -o yaml`,
      `istioctl waypoint list -n ${on.namespace}`,
    ],
  },
})

function goesByZtunnel(pod: Pod): boolean {
  return isAmbient(pod) && meshOf(pod) === null
}

function isFor({ namespace, selector }: AuthorizationPolicy, pod: Pod): boolean {
  return (
    (namespace === pod.namespace || namespace === rootNamespace) &&
    (selector === null || hasPairs(selector, pod.labels))
  )
}

function verdict(policy: AuthorizationPolicy, pods: readonly Pod[]) {
  const on = subject('AuthorizationPolicy', policy.namespace, policy.name)
  const { refused } = policy
  return finding({
    subject: on,
    severity: policy.action === 'ALLOW' ? 'error' : 'warning',
    confidence: 'inferred',
    args: { action: policy.action, rules: policy.rules, http: policy.http ?? 0, pods: pods.map(full) },
    evidence: [
      authorizationEvidence(on, policy, 'without targetRefs: for ztunnel'),
      ...(refused === undefined
        ? []
        : [
            {
              kind: 'fact' as const,
              label: `${refused.type}: False (${refused.reason})`,
              value: shown(refused.message),
            },
          ]),
    ],
  })
}
