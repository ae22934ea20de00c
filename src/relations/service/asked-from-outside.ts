import type { Contacts } from '../../model/contacts.ts'
import type { Known } from '../../model/known.ts'
import type { Outside } from '../../model/outside.ts'
import type { Service } from '../../model/service.ts'

interface Measured {
  readonly outside: Known<Outside>
  readonly contacts: Known<Contacts>
}

/**
 * What came back from a Service that was asked past the cluster's own addresses: at its load balancer's, at those of
 * nodes by its node ports. `silent`: nothing did, and a packet that a policy drops looks so; a refusal is an answer.
 */
export function askedFromOutside(service: Service, { outside, contacts }: Measured): 'answered' | 'silent' | 'unasked' {
  const addresses = [...(service.loadBalancer?.addresses ?? []), ...(service.externalIPs ?? [])]
  const nodePorts = service.ports.flatMap((it) => it.nodePort ?? [])
  const answers = (outside.known ? outside.value.answers : []).filter(
    (it) => addresses.includes(it.ip) || nodePorts.includes(it.port),
  )
  const connects = (contacts.known ? (contacts.value.nodePorts ?? []) : [])
    .filter(({ service: of }) => of.namespace === service.namespace && of.name === service.name)
    .flatMap((it) => it.tries)
  if (answers.some((it) => !isSilent(it)) || connects.some((it) => it.result === 'open')) return 'answered'
  return answers.length === 0 ? 'unasked' : 'silent'
}

/** As `src/probe` writes the end of a request that met no packet at all. */
function isSilent({ status, error }: Outside['answers'][number]): boolean {
  return status === null && /^no connection within|^ETIMEDOUT/.test(error ?? '')
}
