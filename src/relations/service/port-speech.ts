import type { Container, Pod } from '../../model/pod.ts'
import type { ServicePort } from '../../model/service.ts'
import { isLive } from './service-selects-pod.ts'

/** What a port seems to speak; null: nothing says so, or two things say otherwise. */
export interface Speech {
  readonly layer: 'TLS' | 'plain' | null
  /** gRPC is HTTP/2 from the first byte; a server of it hangs up on HTTP/1.1. */
  readonly version: 'gRPC' | 'HTTP/1.1' | null
  /** What tells of the version. */
  readonly by: string
}

/**
 * By the Service's `appProtocol`, else by the names of the port, else by its numbers; and by the probes of its pods,
 * which are no words: the kubelet asks so, and the pod is ready.
 */
export function speechOf(port: ServicePort, pods: readonly Pod[]): Speech {
  const containers = pods.filter(isLive).flatMap((it) => it.containers)
  const declared = containers.flatMap((it) => portAt(it, port)?.name ?? [])
  const words = [port.name, typeof port.targetPort === 'string' ? port.targetPort : null, ...declared].filter(
    (it) => it !== null,
  )
  const told = wordOf(port, words)
  const probed = containers.flatMap((it) => probesAt(it, port))
  const [isGrpc, isHttp] = (['gRPC', 'HTTP/1.1'] as const).map((it) => told?.says === it || probed.includes(it))
  // What is called gRPC and answers GET as well speaks both.
  const version = isGrpc === true && isHttp !== true ? ('gRPC' as const) : null
  return {
    layer: layerOf(port, numbersOf(port, containers)),
    version: version ?? (isHttp === true && isGrpc !== true ? 'HTTP/1.1' : null),
    by: told?.by ?? (probed.length === 0 ? '' : 'a probe of its pods'),
  }
}

/** Of the transport; an `appProtocol` of gRPC leaves it open. */
function layerOf({ name, port, targetPort, appProtocol }: ServicePort, numbers: readonly number[]): Speech['layer'] {
  const words = [name, typeof targetPort === 'string' ? targetPort : null].filter((it) => it !== null)
  if (appProtocol !== undefined && !/^grpc$/i.test(appProtocol))
    return /^(?:https|tls|grpcs|kubernetes\.io\/wss)$/i.test(appProtocol) ? 'TLS' : 'plain'
  if (words.some((it) => /^(?:https|tls|ssl|grpcs)(?:-|$)/i.test(it))) return 'TLS'
  // The Service's number is what clients ask for; what the pods listen on says more of them.
  const isNumberTls = numbers.length > 0 ? numbers.every((it) => usualTls.has(it)) : port === 443
  // A name against a number tells nothing: charts call 8443 `http` as well.
  if (words.some((it) => /^(?:http|web|h2c)(?:-|$)/i.test(it))) return isNumberTls ? null : 'plain'
  if (words.some(namesGrpc)) return null
  if (isNumberTls) return 'TLS'
  return port === 80 && (targetPort === 80 || targetPort === 8080) ? 'plain' : null
}

const usualTls: ReadonlySet<number> = new Set([443, 4443, 6443, 8443, 9443, 10_443])

/** What the port leads to; none where pods do not declare the name. */
function numbersOf(port: ServicePort, containers: readonly Container[]): readonly number[] {
  return typeof port.targetPort === 'number'
    ? [port.targetPort]
    : containers.flatMap((it) => portAt(it, port)?.port ?? [])
}

function wordOf(
  { appProtocol }: ServicePort,
  words: readonly string[],
): { readonly says: Speech['version']; readonly by: string } | null {
  if (appProtocol !== undefined) {
    const says = versionOfApp(appProtocol)
    return says === null ? null : { says, by: `appProtocol ${appProtocol}` }
  }
  const grpc = words.find(namesGrpc)
  if (grpc !== undefined) return { says: 'gRPC', by: `the name ${grpc}` }
  const http = words.find((it) => /^(?:http|web)(?:-|$)/i.test(it))
  return http === undefined ? null : { says: 'HTTP/1.1', by: `the name ${http}` }
}

/** KEP-3726: `kubernetes.io/h2c` is HTTP/2 without TLS and without asking first, which nginx speaks as gRPC alone. */
function versionOfApp(appProtocol: string): Speech['version'] {
  if (/^(?:grpcs?|(?:kubernetes\.io\/)?h2c)$/i.test(appProtocol)) return 'gRPC'
  return /^(?:http|kubernetes\.io\/ws)$/i.test(appProtocol) ? 'HTTP/1.1' : null
}

/** gRPC-Web, and a gateway that makes gRPC of JSON, are asked by HTTP/1.1. */
function namesGrpc(word: string): boolean {
  return /(?:^|-)grpcs?(?:-|$)/i.test(word) && !/web|gateway|http|json|rest|ui|metrics/i.test(word)
}

function portAt({ ports }: Container, { targetPort }: ServicePort) {
  return ports.find((it) => (typeof targetPort === 'number' ? it.port : it.name) === targetPort)
}

/** Probes as they are kept: `grpc :50051`, `http-get :http/ready`. */
function probesAt(container: Container, port: ServicePort): readonly ('gRPC' | 'HTTP/1.1')[] {
  const own = portAt(container, port)
  const names = [port.targetPort, own?.port, own?.name ?? undefined].filter((it) => it !== undefined).map(String)
  return [container.readinessProbe, container.livenessProbe, container.startupProbe].flatMap((it) => {
    const [, how, at = ''] = /^(\S{1,20}) :([^/]{0,64})/.exec(it ?? '') ?? []
    if (!names.includes(at)) return []
    if (how === 'grpc') return ['gRPC' as const]
    return how === 'http-get' ? ['HTTP/1.1' as const] : []
  })
}
