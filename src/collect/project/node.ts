import type { Node } from '../../model/node.ts'
import type { Intern } from '../../wire/intern.ts'
import { cpuMilli } from '../../wire/quantity.ts'
import { condition } from './identity.ts'
import { type Fields, fields, list, oneOf, stringMap, text, texts } from './json.ts'

/** Longer than a node takes to get its network, as its agent's image is pulled and started. */
const newMs = 300_000

/** `v1 Node`; null for what is none. `ip` is its InternalIP. `now`: the API server's clock, where it is known. */
export function projectNode(raw: unknown, intern: Intern, now: number | null = null): Node | null {
  const metadata = fields(fields(raw)['metadata'])
  const name = text(metadata['name'])
  if (name === null) return null
  const spec = fields(fields(raw)['spec'])
  const status = fields(fields(raw)['status'])
  const info = fields(status['nodeInfo'])
  const ready = condition(status, 'Ready')
  const cpu = cpuMilli(fields(status['capacity'])['cpu'])
  return {
    name: intern.text(name),
    labels: intern.labels(stringMap(metadata['labels'])),
    ip: text(
      list(status['addresses'])
        .map(fields)
        .find((it) => it['type'] === 'InternalIP')?.['address'],
    ),
    ...otherAddresses(status),
    ...tunnelOf(stringMap(metadata['annotations'])),
    ...madeOf(metadata, now),
    ready: oneOf(ready?.['status'], ['Unknown', 'True', 'False']),
    readyMessage: text(ready?.['message']),
    ...(/^(?:True|False|Unknown)$/.test(text(ready?.['status']) ?? '') ? {} : { readyUnsaid: true as const }),
    unschedulable: spec['unschedulable'] === true,
    taints: list(spec['taints'])
      .map(fields)
      .flatMap((it) => {
        const key = text(it['key'])
        return key === null ? [] : [{ key, value: text(it['value']), effect: text(it['effect']) ?? '' }]
      }),
    kernel: text(info['kernelVersion']) ?? '',
    os: text(info['osImage']) ?? '',
    kubelet: text(info['kubeletVersion']) ?? '',
    cpus: cpu === null ? null : Math.floor(cpu / 1000),
    ...networkOf(spec, status),
    ...providerOf(text(spec['providerID'])),
  }
}

function otherAddresses(status: Fields): Pick<Node, 'ips'> {
  const own = list(status['addresses'])
    .map(fields)
    .filter((it) => it['type'] === 'InternalIP' || it['type'] === 'ExternalIP')
    .flatMap((it) => text(it['address']) ?? [])
  return own.length > 1 ? { ips: [...new Set(own)].slice(0, mostAddresses) } : {}
}

const mostAddresses = 20

/**
 * What flanneld and calico-node write of themselves (flannel pkg/subnet/kube/annotations.go; Calico with
 * `datastore: kubernetes`, libcalico-go backend/k8s/resources/node.go).
 */
function tunnelOf(annotations: Readonly<Record<string, string>>): Pick<Node, 'tunnel'> {
  const flannel = annotations['flannel.alpha.coreos.com/public-ip']
  const [calico] = (annotations['projectcalico.org/IPv4Address'] ?? '').split('/', 1)
  const ip = flannel ?? calico ?? ''
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(ip)) return {}
  const isTold = flannel !== undefined && annotations['flannel.alpha.coreos.com/public-ip-overwrite'] === ip
  const by = flannel === undefined ? 'calico' : 'flannel'
  return { tunnel: { by, ip, ...(isTold ? { told: true as const } : {}) } }
}

function networkOf(spec: Fields, status: Fields): Pick<Node, 'networkUnavailable' | 'podCidrs'> {
  const network = condition(status, 'NetworkUnavailable')
  const cidrs = texts(spec['podCIDRs'])
  return {
    ...(network?.['status'] === 'True'
      ? { networkUnavailable: text(network['message']) ?? text(network['reason']) ?? 'no reason is given' }
      : {}),
    ...(cidrs.length === 0 ? {} : { podCidrs: cidrs }),
  }
}

/** Of `gce://project/zone/name` the first word alone: the rest names accounts. */
function providerOf(id: string | null): Pick<Node, 'provider'> {
  const provider = /^([a-z][a-z0-9+.-]{0,40}):\/\//.exec(id ?? '')?.[1]
  return provider === undefined ? {} : { provider }
}

function madeOf(metadata: Fields, now: number | null): Pick<Node, 'madeSeconds'> {
  const since = now === null ? Number.NaN : now - Date.parse(text(metadata['creationTimestamp']) ?? '')
  return since <= newMs ? { madeSeconds: Math.max(0, Math.floor(since / 1000)) } : {}
}
