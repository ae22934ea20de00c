import type { Selector } from '../../model/network-policy.ts'

type Requirement = Selector['matchExpressions'][number]

const key = String.raw`([\w./-]{1,320})`
const absent = new RegExp(`^!\\s{0,9}${key}$`)
const present = new RegExp(`^${key}$`)
const equal = new RegExp(String.raw`^${key}\s{0,9}(==?|!=)\s{0,9}([\w.-]{0,64})$`)
const among = new RegExp(String.raw`^${key}\s{1,9}(in|notin)\s{0,9}\(([^()]*)\)$`)

/**
 * A label selector as it is typed, and as CoreDNS takes it (meta.ParseToLabelSelector): `tier in (a, b),app=web,!old`.
 * null for what is none.
 */
export function labelExpression(text: string): Selector | null {
  const matchExpressions = parts(text)
    .map((it) => it.trim())
    .filter((it) => it !== '')
    .map(requirement)
  return matchExpressions.includes(null)
    ? null
    : { matchLabels: {}, matchExpressions: matchExpressions.filter((it) => it !== null) }
}

/** At commas, but for those in parentheses, of which there are no pairs in pairs. */
function parts(text: string): readonly string[] {
  const found: string[] = []
  let from = 0
  let isOpen = false
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]
    if (sign === '(') isOpen = true
    else if (sign === ')') isOpen = false
    else if (sign === ',' && !isOpen) {
      found.push(text.slice(from, at))
      from = at + 1
    }
  }
  return [...found, text.slice(from)]
}

function requirement(text: string): Requirement | null {
  const none = absent.exec(text)
  if (none !== null) return { key: none[1] ?? '', operator: 'DoesNotExist', values: [] }
  const some = present.exec(text)
  if (some !== null) return { key: some[1] ?? '', operator: 'Exists', values: [] }
  const [, name = '', sign, value = ''] = equal.exec(text) ?? []
  if (sign !== undefined) return { key: name, operator: sign === '!=' ? 'NotIn' : 'In', values: [value] }
  const [, of = '', word, list = ''] = among.exec(text) ?? []
  if (word === undefined) return null
  const values = list.split(',').map((it) => it.trim())
  return { key: of, operator: word === 'in' ? 'In' : 'NotIn', values }
}
