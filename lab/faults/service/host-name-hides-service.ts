// Seen: web's calls of `cart` are refused at once; `getent hosts cart` in web is web's own address.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-hostname'
const args = ['-downstream=http://cart:8081/', '-timeout=3s']
const good = {
  ...app(NAMESPACE),
  web: deployment(NAMESPACE, 'web', { args }),
  // Another port than web's own: else it would call itself, and wait for itself.
  cartService: {
    ...app(NAMESPACE).cartService,
    spec: { selector: { app: 'cart' }, ports: [{ name: 'http', protocol: 'TCP', port: 8081, targetPort: 8080 }] },
  },
}
const broken = { ...good, web: deployment(NAMESPACE, 'web', { args, pod: { hostname: 'cart' } }) }

export default namespaceFault({
  name: 'host-name-hides-service',
  kind: 'fault',
  breaks: 'the pods of web have the host name cart, which is that of the Service they call',
  symptom: 'web reaches itself by the name of cart; all others reach cart',
  cause: { code: 'SVC240', subject: `Deployment/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  diagnose: ['deploy/web', '-n', NAMESPACE],
  broken: objectsOf(broken),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) !== 200 && (await ask(lab, NAMESPACE, 'cart')) === 200,
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
