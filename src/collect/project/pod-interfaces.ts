import type { Pod } from '../../model/pod.ts'
import { type Fields, fields, list, text } from './json.ts'

/**
 * Security groups for pods: the annotation that the controller of branch interfaces writes (aws/amazon-vpc-resource-
 * controller-k8s), and how the network plugin is told to treat such pods (aws/amazon-vpc-cni-k8s, README: strict is
 * the default, and early demux is on unless `DISABLE_TCP_EARLY_DEMUX` says true).
 */
export function interfacesOf(metadata: Fields, spec: Fields): Pick<Pod, 'ownInterface' | 'interfaces'> {
  const own = text(fields(metadata['annotations'])['vpc.amazonaws.com/pod-eni'])
  return { ...(own === null ? {} : { ownInterface: true as const }), ...settingsOf(metadata, spec) }
}

function settingsOf(metadata: Fields, spec: Fields): Pick<Pod, 'interfaces'> {
  const labels = fields(metadata['labels'])
  if (labels['k8s-app'] !== 'aws-node' && labels['app.kubernetes.io/name'] !== 'aws-node') return {}
  const all = [...list(spec['containers']), ...list(spec['initContainers'])].map(fields)
  const valueOf = (name: string): unknown =>
    all.flatMap((it) => list(it['env']).map(fields)).find((it) => it['name'] === name)?.['value']
  if (valueOf('ENABLE_POD_ENI') !== 'true') return {}
  const isStandard = valueOf('POD_SECURITY_GROUP_ENFORCING_MODE') === 'standard'
  const isOff = valueOf('DISABLE_TCP_EARLY_DEMUX') === 'true'
  return { interfaces: { mode: isStandard ? 'standard' : 'strict', earlyDemux: isOff ? 'off' : 'on' } }
}
