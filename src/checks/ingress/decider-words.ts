import { cannotTell, type Verdict } from '../../findings/verdict.ts'
import type { DeciderFault, DeciderPlace, SureFault } from '../../relations/ingress/decider.ts'

interface Wrong {
  readonly is: SureFault['is']
  readonly port: number | string | null
}

/** After "asks Service shop/authz, and ". */
export function faultText({ is, port }: Wrong): string {
  if (is === 'missing') return 'there is none'
  return is === 'port' ? `that has no port ${port}` : 'that has no ready endpoint'
}

export const faultLabels: Readonly<Record<SureFault['is'], string>> = {
  missing: 'no such Service',
  port: 'no such port',
  empty: 'nobody is behind it',
}

/** What is not known of a Service that is asked, as it was not read. */
export function untold(
  { is }: Exclude<DeciderFault, SureFault>,
  { namespace }: Pick<DeciderPlace, 'namespace'>,
): Verdict<never> {
  return is === 'unread'
    ? cannotTell('not-asked', 'who is behind the Services that are asked was not read')
    : cannotTell('not-asked', `Services of namespace ${namespace} were not read`, '-A')
}
