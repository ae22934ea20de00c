/*
 * A label selector as it is given to `kubectl -l` and to flags: `app=web,tier in (a,b),!old` (apimachinery,
 * pkg/labels/selector.go).
 */

type Operator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'

/** Of the form of model/network-policy's Selector. */
export interface WrittenSelector {
  readonly matchLabels: Readonly<Record<string, string>>
  readonly matchExpressions: readonly {
    readonly key: string
    readonly operator: Operator
    readonly values: readonly string[]
  }[]
}

/** Longer than any that a person wrote. */
const longestSelector = 1000
const equal = /^([A-Za-z0-9][\w./-]{0,316})\s*(==?|!=)\s*([\w.-]{0,63})$/
const among = /^([A-Za-z0-9][\w./-]{0,316})\s+(in|notin)\s*\(([\w.,\s-]{0,500})\)$/
const alone = /^(!?)\s*([A-Za-z0-9][\w./-]{0,316})$/

/** null for what is none. */
export function writtenSelector(text: string): WrittenSelector | null {
  if (text.length > longestSelector) return null
  const parts = text.match(/(?:[^,()]|\([^()]{0,500}\)){1,700}/g) ?? []
  const all = parts.map((it) => requirement(it.trim()))
  const expressions = all.flatMap((it) => it ?? [])
  if (expressions.length === 0 || expressions.length < all.length) return null
  const isPair = ({ key: of, operator, values }: Requirement): boolean =>
    operator === 'In' && values.length === 1 && expressions.filter((it) => it.key === of).length === 1
  return {
    matchLabels: Object.fromEntries(expressions.filter(isPair).map((it) => [it.key, it.values[0] ?? ''])),
    matchExpressions: expressions.filter((it) => !isPair(it)),
  }
}

type Requirement = WrittenSelector['matchExpressions'][number]

function requirement(part: string): Requirement | null {
  const [, name = '', operator = '', said = ''] = equal.exec(part) ?? []
  if (name !== '') return { key: name, operator: operator === '!=' ? 'NotIn' : 'In', values: [said] }
  const [, of = '', word = '', list = ''] = among.exec(part) ?? []
  if (of !== '') {
    const values = list.split(',').map((it) => it.trim())
    return { key: of, operator: word === 'in' ? 'In' : 'NotIn', values }
  }
  const [, not = '', one = ''] = alone.exec(part) ?? []
  return one === '' ? null : { key: one, operator: not === '!' ? 'DoesNotExist' : 'Exists', values: [] }
}
