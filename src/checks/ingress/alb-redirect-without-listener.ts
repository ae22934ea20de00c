import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress } from '../../model/ingress.ts'
import { full } from '../../phrases.ts'
import { albListeners, hasParameters, isOfAlb } from '../../relations/ingress/albs.ts'
import { ingressFails } from '../../relations/symptom.ts'
import { ingressSubject } from './words.ts'

const key = 'alb.ingress.kubernetes.io/ssl-redirect'

/**
 * `ssl-redirect` names a port on which the load balancer has to listen by HTTPS; where not, the controller stops
 * there (aws-load-balancer-controller, pkg/ingress/model_builder.go, buildSSLRedirectConfig: "listener does not exist
 * for SSLRedirect port").
 */
export default check({
  code: 'ING403',
  slug: 'ingress/alb-redirect-without-listener',
  title: 'an ALB is to redirect to a port on which it does not listen',
  fine: 'ALBs listen by HTTPS on the ports to which they redirect',
  severity: 'error',
  needs: ['ingresses'],
  wants: ['ingressClasses'],
  remedies: [],
  decides: [],

  run({ ingresses, ingressClasses, scope }) {
    const classes = ingressClasses.known ? ingressClasses.value : []
    const redirecting = ingresses.filter((it) => it.albListens?.redirect !== undefined && isOfAlb(it, classes))
    if (redirecting.length === 0) return notApplicable('no Ingress here has an ALB redirect to https')
    return redirecting.map((it) => {
      const to = it.albListens?.redirect ?? 0
      const isTold = it.albListens?.on?.some((one) => one.protocol === 'HTTPS' && one.port === to) === true
      if (isTold) return ok(1)
      const on = albListeners(it, ingresses, scope.namespace === null)
      if (on === null || hasParameters(it, classes))
        return cannotTell('ambiguous', `whether the ALB of Ingress ${full(it)} listens on port ${to}`)
      return on.some((one) => one.protocol === 'HTTPS' && one.port === to) ? ok(1) : verdict(it, to, on)
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} has its ALB redirect to port ${args.to}, on which it does not listen by HTTPS: it is to ` +
      `listen on ${args.on.join(', ')} alone.`,
    detail: ({ args }) => `${key}: '${args.to}'`,
    note: () =>
      'the controller makes or changes nothing for this Ingress (FailedBuildModel), or clients are led nowhere',
    help: ({ subject: on, args }) => [
      `add {"HTTPS": ${args.to}} to alb.ingress.kubernetes.io/listen-ports, with a certificate in ACM for the host; ` +
        'or take ssl-redirect away',
      `kubectl -n ${on.namespace} annotate ingress ${on.name} --overwrite ` +
        `'alb.ingress.kubernetes.io/listen-ports=[{"HTTP": 80}, {"HTTPS": ${args.to}}]'`,
      `kubectl -n ${on.namespace} describe ingress ${on.name}`,
    ],
  },
})

function verdict(ingress: Ingress, to: number, on: readonly { readonly protocol: string; readonly port: number }[]) {
  return finding({
    subject: ingressSubject(ingress),
    confidence: 'inferred',
    args: { to, on: on.map((it) => `${it.protocol} ${it.port}`) },
    evidence: [
      {
        kind: 'config',
        object: ingressSubject(ingress),
        path: `metadata.annotations['${key}']`,
        lines: ['annotations:', `  ${key}: '${to}'`],
        at: 1,
        mark: `'${to}'`,
        label: `no listener of HTTPS ${to}`,
      },
    ],
    causes: [ingressFails(ingress)],
  })
}
