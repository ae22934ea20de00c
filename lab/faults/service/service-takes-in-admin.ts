// Seen: one request in two is 404, by admin, which has no such page; both pods are ready.
import { objectsOf, service, withPodLabels } from '../../breaks/app.ts'
import { webServer } from '../../breaks/http-app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-admin'
const part = { part: 'front' }
const own = (path: string) => `response.statusCode = request.url === '${path}' ? 200 : 404; response.end('${path}')`
const parts = {
  web: withPodLabels(webServer(NAMESPACE, 'web', own('/')), part),
  admin: withPodLabels(webServer(NAMESPACE, 'admin', own('/admin')), part),
}

export default namespaceFault({
  name: 'service-takes-in-admin',
  kind: 'fault',
  breaks: 'the selector of Service web is a label that the pods of admin bear as well',
  symptom: 'every second request is 404',
  cause: { code: 'SVC216', subject: `Service/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...parts, webService: service(NAMESPACE, 'web', { port: 80, targetPort: 8080 }, part) }),
  repaired: objectsOf({ ...parts, webService: service(NAMESPACE, 'web', { port: 80, targetPort: 8080 }) }),
  async inEffect(lab) {
    const answers = []
    for (let turn = 0; turn < 12; turn++) answers.push(await ask(lab, NAMESPACE, 'web'))
    return answers.includes(404) && answers.includes(200)
  },
  async healthy(lab) {
    const answers = []
    for (let turn = 0; turn < 8; turn++) answers.push(await ask(lab, NAMESPACE, 'web'))
    return answers.every((it) => it === 200)
  },
})
