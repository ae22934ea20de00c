import type { Evidence } from '../../findings/evidence.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { type Corefile, type CorefilePlugin, type CorefileServer, zoneOf } from '../../wire/corefile.ts'

/**
 * The ConfigMap that holds the Corefile: where it was read, else what the DNS servers mount; where neither is known
 * `coredns`, and the Service's own name where a chart or OpenShift made both.
 */
export function corefileObject({ service, pods, workload, corefileMap }: ClusterDns): Subject {
  const mounted = pods.find((it) => it.corefileMap !== undefined)
  const usual = service === null || service.name === 'kube-dns' ? 'coredns' : service.name
  const namespace = mounted?.namespace ?? service?.namespace ?? workload?.namespace ?? 'kube-system'
  return subject('ConfigMap', namespace, corefileMap ?? mounted?.corefileMap ?? usual)
}

/** `line` counts from 1. */
interface MarkedLine {
  readonly line: number
  readonly mark: string
  readonly label: string
}

/** One line of the Corefile between its neighbours, with the caret under `mark`. */
export function corefileEvidence(dns: ClusterDns, text: string, { line, mark, label }: MarkedLine): Evidence {
  const all = text.split('\n')
  const at = Math.min(Math.max(line - 1, 0), all.length - 1)
  const from = Math.max(0, at - 1)
  const marked = all[at] ?? ''
  return {
    kind: 'config',
    object: corefileObject(dns),
    path: `data.${dns.corefileKeys?.wanted ?? 'Corefile'}, line ${at + 1}`,
    lines: all.slice(from, at + 2).map((it) => it.trimEnd()),
    at: at - from,
    mark: marked.includes(mark) ? mark : marked.trim(),
    label,
  }
}

/** Whether parts of the configuration stand in files that were not read: then what is not here may be there. */
export function importsFiles(corefile: Corefile): boolean {
  const some = (plugins: readonly CorefilePlugin[]): boolean =>
    plugins.some((it) => it.name === 'import' || some(it.block ?? []))
  return corefile.imports.length > 0 || corefile.servers.some((it) => some(it.plugins))
}

/** The servers that are asked for every name that no other zone covers. */
export function rootServers(corefile: Corefile): readonly CorefileServer[] {
  return corefile.servers.filter((it) => it.keys.some((key) => zoneOf(key) === ''))
}

/** The zones in which Services have their names: those of each `kubernetes` line, else those of its server. */
export function kubernetesZones(corefile: Corefile): readonly string[] {
  return corefile.servers.flatMap(({ keys, plugins }) =>
    plugins.filter((it) => it.name === 'kubernetes').flatMap((it) => (it.args.length > 0 ? it.args : keys).map(zoneOf)),
  )
}
