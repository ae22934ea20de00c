import type { Evidence } from '../../findings/evidence.ts'
import { subject } from '../../model/subject.ts'
import type { LiveRoute } from '../../relations/ingress/live-config.ts'
import { routeText } from '../../relations/ingress/ingress-routes-to-service.ts'
import { full, some } from '../../phrases.ts'
import { ingressSubject } from './words.ts'

/** The rule as the Ingress has it, and how many controllers run something else. */
export function liveEvidence(bad: readonly LiveRoute[]): readonly Evidence[] {
  const [first] = bad
  if (first === undefined) return []
  const { route } = first
  const at = route.backend.path.replace(/\.backend$/, '.path')
  const rows = [...Map.groupBy(bad, ({ config }) => config.pod)].map(([pod, its]) => ({
    where: `in ${pod}`,
    bad: new Set(its.map((it) => routeText(it.route))).size,
    of: new Set(bad.map((it) => routeText(it.route))).size,
    note: some([...new Set(its.map(stateText))], 3),
  }))
  return [
    {
      kind: 'config',
      object: ingressSubject(route.ingress),
      path: at,
      lines: [`host: ${route.host ?? '*'}`, `path: ${route.path ?? '/'}`, `pathType: ${route.pathType}`],
      at: 1,
      mark: route.path ?? '/',
      label: stateText(first),
    },
    { kind: 'shares', label: 'paths that run otherwise', rows },
  ]
}

/** What stands in nginx.conf in the rule's place. */
function stateText({ state, route }: LiveRoute): string {
  switch (state.kind) {
    case 'same':
      return `as declared, nginx.conf line ${state.location.line}`
    case 'no-host':
      return `no server block for ${route.host ?? 'hosts without a rule'}`
    case 'no-path':
      return `no location for it in the server block of line ${state.server.line}`
    case 'rival':
      return `belongs to ${full(state.rival)}, nginx.conf line ${state.location.line}`
    case 'left-over':
      return (
        `line ${state.location.line} is of ` +
        (state.location.ingress === null ? 'no Ingress' : `Ingress ${full(state.location.ingress)}`) +
        ', which does not declare it now'
      )
    case 'other-backend':
      return `line ${state.location.line} sends it to ${backendText(state.location)}`
    case 'denied':
      return `denied by the controller, line ${state.location.line}`
    case 'unknown':
      return `not compared: ${state.why}`
  }
}

export function backendText({
  service,
  servicePort,
}: {
  readonly service: string | null
  readonly servicePort: string | null
}): string {
  return service === null
    ? 'no Service'
    : `${service}${servicePort === null || servicePort === '' ? '' : `:${servicePort}`}`
}

export function podSubject({ namespace, pod }: { readonly namespace: string; readonly pod: string }) {
  return subject('Pod', namespace, pod)
}
