import type { Evidence } from '../../findings/evidence.ts'
import type { Pod } from '../../model/pod.ts'
import type { PodResolver } from '../../relations/dns/pod-resolvers.ts'
import { pathIn } from './inside-words.ts'

/** The lines of resolv.conf as seen, or of dnsConfig as written, with the caret under `mark`. */
export function resolverEvidence(
  it: PodResolver,
  keyword: 'nameserver' | 'search',
  mark: string,
  label: string,
): Evidence {
  const { pod, seen, workload } = it
  if (seen !== null) {
    const lines = seen
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => /^(?:nameserver|search|domain)\b/.test(line))
    const at = Math.max(
      0,
      lines.findIndex((line) => line.startsWith(keyword) && line.includes(mark)),
    )
    const text = lines.length === 0 ? ['(no nameserver line)'] : lines
    return {
      kind: 'config',
      object: { kind: 'Pod', namespace: pod.namespace, name: pod.name },
      path: it.view === null ? '/etc/resolv.conf' : pathIn({ pod, view: it.view }, '/etc/resolv.conf'),
      lines: text,
      at,
      mark: (text[at] ?? '').includes(mark) ? mark : (text[at] ?? ''),
      label,
    }
  }
  const key = keyword === 'nameserver' ? 'nameservers' : 'searches'
  const lines = [
    `dnsPolicy: ${pod.dnsPolicy}`,
    'dnsConfig:',
    `  ${key}:`,
    ...fewOf(
      (pod.dnsConfig?.[key] ?? []).map((value) => `  - ${value}`),
      mark,
    ),
  ]
  const at = Math.max(
    0,
    lines.findLastIndex((line) => line.endsWith(mark)),
  )
  return {
    kind: 'config',
    object: workload,
    path: workload.kind === 'Pod' ? 'spec' : 'spec.template.spec',
    lines,
    at,
    mark: (lines[at] ?? '').includes(mark) ? mark : (lines[at] ?? ''),
    label,
  }
}

/** The pods in which it was seen: none where only the spec is known. */
export function seenPods({ pods, seenIn }: PodResolver): readonly Pod[] {
  return pods.filter((it) => seenIn.inPods.includes(it.name))
}

/** The first and the last of a long list, and the one that is meant. */
function fewOf(lines: readonly string[], mark: string): readonly string[] {
  if (lines.length <= 6) return lines
  const at = Math.max(
    2,
    lines.findLastIndex((line) => line.endsWith(mark)),
  )
  return [...lines.slice(0, 2), `  # ${at - 2} more`, ...lines.slice(at, at + 2)]
}
