import { exactly, list, maybe, nullable, number, object, oneOf, type Schema, type Texts } from '../model/marks.ts'
import { type OtherPolicy, otherPolicyKinds, type PolicyPort, type Selector } from '../model/network-policy.ts'

export interface OtherPolicyParts {
  readonly labels: Schema<Readonly<Record<string, string>>>
  readonly selector: Schema<Selector>
  readonly ports: Schema<readonly PolicyPort[]>
}

const directions = list(oneOf(['Ingress', 'Egress']))

/** A policy of another kind; `shared` are the texts of which many bear the same. */
export function otherPolicyOf(
  m: Texts,
  shared: Texts,
  { labels, selector, ports }: OtherPolicyParts,
): Schema<OtherPolicy> {
  const peer = object({ namespaces: selector, pods: selector })
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
      tier: maybe(
        object({
          tier: oneOf(['admin', 'baseline']),
          priority: number,
          subject: nullable(peer),
          rules: list(
            object({
              direction: oneOf(['Ingress', 'Egress']),
              action: oneOf(['Allow', 'Deny', 'Pass']),
              name: nullable(m.name),
              peers: list(peer),
              networks: list(m.address),
              others: oneOf(['none', 'outside', 'maybe']),
              ports,
            }),
          ),
        }),
      ),
    }),
  )
}
