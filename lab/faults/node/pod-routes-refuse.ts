// Seen: web gets 502 and finds no name; another pod on its node, and the same image beside it, are well.
import { app, deployment, objectsOf, withContainer } from '../../breaks/app.ts'
import { webServer } from '../../breaks/http-app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { inPod, type Place, pods } from '../../breaks/place.ts'
import { ask } from '../../breaks/request.ts'
import { until } from '../../breaks/until.ts'
import type { Lab } from '../../lab.ts'
import { SERVICE_CIDR } from '../../plan.ts'
import type { Fault } from '../fault.ts'

const NAMESPACE = 'f-pod-routes'

const passOn = `
  require('node:http')
    .get(process.env.CART_URL, (it) => { response.statusCode = it.statusCode; it.pipe(response) })
    .on('error', () => { response.statusCode = 502; response.end('cart does not answer') })`

const healthy = namespaceFault({
  name: 'pod-routes-refuse',
  kind: 'fault',
  breaks: 'a kill switch in the pod of web refuses the range of Services: a blackhole in its routing table',
  symptom: 'web finds no name and reaches no Service; pods beside it do',
  cause: { code: 'NOD545', subject: `Pod/${NAMESPACE}/web-*` },
  namespace: NAMESPACE,
  broken: objectsOf({
    ...app(NAMESPACE),
    web: withContainer(webServer(NAMESPACE, 'web', passOn), {
      env: [{ name: 'CART_URL', value: 'http://cart:8080/' }],
    }),
    cart: deployment(NAMESPACE, 'cart'),
  }),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})

/** Null where the pod is gone, and its table with it. */
async function web(lab: Lab): Promise<Place | null> {
  const [pod] = await pods(lab, NAMESPACE, 'app=web')
  return pod === undefined ? null : inPod(lab, pod)
}

const fault: Fault = {
  ...healthy,
  async inject(lab) {
    await healthy.inject(lab)
    await (await web(lab))?.run(['ip', 'route', 'add', 'blackhole', SERVICE_CIDR])
    await until('web reaches no Service', async () => (await ask(lab, NAMESPACE, 'web')) === 502)
  },
  async takeBack(lab) {
    await (await web(lab))?.run(['ip', 'route', 'del', 'blackhole', SERVICE_CIDR])
    await until('web answers', async () => (await ask(lab, NAMESPACE, 'web')) === 200)
    await healthy.takeBack(lab)
  },
}

export default fault
