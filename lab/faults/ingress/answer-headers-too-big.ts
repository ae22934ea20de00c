// Seen: 502 through the controller, 200 from the pod; the controller's log has "upstream sent too big header".
import { app, ingress, objectsOf } from '../../breaks/app.ts'
import { webServer } from '../../breaks/http-app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { askIngress } from '../../breaks/request.ts'

const NAMESPACE = 'f-headers'
/** More than proxy_buffer_size (4k), and less than any client takes. */
const cookies = (bytes: number): string =>
  `response.setHeader('set-cookie', 'session=${'a'.repeat(8)}'.padEnd(${bytes}, 'b')); response.end('the page')`
const good = { ...app(NAMESPACE), web: webServer(NAMESPACE, 'web', cookies(100)), ingress: ingress(NAMESPACE) }

export default namespaceFault({
  name: 'answer-headers-too-big',
  kind: 'fault',
  breaks: "web sets a cookie of 6 kB, and the controller's buffer for headers has 4",
  symptom: 'whoever comes through the Ingress gets a 502; web logs a good answer',
  cause: { code: 'ING305', subject: `Ingress/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, web: webServer(NAMESPACE, 'web', cookies(6000)) }),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await askIngress(lab, NAMESPACE)) === 502,
  healthy: async (lab) => (await askIngress(lab, NAMESPACE)) === 200,
})
