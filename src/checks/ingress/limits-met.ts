import { check } from '../../findings/check.ts'
import { finding } from '../../findings/verdict.ts'
import type { Ingress } from '../../model/ingress.ts'
import { count, full, some } from '../../phrases.ts'
import { outsideLimited } from '../../relations/symptom.ts'
import { type Late, lateDetail, lateEvidence, lateVerdicts, locationOf, sumOf } from './late-words.ts'
import { ingressSubject } from './words.ts'

/**
 * Limits and lists of an Ingress let a few probes pass and keep users out: nginx refuses by itself, and says so in its
 * log alone. Whether that is their purpose only the owner knows; a list that keeps somebody out mostly does its duty.
 */
export default check({
  code: 'ING358',
  slug: 'ingress/limits-met',
  title: 'an Ingress kept requests of users out lately',
  fine: "the ends of the controllers' logs, where they were read, tell of no request that a limit or a list kept out",
  severity: 'warning',
  needs: ['ingressConfigs', 'ingresses'],
  remedies: [],
  decides: ['ING-21'],

  run({ ingressConfigs, ingresses, scope }) {
    return lateVerdicts({ ingressConfigs, ingresses, scope }, ['limited', 'denied'], judge)
  },

  words: {
    headline: ({ subject: on, args }) =>
      (args.by === 'limited'
        ? `A limit of Ingress ${full(on)} refused ${count(args.times, 'request')}`
        : `An allow list or a deny list of Ingress ${full(on)} kept ${count(args.times, 'request')} out`) +
      ' in the last 15 minutes.',
    detail: ({ args }) =>
      (args.settings.length === 0 ? '' : `nginx.conf line ${args.line}: ${some(args.settings, 2)} · `) +
      lateDetail(args),
    note: ({ args }) =>
      args.by === 'limited'
        ? 'users got a 503 (a 429 where the ConfigMap says so, limit-req-status-code), and no pod was asked. Limits ' +
          'count each client address by itself, in each controller: behind a NAT, or a load balancer that hides ' +
          'them, all users are one'
        : 'they got a 403, and no pod was asked. That is what lists are for: it is a fault only if users were meant',
    help: ({ subject: on, args }) => [
      args.by === 'limited'
        ? 'see whom it meets: raise the limit, or have the clients told apart (externalTrafficPolicy: Local, the ' +
          'PROXY protocol, use-forwarded-headers)'
        : 'see which addresses are kept out, and whether nginx sees those of the clients',
      `kubectl -n ${args.home} logs ${args.controller} --since=15m | ` +
        `grep -E '${args.by === 'limited' ? 'limiting (requests|connections)' : 'access forbidden by rule'}'`,
      `kubectl -n ${on.namespace} get ingress ${on.name} -o yaml`,
    ],
  },
})

/** What nginx.conf says of it in that place. */
const directives = { limited: /^limit_(?:req|conn) /, denied: /^(?:allow|deny) / } as const

function judge(ingress: Ingress, its: readonly Late[]) {
  return (['limited', 'denied'] as const).flatMap((by) => {
    const these = its.filter((it) => it.trouble === by)
    const location = locationOf(these)
    if (these.length === 0) return []
    const settings = (location?.settings ?? []).filter(({ setting }) => directives[by].test(setting))
    return [
      finding({
        subject: ingressSubject(ingress),
        confidence: 'observed',
        ...(by === 'denied' ? { severity: 'info' as const } : {}),
        args: {
          ...sumOf(these),
          by,
          settings: settings.map((it) => it.setting),
          line: settings[0]?.line ?? these[0]?.line ?? 0,
        },
        evidence: lateEvidence(these),
        ...(by === 'limited' ? { causes: [outsideLimited(ingress)] } : {}),
      }),
    ]
  })
}
