import {
  type Beside,
  ciliumAnnouncerKinds,
  deciderKinds,
  heldContents,
  neededByNginx,
  scalerKinds,
} from '../model/beside.ts'
import { attachedTo, policyEffects } from '../model/attached-policy.ts'
import { otherPolicyKinds } from '../model/network-policy.ts'
import {
  either,
  exactly,
  flag,
  just,
  labelsThrough,
  list,
  maybe,
  nullable,
  number,
  object,
  oneOf,
  texts,
} from '../model/marks.ts'
import { ruleFaultKinds, ruleMatchers } from '../wire/traefik-rule-faults.ts'
import { monitorReaderSchema, monitorSchema, selectorSchema } from './schema-monitors.ts'
import { heldWorkloadOf } from './schema-workload.ts'

const m = texts()
const labels = labelsThrough((it) => it)
const named = { namespace: m.name, name: m.name }
const keyed = { ...named, keys: list(m.name) }

const targetFields = {
  kind: oneOf(['Service', 'TraefikService', 'Middleware']),
  namespace: nullable(m.name),
  name: m.name,
  port: nullable(either([number, m.name])),
  scheme: maybe(oneOf(['http', 'https', 'h2c'])),
  transport: maybe(m.name),
}
const target = object(targetFields)

const secret = object({
  ...keyed,
  type: m.word,
  certificate: nullable(
    object({
      hosts: list(m.host),
      until: m.time,
      when: oneOf(['valid', 'over', 'unsure']),
      key: maybe(oneOf(['fits', 'other', 'unread'])),
      issuer: maybe(object({ name: m.said, looks: oneOf(['intermediate', 'unsure']) })),
    }),
  ),
  content: maybe(object({ is: oneOf(heldContents), sure: flag })),
})

const asked = object({
  namespace: nullable(m.name),
  name: nullable(m.name),
  host: nullable(m.host),
  port: nullable(number),
  field: m.spot,
})

const linkerdProof = object({ kind: oneOf(['MeshTLSAuthentication', 'NetworkAuthentication']), ...named })

const ingressRoute = object({
  group: m.word,
  ...named,
  className: nullable(m.name),
  labels: maybe(labels),
  entryPoints: maybe(list(m.name)),
  routes: list(
    object({
      hosts: list(m.host),
      paths: list(object({ type: oneOf(['exact', 'prefix']), path: m.path })),
      more: oneOf(['nothing', 'more']),
      services: list(target),
      middlewares: list(target),
      path: m.spot,
      form: maybe(oneOf(['product', 'mixed'])),
      weight: maybe(number),
      odd: maybe(list(object({ is: oneOf(ruleFaultKinds), matcher: oneOf(ruleMatchers) }))),
      syntax: maybe(oneOf(['v2', 'v3'])),
    }),
  ),
  tls: nullable(
    object({
      secret: nullable(m.name),
      resolver: maybe(m.name),
      options: maybe(object({ namespace: nullable(m.name), name: m.name })),
    }),
  ),
})

/** What is read of files alone. */
export const besideSchema = exactly<Beside>()(
  object({
    secrets: nullable(object({ namespace: nullable(m.name), held: list(secret) })),
    ingressRoutes: nullable(list(ingressRoute)),
    rollouts: maybe(list(object({ namespace: m.name, name: m.name, services: list(m.name) }))),
    scalers: maybe(
      list(
        object({
          kind: oneOf(scalerKinds),
          namespace: m.name,
          name: m.name,
          target: object({ kind: m.word, name: m.name }),
          least: number,
          pausedAt: maybe(number),
        }),
      ),
    ),
    streamRoutes: maybe(
      list(
        object({
          kind: oneOf(['IngressRouteTCP', 'IngressRouteUDP']),
          ...named,
          entryPoints: list(m.name),
          unseenHosts: maybe(list(object({ path: m.path, host: m.host }))),
        }),
      ),
    ),
    transports: maybe(list(object(named))),
    tlsOptions: maybe(list(object({ ...named, authorities: list(m.name), verifies: maybe(just(true)) }))),
    traefikServices: maybe(list(object({ ...named, to: list(object({ ...targetFields, path: m.path })) }))),
    certificates: maybe(
      list(
        object({
          ...named,
          secret: m.name,
          hosts: list(m.host),
          issuer: nullable(object({ kind: oneOf(['Issuer', 'ClusterIssuer']), name: m.name })),
        }),
      ),
    ),
    issuerNames: maybe(
      list(object({ kind: oneOf(['Issuer', 'ClusterIssuer']), namespace: nullable(m.name), name: m.name })),
    ),
    issuers: maybe(
      list(
        object({
          kind: oneOf(['Issuer', 'ClusterIssuer']),
          namespace: nullable(m.name),
          name: m.name,
          server: m.host,
          is: oneOf(['staging', 'other']),
        }),
      ),
    ),
    attachedPolicies: maybe(
      list(
        object({
          kind: m.name,
          group: m.name,
          ...named,
          targets: list(
            object({
              kind: oneOf(attachedTo),
              namespace: nullable(m.name),
              name: m.name,
              section: nullable(m.name),
              path: m.spot,
            }),
          ),
          accepted: oneOf(['yes', 'no', 'unsaid']),
          does: list(
            object({
              is: oneOf(policyEffects),
              path: m.spot,
              percent: number,
              code: nullable(number),
              seconds: nullable(number),
            }),
          ),
        }),
      ),
    ),
    clientProtocols: maybe(list(object({ ...named, targets: list(object({ kind: m.name, name: m.name })) }))),
    kongPlugins: maybe(list(object({ namespace: nullable(m.name), name: m.name }))),
    deciders: maybe(list(object({ kind: oneOf(deciderKinds), ...named, asks: list(asked), lets: maybe(just('all')) }))),
    claims: list(object({ kind: m.word, group: m.name, ...named, hosts: list(m.host) })),
    webhooks: list(
      object({
        kind: oneOf(['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', 'CustomResourceDefinition']),
        name: m.name,
        webhook: m.name,
        service: object({ ...named, port: number }),
        onFailure: oneOf(['Fail', 'Ignore']),
        resources: list(m.name),
        chooses: oneOf(['all', 'some']),
        namespaces: maybe(selectorSchema),
        inNamespaces: maybe(just(true)),
        versions: maybe(number),
        authority: maybe(oneOf(['none', 'injected'])),
      }),
    ),
    apiServices: list(
      object({
        name: m.name,
        service: nullable(object(named)),
        available: nullable(oneOf(['True', 'False', 'Unknown'])),
        reason: m.word,
        message: m.said,
      }),
    ),
    pools: nullable(
      list(
        object({
          ...named,
          addresses: list(m.address),
          assigns: oneOf(['itself', 'when asked']),
          labels: maybe(labels),
          only: maybe(
            object({
              namespaces: list(m.name),
              namespacesBy: list(selectorSchema),
              servicesBy: list(selectorSchema),
            }),
          ),
        }),
      ),
    ),
    advertisements: nullable(
      list(
        object({
          kind: oneOf(['L2Advertisement', 'BGPAdvertisement']),
          ...named,
          pools: list(m.name),
          selectsPools: oneOf(['by name', 'labels']),
          nodes: nullable(list(labels)),
          choosesNodes: oneOf(['labels', 'expressions']),
          poolsBy: maybe(list(selectorSchema)),
          interfaces: maybe(list(m.name)),
          peers: maybe(list(m.name)),
          nodesBy: maybe(list(selectorSchema)),
        }),
      ),
    ),
    monitors: maybe(list(monitorSchema)),
    monitorReaders: maybe(list(monitorReaderSchema)),
    bgpPeers: maybe(number),
    bgpPeerNames: maybe(list(m.name)),
    podNetworks: list(object({ ...named, ranges: list(m.address) })),
    ipPools: maybe(
      list(
        object({
          name: m.name,
          cidr: m.address,
          nat: oneOf(['on', 'off']),
          encapsulated: oneOf(['always', 'sometimes', 'never']),
          disabled: maybe(just(true)),
        }),
      ),
    ),
    ciliumAnnouncers: maybe(
      list(object({ kind: oneOf(ciliumAnnouncerKinds), name: m.name, services: oneOf(['some', 'none']) })),
    ),
    ciliumPools: maybe(list(m.address)),
    controllerSettings: list(
      object({
        ...named,
        forwarded: maybe(just('on')),
        blocked: maybe(list(m.address)),
        allowed: maybe(list(m.address)),
        denied: maybe(list(m.address)),
        auth: maybe(object({ host: m.host, port: number })),
        sslRedirect: maybe(oneOf(['forced', 'off'])),
        bound: maybe(just('loopback')),
        proxyProtocol: nullable(oneOf(['on', 'off'])),
        snippets: nullable(oneOf(['on', 'off'])),
        risk: nullable(oneOf(['Critical', 'High', 'Medium', 'Low'])),
      }),
    ),
    settingsNotThere: maybe(list(object(named))),
    controllerRights: maybe(
      list(object({ namespace: m.name, account: m.name, role: nullable(m.name), lacks: list(oneOf(neededByNginx)) })),
    ),
    authorityMaps: nullable(list(object(keyed))),
    serviceRoutes: maybe(
      list(
        object({
          ...named,
          service: object(named),
          port: nullable(number),
          rules: number,
          matches: list(
            object({
              type: oneOf(['PathPrefix', 'Exact', 'RegularExpression']),
              path: m.path,
              more: oneOf(['nothing', 'more']),
            }),
          ),
        }),
      ),
    ),
    linkerd: nullable(
      object({
        servers: list(
          object({
            ...named,
            selector: nullable(labels),
            port: either([number, m.name]),
            otherwise: oneOf(['deny', 'allow']),
          }),
        ),
        authorized: list(
          object({
            namespace: m.name,
            of: oneOf(['Server', 'Namespace', 'other']),
            name: m.name,
            requires: maybe(list(linkerdProof)),
          }),
        ),
        proofs: maybe(list(linkerdProof)),
      }),
    ),
    policiesNotHeld: list(oneOf(otherPolicyKinds)),
    meshSettings: list(
      object({
        ...named,
        outbound: nullable(oneOf(['REGISTRY_ONLY', 'ALLOW_ANY'])),
        discovers: maybe(nullable(list(labels))),
      }),
    ),
    heldWorkloads: maybe(list(heldWorkloadOf(m))),
  }),
)
