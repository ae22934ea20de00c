// As after an upgrade that left an old ClusterRole behind. Seen: both pods 0/1 Running without a restart, /ready says
// `kubernetes`, the log `endpointslices.discovery.k8s.io is forbidden`.
import { corednsPods, COREDNS } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { restartServers } from '../../breaks/coredns-manifest.ts'
import { noServerIsReady } from '../../breaks/server-states.ts'

const ROLE = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'system:coredns' },
  rules: [{ apiGroups: [''], resources: ['endpoints', 'services', 'pods', 'namespaces'], verbs: ['list', 'watch'] }],
}

export default coreDnsFault({
  name: 'dns-endpointslices-forbidden',
  kind: 'fault',
  breaks: 'CoreDNS may not list EndpointSlices, so that none of its pods is ever ready',
  symptom: 'no pod of the cluster can look anything up; the CoreDNS pods run without a restart',
  cause: { code: 'DNS130', subject: `Deployment/${COREDNS.namespace}/${COREDNS.deployment}` },
  async change(lab) {
    await lab.kubectl(['replace', '--validate=false', '-f', '-'], JSON.stringify(ROLE))
    if ((await corednsPods(lab)).some((it) => it.ready)) await restartServers(lab)
  },
  inEffect: noServerIsReady,
})
