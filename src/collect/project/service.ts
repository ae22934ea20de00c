import type { LoadBalancer, Service, ServicePort } from '../../model/service.ts'
import type { Intern } from '../../wire/intern.ts'
import { externalDnsOf } from './external-dns.ts'
import { gceTlsOf } from './gce-annotations.ts'
import { azureProbesOf, healthAsksOf } from './health-asks.ts'
import { askedPort, tlsByOf } from './ingress-annotations.ts'
import { internalAsksOf } from './internal-asks.ts'
import { condition, identity } from './identity.ts'
import { type Fields, fields, list, oneOf, port, stringMap, text, texts, whole, portNumber } from './json.ts'

/** `v1 Service`; null for what is none. `now` is the API server's clock, in milliseconds since 1970. */
export function projectService(raw: unknown, intern: Intern, now: number | null = null): Service | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const spec = fields(fields(raw)['spec'])
  const type = oneOf(spec['type'], ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'])
  const selector = stringMap(spec['selector'])
  return {
    namespace: it.namespace,
    name: it.name,
    type,
    clusterIP: type === 'ExternalName' ? null : text(spec['clusterIP']),
    selector: Object.keys(selector).length === 0 ? null : intern.labels(selector),
    ports: list(spec['ports'])
      .map(fields)
      .flatMap((each) => {
        const number = portNumber(each['port'])
        if (number === null) return []
        // An absent targetPort is the port itself; 0 is how a headless Service writes "none".
        const target = port(each['targetPort'])
        return [
          {
            name: text(each['name']),
            port: number,
            protocol: oneOf(each['protocol'], ['TCP', 'UDP', 'SCTP']),
            targetPort: target === null || target === 0 ? number : target,
            nodePort: whole(each['nodePort']) || null,
            ...appProtocolOf(each),
          },
        ]
      }),
    externalName: text(spec['externalName']),
    ...(spec['sessionAffinity'] === 'ClientIP' ? { sessionAffinity: 'ClientIP' as const } : {}),
    ...(spec['externalTrafficPolicy'] === 'Local' ? { externalTrafficPolicy: 'Local' as const } : {}),
    internalTrafficPolicy: oneOf(spec['internalTrafficPolicy'], ['Cluster', 'Local']),
    publishNotReadyAddresses: spec['publishNotReadyAddresses'] === true,
    ...(type === 'LoadBalancer'
      ? { loadBalancer: loadBalancerOf(spec, it.metadata, fields(fields(raw)['status'])) }
      : {}),
    ...exportToOf(it.metadata),
    ...globalOf(it.metadata),
    ...albTargetOf(it.metadata),
    ...gceTlsOf(stringMap(it.metadata['annotations'])),
    ...externalDnsOf(stringMap(it.metadata['annotations'])),
    ...serversSchemeOf(it.metadata),
    ...tlsByOf(stringMap(it.metadata['annotations'])),
    ...breakersOf(it.metadata),
    ...furtherOf(spec, it.metadata),
    ...youngOf(it.metadata, now),
    ...labelsOf(it.metadata, intern),
  }
}

/** internal/annotation of Contour: what is no number is no limit, and 0 is none. */
function breakersOf(metadata: Fields): Pick<Service, 'breakers'> {
  const annotations = stringMap(metadata['annotations'])
  const all = (['connections', 'pending-requests', 'requests', 'retries'] as const).flatMap((of) => {
    const most = annotations[`projectcontour.io/max-${of}`] ?? ''
    return /^[1-9]\d{0,9}$/.test(most) ? [{ of, most: Number(most) }] : []
  })
  return all.length === 0 ? {} : { breakers: all }
}

/** A server that hears of no changes shows it in what was made since: which Services are the youngest is kept a day. */
const youngUntil = 86_400

function youngOf(metadata: Fields, now: number | null): Pick<Service, 'youngSeconds'> {
  const made = Date.parse(text(metadata['creationTimestamp']) ?? '')
  const seconds = now === null ? Number.NaN : Math.max(0, Math.floor((now - made) / 1000))
  return seconds < youngUntil ? { youngSeconds: seconds } : {}
}

/** Cilium, "Load-balancing & Service Discovery" of clusters (pkg/annotation: GlobalService and its older name). */
function globalOf(metadata: Fields): Pick<Service, 'global'> {
  const annotations = stringMap(metadata['annotations'])
  const said = annotations['service.cilium.io/global'] ?? annotations['io.cilium/global-service'] ?? ''
  return said.toLowerCase() === 'true' ? { global: true } : {}
}

/** Istio, reference/config/annotations. */
function exportToOf(metadata: Fields): Pick<Service, 'exportTo'> {
  const said = stringMap(metadata['annotations'])['networking.istio.io/exportTo'] ?? ''
  const exportTo = said.split(',', 100).flatMap((it) => it.trim() || [])
  return exportTo.length === 0 ? {} : { exportTo }
}

function labelsOf(metadata: Fields, intern: Intern): Pick<Service, 'labels'> {
  const labels = stringMap(metadata['labels'])
  return Object.keys(labels).length === 0 ? {} : { labels: intern.labels(labels) }
}

function furtherOf(
  spec: Fields,
  metadata: Fields,
): Pick<Service, 'externalIPs' | 'families' | 'familyPolicy' | 'trafficDistribution' | 'deleting'> {
  const externalIPs = texts(spec['externalIPs'])
  const families = (['IPv4', 'IPv6'] as const)
    .map((it) => ({ it, at: texts(spec['ipFamilies']).indexOf(it) }))
    .filter(({ at }) => at !== -1)
    .toSorted((a, b) => a.at - b.at)
    .map(({ it }) => it)
  const policy = (['SingleStack', 'PreferDualStack', 'RequireDualStack'] as const).find(
    (it) => it === spec['ipFamilyPolicy'],
  )
  const distribution = text(spec['trafficDistribution'])
  return {
    ...(externalIPs.length === 0 ? {} : { externalIPs }),
    ...(families.length === 0 ? {} : { families }),
    ...(policy === undefined ? {} : { familyPolicy: policy }),
    ...(distribution === null ? {} : { trafficDistribution: distribution }),
    ...(text(metadata['deletionTimestamp']) === null
      ? {}
      : { deleting: texts(metadata['finalizers']).map((it) => it.replace(/[^\w./:-]+/g, '_')) }),
  }
}

const aws = 'service.beta.kubernetes.io/aws-load-balancer-'

/**
 * Targets by address (aws-load-balancer-controller, docs/guide/service/annotations.md): `nlb-ip` is how releases before
 * 2.2 were told so.
 */
function sendsToPods(metadata: Fields): boolean {
  const annotations = stringMap(metadata['annotations'])
  return annotations[`${aws}nlb-target-type`] === 'ip' || annotations[`${aws}type`] === 'nlb-ip'
}

/** The cloud's own controller leaves these to it (docs/guide/service/nlb.md, "Configuration"). */
function isHandedToAws(metadata: Fields): boolean {
  const type = stringMap(metadata['annotations'])[`${aws}type`]
  return type === 'external' || type === 'nlb-ip'
}

/** An NLB, by its target groups (`preserve_client_ip.enabled=true`): by itself not with targets by address. */
function keepsClients(metadata: Fields): boolean {
  const attributes = stringMap(metadata['annotations'])[`${aws}target-group-attributes`] ?? ''
  return attributes
    .slice(0, 4096)
    .split(',')
    .some((it) => it.trim() === 'preserve_client_ip.enabled=true')
}

/** metallb.io since 0.15, and metallb.universe.tf before (website/content/usage). */
function askedOfMetalLb(
  spec: Fields,
  metadata: Fields,
): Pick<LoadBalancer, 'asksFor' | 'asksPool' | 'asksAddresses' | 'sharesBy' | 'nearlyShares'> {
  const annotations = stringMap(metadata['annotations'])
  const [pool, ips] = ['address-pool', 'loadBalancerIPs'].map((of) =>
    ['metallb.io/', 'metallb.universe.tf/'].flatMap((it) => annotations[`${it}${of}`] ?? []).at(0),
  )
  // MetalLB heeds its own annotation before the field (controller/service.go, getDesiredLbIPs).
  const told = ips ?? text(spec['loadBalancerIP'])
  const shares = sharingOf(annotations)
  if (pool === undefined && told === null) return shares
  const addresses = (told ?? '').split(',', 8).flatMap((it) => (isIp(it.trim()) ? [it.trim()] : []))
  return {
    ...shares,
    asksFor: 'something',
    ...(pool === undefined ? {} : { asksPool: pool }),
    ...(addresses.length === 0 ? {} : { asksAddresses: addresses }),
  }
}

/** Two Services with one key may have one address (metallb.io, "IP address sharing"); an empty key is none. */
function sharingOf(annotations: Readonly<Record<string, string>>): Pick<LoadBalancer, 'sharesBy' | 'nearlyShares'> {
  const keys = ['metallb.io/allow-shared-ip', 'metallb.universe.tf/allow-shared-ip']
  const key = keys.flatMap((it) => annotations[it] ?? []).at(0) ?? ''
  if (key !== '') return { sharesBy: key }
  const near = Object.keys(annotations).find(
    (it) => it.length < 80 && /^metallb\.(?:io|universe\.tf)\/.*share/i.test(it) && !keys.includes(it),
  )
  return near === undefined ? {} : { nearlyShares: near }
}

function isIp(text: string): boolean {
  return /^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f:]{2,45})$/i.test(text)
}

/**
 * Each cloud has a name of its own for it, and all of them have the words in it: of AWS, DigitalOcean, Hetzner, OVH,
 * OpenStack, Scaleway, Linode, Vultr, Oracle, Alibaba; of an NLB and of IBM they stand in the value.
 */
function asksProxyProtocol(metadata: Fields): boolean {
  return Object.entries(stringMap(metadata['annotations'])).some(([key, value]) => {
    if (/proxy-?protocol|ppv2/i.test(key)) return !/^(?:|false|none|off|no|0)$/i.test(value)
    return (
      /load-?balancer/i.test(key) &&
      /proxy_protocol_v2\.enabled=true|\bproxy-protocol\b|outbound_proxy_protocol"\s{0,4}:\s{0,4}"v[12]"/.test(
        value.slice(0, 4096),
      )
    )
  })
}

function albTargetOf(metadata: Fields): Pick<Service, 'albTarget' | 'albHealthPort'> {
  const port = stringMap(metadata['annotations'])['alb.ingress.kubernetes.io/healthcheck-port']
  const value = stringMap(metadata['annotations'])['alb.ingress.kubernetes.io/target-type']
  return {
    ...(value === 'ip' || value === 'instance' ? { albTarget: value } : {}),
    ...(port === undefined ? {} : { albHealthPort: askedPort(port) }),
  }
}

/**
 * Each cloud has a name of its own for a certificate at the load balancer: DigitalOcean
 * `do-loadbalancer-certificate-id`, Hetzner `http-certificates`, Scaleway `certificate-ids`, Oracle
 * `oci-load-balancer-ssl-ports`, OpenStack `default-tls-container-ref`; Linode says it in the value of a port
 * (`{"tls-secret-name":"shop","protocol":"https"}`), Alibaba in a list of them (`https:443,http:80`),
 * UpCloud in the `tls_configs` of its frontends.
 */
function endsElsewhere(annotations: Readonly<Record<string, string>>): boolean {
  return Object.entries(annotations).some(
    ([key, value]) =>
      !key.startsWith(aws) &&
      /load-?balancer/i.test(key) &&
      ((/load-balancer-config$/i.test(key) && /"tls_configs"\s{0,9}:\s{0,9}\[\s{0,9}\{/.test(value.slice(0, 20_000))) ||
        (/certificate|cert-id|tls-(?:secret|ports?|container)|ssl-ports?|-ssl$/i.test(key) &&
          !/^(?:|false|no|off)$/i.test(value)) ||
        (/port|protocol/i.test(key) && !/health|backend/i.test(key) && /"tls-|\bhttps\b/i.test(value.slice(0, 2000)))),
  )
}

/**
 * `ssl-cert` has AWS end TLS at the ports of `ssl-ports`, by their numbers or names, or at all of them. One that speaks
 * TLS to its targets again passes it on; a classic one that speaks HTTP adds headers, and no other does
 * (cloud-provider-aws, pkg/providers/v1/aws.go, buildListener; aws-load-balancer-controller, annotations of NLBs).
 */
function tlsEndedOf(spec: Fields, metadata: Fields): Pick<LoadBalancer, 'tlsEnded'> {
  const annotations = stringMap(metadata['annotations'])
  const spoken = (annotations[`${aws}backend-protocol`] ?? '').trim().toLowerCase()
  if (endsElsewhere(annotations))
    return {
      tlsEnded: { ports: list(spec['ports']).flatMap((it) => whole(fields(it)['port']) ?? []), header: 'unsure' },
    }
  if ((annotations[`${aws}ssl-cert`] ?? '') === '' || spoken === 'ssl' || spoken === 'https') return {}
  const named = new Set((annotations[`${aws}ssl-ports`] ?? '*').split(',').map((it) => it.trim()))
  const ports = list(spec['ports'])
    .map(fields)
    .map((it): Pick<ServicePort, 'name' | 'port'> => ({ name: text(it['name']), port: whole(it['port']) ?? 0 }))
    .filter(({ name, port: its }) => named.has('*') || named.has(String(its)) || (name !== null && named.has(name)))
    .map((it) => it.port)
  const isClassic = annotations[`${aws}type`] === undefined && text(spec['loadBalancerClass']) === null
  return ports.length === 0 ? {} : { tlsEnded: { ports, header: isClassic && spoken === 'http' ? 'sent' : 'none' } }
}

/** Traefik, "Kubernetes Ingress", annotations on a Service. */
function serversSchemeOf(metadata: Fields): Pick<Service, 'serversScheme'> {
  const value = stringMap(metadata['annotations'])['traefik.ingress.kubernetes.io/service.serversscheme']
  return value === 'http' || value === 'https' || value === 'h2c' ? { serversScheme: value } : {}
}

/** KEP-1860: kube-proxy takes an address of `ipMode: VIP`, the default, for its own, and a name it does not know. */
function fromInsideOf(entries: readonly Fields[]): Pick<LoadBalancer, 'fromInside'> {
  const isPast = entries.length > 0 && entries.every((it) => text(it['ip']) === null || it['ipMode'] === 'Proxy')
  return isPast ? { fromInside: 'by way of it' } : {}
}

function loadBalancerOf(spec: Fields, metadata: Fields, status: Fields): LoadBalancer {
  const problem = condition(status, 'LoadBalancerPortsError')
  // cilium operator/pkg/lbipam: the condition by which it says that no pool has an address for this Service.
  const given = condition(status, 'cilium.io/IPAMRequestSatisfied')
  const refused = given?.['status'] === 'False' ? (text(given['message']) ?? text(given['reason'])) : null
  return {
    addresses: list(fields(status['loadBalancer'])['ingress'])
      .map(fields)
      .flatMap((it) => text(it['ip']) ?? text(it['hostname']) ?? []),
    ...fromInsideOf(list(fields(status['loadBalancer'])['ingress']).map(fields)),
    class: text(spec['loadBalancerClass']),
    ...(texts(spec['loadBalancerSourceRanges']).length === 0
      ? {}
      : { sourceRanges: texts(spec['loadBalancerSourceRanges']) }),
    ...(spec['allocateLoadBalancerNodePorts'] === false ? { nodePorts: 'none' as const } : {}),
    ...internalAsksOf(stringMap(metadata['annotations'])),
    ...askedOfMetalLb(spec, metadata),
    ...(asksProxyProtocol(metadata) ? { proxyProtocol: 'asked' as const } : {}),
    ...azureProbesOf(spec, metadata),
    ...healthAsksOf(spec, metadata),
    ...(keepsClients(metadata) ? { keepsClients: true as const } : {}),
    ...tlsEndedOf(spec, metadata),
    ...(isHandedToAws(metadata) ? { handedTo: 'aws' as const } : {}),
    ...(sendsToPods(metadata) ? { sendsTo: 'pods' as const } : {}),
    problem: problem?.['status'] === 'True' ? (text(problem['message']) ?? text(problem['reason'])) : null,
    ...(refused === null ? {} : { refused }),
  }
}

function appProtocolOf(port: Fields): { readonly appProtocol?: string } {
  const said = text(port['appProtocol'])
  return said === null ? {} : { appProtocol: said }
}
