import type { EndpointSlice, Service, ServicePort } from '../../src/model/service.ts'
import type { Pod } from '../../src/model/pod.ts'

export function port(about: Partial<ServicePort> = {}): ServicePort {
  return { name: 'http', port: 80, protocol: 'TCP', targetPort: 8080, nodePort: null, ...about }
}

/** ClusterIP Service `shop/<name>`, port 80 to 8080, selecting `app=<name>`. */
export function service(name: string, about: Partial<Service> = {}): Service {
  return {
    namespace: 'shop',
    name,
    type: 'ClusterIP',
    clusterIP: '10.96.44.7',
    selector: { app: name },
    ports: [port()],
    externalName: null,
    internalTrafficPolicy: 'Cluster',
    publishNotReadyAddresses: false,
    ...about,
  }
}

/** The slice that the controller would write for these pods. */
export function slice(of: string, pods: readonly Pod[], about: Partial<EndpointSlice> = {}): EndpointSlice {
  return {
    namespace: 'shop',
    name: `${of}-x2x`,
    service: of,
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: pods
      .filter((it) => it.ip !== null)
      .map((it) => ({
        ip: it.ip ?? '',
        ready: it.ready && !it.deleting,
        serving: it.ready,
        terminating: it.deleting,
        node: it.node,
        pod: it.name,
        // k8s.io/endpointslice util/controller_utils.go, ShouldSetHostname
        ...(it.hostname !== undefined && it.subdomain === of ? { hostname: it.hostname } : {}),
      })),
    ...about,
  }
}
