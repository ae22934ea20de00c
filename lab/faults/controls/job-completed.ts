// Seen: two cart pods 1/1 Running and cart-migration-* 0/1 Completed under one selector; web answers 200.
import type { Job } from 'kubernetes-types/batch/v1.d.ts'
import { app, objectsOf, SHOP_IMAGE } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-job'

/**
 * Its pod carries the label that Service cart selects by, as in a chart whose hooks share the labels of its servers.
 */
const migration: Job = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'cart-migration', namespace: NAMESPACE },
  spec: {
    template: {
      metadata: { labels: { app: 'cart' } },
      spec: {
        restartPolicy: 'Never',
        containers: [
          {
            name: 'migration',
            image: SHOP_IMAGE,
            imagePullPolicy: 'IfNotPresent',
            args: ['-name=migration', '-lifetime=1s'],
            resources: { requests: { cpu: '2m', memory: '12Mi' }, limits: { memory: '64Mi' } },
          },
        ],
      },
    },
  },
}

export default namespaceFault({
  name: 'job-completed',
  kind: 'control',
  breaks: 'nothing: the pod of a finished Job matches the selector of Service cart, next to pods that are ready',
  symptom: 'one of the pods that the Service selects is not ready, and never will be',
  cause: null,
  namespace: NAMESPACE,
  broken: objectsOf({ ...app(NAMESPACE), migration }),
  async inEffect(lab) {
    const succeeded = await lab.kubectl([
      '-n',
      NAMESPACE,
      'get',
      'job',
      'cart-migration',
      '-o',
      'jsonpath={.status.succeeded}',
    ])
    return succeeded === '1' && (await ask(lab, NAMESPACE, 'web')) === 200
  },
})
