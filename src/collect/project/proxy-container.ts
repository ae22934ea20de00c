import type { Pod } from '../../model/pod.ts'

/** By their exact names first: the first of these that the pod has. */
const exact = ['access-logs', 'envoy', 'istio-proxy', 'haproxy']

/**
 * The container whose log holds the requests that a proxy's pod carries; null where none is known. `access-logs` is the
 * syslog of HAProxy Ingress (its chart, controller.logs); Contour, Envoy Gateway and Istio name theirs after Envoy.
 */
export function proxyContainer({ containers }: Pick<Pod, 'containers'>): string | null {
  for (const name of exact) if (containers.some((it) => it.name === name)) return name
  return containers.find(({ name }) => /traefik|haproxy|kubernetes-ingress/.test(name))?.name ?? null
}
