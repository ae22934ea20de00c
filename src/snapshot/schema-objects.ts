import * as v from 'valibot'
import type { ClusterDns, ServiceProxy } from '../model/cluster-dns.ts'
import type { ObjectEvent } from '../model/event.ts'
import type { Ingress, IngressBackend, IngressClass, IngressController } from '../model/ingress.ts'
import type { Known, Why } from '../model/known.ts'
import type { Namespace, NetworkPolicy, PolicyRule, Selector } from '../model/network-policy.ts'
import type { Node } from '../model/node.ts'
import type { Container, DnsConfig, Pod } from '../model/pod.ts'
import type { EndpointSlice, Service } from '../model/service.ts'
import type { WeaveTc } from '../model/weave-tc.ts'
import type { Workload } from '../model/workload.ts'
import type { Intern } from '../wire/intern.ts'

/** A schema that yields exactly the model's type: the compiler tells when one falls behind the other. */
export type Schema<T> = v.GenericSchema<unknown, T>

const text = v.string()
const number = v.number()
const flag = v.boolean()
const protocol = v.picklist(['TCP', 'UDP', 'SCTP'])

export const why: Schema<Why> = v.object({
  reason: v.picklist(['forbidden', 'not-asked', 'not-there', 'timed-out', 'cut-off', 'failed']),
  detail: text,
})

export function known<T>(value: Schema<T>): Schema<Known<T>> {
  return v.variant('known', [v.object({ known: v.literal(true), value }), v.object({ known: v.literal(false), why })])
}

type Labels = Readonly<Record<string, string>>

/** Not v.record, which leaves out keys like `constructor`: a label may be called so. */
function isLabels(value: unknown): value is Labels {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((it) => typeof it === 'string')
  )
}

/** The schemas of everything that is a Kubernetes object, with labels and names interned as they are read. */
export function objectSchemas(intern: Intern) {
  const word = v.pipe(v.string(), v.transform(intern.text))
  const labels: Schema<Labels> = v.pipe(
    v.custom<Labels>(isLabels, 'labels are not a map of text'),
    v.transform(intern.labels),
  )
  const owner = v.nullable(v.object({ kind: word, name: word }))

  const container: Schema<Container> = v.object({
    name: word,
    image: word,
    ports: v.array(v.object({ name: v.nullable(word), port: number, protocol })),
    args: v.array(text),
    cpuLimitMilli: v.nullable(number),
    cpuRequestMilli: v.nullable(number),
    memoryLimitBytes: v.nullable(number),
    readinessProbe: v.nullable(word),
    ready: flag,
    restarts: number,
    waiting: v.nullable(word),
    lastTermination: v.nullable(word),
    pullLookup: v.exactOptional(v.object({ name: text, server: v.nullable(text), how: text })),
    message: v.exactOptional(text),
    exitCode: v.exactOptional(number),
    livenessProbe: v.exactOptional(word),
    startupProbe: v.exactOptional(word),
    started: v.exactOptional(flag),
  })

  const dnsConfig: Schema<DnsConfig> = v.object({
    nameservers: v.array(text),
    searches: v.array(text),
    options: v.array(v.object({ name: text, value: v.nullable(text) })),
  })

  const pod: Schema<Pod> = v.object({
    namespace: word,
    name: text,
    labels,
    node: v.nullable(word),
    ip: v.nullable(text),
    ips: v.exactOptional(v.array(text)),
    phase: v.picklist(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown']),
    ready: flag,
    notReadyReason: v.nullable(word),
    overReason: v.exactOptional(word),
    deleting: flag,
    hostNetwork: flag,
    dnsPolicy: word,
    dnsConfig: v.nullable(dnsConfig),
    corefileMap: v.exactOptional(v.string()),
    resolvConfMount: v.exactOptional(v.object({ kind: v.string(), name: v.string() })),
    hostAliases: v.exactOptional(v.array(v.object({ ip: v.string(), names: v.array(v.string()) }))),
    dnsHop: v.exactOptional(v.object({ by: v.string(), sign: v.string() })),
    owner,
    containers: v.array(container),
    scheduling: v.exactOptional(text),
    gates: v.exactOptional(v.array(word)),
    init: v.exactOptional(
      v.object({
        name: word,
        waiting: v.nullable(word),
        message: v.nullable(text),
        exitCode: v.nullable(number),
        last: v.nullable(word),
        restarts: number,
      }),
    ),
  })

  const service: Schema<Service> = v.object({
    namespace: word,
    name: text,
    type: v.picklist(['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']),
    clusterIP: v.nullable(text),
    selector: v.nullable(labels),
    ports: v.array(
      v.object({
        name: v.nullable(word),
        port: number,
        protocol,
        targetPort: v.union([number, word]),
        nodePort: v.nullable(number),
        appProtocol: v.exactOptional(text),
      }),
    ),
    externalName: v.nullable(text),
    externalTrafficPolicy: v.exactOptional(v.literal('Local')),
    internalTrafficPolicy: v.picklist(['Cluster', 'Local']),
    sessionAffinity: v.exactOptional(v.literal('ClientIP')),
    publishNotReadyAddresses: flag,
    loadBalancer: v.exactOptional(
      v.object({ addresses: v.array(text), class: v.nullable(word), problem: v.nullable(text) }),
    ),
  })

  const endpointSlice: Schema<EndpointSlice> = v.object({
    namespace: word,
    name: text,
    service: v.nullable(text),
    addressType: v.picklist(['IPv4', 'IPv6', 'FQDN']),
    ports: v.array(v.object({ name: v.nullable(word), port: v.nullable(number), protocol })),
    endpoints: v.array(
      v.object({
        ip: text,
        ready: flag,
        serving: flag,
        terminating: flag,
        node: v.nullable(word),
        pod: v.nullable(text),
      }),
    ),
  })

  const workload: Schema<Workload> = v.object({
    kind: v.picklist(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob']),
    namespace: word,
    name: text,
    owner,
    desired: number,
    ready: number,
    templateLabels: labels,
    refused: v.exactOptional(text),
    paused: v.exactOptional(v.literal(true)),
    serviceName: v.exactOptional(v.nullable(text)),
  })

  const backend: Schema<IngressBackend> = v.object({
    service: text,
    port: v.nullable(v.union([number, text])),
    path: text,
  })
  const ingress: Schema<Ingress> = v.object({
    namespace: word,
    name: text,
    className: v.nullable(word),
    classFrom: v.picklist(['spec', 'annotation', 'default']),
    rules: v.array(
      v.object({ host: v.nullable(text), paths: v.array(v.object({ path: text, pathType: word, backend })) }),
    ),
    defaultBackend: v.nullable(backend),
    tls: v.exactOptional(v.array(v.object({ hosts: v.array(text), secret: v.nullable(text) }))),
    addresses: v.array(text),
    statusBy: v.exactOptional(v.array(word)),
    vendors: v.exactOptional(v.array(word)),
    actions: v.exactOptional(
      v.array(
        v.object({
          name: text,
          type: v.picklist(['forward', 'redirect', 'fixed-response', 'other', 'unreadable']),
          services: v.array(v.object({ service: text, port: v.nullable(v.union([number, text])) })),
        }),
      ),
    ),
    nginx: v.exactOptional(
      v.object({ rewrite: v.nullable(text), regex: flag, canary: flag, protocol: v.nullable(text) }),
    ),
  })
  const ingressClass: Schema<IngressClass> = v.object({ name: text, controller: text, isDefault: flag })
  const ingressController: Schema<IngressController> = v.object({
    namespace: text,
    pod: text,
    ip: v.nullable(text),
    ready: flag,
    controller: text,
    classNames: v.array(text),
    ports: v.exactOptional(v.object({ plain: number, tls: number })),
  })

  const selector: Schema<Selector> = v.object({
    matchLabels: labels,
    matchExpressions: v.array(
      v.object({ key: text, operator: v.picklist(['In', 'NotIn', 'Exists', 'DoesNotExist']), values: v.array(text) }),
    ),
  })
  const rule: Schema<PolicyRule> = v.object({
    peers: v.array(
      v.object({
        podSelector: v.nullable(selector),
        namespaceSelector: v.nullable(selector),
        ipBlock: v.nullable(v.object({ cidr: text, except: v.array(text) })),
      }),
    ),
    ports: v.array(v.object({ protocol, port: v.nullable(v.union([number, text])), endPort: v.nullable(number) })),
  })
  const networkPolicy: Schema<NetworkPolicy> = v.object({
    namespace: word,
    name: text,
    podSelector: selector,
    types: v.array(v.picklist(['Ingress', 'Egress'])),
    ingress: v.array(rule),
    egress: v.array(rule),
  })
  const namespace: Schema<Namespace> = v.object({ name: text, labels })

  const node: Schema<Node> = v.object({
    name: word,
    labels,
    ip: v.nullable(text),
    ready: v.picklist(['True', 'False', 'Unknown']),
    readyMessage: v.nullable(word),
    unschedulable: flag,
    taints: v.array(v.object({ key: text, value: v.nullable(text), effect: text })),
    kernel: word,
    os: word,
    kubelet: word,
    cpus: v.nullable(number),
    provider: v.exactOptional(word),
  })

  const event: Schema<ObjectEvent> = v.object({
    namespace: word,
    object: v.object({ kind: word, name: text }),
    reason: word,
    said: text,
    times: number,
  })

  const weaveTc: Schema<WeaveTc> = v.object({
    workload: v.object({ kind: v.literal('DaemonSet'), namespace: word, name: text }),
    container: word,
    index: number,
    privileged: flag,
    hostNetwork: flag,
    overlay: v.nullable(text),
    dnsPort: v.nullable(text),
    mounts: v.array(v.object({ volume: text, mountPath: text })),
    volumes: v.array(v.object({ volume: text, hostPath: v.nullable(text) })),
  })

  const serviceProxy: Schema<ServiceProxy> = v.variant('kind', [
    v.object({ kind: v.literal('kube-proxy'), mode: text }),
    v.object({ kind: v.literal('cilium'), redirects: known(v.array(text)) }),
  ])

  const clusterDns: Schema<ClusterDns> = v.object({
    service: v.nullable(service),
    slices: v.array(endpointSlice),
    pods: v.array(pod),
    workload: v.nullable(workload),
    corefile: known(text),
    domain: text,
    // Files of before it was looked for have none.
    weaveTc: v.optional(v.array(weaveTc), []),
    nodeCaches: v.optional(v.array(pod), []),
    scaler: v.exactOptional(workload),
    serviceProxy: v.exactOptional(known(serviceProxy)),
    custom: v.exactOptional(
      known(v.object({ configMap: text, keys: v.array(v.object({ name: text, mentioned: flag })) })),
    ),
  })

  return {
    pod,
    service,
    endpointSlice,
    workload,
    ingress,
    ingressClass,
    ingressController,
    networkPolicy,
    namespace,
    node,
    clusterDns,
    event,
    labels,
  }
}
