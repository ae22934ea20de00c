import { cannotTell, type Verdict } from '../../findings/verdict.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { IngressConfigs } from '../../model/ingress-config.ts'
import type { Reason } from '../../model/known.ts'
import { type LiveRoute, type LiveSeen, liveRoutes } from './live-config.ts'

/** All that controllers run for one Ingress. */
export interface LiveOf {
  readonly ingress: Ingress
  readonly routes: readonly LiveRoute[]
}

export function liveOf(seen: LiveSeen): readonly LiveOf[] {
  return [...Map.groupBy(liveRoutes(seen), ({ route }) => route.ingress)].map(([ingress, routes]) => ({
    ingress,
    routes,
  }))
}

/** Controllers whose configuration could not be read, each reason once. */
export function whyNotRead({
  controllers,
}: IngressConfigs): readonly { readonly reason: Reason; readonly why: string }[] {
  return controllers.flatMap(({ namespace, pod, conf }) =>
    conf.known
      ? []
      : [{ reason: conf.why.reason, why: `nginx.conf of ${namespace}/${pod} could not be read: ${conf.why.detail}` }],
  )
}

/** The judgement of what could be compared, and a word on what could not. */
export function liveVerdicts<V extends Verdict>(
  live: LiveOf,
  judge: (live: LiveOf) => V,
): readonly (V | ReturnType<typeof cannotTell>)[] {
  const open = live.routes.flatMap(({ state }) => (state.kind === 'unknown' ? [state.why] : []))
  const all = open.length === live.routes.length
  return [
    ...(all ? [] : [judge(live)]),
    ...[...new Set(open)].map((why) =>
      cannotTell('ambiguous', `Ingress ${live.ingress.namespace}/${live.ingress.name}: ${why}`),
    ),
  ]
}
