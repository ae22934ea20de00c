import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { RoutedContact } from '../../model/contacts.ts'
import { lateOf } from '../../model/http-error.ts'
import type { Breaker, Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import {
  badOf,
  podsAreWell,
  routedExcuse,
  type RoutedGroup,
  routedGroups,
} from '../../relations/gateway/routed-requests.ts'
import { endText } from '../../relations/ingress/http-answers.ts'
import { routeFails } from '../../relations/symptom.ts'

/** A breaker answers at once: what takes longer was tried. */
const atOnceMs = 250

/**
 * Contour takes limits for Envoy's circuit breakers from annotations of a Service (projectcontour.io/max-connections
 * and others): what is above them waits, or gets a 503 at once (`UO`), however idle the pods are. The limits are each
 * Envoy's own.
 */
export default check({
  code: 'GTW733',
  slug: 'gateway/circuit-breaker-open',
  title: 'a limit of Envoy keeps requests from a Service whose pods are well',
  fine: 'Services with limits for Envoy answer through it',
  severity: 'error',
  needs: ['contacts', 'services'],
  wants: ['dnsProbe'],
  remedies: [],
  decides: [],

  run({ contacts, services, dnsProbe, scope }) {
    const limited = new Map(services.flatMap((it) => (it.breakers === undefined ? [] : [[full(it), it] as const])))
    const excuse = routedExcuse(dnsProbe)
    const found = routedGroups(contacts, scope).flatMap((group) =>
      group.backends.flatMap((it) => {
        const service = limited.get(full(it))
        return service?.breakers === undefined ? [] : judge(group, service, service.breakers, badOf(group, excuse))
      }),
    )
    return found.length > 0 ? found : notApplicable('no Service that was asked through a route has limits for Envoy')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Envoy ${args.isSure ? 'is' : 'may be'} at its limit for Service ${args.service}: ${args.limits}, and ` +
      `${on.kind} ${full(on)} answers ${args.what}.`,
    detail: ({ args }) =>
      `${args.bad} of ${args.of} requests · pods asked directly: ${args.isWell ? 'all well' : 'not seen well'}`,
    note: () =>
      'each Envoy counts for itself; long answers, streams and WebSockets hold a connection for as long as they ' +
      'last, ' +
      'and in its access log what is above the limit is UO',
    help: ({ args }) => [
      'raise the limit, or take the annotation away: Envoy has 1024 of each by itself',
      `kubectl -n ${args.namespace} annotate service ${args.name} ${args.annotations.map((it) => `${it}-`).join(' ')}`,
    ],
  },
})

type Limited = {
  readonly service: string
  readonly namespace: string
  readonly name: string
  readonly limits: string
  readonly annotations: readonly string[]
  readonly what: string
  readonly bad: number
  readonly of: number
  readonly isSure: boolean
  readonly isWell: boolean
}

/** Envoy waits for a connection at most as long as for the whole answer: above the limit of those it hangs. */
function judge(
  group: RoutedGroup,
  service: Service,
  breakers: readonly Breaker[],
  bad: readonly RoutedContact[],
): readonly Verdict<Limited>[] {
  const limited = bad.filter((it) => it.status === 503 || it.status === 504 || lateOf(it.error) === 'answer')
  const [first] = limited
  if (first === undefined) return [ok(group.http.length)]
  const isWell = podsAreWell(group)
  const isSure = isWell && limited.some((it) => it.status === 503 && it.ms <= atOnceMs)
  return [
    finding({
      subject: subject(group.route.kind, group.route.namespace, group.route.name),
      also: [subject('Service', service.namespace, service.name)],
      confidence: isSure ? 'inferred' : 'possible',
      severity: isSure ? 'error' : 'warning',
      args: {
        service: full(service),
        namespace: service.namespace,
        name: service.name,
        limits: some(breakers.map((it) => `${annotationOf(it)} ${it.most}`)),
        annotations: breakers.map(annotationOf),
        what: [...new Set(limited.map(endText))].join(', '),
        bad: limited.length,
        of: group.http.length,
        isSure,
        isWell,
      },
      evidence: breakers.map((it) => ({
        kind: 'fact',
        label: `annotation ${annotationOf(it)} of Service ${service.name}`,
        value: `${it.most}`,
      })),
      causes: isWell ? [routeFails(group.route)] : [],
    }),
  ]
}

function annotationOf({ of }: Breaker): string {
  return `projectcontour.io/max-${of}`
}
