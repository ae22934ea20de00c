// Seen: one lookup in three is refused at once: the pod behind it runs a web server.
import { SHOP_IMAGE } from '../../breaks/app.ts'
import { COREDNS } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'

const NAME = 'dns-debug'
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: NAME, namespace: COREDNS.namespace, labels: { 'k8s-app': 'kube-dns' } },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'debug', image: SHOP_IMAGE, imagePullPolicy: 'IfNotPresent', args: ['-name=debug'] }],
  },
}

export default coreDnsFault({
  name: 'dns-copied-label',
  kind: 'fault',
  breaks: 'a pod that is no DNS server bears the label by which the DNS Service finds its servers',
  symptom: 'one lookup in three is refused',
  cause: { code: 'DNS156', subject: `Pod/${COREDNS.namespace}/${NAME}` },
  change: async (lab) => void (await lab.kubectl(['apply', '-f', '-'], JSON.stringify(pod))),
  async inEffect(lab) {
    const ip = await lab.kubectl(['-n', COREDNS.namespace, 'get', 'pod', NAME, '-o', 'jsonpath={.status.podIP}'])
    return ip !== '' && (await lab.run('worker-1', ['iptables-save', '-t', 'nat'])).stdout.includes(`${ip}:53`)
  },
  undo: async (lab) =>
    void (await lab.kubectl(['-n', COREDNS.namespace, 'delete', 'pod', NAME, '--ignore-not-found', '--wait=true'])),
})
