// Seen: 200 through Envoy, every time: the canary weighs nothing, and is scaled to 0.
import { app, deployment, hostOf, type KubernetesObject, objectsOf, service } from '../../breaks/app.ts'
import { askGateway, contourFault } from '../../breaks/contour.ts'

const NAMESPACE = 'g-canary'
const route = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'web', namespace: NAMESPACE },
  spec: {
    parentRefs: [{ name: 'contour', namespace: 'projectcontour', sectionName: 'http' }],
    hostnames: [hostOf(NAMESPACE)],
    rules: [
      {
        matches: [{ path: { type: 'PathPrefix', value: '/old' } }],
        filters: [
          {
            type: 'RequestRedirect',
            requestRedirect: { statusCode: 301, path: { type: 'ReplaceFullPath', replaceFullPath: '/' } },
          },
        ],
      },
      {
        backendRefs: [
          { name: 'web', port: 80 },
          { name: 'web-canary', port: 80, weight: 0 },
        ],
      },
    ],
  },
} as KubernetesObject

export default contourFault({
  name: 'gateway-canary-zero',
  kind: 'control',
  breaks: 'nothing: a backend of weight 0 without pods, and a rule that redirects without a backend',
  symptom: 'a route to a Service without endpoints',
  cause: null,
  namespace: NAMESPACE,
  broken: objectsOf({
    ...app(NAMESPACE),
    canary: deployment(NAMESPACE, 'web-canary', { replicas: 0 }),
    canaryService: service(NAMESPACE, 'web-canary', { port: 80, targetPort: 8080 }),
    route,
  }),
  inEffect: async (lab) => (await askGateway(lab, NAMESPACE)) === 200,
})
