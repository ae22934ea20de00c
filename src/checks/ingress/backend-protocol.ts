import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contacts } from '../../model/contacts.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service, ServicePort, TlsAnnotation } from '../../model/service.ts'
import type { Subject } from '../../model/subject.ts'
import {
  portOfBackend,
  type Route,
  routesOf,
  routeText,
  servicesByName,
} from '../../relations/ingress/ingress-routes-to-service.ts'
import { isForNginx, type Measured, measuredOf } from '../../relations/ingress/nginx-paths.ts'
import { gceSpeaksTls, isOfGce, tlsTold } from '../../relations/ingress/tls-told.ts'
import { type Speech, speechOf } from '../../relations/service/port-speech.ts'
import { podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { portText } from '../../relations/service/service-endpoints.ts'
import { ingressBackendFails } from '../../relations/symptom.ts'
import { backendEvidence, ingressSubject } from './words.ts'
import { full } from '../../phrases.ts'

/**
 * ingress-nginx speaks plain HTTP/1.1 to every backend unless the annotation `backend-protocol` says otherwise; unlike
 * Traefik it does not go by a port's name or number. TLS to a plain port is a 502, HTTP to a TLS port a 400 or 502,
 * HTTP/1.1 to a server of gRPC, and the reverse, a 502. GKE's load balancer goes by an annotation of the Service.
 */
export default check({
  code: 'ING313',
  slug: 'ingress/backend-protocol',
  title: 'an Ingress speaks another protocol than its backend',
  fine: 'Ingresses speak the protocol that their backends name',
  severity: 'warning',
  needs: ['ingresses', 'services'],
  wants: ['ingressClasses', 'contacts', 'pods'],
  remedies: [],
  decides: ['SVC-11'],

  run({ ingresses, services, ingressClasses, contacts, pods }) {
    const find = servicesByName(services)
    const podsOf = podsOfServices(pods.known ? pods.value : [])
    // TLS that is passed through is spoken by the client.
    const own = ingresses
      .filter((it) => isForNginx(it, ingressClasses) && it.nginx?.passthrough !== true)
      .flatMap(routesOf)
    const wayOf = (route: Route): readonly Way[] => {
      const service = find(route.ingress.namespace, route.backend.service)
      const port = service === null ? null : portOfBackend(service, route.backend)
      return service === null || port === null ? [] : [{ route, service, port, by: null, gce: null }]
    }
    const classes = ingressClasses.known ? ingressClasses.value : []
    const others = ingresses
      .filter((it) => !isForNginx(it, ingressClasses))
      .flatMap(routesOf)
      .flatMap(wayOf)
      .flatMap((way) => {
        const by = tlsTold(way.route.ingress, way.service, classes)
        return by === null ? [] : [{ ...way, by }]
      })
    const ofGce = ingresses
      .filter((it) => !isForNginx(it, ingressClasses) && isOfGce(it, classes))
      .flatMap(routesOf)
      .flatMap(wayOf)
      .map((way): Way => ({ ...way, gce: gceSpeaksTls(way.service, way.port) ? 'TLS' : 'plain' }))
    const routes = [...own.flatMap(wayOf), ...others, ...ofGce]
    if (routes.length === 0)
      return notApplicable(
        'no Ingress here that is for ingress-nginx or GKE, or asks for TLS, names a port that exists',
      )
    // What is passed through, or led by another controller, tells as well what the port is asked by.
    const both = spokenToInBoth(ingresses.flatMap(routesOf).flatMap(wayOf))
    const groups = Map.groupBy(
      routes,
      ({ route }) => `${full(route.ingress)}/${route.backend.service}/${route.backend.port}`,
    )
    const found = [...groups.values()].flatMap(([first]) =>
      first === undefined
        ? []
        : judge(first, {
            pods: podsOf(first.service),
            measured: measuredOf(contacts, first.route),
            heard: heardLayer(contacts, first),
            isBoth: both.has(targetOf(first)),
          }),
    )
    return found.length > 0 ? found : ok(routes.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} speaks ${args.spoken} to port ${args.port} of Service ${args.service}, ` +
      `which looks like ${args.looks}.`,
    detail: ({ args }) =>
      `${args.route} · ${toldIn(args)} · ` + (args.measured === 'ill' ? 'requests are answered badly' : 'not asked'),
    note: ({ args }) => {
      if (args.by !== null)
        return 'TLS to a port that speaks plain HTTP ends in a 502 or 503, and health checks by TLS fail'
      return args.gce
        ? 'it and its health checks ask by plain HTTP then: the backend is UNHEALTHY, and clients get 502'
        : 'ingress-nginx goes by its annotation alone: ' +
            'neither the name of a port nor its number makes it speak TLS or gRPC'
    },
    help: ({ subject: on, args }) => {
      if (args.gce) return annotateService(on, args)
      return [
        ...(args.by === null ? [] : [`take ${args.by} away, or lead the Ingress to the port that speaks TLS`]),
        ...(args.by === null ? annotate(on, args.want) : [`kubectl -n ${on.namespace} get ingress ${on.name} -o yaml`]),
      ]
    },
  },
})

interface ToldBy {
  readonly by: TlsAnnotation | null
  readonly annotation: string | null
  readonly gce: boolean
}

function toldIn({ by, annotation, gce }: ToldBy): string {
  if (gce) return 'no cloud.google.com/app-protocols for this port'
  return by ?? `backend-protocol ${annotation ?? 'none (HTTP)'}`
}

function annotateService(
  on: Subject,
  { service, portName }: { readonly service: string; readonly portName: string | null },
): readonly string[] {
  return [
    portName === null
      ? 'give the port of the Service a name, and say by it that the pods speak TLS'
      : 'say at the Service that the pods speak TLS',
    `kubectl -n ${on.namespace} annotate service ${service} --overwrite ` +
      `'cloud.google.com/app-protocols={"${portName ?? 'NAME'}":"HTTPS"}'`,
  ]
}

function annotate(on: Subject, want: string): readonly string[] {
  return [
    want === 'HTTP' ? 'take the annotation away if the pods speak plain HTTP' : 'say what the pods speak',
    `kubectl -n ${on.namespace} annotate ingress ${on.name} --overwrite ` +
      `nginx.ingress.kubernetes.io/backend-protocol=${want}`,
  ]
}

interface Way {
  readonly route: Route
  readonly service: Service
  readonly port: ServicePort
  /** By which a controller that is not ingress-nginx speaks TLS to it. */
  readonly by: TlsAnnotation | null
  /** What GKE's load balancer speaks to it; null = it is another's. */
  readonly gce: 'TLS' | 'plain' | null
}

function targetOf({ service, port }: Way): string {
  return `${full(service)}/${port.targetPort}`
}

/** Argo CD's server and others tell the two apart on one port, and have an Ingress for each. */
function spokenToInBoth(ways: readonly Way[]): ReadonlySet<string> {
  const byTarget = Map.groupBy(ways, targetOf)
  return new Set(
    [...byTarget].flatMap(([target, all]) =>
      new Set(all.map(({ route }) => spokenBy(route)?.version)).size > 1 ? [target] : [],
    ),
  )
}

/** null: neither HTTP nor gRPC. */
function spokenBy({ ingress }: Route): Spoken | null {
  const annotation = ingress.nginx?.protocol ?? 'HTTP'
  if (annotation === 'FCGI' || annotation === 'AJP') return null
  // Behind AUTO_HTTP it speaks as its client did; what it does not know is HTTP (annotations/backendprotocol/main.go).
  if (annotation === 'AUTO_HTTP') return { layer: null, version: 'HTTP/1.1' }
  return {
    layer: annotation === 'HTTPS' || annotation === 'GRPCS' ? 'TLS' : 'plain',
    version: annotation === 'GRPC' || annotation === 'GRPCS' ? 'gRPC' : 'HTTP/1.1',
  }
}

interface Seen {
  readonly pods: readonly Pod[]
  readonly measured: Measured
  /** What its pods answered when they were asked themselves; null: nobody asked, or they answered both. */
  readonly heard: Speech['layer']
  readonly isBoth: boolean
}

/** A pod that answers plain HTTP by 400 may be one that wants TLS (http-asks, isUnlikeHttp). */
function heardLayer(contacts: Known<Contacts>, { service, port }: Way): Speech['layer'] {
  const own = (contacts.known ? (contacts.value.direct ?? []) : []).filter(
    (it) => full(it.service) === full(service) && it.service.port === port.port && it.status !== null,
  )
  const isTls = own.some((it) => it.scheme === 'https')
  const isPlain = own.some((it) => it.scheme === 'http' && it.status !== 400)
  if (isTls === isPlain) return null
  return isTls ? 'TLS' : 'plain'
}

/** What is answered well cannot be wrong. */
function judge({ route, service, port, by: told, gce }: Way, { pods, measured, heard, isBoth }: Seen) {
  const { ingress, backend } = route
  const named = speechOf(port, pods)
  const looks = { ...named, layer: heard ?? named.layer }
  const layer = told === null ? gce : 'TLS'
  const spoken = layer === null ? spokenBy(route) : { layer, version: looks.version }
  // Argo CD's `http` and `https` both lead to one port, which speaks what a flag says: of TLS they tell nothing.
  const isShared = service.ports.some((it) => it !== port && it.targetPort === port.targetPort)
  const differing =
    spoken === null || measured === 'well'
      ? null
      : differenceOf(spoken, isShared ? { ...looks, layer: heard } : looks, isBoth)
  if (differing === null) return []
  const app = port.appProtocol === undefined ? '' : `, appProtocol ${port.appProtocol}`
  const label = `port ${portText(port)}, target ${port.targetPort}${app}`
  const by = { kind: 'fact', label: `${looks.version} by`, value: looks.by } as const
  return [
    finding({
      subject: ingressSubject(ingress),
      confidence: measured === 'ill' ? 'inferred' : 'possible',
      args: {
        spoken: differing.spoken,
        looks: differing.looks,
        want: differing.want,
        port: portText(port),
        service: backend.service,
        route: routeText(route),
        annotation: ingress.nginx?.protocol ?? null,
        by: told,
        gce: gce !== null,
        portName: port.name,
        measured,
      },
      evidence: [backendEvidence(ingress, backend, 'port', label), ...(differing.is === 'version' ? [by] : [])],
      causes: measured === 'ill' ? [ingressBackendFails(ingress, backend.service)] : [],
    }),
  ]
}

type Spoken = Pick<Speech, 'layer' | 'version'>

/** null: none that is known. */
function differenceOf(spoken: Spoken, looks: Spoken, isBoth: boolean) {
  const isOtherLayer = spoken.layer !== null && looks.layer !== null && looks.layer !== spoken.layer
  const isOtherVersion = !isBoth && looks.version !== null && looks.version !== spoken.version
  const layer = looks.layer ?? spoken.layer
  const version = isOtherVersion ? looks.version : spoken.version
  const want = `${version === 'gRPC' ? 'GRPC' : 'HTTP'}${layer === 'TLS' ? 'S' : ''}`
  if (isOtherVersion) {
    const [is, was] = looks.version === 'gRPC' ? ['gRPC', 'HTTP/1.1'] : ['HTTP/1.1', 'gRPC']
    return { is: 'version', spoken: was, looks: is, want } as const
  }
  if (!isOtherLayer) return null
  const [is, was] = looks.layer === 'TLS' ? ['TLS', 'HTTP'] : ['plain HTTP', 'HTTPS']
  return { is: 'layer', spoken: was, looks: is, want } as const
}
