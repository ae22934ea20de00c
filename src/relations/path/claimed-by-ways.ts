import type { Contact, Contacts } from '../../model/contacts.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import { isSick } from '../service/service-contacts.ts'
import { endpointsAnswerBadly, svcUnanswered } from '../symptom.ts'
import type { NodeWay } from './node-ways.ts'

/**
 * Services of which no connect failed but those that go a closed way, or may: by the Service's address any of its pods
 * may have been chosen. One that fails elsewhere too has a cause of its own.
 */
export function servicesBehind(
  ways: readonly Pick<NodeWay, 'from' | 'to'>[],
  contacts: Known<Contacts>,
  pods: Known<readonly Pod[]>,
): readonly string[] {
  const closed = new Set(ways.map((it) => `${it.from} ${it.to}`))
  return servicesThatFailOnly(
    ({ via, node }, { home, homes }) =>
      via.kind === 'endpoint' ? closed.has(`${node} ${home}`) : homes.some((it) => closed.has(`${node} ${it}`)),
    { contacts, pods },
  )
}

/** Services whose address fails on a node that one of their pods runs on, and nowhere else; their pods answer. */
export function servicesAtHome(
  node: string,
  contacts: Known<Contacts>,
  pods: Known<readonly Pod[]>,
): readonly string[] {
  return servicesThatFailOnly(
    (it, { homes }) => it.via.kind === 'service' && it.node === node && homes.includes(node),
    {
      contacts,
      pods,
    },
  )
}

/** Services of which nothing failed but what goes to this address, or may. */
export function servicesBehindAddress(ip: string, contacts: Known<Contacts>): readonly string[] {
  if (!contacts.known) return []
  const byService = Map.groupBy(contacts.value.connects, (it) => `${it.service.namespace}/${it.service.name}`)
  return [...byService.values()].flatMap((its) => {
    const [first] = its
    const isOnly = its.filter(isSick).every((it) => it.ip === ip || it.via.kind === 'service')
    if (first === undefined || !isOnly || !its.some((it) => it.ip === ip)) return []
    return [svcUnanswered(first.service), endpointsAnswerBadly(first.service)]
  })
}

interface Homes {
  /** Where the pod of this address runs. */
  readonly home: string | null
  /** Where those run that the Service's address may lead to. */
  readonly homes: readonly (string | null)[]
}

function servicesThatFailOnly(
  isMet: (it: Contact, homes: Homes) => boolean,
  { contacts, pods }: { readonly contacts: Known<Contacts>; readonly pods: Known<readonly Pod[]> },
): readonly string[] {
  if (!contacts.known || !pods.known) return []
  const nodes = new Map(pods.value.map((it) => [it.ip, it.node]))
  const homeOf = (it: Contact): string | null => nodes.get(it.ip) ?? null
  const byService = Map.groupBy(contacts.value.connects, (it) => `${it.service.namespace}/${it.service.name}`)
  return [...byService.values()].flatMap((its) => {
    const homes = its.filter((it) => it.via.kind === 'endpoint').map(homeOf)
    const sick = its.filter(isSick)
    const [first] = sick
    if (first === undefined || !sick.every((it) => isMet(it, { home: homeOf(it), homes }))) return []
    return [svcUnanswered(first.service), endpointsAnswerBadly(first.service)]
  })
}
