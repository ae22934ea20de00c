import type { LabelSelector } from 'kubernetes-types/meta/v1.d.ts'

/** An empty selector matches everything, NotIn and DoesNotExist match a missing key (apimachinery labels.Selector). */
export function selects(selector: LabelSelector, labels: Readonly<Record<string, string>> = {}): boolean {
  const exact = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value)
  return (
    exact &&
    (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      const value = labels[key]
      switch (operator) {
        case 'In':
          return value !== undefined && values.includes(value)
        case 'NotIn':
          return value === undefined || !values.includes(value)
        case 'Exists':
          return value !== undefined
        case 'DoesNotExist':
          return value === undefined
        default:
          return false
      }
    })
  )
}
