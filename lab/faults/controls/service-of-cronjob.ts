// Seen: the Service has no endpoint but while the CronJob runs, as it is meant.
import { app, objectsOf, service, SHOP_IMAGE } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-cronjob'
const container = { name: 'report', image: SHOP_IMAGE }
const template = { metadata: { labels: { app: 'report' } }, spec: { restartPolicy: 'Never', containers: [container] } }
const cronJob = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'report', namespace: NAMESPACE },
  spec: {
    schedule: '0 3 1 1 *',
    jobTemplate: { spec: { template } },
  },
}

const report = service(NAMESPACE, 'report', { port: 80, targetPort: 8080 })

export default namespaceFault({
  name: 'service-of-cronjob',
  kind: 'control',
  breaks: 'nothing: a Service stands before the pods of a CronJob that runs once a year',
  symptom: 'a Service without a pod',
  cause: null,
  namespace: NAMESPACE,
  broken: objectsOf({ ...app(NAMESPACE), cronJob, report }),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
