import type { Contacts } from '../../model/contacts.ts'
import { count, some } from '../../phrases.ts'

/**
 * One line for each reason, however many addresses and nodes: a policy or a dead backend gives the same one from each
 * node for each URL, and a screen of them hides the answer.
 */
export function easedNotes(eased: Contacts['eased'] & object): readonly string[] {
  const byReason = Map.groupBy(eased, ({ why }) => why.replace(/\d+/g, '0'))
  return [...byReason.values()].flatMap((its) => {
    const [first] = its
    if (first === undefined) return []
    const addresses = [...new Set(its.map((it) => `${it.ip}:${it.port}`))]
    const nodes = [...new Set(its.map((it) => it.node))]
    const why = its.length === 1 ? first.why : `${first.why}, or so (${its.length} times)`
    const who = addresses.length === 1 ? '' : `${count(addresses.length, 'address', 'addresses')}: `
    return [`${some(nodes)}: asked ${who}${some(addresses)} no further: ${why}`]
  })
}
