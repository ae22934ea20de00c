import type { Contact, NodePortContact } from '../../model/contacts.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import type { Pod } from '../../model/pod.ts'
import type { Decision } from '../policy/policy-allows.ts'
import { awake } from './service-contacts.ts'

/** As a connect of the probe, whose pattern `tally` and `awake` know. */
export function asContact({ node, service, at, port, tries }: NodePortContact): Contact {
  return { node, service, via: { kind: 'service' }, ip: at.ip, port, tries }
}

interface Eyes {
  readonly dnsProbe: Known<DnsProbe>
  readonly decide: (contact: Contact, backends: readonly Pod[], port: null) => Decision
  readonly backends: readonly Pod[]
}

/**
 * Those that say something of the node: a probe that was late heard no silence, and a policy on the probe's own pod may
 * go by the node's address or by the pod's that the packet is sent on to.
 */
export function soundNodePorts(
  its: readonly NodePortContact[],
  { dnsProbe, decide, backends }: Eyes,
): readonly NodePortContact[] {
  return its.flatMap((it) => {
    const contact = asContact(it)
    const [heard] = awake([contact], dnsProbe)
    if (heard === undefined || heard.tries.length === 0) return []
    const isBad = heard.tries.some(({ result }) => result !== 'open')
    const isStopped = [[], backends].some((to) => decide(contact, to, null).kind !== 'allowed')
    return isBad && isStopped ? [] : [{ ...it, tries: heard.tries }]
  })
}
