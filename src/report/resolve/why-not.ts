import { answerWord } from '../../answers/resolution.ts'
import type { AskedQuery } from '../../model/resolution.ts'

/** What the answers to the last name that was tried say, where one word for its end would say less, or another. */
export function whyNot(queries: readonly AskedQuery[]): string | null {
  const name = queries.at(-1)?.name
  const its = queries.filter((one) => one.name === name)
  const cut = its.find((one) => one.answer === 'truncated')
  const whole = cut === undefined ? undefined : its.findLast((one) => one.type === cut.type && one.transport === 'tcp')
  if (cut !== undefined && (whole === undefined || !isAnswer(whole.answer)))
    return (
      'is not resolved: its answer does not fit into UDP (TC), and over TCP ' +
      (whole === undefined ? 'there is no connection' : `there is ${answerWord(whole)}`)
    )
  const loop = its.map((one) => aliasLoop(one.records)).find((one) => one !== null)
  if (loop !== undefined && loop !== null) return `is an alias that leads back to itself (${bare(loop)}): it has no end`
  const [a, aaaa] = ['A', 'AAAA'].map((type) => its.findLast((one) => one.type === type)?.answer)
  if (a === 'nxdomain' && (aaaa === 'nodata' || aaaa === 'ok'))
    return 'is told two ways: "no such name" to the question for A, and that there is one to AAAA'
  if (aaaa === 'nxdomain' && a === 'nodata')
    return 'is told two ways: "no such name" to the question for AAAA, and that there is one to A'
  return null
}

function isAnswer(answer: AskedQuery['answer']): boolean {
  return answer === 'ok' || answer === 'nodata' || answer === 'nxdomain' || answer === 'other-name'
}

/** A name on the way of these aliases that leads to itself; null where they have an end. */
function aliasLoop(records: AskedQuery['records']): string | null {
  const to = new Map(records.filter((it) => it.type === 'CNAME').map((it) => [key(it.name), it.data]))
  for (const start of to.keys()) {
    const seen = new Set([start])
    for (let at = to.get(start); at !== undefined; at = to.get(key(at))) {
      if (seen.has(key(at))) return at
      seen.add(key(at))
    }
  }
  return null
}

function key(name: string): string {
  return bare(name).toLowerCase()
}

function bare(name: string): string {
  return name.replace(/\.$/, '')
}
