import type { Container, ValueFlaw } from '../../model/pod.ts'
import { type FlawAround, flawsIn, isJudgedName } from '../../wire/flawed-values.ts'
import type { Intern } from '../../wire/intern.ts'
import { type Fields, fields, list, text, texts } from './json.ts'

const most = 20
/** What fills texts in that it finds in variables, as a container's own words name it. */
const fillers = /\b(?:envsubst|eval|confd|gomplate|dockerize|consul-template|j2|jinja2?|esh|mustache|sed)\b/

/**
 * What is wrong with the texts by which a container's environment tells hosts and ports; of Secrets, which are never
 * read, only that such a variable comes from one. Linear; never throws.
 */
export function flawsOf(spec: Fields, intern: Intern): Pick<Container, 'flaws'> {
  const env = list(spec['env']).map(fields)
  const at = new Map(env.map((it, index) => [text(it['name']) ?? '', index] as const).toReversed())
  const isWhole = allRead(spec, env)
  const isFilled = [...texts(spec['command']), ...texts(spec['args'])].some((it) => fillers.test(it))
  const found: ValueFlaw[] = []
  for (const [index, it] of env.entries()) {
    if (found.length >= most) break
    const [by, value, map] = [text(it['name']), text(it['value']), text(it['map'])]
    if (by === null) continue
    const kept = { by: intern.text(by), ...(map === null ? {} : { map: intern.text(map) }) }
    if (value === null) {
      const { secretKeyRef } = fields(it['valueFrom'])
      if (secretKeyRef !== undefined && isJudgedName(by)) found.push({ ...kept, kind: 'secret', text: '' })
      continue
    }
    const flaws = flawsIn(by, value, {
      isOfMap: map !== null,
      isFilled,
      has: (name) => stateOf(at.get(name), index, isWhole),
      hasPort: [by.replace(/_[A-Z]+$/, '_PORT'), `${by}_PORT`].some((one) => at.has(one)),
    })
    found.push(...flaws.map((flaw) => ({ ...kept, ...flaw, text: intern.text(flaw.text) })))
  }
  return found.length === 0 ? {} : { flaws: found.slice(0, most) }
}

function stateOf(other: number | undefined, index: number, isWhole: boolean): ReturnType<FlawAround['has']> {
  if (other === undefined) return isWhole ? 'no' : 'maybe'
  if (other < index) return 'before'
  return isWhole ? 'later' : 'maybe'
}

/** Whether each source of the environment was read: ConfigMaps of a file are, by the variables that bear their name. */
function allRead(spec: Fields, env: readonly Fields[]): boolean {
  const maps = new Set(env.flatMap((it) => text(it['map']) ?? []))
  return list(spec['envFrom']).every((it) => {
    const name = text(fields(fields(it)['configMapRef'])['name'])
    return name !== null && maps.has(name)
  })
}
