import type { ControllerFront, IngressController } from '../model/ingress.ts'
import {
  either,
  exactly,
  flag,
  just,
  type labelsThrough,
  list,
  maybe,
  nullable,
  number,
  object,
  oneOf,
  type Schema,
  type Texts,
} from '../model/marks.ts'
import { selectorSchema } from './schema-monitors.ts'
import { listenHosts } from '../wire/listens.ts'

/** Of a controller of Ingresses; texts that other objects repeat are `shared` with those. */
export function ingressControllerOf(
  m: Texts,
  shared: Texts,
  labels: ReturnType<typeof labelsThrough>,
): Schema<IngressController> {
  const controllerFront = exactly<ControllerFront>()(
    object({
      namespace: m.name,
      name: m.name,
      type: oneOf(['NodePort', 'LoadBalancer']),
      addresses: list(m.address),
      ports: list(
        object({
          port: number,
          nodePort: nullable(number),
          targetPort: either([number, shared.name]),
          declared: oneOf(['yes', 'no', 'as-name']),
          opens: maybe(object({ port: number, name: nullable(shared.name) })),
          told: maybe(object({ by: shared.name, host: nullable(oneOf(listenHosts)), port: nullable(number) })),
        }),
      ),
      azureProbes: maybe(list(object({ port: number, scheme: oneOf(['http', 'https']), path: m.path }))),
      healthAsks: maybe(
        list(object({ by: oneOf(['aws', 'hetzner']), port: number, scheme: oneOf(['http', 'https']), path: m.path })),
      ),
      keepsClients: maybe(just(true)),
      tlsEnded: maybe(object({ ports: list(number), header: oneOf(['sent', 'none', 'unsure']) })),
      wants: list(m.text),
      ready: nullable(number),
      localOn: maybe(list(m.name)),
      externalTrafficPolicy: maybe(oneOf(['Local', 'Cluster'])),
    }),
  )
  return exactly<IngressController>()(
    object({
      namespace: m.name,
      pod: m.name,
      ip: nullable(m.address),
      node: maybe(nullable(m.name)),
      labels: maybe(labels),
      hostNetwork: maybe(just(true)),
      ready: flag,
      controller: m.name,
      classNames: list(m.name),
      byName: maybe(oneOf(['on', 'off'])),
      passthrough: maybe(oneOf(['on', 'off'])),
      ports: maybe(object({ plain: number, tls: number })),
      product: maybe(oneOf(['ingress-nginx', 'f5-nginx'])),
      container: maybe(m.name),
      image: maybe(m.image),
      streams: maybe(
        list(
          object({
            protocol: oneOf(['TCP', 'UDP']),
            namespace: m.name,
            name: m.name,
            by: oneOf(['flag', 'name']),
            ports: nullable(
              list(object({ port: number, namespace: m.name, service: m.name, target: either([number, shared.name]) })),
            ),
          }),
        ),
      ),
      statusPort: maybe(number),
      annotationPrefixes: maybe(list(m.name)),
      watches: maybe(list(m.name)),
      leavesOut: maybe(list(m.name)),
      watchesBy: maybe(
        object({
          matchLabels: labels,
          matchExpressions: list(
            object({
              key: m.name,
              operator: oneOf(['In', 'NotIn', 'Exists', 'DoesNotExist']),
              values: list(m.name),
            }),
          ),
        }),
      ),
      configMap: maybe(object({ namespace: m.name, name: m.name })),
      defaultCertificate: maybe(just(true)),
      defaultSecret: maybe(object({ namespace: m.name, name: m.name })),
      defaultBackend: maybe(object({ namespace: m.name, name: m.name })),
      defaultTarget: maybe(oneOf(['instance', 'ip'])),
      entryPoints: maybe(list(m.name)),
      tlsEntryPoints: maybe(list(m.name)),
      redirectingEntryPoints: maybe(list(m.name)),
      crd: maybe(
        object({
          off: maybe(just(true)),
          syntax: maybe(oneOf(['v2', 'v3'])),
          resolvers: maybe(list(m.name)),
          watches: nullable(list(m.name)),
          className: nullable(m.name),
          selector: maybe(selectorSchema),
          acrossNamespaces: oneOf(['yes', 'no', 'unsure']),
          externalNames: oneOf(['yes', 'no', 'unsure']),
        }),
      ),
      externalNames: maybe(just('refused')),
      ingressesOff: maybe(just(true)),
      webhook: maybe(oneOf(['on', 'off'])),
      fronts: maybe(list(controllerFront)),
    }),
  )
}
