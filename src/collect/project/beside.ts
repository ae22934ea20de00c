import { anyOf } from '../../wire/pattern.ts'
import type {
  AddressPool,
  AdmissionWebhook,
  Advertisement,
  ApiService,
  ControllerSettings,
  HostClaim,
  MeshSettings,
  PodNetwork,
} from '../../model/beside.ts'
import type { Intern } from '../../wire/intern.ts'
import { discoverySelectors } from '../../wire/discovery-selectors.ts'
import { hostsWithin } from '../../wire/hosts-within.ts'
import { askedBy, rangesOf } from './ingress-annotations.ts'
import { condition, identity } from './identity.ts'
import { projectSelector } from './network-policy.ts'
import { type Fields, fields, list, oneOf, stringMap, text, texts, whole } from './json.ts'

/** Each webhook of a configuration that asks a Service; those that ask a URL are out of sight. */
export function projectWebhooks(
  kind: AdmissionWebhook['kind'],
  raw: unknown,
  intern: Intern,
): readonly AdmissionWebhook[] {
  const metadata = fields(fields(raw)['metadata'])
  const name = text(metadata['name'])
  if (name === null) return []
  const isOfCluster = text(metadata['uid']) !== null || text(metadata['creationTimestamp']) !== null
  const isInjected = Object.keys(stringMap(metadata['annotations'])).some((it) => injecting.test(it))
  return list(fields(raw)['webhooks'])
    .map(fields)
    .flatMap((it): readonly AdmissionWebhook[] => {
      const service = fields(fields(it['clientConfig'])['service'])
      const [namespace, serviceName] = [text(service['namespace']), text(service['name'])]
      if (namespace === null || serviceName === null) return []
      const rules = list(it['rules']).map(fields)
      // Without a rule it is never asked.
      if (rules.length === 0) return []
      return [
        {
          kind,
          name,
          webhook: text(it['name']) ?? '',
          service: { namespace, name: serviceName, port: whole(service['port']) ?? 443 },
          onFailure: oneOf(it['failurePolicy'], ['Fail', 'Ignore']),
          resources: [...new Set(rules.flatMap(resourcesOf))].slice(0, 20),
          chooses:
            isSelecting(it['namespaceSelector']) ||
            isSelecting(it['objectSelector']) ||
            isObjects(it['matchConditions'])
              ? 'some'
              : 'all',
          ...(isSelecting(it['namespaceSelector'])
            ? { namespaces: projectSelector(fields(it['namespaceSelector']), intern) }
            : {}),
          ...(rules.every(isOfNamespaces) ? { inNamespaces: true as const } : {}),
          ...(isOfCluster && (text(fields(it['clientConfig'])['caBundle']) ?? '') === ''
            ? { authority: isInjected ? ('injected' as const) : ('none' as const) }
            : {}),
        },
      ]
    })
}

/**
 * Whom a CustomResourceDefinition has the API server ask to convert objects (apiextensions/v1 types.go,
 * `spec.conversion`; `webhookClientConfig` before v1). One that does not, asks a URL, or takes `None`: none.
 */
export function projectConversion(raw: unknown): readonly AdmissionWebhook[] {
  const name = text(fields(fields(raw)['metadata'])['name'])
  const spec = fields(fields(raw)['spec'])
  const conversion = fields(spec['conversion'])
  const client = fields(fields(conversion['webhook'])['clientConfig'] ?? conversion['webhookClientConfig'])
  const service = fields(client['service'])
  const [namespace, serviceName] = [text(service['namespace']), text(service['name'])]
  if (name === null || conversion['strategy'] !== 'Webhook' || namespace === null || serviceName === null) return []
  const served = list(spec['versions'])
    .map(fields)
    .filter((it) => it['served'] !== false || it['storage'] === true)
    .flatMap((it) => text(it['name']) ?? [])
  const stored = texts(fields(fields(raw)['status'])['storedVersions'])
  return [
    {
      kind: 'CustomResourceDefinition',
      name,
      webhook: name,
      service: { namespace, name: serviceName, port: whole(service['port']) ?? 443 },
      onFailure: 'Fail',
      resources: [name],
      chooses: 'all',
      versions: new Set([...served, ...stored]).size,
    },
  ]
}

/** `*` of one group's kinds is not all that there is. */
function resourcesOf(rule: Fields): readonly string[] {
  const groups = texts(rule['apiGroups']).filter((it) => it !== '')
  const isOfAll = groups.includes('*') || groups.length < texts(rule['apiGroups']).length || groups.length === 0
  return texts(rule['resources']).flatMap((it) => {
    if (it !== '*' && it !== '*/*') return [it]
    return isOfAll ? ['*'] : groups.map((group) => `all kinds of ${group}`)
  })
}

/** By their scope, else kinds of Kubernetes' own that are in namespaces alone (admissionregistration/v1, Rule). */
function isOfNamespaces(rule: Fields): boolean {
  const kinds = texts(rule['resources'])
  return rule['scope'] === 'Namespaced' || (kinds.length > 0 && kinds.every((it) => namespaced.test(it)))
}

const namespaced = new RegExp(
  `^${anyOf(
    /pods|services|endpoints|configmaps|secrets|ingresses/,
    /deployments|statefulsets|daemonsets|replicasets|jobs|cronjobs/,
  )}(?:/|$)`,
)

/** Of cert-manager (inject-ca-from, inject-ca-from-secret, inject-apiserver-ca), and of OpenShift's service-ca. */
const injecting = /^(?:cert-manager\.io\/inject-|service\.(?:beta|alpha)\.openshift\.io\/inject-cabundle)/

function isSelecting(raw: unknown): boolean {
  const selector = fields(raw)
  return Object.keys(fields(selector['matchLabels'])).length > 0 || isObjects(selector['matchExpressions'])
}

function isObjects(raw: unknown): boolean {
  return list(raw).length > 0
}

export function projectApiService(raw: unknown): ApiService | null {
  const name = text(fields(fields(raw)['metadata'])['name'])
  if (name === null) return null
  const service = fields(fields(fields(raw)['spec'])['service'])
  const [namespace, serviceName] = [text(service['namespace']), text(service['name'])]
  const available = condition(fields(fields(raw)['status']), 'Available')
  return {
    name,
    service: namespace === null || serviceName === null ? null : { namespace, name: serviceName },
    available: available === null ? null : oneOf(available['status'], ['Unknown', 'True', 'False']),
    reason: text(available?.['reason']) ?? '',
    message: text(available?.['message']) ?? '',
  }
}

export function projectPool(raw: unknown, intern: Intern): AddressPool | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const spec = fields(fields(raw)['spec'])
  const labels = stringMap(it.metadata['labels'])
  return {
    namespace: it.namespace,
    name: it.name,
    addresses: texts(spec['addresses']),
    assigns: spec['autoAssign'] === false ? 'when asked' : 'itself',
    ...(Object.keys(labels).length === 0 ? {} : { labels: intern.labels(labels) }),
    ...onlyFor(fields(spec['serviceAllocation']), intern),
  }
}

/** `serviceAllocation` without a choice is for all; its priority decides among several alone. */
function onlyFor(spec: Fields, intern: Intern): Pick<AddressPool, 'only'> {
  const namespaces = texts(spec['namespaces'])
  const [namespacesBy = [], servicesBy = []] = ['namespaceSelectors', 'serviceSelectors'].map((it) =>
    list(spec[it]).map((one) => projectSelector(fields(one), intern)),
  )
  if (namespaces.length + namespacesBy.length + servicesBy.length === 0) return {}
  return { only: { namespaces, namespacesBy, servicesBy } }
}

export function projectAdvertisement(kind: Advertisement['kind'], raw: unknown, intern: Intern): Advertisement | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const spec = fields(fields(raw)['spec'])
  const nodes = list(spec['nodeSelectors']).map(fields)
  const pools = list(spec['ipAddressPoolSelectors']).map(fields)
  const interfaces = kind === 'L2Advertisement' ? texts(spec['interfaces']).slice(0, 100) : []
  const peers = kind === 'BGPAdvertisement' ? texts(spec['peers']).slice(0, 100) : []
  return {
    kind,
    namespace: it.namespace,
    name: it.name,
    pools: texts(spec['ipAddressPools']),
    selectsPools: pools.length > 0 ? 'labels' : 'by name',
    nodes: nodes.length === 0 ? null : nodes.map((one) => intern.labels(stringMap(one['matchLabels']))),
    choosesNodes: nodes.some((one) => isObjects(one['matchExpressions'])) ? 'expressions' : 'labels',
    ...(interfaces.length === 0 ? {} : { interfaces }),
    ...(peers.length === 0 ? {} : { peers }),
    ...(pools.length === 0 ? {} : { poolsBy: pools.map((one) => projectSelector(one, intern)) }),
    ...(nodes.length === 0 ? {} : { nodesBy: nodes.map((one) => projectSelector(one, intern)) }),
  }
}

/** A file that somebody wrote by hand has some kilobytes. */
const longestText = 64 * 1024

/** Of the ConfigMap that flannel reads (Documentation/configuration.md): `net-conf.json`. */
export function projectPodNetwork(raw: unknown, intern: Intern): PodNetwork | null {
  const it = identity(raw, intern)
  const written = text(fields(fields(raw)['data'])['net-conf.json'])
  if (it === null || written === null || written.length > longestText) return null
  const conf = parsed(written)
  const ranges = ['Network', 'IPv6Network'].flatMap((key) => text(conf[key]) ?? [])
  return ranges.length === 0 ? null : { namespace: it.namespace, name: it.name, ranges }
}

function parsed(written: string): Fields {
  try {
    return fields(JSON.parse(written))
  } catch {
    return {}
  }
}

/** Of ingress-nginx's ConfigMap (docs/user-guide/nginx-configuration/configmap.md); null for one that sets neither. */
export function projectControllerSettings(raw: unknown, intern: Intern): ControllerSettings | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const data = fields(fields(raw)['data'])
  return {
    namespace: it.namespace,
    name: it.name,
    proxyProtocol: onOff(data['use-proxy-protocol']),
    ...(data['use-forwarded-headers'] === 'true' ? { forwarded: 'on' as const } : {}),
    ...listsOf(data),
    ...globalAuthOf(data),
    ...sslRedirectOf(data),
    ...boundOf(data),
    snippets: onOff(data['allow-snippet-annotations']),
    risk: risks.find((it) => it === data['annotations-risk-level']) ?? null,
  }
}

/** Lists of addresses, parted by commas; `allowlist-` is the newer name (internal/ingress/controller/config). */
function listsOf(data: Fields): Pick<ControllerSettings, 'blocked' | 'allowed' | 'denied'> {
  const of = (key: string): readonly string[] | null => rangesOf(text(data[key]) || undefined)
  const [blocked, denied] = [of('block-cidrs'), of('denylist-source-range')]
  const allowed = of('allowlist-source-range') ?? of('whitelist-source-range')
  return {
    ...(blocked === null ? {} : { blocked }),
    ...(allowed === null ? {} : { allowed }),
    ...(denied === null ? {} : { denied }),
  }
}

function globalAuthOf(data: Fields): Pick<ControllerSettings, 'auth'> {
  const auth = askedBy(text(data['global-auth-url']))
  return auth === null ? {} : { auth }
}

/** `force-ssl-redirect` and `ssl-redirect`, which is on where nothing is said. */
function sslRedirectOf(data: Fields): Pick<ControllerSettings, 'sslRedirect'> {
  if (data['force-ssl-redirect'] === 'true') return { sslRedirect: 'forced' }
  return data['ssl-redirect'] === 'false' ? { sslRedirect: 'off' } : {}
}

/** `bind-address`: addresses parted by commas, each for a `listen` of nginx in the place of all of them. */
function boundOf(data: Fields): Pick<ControllerSettings, 'bound'> {
  const all = (text(data['bind-address']) ?? '')
    .slice(0, 1000)
    .split(',')
    .map((it) => it.trim())
  const isLocal = all.every((it) => /^(?:127(?:\.\d{1,3}){3}|\[?::1\]?)$/.test(it))
  return isLocal ? { bound: 'loopback' } : {}
}

const risks = ['Critical', 'High', 'Medium', 'Low'] as const

function onOff(value: unknown): 'on' | 'off' | null {
  if (value === 'true') return 'on'
  return value === 'false' ? 'off' : null
}

/** Of MeshConfig, which is YAML in a ConfigMap: one word of it, looked for by its lines. */
export function projectMeshSettings(raw: unknown, intern: Intern): MeshSettings | null {
  const it = identity(raw, intern)
  const written = text(fields(fields(raw)['data'])['mesh'])
  if (it === null || written === null || written.length > longestText) return null
  const [, mode] =
    /^outboundTrafficPolicy:[ \t]*(?:\r?\n[ \t]+|\{[ \t]*)["']?mode["']?:[ \t]*["']?([A-Z_]{1,20})/m.exec(written) ?? []
  return {
    namespace: it.namespace,
    name: it.name,
    outbound: mode === 'REGISTRY_ONLY' || mode === 'ALLOW_ANY' ? mode : null,
    ...discoversOf(written, intern),
  }
}

function discoversOf(written: string, intern: Intern): Pick<MeshSettings, 'discovers'> {
  const selectors = discoverySelectors(written)
  if (selectors === 'none') return {}
  return { discovers: selectors === 'unread' ? null : selectors.map((it) => intern.labels(it)) }
}

/** They name hosts, and lead no request: whoever has a certificate for a host need not serve it. */
const noRoutes: ReadonlySet<string> = new Set([
  'acme.cert-manager.io',
  'cert-manager.io',
  'certificates.cert-manager.io',
  'externaldns.k8s.io',
  'externaldns.nginx.org',
])

/** What an object of a kind that nobody evaluates says of hosts; null where it names none. */
export function projectClaim(raw: unknown, intern: Intern): HostClaim | null {
  const it = identity(raw, intern)
  const { apiVersion, kind } = fields(raw)
  if (it === null || typeof apiVersion !== 'string' || typeof kind !== 'string') return null
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  if (noRoutes.has(group) || kind === 'ManagedCertificate') return null
  const hosts = hostsWithin(fields(raw)['spec'])
  return hosts.length === 0 ? null : { kind, group, namespace: it.namespace, name: it.name, hosts }
}
