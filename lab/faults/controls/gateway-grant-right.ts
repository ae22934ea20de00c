// Seen: 200 through Envoy, from a Service of another namespace that grants it.
import { app, objectsOf, type KubernetesObject } from '../../breaks/app.ts'
import { askGateway, contourFault, httpRoute } from '../../breaks/contour.ts'

const NAMESPACE = 'g-granted'
const grant = {
  apiVersion: 'gateway.networking.k8s.io/v1beta1',
  kind: 'ReferenceGrant',
  metadata: { name: 'from-g-granted', namespace: 'shop' },
  spec: {
    from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: NAMESPACE }],
    to: [{ group: '', kind: 'Service', name: 'web' }],
  },
} as KubernetesObject
const fault = contourFault({
  name: 'gateway-grant-right',
  kind: 'control',
  breaks: 'nothing: a backend of another namespace, which grants it',
  symptom: 'a route to a Service of another namespace',
  cause: null,
  namespace: NAMESPACE,
  diagnose: ['-A'],
  broken: [...objectsOf({ ...app(NAMESPACE), route: httpRoute(NAMESPACE, { namespace: 'shop' }) }), grant],
  inEffect: async (lab) => Number(await askGateway(lab, NAMESPACE, '/v1/health')) === 200,
})

export default {
  ...fault,
  async remove(lab: Parameters<typeof fault.remove>[0]) {
    const kinds = await lab.kubectl(['api-resources', '-o', 'name'])
    if (kinds.includes('referencegrants'))
      await lab.kubectl(['-n', 'shop', 'delete', '--ignore-not-found', 'referencegrant', 'from-g-granted'])
    await fault.remove(lab)
  },
}
