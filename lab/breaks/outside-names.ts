import type { Lab } from '../lab.ts'
import { isAnswered } from './ask-dns.ts'
import { corednsPods } from './coredns.ts'
import { onNode } from './place.ts'

/** How many CoreDNS pods answer for one of the names. */
export async function knowing(lab: Lab, names: readonly string[]): Promise<number> {
  const asker = onNode(lab, 'control-plane')
  const answers = await Promise.all(
    (await corednsPods(lab)).map(async (pod) =>
      (await Promise.all(names.map((name) => isAnswered(asker, { name, server: pod.ip })))).some(Boolean),
    ),
  )
  return answers.filter(Boolean).length
}
