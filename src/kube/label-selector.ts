import type { RawObject } from './cluster.ts'

/**
 * Whether an object bears what a selector asks for: `app=web,tier=front` and `app in (web,api)`, as hopscope writes
 * them. Null for any other form.
 */
export function chosenByLabels(selector: string): ((it: RawObject) => boolean) | null {
  const parts = selector.match(/[^,(]+(?:\([^)]*\))?/g) ?? []
  const read = parts.map((it) => {
    const [, equal, value] = /^([^=!\s]+)=([^=]*)$/.exec(it) ?? []
    if (equal !== undefined && value !== undefined) return [equal, [value]] as const
    const [, key, values] = /^(\S+) in \(([^)]*)\)$/.exec(it) ?? []
    return key === undefined || values === undefined ? null : ([key, values.split(',')] as const)
  })
  if (read.includes(null)) return null
  const wanted = read.filter((it) => it !== null)
  return ({ metadata }) => wanted.every(([key, values]) => values.includes(metadata.labels?.[key] ?? ''))
}
