// Seen: curl says 200, and has 0 bytes after 12 s; on the pod's own node it has all 120 kB.
import { hostOf, ingress, objectsOf, service } from '../../breaks/app.ts'
import { webServer } from '../../breaks/http-app.ts'
import { packetFault } from '../../breaks/packet-fault.ts'
import { askIngress } from '../../breaks/request.ts'

const NAMESPACE = 'f-mtu'
const page = 'response.writeHead(200); response.flushHeaders(); response.end(Buffer.alloc(120_000, 97))'
const web = webServer(NAMESPACE, 'web', page)
// On another node than the ingress controller, or no packet of theirs leaves one.
if (web.spec?.template.spec !== undefined)
  web.spec.template.spec.affinity = {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        {
          labelSelector: { matchLabels: { 'app.kubernetes.io/component': 'controller' } },
          namespaces: ['ingress-nginx'],
          topologyKey: 'kubernetes.io/hostname',
        },
      ],
    },
  }

export default packetFault({
  name: 'large-packets-dropped',
  breaks: 'packets of more than 1300 bytes from the pod of web are dropped, and no ICMP error says so',
  symptom: `http://${hostOf(NAMESPACE)}/ sends its headers and no page`,
  cause: { code: 'SVC208', subject: `Service/${NAMESPACE}/web` },
  reach: { kind: 'cluster' },
  namespace: NAMESPACE,
  diagnose: ['ingress/web', '-n', NAMESPACE],
  objects: objectsOf({
    web,
    webService: service(NAMESPACE, 'web', { port: 80, targetPort: 8080 }),
    ingress: ingress(NAMESPACE),
  }),
  healthy: async (lab) => (await askIngress(lab, NAMESPACE)) === 200,
  rules: (pods) =>
    pods.map((it) => ({
      node: it.node,
      rules: [
        {
          table: 'filter',
          chain: 'FORWARD',
          rule: ['-s', `${it.ip}/32`, '-o', 'eth0', '-m', 'length', '--length', '1301:65535', '-j', 'DROP'],
        },
      ],
    })),
  inEffect: async (lab) => (await askIngress(lab, NAMESPACE)) === 'timeout',
})
