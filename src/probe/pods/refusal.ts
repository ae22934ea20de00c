import type { Why } from '../../model/known.ts'

/** Who would not have a pod. */
export type Refuser = 'rights' | 'pod-security' | 'scc' | 'quota' | 'limit-range' | 'namespace' | 'admission' | 'other'

/**
 * By the words of the API server's own plugins: podsecurity (`violates PodSecurity "restricted:latest"`), OpenShift's
 * SecurityContextConstraint, resourcequota (`exceeded quota`, `failed quota`), limitranger (`maximum cpu usage per
 * Container is`), namespace lifecycle (`because it is being terminated`), webhooks (`admission webhook "x" denied the
 * request`) and policies (`ValidatingAdmissionPolicy 'x' with binding 'y' denied request`).
 */
const words: readonly (readonly [Refuser, RegExp])[] = [
  ['pod-security', /violates PodSecurity/],
  ['scc', /security context constraint/i],
  ['quota', /exceeded quota|failed quota|insufficient quota|status unknown for quota/],
  ['limit-range', /(?:minimum|maximum) \S+ usage per |\S+ max limit to request ratio per /],
  ['namespace', /is being terminated|namespaces "[^"]*" not found|unable to create new content in namespace/],
  // Any plugin's refusal has this form (apimachinery NewForbidden), and RBAC's is cut to its action before.
  ['admission', /admission webhook|ValidatingAdmissionPolicy|denied (?:the )?request|" is forbidden: /],
]

/** `why` as `createPod` has it from the API client. */
export function refuserOf({ reason, detail }: Why): Refuser {
  const named = words.find(([, form]) => form.test(detail))?.[0]
  if (named !== undefined) return named
  if (reason === 'not-there') return 'namespace'
  // RBAC's refusal is the bare action, without a reason behind it.
  return reason === 'forbidden' ? 'rights' : 'other'
}

/** `action`: what RBAC would not have, as `create pods in namespace shop`. */
export function notAllowed(action: string): string {
  return `not allowed: ${action}`
}

export interface Asked {
  readonly namespace: string
  readonly hostNetwork: boolean
  readonly may?: 'capture'
}

/** Why there is no pod: for want of a right, or of something else. */
export function refusal(why: Why, asked: Asked): Why {
  return { reason: refuserOf(why) === 'rights' ? 'forbidden' : 'failed', detail: refusalText(why, asked) }
}

/** One line: what refused it, in its own words, and what helps. `not allowed` is said of rights alone. */
function refusalText(why: Why, { namespace, hostNetwork, may }: Asked): string {
  const said = why.detail
  switch (refuserOf(why)) {
    case 'rights':
      return notAllowed(said)
    case 'pod-security':
      if (may === 'capture')
        return (
          `Pod Security of namespace ${namespace} refuses a privileged pod, which a capture takes: ` +
          `${said} (--probe-namespace NS: one whose level is \`privileged\`)`
        )
      return hostNetwork
        ? `Pod Security of namespace ${namespace} refuses a hostNetwork pod: ` +
            `${said} (--probe-namespace NS: one whose level is \`privileged\`; or --conntrack-from kube-proxy)`
        : `Pod Security of namespace ${namespace} refuses the probe pod: ` +
            `${said} (--probe-namespace NS: another namespace)`
    case 'scc':
      return hostNetwork
        ? `no SecurityContextConstraint lets this user make a hostNetwork pod in namespace ${namespace}: ` +
            `${said} (--probe-namespace NS: one where \`hostnetwork-v2\` or \`privileged\` may be used)`
        : `no SecurityContextConstraint lets this user make the probe pod in namespace ${namespace}: ` +
            `${said} (--probe-namespace NS: another namespace)`
    case 'quota':
      return (
        `the quota of namespace ${namespace} has no room for the pod: ` +
        `${said} (--node NAME: fewer pods; or --probe-namespace NS)`
      )
    case 'limit-range':
      return `a LimitRange of namespace ${namespace} refuses the pod: ${said} (--probe-namespace NS: another namespace)`
    case 'namespace':
      return `namespace ${namespace} takes no pod: ${said} (--probe-namespace NS: one that is there)`
    case 'admission':
      return (
        `an admission policy of the cluster refuses the pod: ${said} ` +
        '(--probe-namespace NS: one that it leaves out)'
      )
    case 'other':
      return said
  }
}
