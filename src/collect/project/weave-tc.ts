import type { WeaveTc } from '../../model/weave-tc.ts'
import { type Fields, fields, list, text } from './json.ts'

/** The weave-tc containers of one raw DaemonSet, by their name or their image's; most have none. */
export function projectWeaveTc(raw: Fields): readonly WeaveTc[] {
  const metadata = fields(raw['metadata'])
  const spec = fields(fields(fields(raw['spec'])['template'])['spec'])
  const workload = {
    kind: 'DaemonSet',
    namespace: text(metadata['namespace']) ?? '',
    name: text(metadata['name']) ?? '',
  } as const
  return list(spec['containers'])
    .map(fields)
    .flatMap((it, index) => (isWeaveTc(it) ? [projectOne(workload, spec, it, index)] : []))
}

function isWeaveTc(container: Fields): boolean {
  return text(container['name']) === 'weave-tc' || /(^|\/)weave-tc([:@]|$)/.test(text(container['image']) ?? '')
}

function projectOne(workload: WeaveTc['workload'], spec: Fields, container: Fields, index: number): WeaveTc {
  // Of all the environment these two alone: others may be secret.
  const value = (name: string): string | null =>
    text(
      list(container['env'])
        .map(fields)
        .find((it) => it['name'] === name)?.['value'],
    )
  return {
    workload,
    container: text(container['name']) ?? '',
    index,
    privileged: fields(container['securityContext'])['privileged'] === true,
    hostNetwork: spec['hostNetwork'] === true,
    overlay: value('NET_OVERLAY_IF'),
    dnsPort: value('DNSMASQ_PORT'),
    mounts: list(container['volumeMounts'])
      .map(fields)
      .map((it) => ({ volume: text(it['name']) ?? '', mountPath: text(it['mountPath']) ?? '' })),
    volumes: list(spec['volumes'])
      .map(fields)
      .map((it) => ({ volume: text(it['name']) ?? '', hostPath: text(fields(it['hostPath'])['path']) })),
  }
}
