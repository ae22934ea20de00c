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
  if (!contacts.known || !pods.known) return []
  const homes = new Map(pods.value.map((it) => [it.ip, it.node]))
  const closed = new Set(ways.map((it) => `${it.from} ${it.to}`))
  const isClosed = (from: string, to: string | null | undefined): boolean => closed.has(`${from} ${to}`)
  const byService = Map.groupBy(contacts.value.connects, (it) => `${it.service.namespace}/${it.service.name}`)
  return [...byService.values()].flatMap((its) => {
    const direct = its.filter((it) => it.via.kind === 'endpoint')
    const lies = (it: Contact): boolean =>
      it.via.kind === 'endpoint'
        ? isClosed(it.node, homes.get(it.ip))
        : direct.some((one) => isClosed(it.node, homes.get(one.ip)))
    const sick = its.filter(isSick)
    const [first] = sick
    if (first === undefined || !sick.every(lies)) return []
    return [svcUnanswered(first.service), endpointsAnswerBadly(first.service)]
  })
}
