import * as v from 'valibot'
import { type ClusterDns, lackingBys, type ServiceProxy } from '../model/cluster-dns.ts'
import type { ObjectEvent } from '../model/event.ts'
import type { ObjectStatus } from '../model/status.ts'
import type { IngressClass, Middleware } from '../model/ingress.ts'
import {
  either,
  exactly,
  flag,
  just,
  known,
  labelsThrough,
  list,
  listOrNone,
  listThrough,
  maybe,
  nullable,
  number,
  object,
  oneOf,
  texts,
  variant,
} from '../model/marks.ts'
import { type Namespace, type NetworkPolicy, type PolicyRule, type Selector } from '../model/network-policy.ts'
import type { Node, ProxyConfig } from '../model/node.ts'
import type { DnsConfig, Pod } from '../model/pod.ts'
import { type EndpointSlice, internalClouds, leavingOut, type Service, tlsAnnotations } from '../model/service.ts'
import type { WeaveTc } from '../model/weave-tc.ts'
import type { Intern } from '../wire/intern.ts'
import { refusedFields } from '../wire/kube-proxy-config.ts'
import { dnsSettingsOf } from './schema-dns-settings.ts'
import { containerOf } from './schema-container.ts'
import { ingressControllerOf } from './schema-ingress-controller.ts'
import { ingressOf } from './schema-ingress-object.ts'
import { otherPolicyOf } from './schema-other-policy.ts'
import { placementOf } from './schema-placement.ts'
import { workloadOf } from './schema-workload.ts'

const protocol = oneOf(['TCP', 'UDP', 'SCTP'])

/** The schemas of everything that is a Kubernetes object, with labels and names interned as they are read. */
export function objectSchemas(intern: Intern) {
  const m = texts()
  /** One copy of what repeats. */
  const shared = texts(() => v.pipe(v.string(), v.transform(intern.text)))
  const labels = labelsThrough(intern.labels)
  const owner = nullable(object({ kind: shared.word, name: shared.name }))
  const portOf = nullable(either([number, m.name]))
  const container = containerOf(m, shared)

  const dnsConfig = exactly<DnsConfig>()(
    object({
      nameservers: list(m.address),
      searches: list(m.host),
      options: list(object({ name: m.word, value: nullable(m.word) })),
    }),
  )
  const pod = exactly<Pod>()(
    object({
      namespace: shared.name,
      name: m.name,
      labels,
      node: nullable(shared.name),
      ip: nullable(m.address),
      ips: maybe(list(m.address)),
      phase: oneOf(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown']),
      ready: flag,
      standing: maybe(just('settled')),
      turnedSeconds: maybe(number),
      notReadyReason: nullable(shared.said),
      overReason: maybe(shared.word),
      deleting: flag,
      held: maybe(object({ finalizers: list(m.name), seconds: nullable(number) })),
      hostNetwork: flag,
      computeType: maybe(oneOf(['ec2', 'fargate'])),
      ownInterface: maybe(just(true)),
      interfaces: maybe(object({ mode: oneOf(['strict', 'standard']), earlyDemux: oneOf(['on', 'off']) })),
      dnsPolicy: shared.word,
      serviceLinks: maybe(just('off')),
      dnsConfig: nullable(dnsConfig),
      corefileMap: maybe(m.name),
      startedAt: maybe(number),
      corefileKey: maybe(m.name),
      meshBypass: maybe(just(true)),
      noSidecar: maybe(just('asked')),
      sidecarTraffic: maybe(
        object({
          notToPorts: list(number),
          notToRanges: list(m.address),
          toRanges: nullable(list(m.address)),
          toPorts: list(number),
          notFromPorts: list(number),
          fromPorts: nullable(list(number)),
        }),
      ),
      resolvConfMount: maybe(object({ kind: m.word, name: m.name })),
      nsswitchMount: maybe(object({ kind: m.word, name: m.name })),
      hostname: maybe(shared.name),
      subdomain: maybe(shared.name),
      hostAliases: maybe(list(object({ ip: m.address, names: list(m.host) }))),
      dnsHop: maybe(object({ by: m.text, sign: m.text })),
      serviceAccount: maybe(m.name),
      inboundDefault: maybe(just('deny')),
      dapr: maybe(object({ appPort: nullable(number), sidecar: oneOf(['there', 'absent']) })),
      owner,
      containers: listThrough(container, intern.same),
      scheduling: maybe(m.said),
      placement: maybe(placementOf(m, labels)),
      gates: maybe(list(shared.name)),
      gateWords: maybe(list(object({ gate: shared.name, said: m.text }))),
      init: maybe(
        object({
          name: shared.name,
          waiting: nullable(shared.word),
          message: nullable(m.said),
          exitCode: nullable(number),
          last: nullable(shared.word),
          restarts: number,
          waitsFor: maybe(list(object({ host: m.host, port: nullable(number) }))),
        }),
      ),
    }),
  )

  const service = exactly<Service>()(
    object({
      namespace: shared.name,
      name: m.name,
      type: oneOf(['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']),
      clusterIP: nullable(m.address),
      selector: nullable(labels),
      ports: list(
        object({
          name: nullable(shared.name),
          port: number,
          protocol,
          targetPort: either([number, shared.name]),
          nodePort: nullable(number),
          appProtocol: maybe(m.word),
        }),
      ),
      externalName: nullable(m.host),
      externalTrafficPolicy: maybe(just('Local')),
      internalTrafficPolicy: oneOf(['Cluster', 'Local']),
      sessionAffinity: maybe(just('ClientIP')),
      publishNotReadyAddresses: flag,
      exportTo: maybe(list(m.name)),
      global: maybe(just(true)),
      albTarget: maybe(oneOf(['instance', 'ip'])),
      externalDns: maybe(object({ by: oneOf(['it', 'others']), hosts: list(m.host), target: maybe(just('named')) })),
      gceTls: maybe(list(m.name)),
      albHealthPort: maybe(nullable(either([number, shared.name]))),
      serversScheme: maybe(oneOf(['http', 'https', 'h2c'])),
      tlsBy: maybe(list(oneOf(tlsAnnotations))),
      loadBalancer: maybe(
        object({
          addresses: list(m.address),
          class: nullable(shared.name),
          problem: nullable(m.said),
          refused: maybe(m.said),
          sourceRanges: maybe(list(m.address)),
          nodePorts: maybe(just('none')),
          handedTo: maybe(just('aws')),
          sendsTo: maybe(just('pods')),
          proxyProtocol: maybe(just('asked')),
          internal: maybe(
            list(
              object({
                by: m.spot,
                cloud: oneOf(internalClouds),
                wants: oneOf(['internal', 'public', 'unread']),
                written: maybe(m.spot),
              }),
            ),
          ),
          asksFor: maybe(just('something')),
          asksPool: maybe(m.name),
          asksAddresses: maybe(list(m.address)),
          sharesBy: maybe(m.name),
          nearlyShares: maybe(m.name),
          fromInside: maybe(just('by way of it')),
          azureProbes: maybe(list(object({ port: number, scheme: oneOf(['http', 'https']), path: m.path }))),
          healthAsks: maybe(
            list(
              object({ by: oneOf(['aws', 'hetzner']), port: number, scheme: oneOf(['http', 'https']), path: m.path }),
            ),
          ),
          keepsClients: maybe(just(true)),
          tlsEnded: maybe(object({ ports: list(number), header: oneOf(['sent', 'none', 'unsure']) })),
        }),
      ),
      externalIPs: maybe(list(m.address)),
      youngSeconds: maybe(number),
      labels: maybe(labels),
      families: maybe(list(oneOf(['IPv4', 'IPv6']))),
      familyPolicy: maybe(oneOf(['SingleStack', 'PreferDualStack', 'RequireDualStack'])),
      trafficDistribution: maybe(shared.word),
      deleting: maybe(list(m.text)),
      breakers: maybe(
        list(object({ of: oneOf(['connections', 'pending-requests', 'requests', 'retries']), most: number })),
      ),
    }),
  )

  const endpointSlice = exactly<EndpointSlice>()(
    object({
      namespace: shared.name,
      name: m.name,
      service: nullable(m.name),
      addressType: oneOf(['IPv4', 'IPv6', 'FQDN']),
      ports: list(object({ name: nullable(shared.name), port: nullable(number), protocol })),
      endpoints: list(
        object({
          ip: m.address,
          ready: flag,
          serving: flag,
          terminating: flag,
          node: nullable(shared.name),
          pod: nullable(m.name),
          hostname: maybe(m.name),
          zones: maybe(list(shared.name)),
        }),
      ),
      leftOut: maybe(oneOf(leavingOut)),
      from: maybe(just('Endpoints')),
      unmirrored: maybe(just(true)),
      mirrorOf: maybe(m.name),
    }),
  )

  const workload = workloadOf(m, shared, { labels, container, dnsConfig })

  const ingress = ingressOf(m, shared)
  const ingressClass = exactly<IngressClass>()(
    object({ name: m.name, controller: m.name, isDefault: flag, parameters: maybe(just(true)) }),
  )
  const selector = exactly<Selector>()(
    object({
      matchLabels: labels,
      matchExpressions: list(
        object({ key: m.name, operator: oneOf(['In', 'NotIn', 'Exists', 'DoesNotExist']), values: list(m.name) }),
      ),
    }),
  )
  const policyPorts = list(object({ protocol, port: portOf, endPort: nullable(number) }))
  const rule = exactly<PolicyRule>()(
    object({
      peers: list(
        object({
          podSelector: nullable(selector),
          namespaceSelector: nullable(selector),
          ipBlock: nullable(object({ cidr: m.address, except: list(m.address) })),
        }),
      ),
      ports: policyPorts,
    }),
  )
  const networkPolicy = exactly<NetworkPolicy>()(
    object({
      namespace: shared.name,
      name: m.name,
      podSelector: selector,
      types: list(oneOf(['Ingress', 'Egress'])),
      ingress: list(rule),
      egress: list(rule),
    }),
  )
  const middleware = exactly<Middleware>()(
    object({
      namespace: shared.name,
      name: m.name,
      does: maybe(shared.word),
      asks: maybe(object({ host: m.host, port: number })),
      chain: maybe(list(object({ namespace: nullable(shared.name), name: m.name }))),
      pages: maybe(
        object({ namespace: nullable(shared.name), name: m.name, port: nullable(either([number, shared.name])) }),
      ),
    }),
  )
  const otherPolicy = otherPolicyOf(m, shared, { labels, selector, ports: policyPorts })
  const namespace = exactly<Namespace>()(object({ name: m.name, labels, deleting: maybe(list(m.text)) }))

  const proxyConfig = exactly<ProxyConfig>()(
    object({
      namespace: m.name,
      name: m.name,
      config: object({
        mode: nullable(m.word),
        nodePortRanges: list(m.address),
        detectLocalMode: m.word,
        clusterRanges: list(m.address),
        maxPerCore: nullable(number),
        min: nullable(number),
        strictArp: maybe(nullable(flag)),
        refused: list(oneOf(refusedFields)),
      }),
      api: maybe(object({ host: m.address, port: number })),
    }),
  )

  const node = exactly<Node>()(
    object({
      name: shared.name,
      labels,
      ip: nullable(m.address),
      ready: oneOf(['True', 'False', 'Unknown']),
      readyMessage: nullable(shared.said),
      readyUnsaid: maybe(just(true)),
      unschedulable: flag,
      taints: list(object({ key: m.name, value: nullable(m.name), effect: m.word })),
      kernel: shared.version,
      os: shared.version,
      kubelet: shared.version,
      cpus: nullable(number),
      networkUnavailable: maybe(shared.said),
      podCidrs: maybe(list(m.address)),
      ips: maybe(list(m.address)),
      tunnel: maybe(object({ by: oneOf(['flannel', 'calico']), ip: m.address, told: maybe(just(true)) })),
      provider: maybe(shared.word),
      madeSeconds: maybe(number),
      proxy: maybe(oneOf(['ready', 'not-ready', 'none'])),
      proxySet: maybe(object({ namespace: m.name, name: m.name })),
      proxyConfig: maybe(known(proxyConfig)),
      agent: maybe(
        object({
          namespace: m.name,
          pod: m.name,
          state: oneOf(['ready', 'not-ready']),
          why: nullable(m.text),
          policies: maybe(object({ by: oneOf(['flannel', 'cilium']), are: oneOf(['unheeded', 'needed']) })),
          unserved: maybe(object({ kind: m.word, replacement: maybe(nullable(oneOf(['false', 'disabled']))) })),
        }),
      ),
    }),
  )

  const event = exactly<ObjectEvent>()(
    object({
      namespace: shared.name,
      object: object({ kind: shared.word, name: m.name }),
      reason: shared.word,
      said: m.said,
      times: number,
      age: maybe(number),
    }),
  )

  const status = exactly<ObjectStatus>()(
    object({
      kind: shared.word,
      group: m.name,
      namespace: nullable(shared.name),
      name: m.name,
      type: shared.word,
      state: oneOf(['True', 'False', 'Unknown']),
      wrong: flag,
      reason: shared.word,
      said: m.said,
      age: maybe(number),
      host: maybe(m.host),
      secret: maybe(m.name),
      store: maybe(object({ kind: m.word, name: m.name })),
    }),
  )

  const weaveTc = exactly<WeaveTc>()(
    object({
      workload: object({ kind: just('DaemonSet'), namespace: shared.name, name: m.name }),
      container: shared.name,
      index: number,
      privileged: flag,
      hostNetwork: flag,
      overlay: nullable(m.name),
      dnsPort: nullable(m.word),
      mounts: list(object({ volume: m.name, mountPath: m.path })),
      volumes: list(object({ volume: m.name, hostPath: nullable(m.path) })),
    }),
  )

  const serviceProxy = exactly<ServiceProxy>()(
    variant('kind', [
      object({ kind: just('kube-proxy'), mode: m.word }),
      object({ kind: just('cilium'), redirects: known(list(m.name)) }),
    ]),
  )

  const clusterDns = exactly<ClusterDns>()(
    object({
      service: nullable(service),
      slices: list(endpointSlice),
      pods: list(pod),
      workload: nullable(workload),
      workloadPods: maybe(list(m.name)),
      corefile: known(m.corefile),
      corefileMap: maybe(m.name),
      corefileKeys: maybe(object({ configMap: m.name, wanted: m.name, keys: list(m.name) })),
      corefileHash: maybe(m.hash),
      corefileChangedAt: maybe(number),
      domain: m.host,
      // Files of before it was looked for have none.
      weaveTc: listOrNone(weaveTc),
      nodeCaches: listOrNone(pod),
      scaler: maybe(workload),
      lacking: maybe(
        list(
          object({
            by: oneOf(lackingBys),
            file: m.path,
            line: nullable(number),
            beside: nullable(object({ at: m.path, files: list(m.path) })),
          }),
        ),
      ),
      serviceProxy: maybe(known(serviceProxy)),
      forwardedTo: maybe(known(object({ services: list(service), slices: list(endpointSlice) }))),
      cacheBehind: maybe(known(object({ services: list(service), slices: list(endpointSlice) }))),
      handedOut: maybe(known(list(m.address))),
      placeholders: maybe(list(object({ word: m.name, line: number }))),
      ...dnsSettingsOf(m),
      elsewhere: maybe(
        known(
          object({
            services: list(service),
            claiming: maybe(list(service)),
            claimingLeft: maybe(number),
            slices: list(endpointSlice),
          }),
        ),
      ),
    }),
  )

  return {
    pod,
    service,
    endpointSlice,
    workload,
    ingress,
    ingressClass,
    ingressController: ingressControllerOf(m, shared, labels),
    middleware,
    networkPolicy,
    otherPolicy,
    namespace,
    node,
    clusterDns,
    event,
    status,
    labels,
  }
}
