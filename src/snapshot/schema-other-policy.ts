import { exactly, list, maybe, nullable, object, oneOf, type Schema, type Texts } from '../model/marks.ts'
import { type OtherPolicy, otherPolicyKinds } from '../model/network-policy.ts'

const directions = list(oneOf(['Ingress', 'Egress']))

/** A policy of another kind; `shared` are the texts of which many bear the same. */
export function otherPolicyOf(
  m: Texts,
  shared: Texts,
  labels: Schema<Readonly<Record<string, string>>>,
): Schema<OtherPolicy> {
  return exactly<OtherPolicy>()(
    object({
      kind: oneOf(otherPolicyKinds),
      namespace: nullable(shared.name),
      name: m.name,
      says: maybe(
        object({
          types: directions,
          allows: directions,
          selects: nullable(labels),
          fqdns: oneOf(['none', 'named']),
          lookups: oneOf(['unwatched', 'watched']),
          peers: maybe(list(object({ direction: oneOf(['Ingress', 'Egress']), labels: nullable(labels) }))),
        }),
      ),
    }),
  )
}
