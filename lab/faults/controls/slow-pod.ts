// Seen: web answers 200 after just over 2 s.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-slow'
const parts = { ...app(NAMESPACE), cart: deployment(NAMESPACE, 'cart', { args: ['-delay=2s'] }) }

export default namespaceFault({
  name: 'slow-pod',
  kind: 'control',
  breaks: 'nothing on the network: cart takes 2 seconds to answer, by itself',
  symptom: 'web is slow, and the network is blamed',
  cause: null,
  namespace: NAMESPACE,
  broken: objectsOf(parts),
  async inEffect(lab) {
    const started = performance.now()
    return (await ask(lab, NAMESPACE, 'web')) === 200 && performance.now() - started > 2000
  },
})
