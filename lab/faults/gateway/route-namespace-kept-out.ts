// Seen: 404 from Envoy, or nobody who listens; Accepted is False (NotAllowedByListeners).
import { app, objectsOf } from '../../breaks/app.ts'
import { askGateway, contourFault, httpRoute, routeStatus } from '../../breaks/contour.ts'
import type { KubernetesObject } from '../../breaks/app.ts'

const NAMESPACE = 'g-allowed'
const parts = { ...app(NAMESPACE), route: httpRoute(NAMESPACE) }
const namespace = (value: string): KubernetesObject =>
  ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: NAMESPACE, labels: { 'lab/gateway': value } },
  }) as KubernetesObject

export default contourFault({
  name: 'route-namespace-kept-out',
  kind: 'fault',
  breaks: 'the listener takes routes of namespaces by their label, and this one has another value',
  symptom: '404 from Envoy for a route that looks like all others',
  cause: { code: 'GTW705', subject: `HTTPRoute/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: [namespace('no'), ...objectsOf(parts)],
  repaired: [namespace('yes'), ...objectsOf(parts)],
  inEffect: async (lab) =>
    (await askGateway(lab, NAMESPACE)) !== 200 && (await routeStatus(lab, NAMESPACE)).includes('Accepted=False'),
  healthy: async (lab) => (await askGateway(lab, NAMESPACE)) === 200,
})
