// Seen: 12 of 12 requests answered 200, all by one pod of two; both are ready and in the EndpointSlice, and the list at
// 127.0.0.1:10246/configuration/backends has one.
import type { Lab } from '../../lab.ts'
import { app, deployment, hostOf, ingress, objectsOf } from '../../breaks/app.ts'
import { controllerBackends, setControllerBackends } from '../../breaks/ingress-controller.ts'
import { hasNamespace, namespaceFault } from '../../breaks/namespace-fault.ts'
import { pods } from '../../breaks/place.ts'
import { askIngress } from '../../breaks/request.ts'
import { until } from '../../breaks/until.ts'
import type { Fault } from '../fault.ts'

const NAMESPACE = 'f-endpoint-lost'
const UPSTREAM = `${NAMESPACE}-web-80`

const whole = namespaceFault({
  name: 'ingress-endpoint-lost',
  kind: 'fault',
  breaks: "one of two ready pods is not in the list that the ingress controller's nginx sends requests by",
  symptom: `one pod takes all requests for http://${hostOf(NAMESPACE)}/, the other none; both are ready`,
  cause: { code: 'ING322', subject: `Service/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({
    ...app(NAMESPACE),
    web: deployment(NAMESPACE, 'web', { replicas: 2 }),
    ingress: ingress(NAMESPACE),
  }),
  inEffect: async (lab) => (await askIngress(lab, NAMESPACE)) === 200,
})

/**
 * As the controller tells nginx itself: the whole list, by POST. It tells it again only when an endpoint of any
 * Ingress moves, so nobody else may be about.
 */
async function tellNginx(lab: Lab, addresses: readonly string[]): Promise<void> {
  const backends = await controllerBackends(lab)
  const told = backends.map((it) =>
    it.name === UPSTREAM ? { ...it, endpoints: addresses.map((address) => ({ address, port: '8080' })) } : it,
  )
  await setControllerBackends(lab, told)
}

async function known(lab: Lab): Promise<readonly string[]> {
  const its = (await controllerBackends(lab)).find((it) => it.name === UPSTREAM)?.endpoints ?? []
  return its.map((it) => it.address).toSorted()
}

async function ready(lab: Lab): Promise<readonly string[]> {
  return (await pods(lab, NAMESPACE, 'app=web')).map((it) => it.ip).toSorted()
}

const fault: Fault = {
  ...whole,
  reach: { kind: 'cluster' },
  async inject(lab) {
    await whole.inject(lab)
    const addresses = await ready(lab)
    await until('nginx knows both pods', async () => (await known(lab)).join(' ') === addresses.join(' '))
    await tellNginx(lab, addresses.slice(0, 1))
    await until('nginx knows one pod', async () => (await known(lab)).length === 1)
  },
  async takeBack(lab) {
    if (!(await hasNamespace(lab, NAMESPACE))) return
    await tellNginx(lab, await ready(lab))
    await whole.takeBack(lab)
  },
}

export default fault
