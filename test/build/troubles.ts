import type { Trouble } from '../../src/findings/trouble.ts'
import { subjectKey } from '../../src/model/subject.ts'

/** For tables: all that a trouble says, in lines that can be read. */
export function linesOf(it: Trouble): readonly string[] {
  return [
    `${it.weight} of ${it.source}: ${it.kind}, ${it.bad} of ${it.of}${it.ms === null ? '' : `, ${it.ms} ms`}`,
    `${subjectKey(it.sufferer)}: ${it.asked} ${it.from}: ${it.how}`,
    `with ${it.involved.map(subjectKey).join(' ')}`,
    `keys ${it.keys.join(' ')}`,
    ...(it.next ?? []).map((line) => `next ${line}`),
  ]
}
