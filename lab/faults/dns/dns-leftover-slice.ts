// Seen: one lookup in three takes 5 s; the address belongs to nobody, and no controller removes the slice.
import { COREDNS } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'

const NAME = 'kube-dns-old'
const DEAD = '198.18.103.250'
const slice = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: NAME, namespace: COREDNS.namespace, labels: { 'kubernetes.io/service-name': COREDNS.service } },
  addressType: 'IPv4',
  endpoints: [{ addresses: [DEAD], conditions: { ready: true } }],
  ports: [
    { name: 'dns', port: 53, protocol: 'UDP' },
    { name: 'dns-tcp', port: 53, protocol: 'TCP' },
  ],
}

export default coreDnsFault({
  name: 'dns-leftover-slice',
  kind: 'fault',
  breaks: `an EndpointSlice that somebody made by hand gives the DNS Service ${DEAD}, where nothing is`,
  symptom: 'one lookup in three takes 5 s',
  cause: { code: 'DNS155', subject: `EndpointSlice/${COREDNS.namespace}/${NAME}` },
  change: async (lab) => void (await lab.kubectl(['apply', '-f', '-'], JSON.stringify(slice))),
  inEffect: async (lab) => (await lab.run('worker-1', ['iptables-save', '-t', 'nat'])).stdout.includes(DEAD),
  undo: async (lab) =>
    void (await lab.kubectl(['-n', COREDNS.namespace, 'delete', 'endpointslice', NAME, '--ignore-not-found'])),
})
