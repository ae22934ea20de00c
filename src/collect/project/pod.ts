import type { DnsConfig, InitState, Pod } from '../../model/pod.ts'
import type { Intern } from '../../wire/intern.ts'
import { interfacesOf } from './pod-interfaces.ts'
import { waitedForIn } from '../../wire/waits-for.ts'
import { messageOf, projectContainer } from './container.ts'
import { condition, identity, ownerOf } from './identity.ts'
import { type Fields, count, fields, isObject, list, oneOf, text, stringMap, texts, whole } from './json.ts'
import { isNodeCache } from './node-cache.ts'
import { isNetworkComponent } from './known-components.ts'
import { placementOf } from './placement.ts'
import { hostListOf, unaskedOf } from './probe-times.ts'
import { sidecarTrafficOf } from './sidecar-traffic.ts'

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
    ...heldOf(it.metadata, now),
    hostNetwork: spec['hostNetwork'] === true,
    ...computeTypeOf(it.metadata),
    ...interfacesOf(it.metadata, spec),
    dnsPolicy: intern.text(text(spec['dnsPolicy']) ?? 'ClusterFirst'),
    ...(spec['enableServiceLinks'] === false ? { serviceLinks: 'off' as const } : {}),
    dnsConfig: isObject(spec['dnsConfig']) ? projectDnsConfig(fields(spec['dnsConfig'])) : null,
    ...mountsOverFiles(spec),
    ...mountedCorefile(spec, status),
    ...noSidecarOf(it.metadata),
    ...bypassOf(it.metadata),
    ...sidecarTrafficOf(it.metadata),
    ...ownName(spec, intern),
    ...hostAliases(spec),
    ...dnsHop(spec, it.metadata),
    ...meshIdentity(spec, it.metadata, intern),
    ...inboundDefault(spec),
    ...daprOf(spec, it.metadata),
    owner: ownerOf(it.metadata, intern),
    containers: intern.same(containers(spec, status, { intern, now, withArgs: isNetworkComponent(it.labels) })),
    ...schedulingOf(status),
    ...placementOf(spec, intern),
    ...gatesOf(spec, status),
    ...initOf(spec, status),
  }
}

function computeTypeOf(metadata: Fields): Pick<Pod, 'computeType'> {
  const said = fields(metadata['annotations'])['eks.amazonaws.com/compute-type']
  return said === 'ec2' || said === 'fargate' ? { computeType: said } : {}
}

/** Whoever follows pods has heard of it by then: the endpoint slice controller is done within seconds. */
const settledMs = 60_000

/** Longer than any cache of a usual DNS server keeps what it heard of the pod before. */
const turnedMs = 600_000

function standingOf(ready: Fields | null, now: number | null): Pick<Pod, 'standing' | 'turnedSeconds'> {
  const since = now === null ? Number.NaN : now - Date.parse(text(ready?.['lastTransitionTime']) ?? '')
  return {
    ...(since >= settledMs ? { standing: 'settled' as const } : {}),
    ...(since <= turnedMs ? { turnedSeconds: Math.max(0, Math.floor(since / 1000)) } : {}),
  }
}

/** With a finalizer the API server keeps what is deleted until whoever set it takes it off. */
function heldOf(metadata: Fields, now: number | null): Pick<Pod, 'held'> {
  const deleted = text(metadata['deletionTimestamp'])
  const finalizers = texts(metadata['finalizers'])
  if (deleted === null || finalizers.length === 0) return {}
  const since = now === null ? Number.NaN : Math.round((now - Date.parse(deleted)) / 1000)
  return { held: { finalizers, seconds: Number.isFinite(since) ? Math.max(0, since) : null } }
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

/** What a load balancer's controller says of its targets is a sentence. */
const longestGate = 300

function gatesOf(spec: Fields, status: Fields): Pick<Pod, 'gates' | 'gateWords'> {
  const types = list(spec['readinessGates']).flatMap((it) => text(fields(it)['conditionType']) ?? [])
  const shut = types.filter((it) => condition(status, it)?.['status'] !== 'True')
  const said = shut.flatMap((gate) => {
    const one = condition(status, gate)
    const words = [text(one?.['reason']), text(one?.['message'])].filter((it) => it !== null && it !== '')
    return words.length === 0 ? [] : [{ gate, said: words.join(': ').slice(0, longestGate) }]
  })
  return shut.length === 0 ? {} : { gates: shut, ...(said.length === 0 ? {} : { gateWords: said }) }
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
      ...(isObject(state['running']) ? waitsOf(spec, name) : {}),
    },
  }
}

function waitsOf(spec: Fields, name: string): Pick<InitState, 'waitsFor'> {
  const own = list(spec['initContainers'])
    .map(fields)
    .find((it) => it['name'] === name)
  const waitsFor = waitedForIn([...texts(own?.['command']), ...texts(own?.['args'])])
  return waitsFor.length === 0 ? {} : { waitsFor }
}

interface Reading {
  readonly intern: Intern
  readonly now: number | null
  readonly withArgs: boolean
}

function containers(spec: Fields, status: Fields, { intern, now, withArgs }: Reading): Pod['containers'] {
  const sidecars = list(spec['initContainers'])
    .map(fields)
    .filter((it) => it['restartPolicy'] === 'Always')
  const states = [...list(status['containerStatuses']), ...list(status['initContainerStatuses'])].map(fields)
  return [...list(spec['containers']).map(fields), ...sidecars].map((it) => {
    const state = states.find((other) => other['name'] === it['name']) ?? {}
    const read = projectContainer(it, state, intern, withArgs || isNodeCache(it))
    return { ...read, ...unaskedOf(it, state, now), ...hostListOf(it, intern) }
  })
}

/** What a pod mounts there takes the place of the file that the kubelet writes, or the image has. */
function mountsOverFiles(spec: Fields): Pick<Pod, 'resolvConfMount' | 'nsswitchMount'> {
  const mounts = list(spec['containers'])
    .map(fields)
    .flatMap((it) => list(it['volumeMounts']).map(fields))
  const [resolvConf, nsswitch] = [/^\/etc\/?$|^\/etc\/resolv\.conf$/, /^\/etc\/?$|^\/etc\/nsswitch\.conf$/].map(
    (at) => {
      const mount = mounts.find((it) => at.test(text(it['mountPath']) ?? ''))
      return mount === undefined ? null : volumeOf(spec, text(mount['name']) ?? 'unnamed')
    },
  )
  return {
    ...(resolvConf ? { resolvConfMount: resolvConf } : {}),
    ...(nsswitch ? { nsswitchMount: nsswitch } : {}),
  }
}

function volumeOf(spec: Fields, name: string): { readonly kind: string; readonly name: string } {
  const volume =
    list(spec['volumes'])
      .map(fields)
      .find((it) => it['name'] === name) ?? {}
  const configMap = text(fields(volume['configMap'])['name'])
  const secret = text(fields(volume['secret'])['secretName'])
  if (configMap !== null) return { kind: 'ConfigMap', name: configMap }
  return secret === null ? { kind: 'volume', name } : { kind: 'Secret', name: secret }
}

function mountedCorefile(spec: Fields, status: Fields): Pick<Pod, 'corefileMap' | 'corefileKey' | 'startedAt'> {
  const map = corefileMap(spec)
  const starts = list(status['containerStatuses']).map((it) =>
    Date.parse(text(fields(fields(fields(it)['state'])['running'])['startedAt']) ?? ''),
  )
  const last = Math.max(...starts)
  return map.corefileMap === undefined || !Number.isFinite(last) ? map : { ...map, startedAt: last }
}

/** DNS servers mount it by key, under whatever name a chart or an operator gave to the ConfigMap. */
function corefileMap(spec: Fields): Pick<Pod, 'corefileMap' | 'corefileKey'> {
  const volumes = list(spec['volumes']).map(fields)
  const items = volumes
    .flatMap((it) => [
      fields(it['configMap']),
      ...list(fields(it['projected'])['sources']).map((one) => fields(fields(one)['configMap'])),
    ])
    .flatMap((map) => list(map['items']).map((it) => ({ map: text(map['name']), ...itemOf(fields(it)) })))
  const single = singleFile(spec, volumes)
  if (single !== null) return single
  const found = items.find((it) => it.path === 'Corefile') ?? items.find((it) => it.key === 'Corefile')
  if (found === undefined || found.map === null) return {}
  const { map, key } = found
  return { corefileMap: map, ...(key === null || key === 'Corefile' ? {} : { corefileKey: key }) }
}

/** A mount of one file: its `subPath` is the key. */
function singleFile(spec: Fields, volumes: readonly Fields[]): Pick<Pod, 'corefileMap' | 'corefileKey'> | null {
  const mounts = list(spec['containers']).flatMap((it) => list(fields(it)['volumeMounts']).map(fields))
  const mount = mounts.find((it) => text(it['mountPath'])?.endsWith('/Corefile') === true)
  const [key, name] = [text(mount?.['subPath']), text(mount?.['name'])]
  const volume = name === null ? undefined : volumes.find((it) => it['name'] === name)
  const map = text(fields(volume?.['configMap'])['name'])
  if (key === null || map === null) return null
  return { corefileMap: map, ...(key === 'Corefile' ? {} : { corefileKey: key }) }
}

function itemOf(item: Fields): { readonly key: string | null; readonly path: string | null } {
  return { key: text(item['key']), path: text(item['path']) }
}

function ownName(spec: Fields, intern: Intern): Pick<Pod, 'hostname' | 'subdomain'> {
  const [hostname, subdomain] = [text(spec['hostname']), text(spec['subdomain'])]
  return {
    ...(hostname === null ? {} : { hostname: intern.text(hostname) }),
    ...(subdomain === null ? {} : { subdomain: intern.text(subdomain) }),
  }
}

/** Lines of /etc/hosts that a spec asks for. */
export function hostAliases(spec: Fields): Pick<Pod, 'hostAliases'> {
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
const bypasses = ['traffic.sidecar.istio.io/exclude', 'traffic.sidecar.istio.io/include', 'config.linkerd.io/skip-']

/** Istio's annotation from before the label of the same name (istio.io, "Resource Annotations"). */
function noSidecarOf(metadata: Fields): Pick<Pod, 'noSidecar'> {
  return stringMap(metadata['annotations'])['sidecar.istio.io/inject'] === 'false' ? { noSidecar: 'asked' } : {}
}

/** What is excluded, or is not among what is included, meets no rule of the mesh (Istio, annotations reference). */
function bypassOf(metadata: Fields): Pick<Pod, 'meshBypass'> {
  const keys = Object.keys(fields(metadata['annotations']))
  return keys.some((key) => bypasses.some((it) => key.startsWith(it))) ? { meshBypass: true } : {}
}

/** As Linkerd's injector wrote it, of the pod's annotations, the namespace's and the installation's default. */
function inboundDefault(spec: Fields): Pick<Pod, 'inboundDefault'> {
  const proxy = [...list(spec['containers']), ...list(spec['initContainers'])]
    .map(fields)
    .find((it) => it['name'] === 'linkerd-proxy')
  const value = list(proxy?.['env'])
    .map(fields)
    .find((it) => it['name'] === 'LINKERD2_PROXY_INBOUND_DEFAULT_POLICY')?.['value']
  return value === 'deny' ? { inboundDefault: 'deny' } : {}
}

/** Annotations by which Dapr's injector goes (docs.dapr.io, "Dapr arguments and annotations for Kubernetes"). */
function daprOf(spec: Fields, metadata: Fields): Pick<Pod, 'dapr'> {
  const said = stringMap(metadata['annotations'])
  if (!/^(?:true|1|yes|y|on)$/i.test(said['dapr.io/enabled'] ?? '')) return {}
  const port = Number(said['dapr.io/app-port'] ?? 0)
  const isThere = [...list(spec['containers']), ...list(spec['initContainers'])].some(
    (it) => fields(it)['name'] === 'daprd',
  )
  return {
    dapr: { appPort: Number.isInteger(port) && port > 0 ? port : null, sidecar: isThere ? 'there' : 'absent' },
  }
}

/** By its service account a mesh knows a pod; of others nobody asks. */
function meshIdentity(spec: Fields, metadata: Fields, intern: Intern): Pick<Pod, 'serviceAccount'> {
  const isOfMesh =
    [...list(spec['containers']), ...list(spec['initContainers'])].some((it) => fields(it)['name'] === 'istio-proxy') ||
    stringMap(metadata['annotations'])['ambient.istio.io/redirection'] === 'enabled'
  return isOfMesh ? { serviceAccount: intern.text(text(spec['serviceAccountName']) ?? 'default') } : {}
}

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

/** `spec.dnsConfig`. */
export function projectDnsConfig(raw: Fields): DnsConfig {
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
