// Seen: the Gateway stays at "Waiting for controller", without an address.
import { app, type KubernetesObject, objectsOf } from '../../breaks/app.ts'
import { askGateway, contourFault, httpRoute } from '../../breaks/contour.ts'

const NAMESPACE = 'g-class'
const good = { ...app(NAMESPACE), route: httpRoute(NAMESPACE) }
const gateway = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'own', namespace: NAMESPACE },
  spec: { gatewayClassName: 'contuor', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
} as KubernetesObject

export default contourFault({
  name: 'gateway-class-absent',
  kind: 'fault',
  breaks: 'the Gateway names GatewayClass contuor, which does not exist',
  symptom: 'the Gateway gets no address, the route no status, and no event tells',
  cause: { code: 'GTW701', subject: `Gateway/${NAMESPACE}/own` },
  namespace: NAMESPACE,
  broken: objectsOf({
    ...good,
    gateway,
    route: httpRoute(NAMESPACE, { gateway: 'own', gatewayNamespace: NAMESPACE }),
  }),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await askGateway(lab, NAMESPACE)) !== 200,
  healthy: async (lab) => (await askGateway(lab, NAMESPACE)) === 200,
})
