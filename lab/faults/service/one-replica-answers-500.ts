// Seen: one request in three is 500; all three pods are ready.
import { objectsOf, service, withPodLabels } from '../../breaks/app.ts'
import { webServer } from '../../breaks/http-app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-one500'
const tier = { tier: 'web' }
const good = withPodLabels(webServer(NAMESPACE, 'web', 'response.end("hello")', 2), tier)
const bad = 'response.statusCode = 500; response.end("no space left on device")'
const parts = {
  web: good,
  webService: service(NAMESPACE, 'web', { port: 80, targetPort: 8080 }, tier),
}

export default namespaceFault({
  name: 'one-replica-answers-500',
  kind: 'fault',
  breaks: 'one of three ready replicas answers every request with 500',
  symptom: 'one request in three fails',
  cause: { code: 'SVC208', subject: `Service/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...parts, third: withPodLabels(webServer(NAMESPACE, 'web-third', bad), tier) }),
  repaired: objectsOf({
    ...parts,
    third: withPodLabels(webServer(NAMESPACE, 'web-third', 'response.end("hello")'), tier),
  }),
  async inEffect(lab) {
    const answers = []
    for (let turn = 0; turn < 15; turn++) answers.push(await ask(lab, NAMESPACE, 'web'))
    return answers.includes(500) && answers.includes(200)
  },
  async healthy(lab) {
    const answers = []
    for (let turn = 0; turn < 9; turn++) answers.push(await ask(lab, NAMESPACE, 'web'))
    return answers.every((it) => it === 200)
  },
})
