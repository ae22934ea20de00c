import { plain } from './plain.ts'
import { type Answer, partsOf } from './answer.ts'

/** As `kubectl get -o name` says kinds that are not of the core group. */
const groups: Readonly<Record<string, string>> = {
  deployment: 'apps',
  daemonset: 'apps',
  statefulset: 'apps',
  replicaset: 'apps',
  job: 'batch',
  cronjob: 'batch',
  ingress: 'networking.k8s.io',
  ingressclass: 'networking.k8s.io',
  networkpolicy: 'networking.k8s.io',
  endpointslice: 'discovery.k8s.io',
  gateway: 'gateway.networking.k8s.io',
  gatewayclass: 'gateway.networking.k8s.io',
  httproute: 'gateway.networking.k8s.io',
  grpcroute: 'gateway.networking.k8s.io',
}

/** The objects that the root causes are about, one a line, as kubectl takes them: `service/cart`. */
export function name(answer: Answer): string {
  const { findings } = partsOf(answer).diagnosis
  const names = findings.map(({ subject }) => {
    const kind = subject.kind.toLowerCase()
    const group = groups[kind]
    return plain(`${kind}${group === undefined ? '' : `.${group}`}/${subject.name}`)
  })
  return [...new Set(names)].map((it) => `${it}\n`).join('')
}
