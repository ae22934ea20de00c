import type { Container, Pod } from '../../src/model/pod.ts'
import type { Idle, Workload } from '../../src/model/workload.ts'

/** A container that runs, is ready and listens on 8080 by the name `http`, unless told otherwise. */
export function container(about: Partial<Container> = {}): Container {
  return {
    name: 'app',
    image: 'registry.example/app:1',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    args: [],
    cpuLimitMilli: null,
    cpuRequestMilli: null,
    memoryLimitBytes: null,
    readinessProbe: null,
    ready: true,
    restarts: 0,
    waiting: null,
    lastTermination: null,
    ...about,
  }
}

/** A ready pod `shop/<name>` of Deployment `<app>`, where the name is `<app>-<anything>`. */
export function pod(name: string, about: Partial<Pod> = {}): Pod {
  const app = name.split('-')[0] ?? name
  return {
    namespace: 'shop',
    name,
    labels: { app, 'pod-template-hash': 'abc12' },
    node: 'worker-1',
    ip: '10.2.1.9',
    phase: 'Running',
    ready: true,
    notReadyReason: null,
    deleting: false,
    hostNetwork: false,
    dnsPolicy: 'ClusterFirst',
    dnsConfig: null,
    owner: { kind: 'ReplicaSet', name: `${app}-abc12` },
    containers: [container()],
    ...about,
  }
}

export function notReady(name: string, why: string, about: Partial<Pod> = {}): Pod {
  return pod(name, { ready: false, notReadyReason: why, containers: [container({ ready: false })], ...about })
}

/** What a Job leaves behind: its labels match, and it never gets traffic. */
export function completed(name: string, about: Partial<Pod> = {}): Pod {
  return pod(name, { phase: 'Succeeded', ready: false, ip: null, owner: { kind: 'Job', name: 'migrate' }, ...about })
}

/** Deployment `shop/<name>` with the labels that `pod('<name>-…')` carries. */
export function deployment(name: string, desired: number, about: Partial<Workload> = {}): Workload {
  return {
    kind: 'Deployment',
    namespace: 'shop',
    name,
    owner: null,
    desired,
    ready: desired,
    templateLabels: { app: name },
    ...about,
  }
}

/** One that has no pod between its runs, and what its next would be told. */
export function cronJob(name: string, idle: Idle, told: Container, labels: Pod['labels'] = {}): Workload {
  const next = { idle, hostNetwork: false, dnsPolicy: 'ClusterFirst', dnsConfig: null, containers: [told] }
  return deployment(name, 0, { kind: 'CronJob', templateLabels: labels, next })
}
