type Labels = Readonly<Record<string, string>>

/**
 * `discoverySelectors` of a MeshConfig, by its lines: a namespace is looked at that has all labels of one of them
 * (istio, mesh/v1alpha1 config.proto). `unread`: in another form, with expressions, or in braces. Linear.
 */
export function discoverySelectors(mesh: string): readonly Labels[] | 'none' | 'unread' {
  const lines = mesh.split('\n').map((it) => it.replace(/\r$/, ''))
  const start = lines.findIndex((it) => it.startsWith('discoverySelectors:'))
  if (start < 0) return 'none'
  if (!/^discoverySelectors:[ \t]*(?:#.*)?$/.test(lines[start] ?? '')) return 'unread'
  const found: Record<string, string>[] = []
  for (const line of lines.slice(start + 1)) {
    if (line.trim() === '' || /^[ \t]*#/.test(line)) continue
    if (/^[^ \t-]/.test(line)) break
    const [, dash, rest = ''] = /^[ \t]*(- +)?(\S.*)$/.exec(line) ?? []
    if (dash !== undefined) found.push({})
    const own = found.at(-1)
    if (own === undefined) return 'unread'
    if (/^matchLabels:[ \t]*$/.test(rest)) continue
    const [, key, value] = /^["']?([\w./-]{1,320})["']?:[ \t]+["']?([\w.-]{0,63})["']?[ \t]*$/.exec(rest) ?? []
    if (dash !== undefined || key === undefined || value === undefined || key === 'matchExpressions') return 'unread'
    own[key] = value
  }
  // An empty selector takes every namespace.
  return found.length === 0 ? 'none' : found
}
