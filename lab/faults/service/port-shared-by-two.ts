// Seen: every other request to cart is a 404; its pod is one, and ready.
import { app, objectsOf } from '../../breaks/app.ts'
import { twoServers } from '../../breaks/http-app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-reuseport'
const good = { ...app(NAMESPACE), cart: twoServers(NAMESPACE, 'cart', { page: 8080, nothing: 9090 }) }

export default namespaceFault({
  name: 'port-shared-by-two',
  kind: 'fault',
  breaks: 'two processes in the pod of cart listen on one port (SO_REUSEPORT), and one of them has no page',
  symptom: 'some requests to cart are a 404, and nothing in Kubernetes says why',
  cause: { code: 'SVC208', subject: `Service/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, cart: twoServers(NAMESPACE, 'cart', { page: 8080, nothing: 8080 }) }),
  repaired: objectsOf(good),
  async inEffect(lab) {
    const answers = []
    for (let turn = 0; turn < 12; turn++) answers.push(await ask(lab, NAMESPACE, 'cart'))
    return answers.includes(404) && answers.includes(200)
  },
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'cart')) === 200,
})
