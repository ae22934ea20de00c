/** JSON with sorted keys: one value, one text, however the value was put together. Takes plain JSON values only. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  let text = ''
  for (const [key, held] of Object.entries(value).sort(byKey)) {
    if (held === undefined) continue
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonical(held)}`
  }
  return `{${text}}`
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}
