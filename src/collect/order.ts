import { textOrder } from '../model/text-order.ts'

interface Named {
  readonly namespace: string
  readonly name: string
}

/** Orders by code units: the same on every machine, whatever its locale. */
export function byName<T>(key: (it: T) => string): (a: T, b: T) => number {
  return (a, b) => textOrder(key(a), key(b))
}

/** By namespace, then name. */
export function inOrder(a: Named, b: Named): number {
  return textOrder(a.namespace, b.namespace) || textOrder(a.name, b.name)
}
