import type { Beside } from '../../model/beside.ts'
import type { Gateway } from '../../model/gateway.ts'
import type { HttpProxy } from '../../model/http-proxy.ts'
import type { Ingress, IngressClass, IngressController } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { MeshGateway } from '../../model/mesh.ts'
import { type Subject, subject, subjectKey } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { controllersOf } from './controllers-of.ts'
import { mostShared, youngerIngresses } from './younger-ingresses.ts'

/** Where an object says by which Secret its hosts are served over TLS. */
export interface TlsReference {
  readonly by: Subject
  readonly namespace: string
  readonly secret: string
  readonly hosts: readonly string[]
  readonly path: string
  readonly also?: readonly [string, string]
  readonly spare?: true
  /** Younger Ingresses of ingress-nginx with one of its hosts: they are served with this Secret as well, or without. */
  readonly shared?: readonly Subject[]
}

interface TlsSeen {
  readonly beside: Beside
  readonly ingresses: readonly Ingress[]
  readonly classes: readonly IngressClass[]
  readonly controllers: readonly IngressController[]
  readonly gateways: readonly Gateway[]
  readonly proxies: readonly HttpProxy[]
  readonly meshGateways: readonly MeshGateway[]
}

/** All that name a Secret for TLS, by the API of each kind; one that names it several times with all its hosts. */
function tlsReferences(seen: TlsSeen): readonly TlsReference[] {
  const younger = youngerIngresses(seen.ingresses)
  return distinct([
    ...seen.ingresses.flatMap((it) => ofIngress(it, seen, younger)),
    ...(seen.beside.ingressRoutes ?? []).flatMap(ofIngressRoute),
    ...seen.gateways.flatMap(ofGateway),
    ...seen.proxies.flatMap(ofProxy),
    ...seen.meshGateways.flatMap(ofMeshGateway),
  ])
}

/** An ALB takes its certificates from ACM, by the host: a Secret is nothing to it. */
function ofIngress(
  ingress: Ingress,
  { controllers, classes }: Pick<TlsSeen, 'controllers' | 'classes'>,
  younger: ReturnType<typeof youngerIngresses>,
): readonly TlsReference[] {
  const isAlb =
    ingress.className === 'alb' ||
    ingress.vendors?.includes('alb') === true ||
    classes.some((it) => it.name === ingress.className && it.controller === 'ingress.k8s.aws/alb')
  // Who passes TLS on to the pods needs no certificate.
  if (isAlb || ingress.nginx?.passthrough === true) return []
  const own = controllersOf(ingress, controllers, classes)
  const spare = own.length > 0 && own.every((it) => it.defaultCertificate === true)
  const isNginx = own.length > 0 && own.every((it) => it.product === 'ingress-nginx')
  const allHosts = ingress.rules.flatMap((it) => it.host ?? [])
  return (ingress.tls ?? []).flatMap(({ hosts, secret }, index): readonly TlsReference[] => {
    if (secret === null) return []
    const its = hosts.length === 0 ? allHosts : hosts
    // The first Ingress that asks for TLS for a host decides of its certificate, and they stand by their age: also
    // where it can't be used, so that the host has the default one (ingress-nginx,
    // internal/ingress/controller/controller.go, createServers).
    const shared = isNginx ? younger(ingress, its) : []
    return [
      {
        by: subject('Ingress', ingress.namespace, ingress.name),
        namespace: ingress.namespace,
        secret,
        hosts: its,
        path: `spec.tls[${index}].secretName`,
        ...(spare ? { spare: true as const } : {}),
        ...(shared.length === 0 ? {} : { shared: shared.map((it) => subject('Ingress', it.namespace, it.name)) }),
      },
    ]
  })
}

function ofIngressRoute(route: NonNullable<Beside['ingressRoutes']>[number]): readonly TlsReference[] {
  const secret = route.tls?.secret ?? null
  return secret === null
    ? []
    : [
        {
          by: subject('IngressRoute', route.namespace, route.name),
          namespace: route.namespace,
          secret,
          hosts: route.routes.flatMap((it) => it.hosts),
          path: 'spec.tls.secretName',
        },
      ]
}

function ofGateway(gateway: Gateway): readonly TlsReference[] {
  return gateway.listeners.flatMap((listener, at) => {
    if (listener.tls?.mode !== 'Terminate') return []
    const { certificates } = listener.tls
    return certificates.flatMap((it, index): readonly TlsReference[] =>
      it.group !== '' || it.kind !== 'Secret'
        ? []
        : [
            {
              by: subject('Gateway', gateway.namespace, gateway.name),
              namespace: it.namespace ?? gateway.namespace,
              secret: it.name,
              // Of several certificates another one may be for the host.
              hosts: certificates.length > 1 || listener.hostname === null ? [] : [listener.hostname],
              path: `spec.listeners[${at}].tls.certificateRefs[${index}].name`,
            },
          ],
    )
  })
}

/** `namespace/name` is how a delegated one may be written. */
function ofProxy(proxy: HttpProxy): readonly TlsReference[] {
  const tls = proxy.host?.tls ?? null
  if (proxy.host === null || tls === null || tls.secret === null) return []
  return [
    {
      by: subject('HTTPProxy', proxy.namespace, proxy.name),
      namespace: tls.namespace ?? proxy.namespace,
      secret: tls.secret,
      hosts: [proxy.host.fqdn],
      path: 'spec.virtualhost.tls.secretName',
    },
  ]
}

/** istiod reads the Secret in the namespace of the gateway's pods, whatever that of the Gateway (credentialName). */
function ofMeshGateway(gateway: MeshGateway): readonly TlsReference[] {
  return gateway.servers.flatMap(({ credential, hosts }, index) =>
    credential === undefined
      ? []
      : (gateway.homes ?? []).map((namespace): TlsReference => ({
          by: subject('Gateway', gateway.namespace, gateway.name),
          namespace,
          secret: credential,
          hosts: hosts.map((it) => it.slice(it.indexOf('/') + 1)).filter((it) => it !== '*'),
          path: `spec.servers[${index}].tls.credentialName`,
          also: ['cert', 'key'],
        })),
  )
}

/** Several hosts of one object share a Secret: one word of it is enough, of its hosts together and who shares any. */
function distinct(all: readonly TlsReference[]): readonly TlsReference[] {
  const groups = Map.groupBy(all, ({ by, namespace, secret }) => [by.kind, full(by), namespace, secret].join(' '))
  return [...groups.values()].flatMap((its) => {
    const [first] = its
    if (first === undefined) return []
    const shared = [...new Map(its.flatMap((it) => it.shared ?? []).map((it) => [subjectKey(it), it])).values()]
    return [
      {
        ...first,
        hosts: [...new Set(its.flatMap((it) => it.hosts))],
        ...(shared.length === 0 ? {} : { shared: shared.slice(0, mostShared) }),
      },
    ]
  })
}

interface TlsSources {
  readonly ingresses: Known<readonly Ingress[]>
  /** Of other namespaces, with a host of those. */
  readonly ingressesBeside?: Known<readonly Ingress[]>
  readonly ingressClasses: Known<readonly IngressClass[]>
  readonly ingressControllers: Known<readonly IngressController[]>
  readonly gateways: Known<readonly Gateway[]>
  readonly httpProxies: Known<readonly HttpProxy[]>
  readonly mesh: Known<{ readonly gateways: readonly MeshGateway[] }>
}

/** The same of what is known of a cluster or file; what is not known names none. */
export function tlsReferencesOf(beside: Beside, seen: TlsSources): readonly TlsReference[] {
  return tlsReferences({
    beside,
    ingresses: [
      ...valueOf(seen.ingresses),
      ...(seen.ingressesBeside === undefined ? [] : valueOf(seen.ingressesBeside)),
    ],
    classes: valueOf(seen.ingressClasses),
    controllers: valueOf(seen.ingressControllers),
    gateways: valueOf(seen.gateways),
    proxies: valueOf(seen.httpProxies),
    meshGateways: seen.mesh.known ? seen.mesh.value.gateways : [],
  })
}

function valueOf<T>(it: Known<readonly T[]>): readonly T[] {
  return it.known ? it.value : []
}
