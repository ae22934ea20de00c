import { model } from '../src/model/build.ts'
import { known } from '../src/model/known.ts'
import type { Pod } from '../src/model/pod.ts'
import type { Model } from '../src/model/sources.ts'
import { projectPod } from '../src/collect/project/pod.ts'
import { createIntern } from '../src/wire/intern.ts'

/**
 * A model of `count` pods as a big cluster has them: 20 to a workload, 50 workloads to a namespace, 100 pods to a node.
 */
export function modelOfPods(count: number): Model {
  const intern = createIntern()
  const pods: Pod[] = []
  for (let at = 0; at < count; at += 1) {
    const pod = projectPod(rawPod(at), intern)
    if (pod !== null) pods.push(pod)
  }
  return model({ pods: known(pods) })
}

/** What an API server sends of one pod, as far as it is read. */
function rawPod(at: number): unknown {
  const workload = Math.floor(at / 20)
  const namespace = `team-${Math.floor(workload / 50)}`
  const name = `service-${workload}`
  const hash = ((workload * 2654435761) % 0xfffffff).toString(36)
  const container = (it: string, port: number): unknown => ({
    name: it,
    image: `registry.example/team/${it}:1.${workload % 40}.0`,
    ports: [{ name: 'http', containerPort: port, protocol: 'TCP' }],
    resources: { limits: { cpu: '500m', memory: '512Mi' }, requests: { cpu: '100m' } },
    readinessProbe: { httpGet: { port: 'http', path: '/ready' } },
  })
  const status = (it: string): unknown => ({ name: it, ready: true, restartCount: at % 7, state: { running: {} } })
  return {
    metadata: {
      namespace,
      name: `${name}-${hash}-${at.toString(36)}`,
      labels: {
        app: name,
        'app.kubernetes.io/name': name,
        'app.kubernetes.io/part-of': namespace,
        'pod-template-hash': hash,
      },
      ownerReferences: [{ kind: 'ReplicaSet', name: `${name}-${hash}`, controller: true }],
    },
    spec: {
      nodeName: `node-${Math.floor(at / 100)}.compute.internal`,
      dnsPolicy: 'ClusterFirst',
      containers: [container('app', 8080), container('proxy', 15_001)],
    },
    status: {
      phase: 'Running',
      podIP: `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`,
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [status('app'), status('proxy')],
    },
  }
}
