// Seen: one connection in two is refused at once, by mailer, which listens on 9090.
import { app, deployment, objectsOf, service, withContainer, withPodLabels } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-two'
const tier = { tier: 'backend' }
const parts = app(NAMESPACE)
const mailer = withContainer(deployment(NAMESPACE, 'mailer', { args: ['-listen=:9090'] }), {
  ports: [{ name: 'smtp', containerPort: 9090 }],
  readinessProbe: { httpGet: { path: '/ready', port: 9090 }, periodSeconds: 1 },
})
const good = { ...parts, cart: withPodLabels(parts.cart, tier), mailer: withPodLabels(mailer, tier) }
const broken = { ...good, cartService: service(NAMESPACE, 'cart', { port: 8080, targetPort: 8080 }, tier) }

export default namespaceFault({
  name: 'service-selects-two-apps',
  kind: 'fault',
  breaks: 'the selector of Service cart is a label that mailer bears as well',
  symptom: 'now and then cart refuses the connection',
  cause: { code: 'SVC202', subject: `Service/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  broken: objectsOf(broken),
  repaired: objectsOf(good),
  async inEffect(lab) {
    const answers = []
    for (let turn = 0; turn < 12; turn++) answers.push(await ask(lab, NAMESPACE, 'cart'))
    return answers.includes('refused') && answers.includes(200)
  },
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
