import { type Fields, text } from './json.ts'

/**
 * `$(NAME)` is what an earlier variable is set to (kubelet, third_party/forked/golang/expansion). null where such a one
 * is not read. The address of a Service, which the kubelet adds, is left out, and the text is not whole then.
 */
export function expanded(
  set: string,
  env: readonly Fields[],
): { readonly text: string; readonly isWhole: boolean } | null {
  if (!set.includes('$(')) return { text: set, isWhole: true }
  const values = new Map(env.map((it) => [it['name'], text(it['value'])]))
  const parts = set.split(/\$\(([A-Za-z_][\w.-]{0,250})\)/)
  const filled = parts.map((it, at) => {
    if (at % 2 === 0) return it
    return values.get(it) ?? (it.endsWith('_SERVICE_HOST') ? '' : null)
  })
  const whole = filled.every((it) => it !== null && !it.includes('$(')) ? filled.join('') : null
  return whole === null ? null : { text: whole, isWhole: !parts.some((it, at) => at % 2 === 1 && !values.has(it)) }
}
