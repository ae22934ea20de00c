import type { DnsConfig, Pod } from '../../model/pod.ts'
import type { Intern } from '../../wire/intern.ts'
import { messageOf, projectContainer } from './container.ts'
import { condition, identity, ownerOf } from './identity.ts'
import { type Fields, count, fields, isObject, list, oneOf, text, texts, whole } from './json.ts'
import { isNodeCache } from './node-cache.ts'
import { isNetworkComponent } from './known-components.ts'

/**
 * `v1 Pod`; null for what is none. Sidecars (init containers that keep running) count as containers. `now` is the API
 * server's clock, in milliseconds since 1970.
 */
export function projectPod(raw: unknown, intern: Intern, now: number | null = null): Pod | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const spec = fields(fields(raw)['spec'])
  const status = fields(fields(raw)['status'])
  const ready = condition(status, 'Ready')
  const node = text(spec['nodeName'])
  return {
    namespace: it.namespace,
    name: it.name,
    labels: it.labels,
    node: node === null ? null : intern.text(node),
    ip: text(status['podIP']),
    ...addresses(status),
    phase: oneOf(status['phase'], ['Unknown', 'Pending', 'Running', 'Succeeded', 'Failed']),
    ready: ready?.['status'] === 'True',
    ...standingOf(ready, now),
    notReadyReason: ready === null || ready['status'] === 'True' ? null : reasonOf(ready),
    ...overReason(status, intern),
    deleting: text(it.metadata['deletionTimestamp']) !== null,
    hostNetwork: spec['hostNetwork'] === true,
    dnsPolicy: intern.text(text(spec['dnsPolicy']) ?? 'ClusterFirst'),
    dnsConfig: isObject(spec['dnsConfig']) ? projectDnsConfig(fields(spec['dnsConfig'])) : null,
    ...resolvConfMount(spec),
    ...corefileMap(spec),
    ...ownName(spec, intern),
    ...hostAliases(spec),
    ...dnsHop(spec, it.metadata),
    owner: ownerOf(it.metadata, intern),
    containers: intern.same(containers(spec, status, intern, isNetworkComponent(it.labels))),
    ...schedulingOf(status),
    ...gatesOf(spec, status),
    ...initOf(spec, status),
  }
}

/** Whoever follows pods has heard of it by then: the endpoint slice controller is done within seconds. */
const settledMs = 60_000

function standingOf(ready: Fields | null, now: number | null): Pick<Pod, 'standing'> {
  const since = Date.parse(text(ready?.['lastTransitionTime']) ?? '')
  return now !== null && now - since >= settledMs ? { standing: 'settled' } : {}
}

function addresses(status: Fields): Pick<Pod, 'ips'> {
  const ips = list(status['podIPs'])
    .map(fields)
    .flatMap((it) => text(it['ip']) ?? [])
  return ips.length > 1 ? { ips } : {}
}

function overReason(status: Fields, intern: Intern): Pick<Pod, 'overReason'> {
  const reason = text(status['reason'])
  return reason === null || status['phase'] !== 'Failed' ? {} : { overReason: intern.text(reason) }
}

function schedulingOf(status: Fields): Pick<Pod, 'scheduling'> {
  const scheduled = condition(status, 'PodScheduled')
  const said = scheduled?.['status'] === 'False' ? (text(scheduled['message']) ?? text(scheduled['reason'])) : null
  return said === null ? {} : { scheduling: said }
}

function gatesOf(spec: Fields, status: Fields): Pick<Pod, 'gates'> {
  const types = list(spec['readinessGates']).flatMap((it) => text(fields(it)['conditionType']) ?? [])
  const shut = types.filter((it) => condition(status, it)?.['status'] !== 'True')
  return shut.length === 0 ? {} : { gates: shut }
}

/** The first init container that has not succeeded; sidecars, which keep running, count as the others. */
function initOf(spec: Fields, status: Fields): Pick<Pod, 'init'> {
  if (status['phase'] !== 'Pending') return {}
  const ends = new Set(
    list(spec['initContainers'])
      .map(fields)
      .filter((it) => it['restartPolicy'] !== 'Always')
      .map((it) => it['name']),
  )
  const states = list(status['initContainerStatuses'])
    .map(fields)
    .filter((it) => ends.has(it['name']))
  const at = states.find((it) => fields(fields(it['state'])['terminated'])['exitCode'] !== 0)
  const name = text(at?.['name'])
  if (at === undefined || name === null) return {}
  const [state, before] = [fields(at['state']), fields(fields(at['lastState'])['terminated'])]
  const waiting = fields(state['waiting'])
  const reason = text(waiting['reason'])
  // Not its turn yet: what the pod itself waits for comes first.
  if (reason === 'PodInitializing' || reason === 'ContainerCreating') return {}
  const ended = isObject(state['terminated']) ? fields(state['terminated']) : before
  return {
    init: {
      name,
      waiting: reason,
      message: messageOf(waiting).message ?? null,
      exitCode: whole(ended['exitCode']),
      last: text(ended['reason']),
      restarts: count(at['restartCount']),
    },
  }
}

function containers(spec: Fields, status: Fields, intern: Intern, withArgs: boolean): Pod['containers'] {
  const sidecars = list(spec['initContainers'])
    .map(fields)
    .filter((it) => it['restartPolicy'] === 'Always')
  const states = [...list(status['containerStatuses']), ...list(status['initContainerStatuses'])].map(fields)
  return [...list(spec['containers']).map(fields), ...sidecars].map((it) => {
    const state = states.find((other) => other['name'] === it['name']) ?? {}
    return projectContainer(it, state, intern, withArgs || isNodeCache(it))
  })
}

/** What a pod mounts there takes the place of the file that the kubelet writes. */
function resolvConfMount(spec: Fields): Pick<Pod, 'resolvConfMount'> {
  const mounts = list(spec['containers'])
    .map(fields)
    .flatMap((it) => list(it['volumeMounts']).map(fields))
  const mount = mounts.find((it) => /^\/etc\/?$|^\/etc\/resolv\.conf$/.test(text(it['mountPath']) ?? ''))
  if (mount === undefined) return {}
  const volume =
    list(spec['volumes'])
      .map(fields)
      .find((it) => it['name'] === mount['name']) ?? {}
  const configMap = text(fields(volume['configMap'])['name'])
  const secret = text(fields(volume['secret'])['secretName'])
  if (configMap !== null) return { resolvConfMount: { kind: 'ConfigMap', name: configMap } }
  return {
    resolvConfMount:
      secret === null ? { kind: 'volume', name: text(mount['name']) ?? 'unnamed' } : { kind: 'Secret', name: secret },
  }
}

/** DNS servers mount it by key, under whatever name a chart or an operator gave to the ConfigMap. */
function corefileMap(spec: Fields): Pick<Pod, 'corefileMap'> {
  const maps = list(spec['volumes']).map((it) => fields(fields(it)['configMap']))
  const isCorefile = (it: unknown): boolean => fields(it)['key'] === 'Corefile'
  const name = text(maps.find((it) => list(it['items']).some(isCorefile))?.['name'])
  return name === null ? {} : { corefileMap: name }
}

function ownName(spec: Fields, intern: Intern): Pick<Pod, 'hostname' | 'subdomain'> {
  const [hostname, subdomain] = [text(spec['hostname']), text(spec['subdomain'])]
  return {
    ...(hostname === null ? {} : { hostname: intern.text(hostname) }),
    ...(subdomain === null ? {} : { subdomain: intern.text(subdomain) }),
  }
}

function hostAliases(spec: Fields): Pick<Pod, 'hostAliases'> {
  const lines = list(spec['hostAliases'])
    .map(fields)
    .map((it) => ({ ip: text(it['ip']) ?? '', names: texts(it['hostnames']) }))
  return lines.length === 0 ? {} : { hostAliases: lines }
}

/**
 * Istio's sidecar answers DNS itself where ISTIO_META_DNS_CAPTURE says so, which its injector writes into the
 * container; in its ambient mode the node's ztunnel takes the pod's traffic, port 53 with it, and the CNI plugin
 * leaves its mark.
 */
function dnsHop(spec: Fields, metadata: Fields): Pick<Pod, 'dnsHop'> {
  const all = [...list(spec['containers']), ...list(spec['initContainers'])].map(fields)
  const proxy = all.find((it) =>
    list(it['env'])
      .map(fields)
      .some((one) => one['name'] === 'ISTIO_META_DNS_CAPTURE' && one['value'] === 'true'),
  )
  if (proxy !== undefined)
    return { dnsHop: { by: `container ${text(proxy['name']) ?? 'istio-proxy'}`, sign: 'ISTIO_META_DNS_CAPTURE=true' } }
  const ambient = fields(metadata['annotations'])['ambient.istio.io/redirection'] === 'enabled'
  return ambient ? { dnsHop: { by: "the node's ztunnel", sign: 'ambient.istio.io/redirection: enabled' } } : {}
}

/** The kubelet's sentence, else its one-word reason. */
function reasonOf(ready: Fields): string | null {
  return text(ready['message']) ?? text(ready['reason'])
}

function projectDnsConfig(raw: Fields): DnsConfig {
  return {
    nameservers: texts(raw['nameservers']),
    searches: texts(raw['searches']),
    options: list(raw['options'])
      .map(fields)
      .flatMap((it) => {
        const name = text(it['name'])
        return name === null ? [] : [{ name, value: text(it['value']) }]
      }),
  }
}
