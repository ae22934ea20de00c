import type { Contact, Contacts } from '../../model/contacts.ts'
import { type Known, mapKnown } from '../../model/known.ts'
import type { Namespace, NetworkPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import type { ServicePort } from '../../model/service.ts'
import { type Decision, podEnd, policyRules, probeEnd } from './policy-allows.ts'
import { targetPortIn } from '../service/service-endpoints.ts'

interface Seen {
  readonly contacts: Known<Contacts>
  readonly networkPolicies: Known<readonly NetworkPolicy[]>
  readonly namespaces: Known<readonly Namespace[]>
}

/**
 * Whether policies let the probe's own pod make a connection: one that they deny says nothing about the Service.
 * Those of the namespace where it ran are read whatever the scope is (src/collect). For a connect by the Service's
 * address any pod may have been chosen, so one denied pod is enough to blind it.
 */
export function policyOnProbe({
  contacts,
  networkPolicies,
  namespaces,
}: Seen): (contact: Contact, backends: readonly Pod[], port: ServicePort | null) => Decision {
  const rules = mapKnown(networkPolicies, (its) => policyRules(its, namespaces))
  const from = contacts.known ? contacts.value.from : null
  return (contact, backends, port) => {
    if (!rules.known) return unknown('the NetworkPolicies could not be read')
    if (from === null) return { kind: 'allowed' }
    const source = probeEnd(from, contact.node)
    const { via } = contact
    const targets = via.kind === 'endpoint' ? backends.filter((it) => it.name === via.pod) : backends
    if (targets.length === 0)
      return rules.value({ from: source, to: { kind: 'address', ip: contact.ip }, port: contact.port, protocol: 'TCP' })
    const decisions = targets.map((it) =>
      rules.value({
        from: source,
        to: podEnd(it),
        port: via.kind === 'endpoint' || port === null ? contact.port : (targetPortIn(it, port) ?? contact.port),
        protocol: 'TCP',
      }),
    )
    return (
      decisions.find((it) => it.kind === 'denied') ??
      decisions.find((it) => it.kind === 'unknown') ?? { kind: 'allowed' }
    )
  }
}

function unknown(why: string): Decision {
  return { kind: 'unknown', direction: 'Ingress', by: [], why }
}
