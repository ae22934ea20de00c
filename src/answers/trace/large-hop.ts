import type { LargeRequest } from '../../model/contacts.ts'
import type { Model } from '../../model/sources.ts'
import { judgedOf } from '../../relations/service/large-requests.ts'
import { type Bare, hop, without } from './hop.ts'

interface Named {
  readonly namespace: string
  readonly name: string
}

/**
 * Requests of the size of a packet, to these Services' endpoints and, for a URL, to the controllers before them. Where
 * nothing says that a port speaks HTTP nothing may be sent to it, and that is said.
 */
export function largeHop(
  { scope: { target }, sources }: Model,
  services: readonly Named[],
  port: number | null,
): readonly Bare[] {
  const { contacts, dnsProbe } = sources
  if (!contacts.known || contacts.value.large === undefined) return []
  const ingress = target.kind === 'object' && target.url !== null ? target.object : null
  const its = contacts.value.large.filter(({ of }) =>
    of.kind === 'endpoint'
      ? services.some((it) => isNamed(it, of.service)) && (port === null || of.service.port === port)
      : ingress?.kind === 'Ingress' && of.ingress.namespace === ingress.namespace && of.ingress.name === ingress.name,
  )
  const { judged: told, lost } = judgedOf(its, dnsProbe)
  const [first] = told
  if (first === undefined) return [without('large', 'not-filled')]
  return [
    hop('large', verdictOf(lost, told, its), 'beside', {
      kind: 'large',
      bytes: (lost[0] ?? first).bytes,
      lost: lost.length,
      of: told.length,
    }),
  ]
}

function verdictOf(lost: readonly LargeRequest[], told: readonly LargeRequest[], its: readonly LargeRequest[]) {
  if (lost.length > 0) return 'broken'
  return told.length === its.length ? 'ok' : 'cannot-tell'
}

function isNamed(one: Named, other: Named): boolean {
  return one.namespace === other.namespace && one.name === other.name
}
