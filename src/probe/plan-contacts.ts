import type { Endpoint, EndpointSlice, Service, ServicePort } from '../model/service.ts'
import type { Ingress, IngressController } from '../model/ingress.ts'
import type { Model } from '../model/sources.ts'
import type { PlannedConnect, PlannedHttp } from './plan.ts'

const mostServices = 50
const mostEndpoints = 10
/** In time for two tries of each at least (100/s), and short enough for an environment variable of 128 KiB. */
const mostAddresses = 400
const mostHttp = 50

/** TCP addresses of the scope's Services that have endpoints: the Service's own, and each endpoint's. */
export function planConnects(model: Model): { readonly connects: readonly PlannedConnect[]; readonly leftOut: readonly string[] } {
  const { services, endpointSlices } = model.sources
  if (!services.known || !endpointSlices.known || model.scope.target.kind === 'dns') return { connects: [], leftOut: [] }
  const wanted = services.value
    .map((service) => ({ service, slices: endpointSlices.value.filter((it) => it.namespace === service.namespace && it.service === service.name && it.addressType !== 'FQDN') }))
    .filter(({ service, slices }) => service.type !== 'ExternalName' && slices.some((it) => it.endpoints.some(alive)) && inTarget(model, service, slices))
  const chosen = wanted.slice(0, mostServices)
  const connects = chosen.flatMap(({ service, slices }) => connectsOf(service, slices))
  return {
    connects: connects.slice(0, mostAddresses),
    leftOut: [
      ...(wanted.length > chosen.length ? [`connects to the first ${mostServices} of ${wanted.length} Services only`] : []),
      ...(connects.length > mostAddresses ? [`connects to the first ${mostAddresses} of ${connects.length} addresses only`] : []),
    ],
  }
}

function connectsOf(service: Service, slices: readonly EndpointSlice[]): readonly PlannedConnect[] {
  return service.ports
    .filter((it) => it.protocol === 'TCP')
    .flatMap((port) => {
      const about = { namespace: service.namespace, name: service.name, port: port.port }
      const own: readonly PlannedConnect[] =
        service.clusterIP === null || service.clusterIP === 'None' ? [] : [{ service: about, via: { kind: 'service' }, ip: service.clusterIP, port: port.port }]
      const each = slices.flatMap((slice) => {
        const target = targetOf(slice, port)
        return target === null ? [] : slice.endpoints.filter(alive).map((it): PlannedConnect => ({ service: about, via: { kind: 'endpoint', pod: it.pod }, ip: it.ip, port: target }))
      })
      return [...own, ...each.slice(0, mostEndpoints)]
    })
}

/** Not ready ones too: whether they answer is what a reader asks next. */
function alive(endpoint: Endpoint): boolean {
  return !endpoint.terminating
}

/** A slice's port carries the name of the Service's port that it is for (discovery/v1 EndpointPort). */
function targetOf(slice: EndpointSlice, port: ServicePort): number | null {
  return slice.ports.find((it) => it.protocol === 'TCP' && (it.name ?? '') === (port.name ?? ''))?.port ?? null
}

function inTarget(model: Model, service: Service, slices: readonly EndpointSlice[]): boolean {
  const { target } = model.scope
  if (target.kind !== 'object') return true
  const { kind, namespace, name } = target.object
  if (namespace !== null && namespace !== service.namespace) return false
  const pods = slices.flatMap((it) => it.endpoints.map((endpoint) => endpoint.pod ?? ''))
  if (kind === 'Service') return service.name === name
  if (kind === 'Pod') return pods.includes(name)
  if (kind === 'Ingress') return model.sources.ingresses.known && model.sources.ingresses.value.some((it) => it.namespace === namespace && it.name === name && backendsOf(it).includes(service.name))
  // A workload's pods carry its name and a suffix.
  return kind === 'Namespace' || kind === 'Node' || pods.some((it) => it.startsWith(`${name}-`))
}

function backendsOf(ingress: Ingress): readonly string[] {
  return [...ingress.rules.flatMap((it) => it.paths.map((path) => path.backend.service)), ...(ingress.defaultBackend === null ? [] : [ingress.defaultBackend.service])]
}

/** Each backend of the scope's Ingresses, by the first path that leads to it, asked of one controller pod that serves its class. */
export function planHttp(model: Model): { readonly http: readonly PlannedHttp[]; readonly leftOut: readonly string[] } {
  const { ingresses, ingressControllers } = model.sources
  if (!ingresses.known || !ingressControllers.known || model.scope.target.kind === 'dns') return { http: [], leftOut: [] }
  const wanted = ingresses.value
    .filter((it) => ofIngress(model, it))
    .flatMap((ingress) => {
      const controller = ingressControllers.value.find((it) => it.ready && it.ip !== null && serves(model, it, ingress))
      if (controller === undefined) return []
      return ingress.rules.flatMap((rule) =>
        firstPaths(rule).map((path): PlannedHttp => {
          const ip = controller.ip ?? ''
          return {
            ingress: { namespace: ingress.namespace, name: ingress.name },
            host: rule.host === null ? ip : rule.host.replace(/^\*/, 'hopscope'),
            path: literal(path),
            via: { controllerPod: controller.pod, ip, port: 80 },
          }
        }),
      )
    })
  return { http: wanted.slice(0, mostHttp), leftOut: wanted.length > mostHttp ? [`asks the first ${mostHttp} of ${wanted.length} Ingress backends only`] : [] }
}

/** One path for each Service that the rule routes to; `/` for a rule without paths. */
function firstPaths(rule: Ingress['rules'][number]): readonly string[] {
  const first = new Map<string, string>()
  for (const { path, backend } of rule.paths) if (!first.has(backend.service)) first.set(backend.service, path)
  return first.size === 0 ? ['/'] : [...first.values()]
}

function ofIngress(model: Model, ingress: Ingress): boolean {
  const { target } = model.scope
  if (target.kind !== 'object' || target.object.kind === 'Namespace' || target.object.kind === 'Node') return true
  const { kind, namespace, name } = target.object
  if (kind === 'Ingress') return ingress.namespace === namespace && ingress.name === name
  return kind === 'Service' && ingress.namespace === namespace && backendsOf(ingress).includes(name)
}

function serves(model: Model, controller: IngressController, ingress: Ingress): boolean {
  const classes = model.sources.ingressClasses.known ? model.sources.ingressClasses.value : []
  const found = ingress.className === null ? classes.find((it) => it.isDefault) : classes.find((it) => it.name === ingress.className)
  if (found !== undefined) return found.controller === controller.controller
  return ingress.className !== null && controller.classNames.includes(ingress.className)
}

/** What of a regular-expression path (`/api(/|$)(.*)`) can be asked as it stands. */
function literal(path: string): string {
  const plain = path.split(/[()[\]{}*+?|^$\\]/)[0] ?? '/'
  return plain.startsWith('/') ? encodeURI(plain) : '/'
}
