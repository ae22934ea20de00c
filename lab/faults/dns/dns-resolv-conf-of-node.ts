// Seen: nslookup in such a pod takes 5 s for each dead server, and its resolv.conf has the first three; the kubelet's
// event says that limits were exceeded.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { restoreOnNode, writeOnNode } from '../../breaks/node-resolv-conf.ts'
import { ask } from '../../breaks/request.ts'
import type { Lab } from '../../lab.ts'
import { UPSTREAM_DNS } from '../../plan.ts'

const NAMESPACE = 'f-noderesolv'
const NODE = 'worker-3'
const dead = ['198.18.0.97', '198.18.0.98', '198.18.0.99']
const suffixes = Array.from({ length: 7 }, (_, index) => `site-${index + 1}.corp.test`)
const TEXT = [`search ${suffixes.join(' ')}`, ...[...dead, UPSTREAM_DNS.ip].map((it) => `nameserver ${it}`), ''].join(
  '\n',
)
const elsewhere = { nodeName: 'worker-1' }
const args = ['-downstream=http://cart:8080/', '-timeout=3s']
const good = {
  ...app(NAMESPACE),
  web: deployment(NAMESPACE, 'web', { args, pod: elsewhere }),
  cart: deployment(NAMESPACE, 'cart', { replicas: 2, pod: elsewhere }),
}
const cron = deployment(NAMESPACE, 'cron', { pod: { dnsPolicy: 'Default', nodeName: NODE } })

const base = namespaceFault({
  name: 'dns-resolv-conf-of-node',
  kind: 'fault',
  breaks: "the node's resolv.conf has four servers, the first three dead, and a pod there has dnsPolicy Default",
  symptom: 'each lookup of that pod takes half a minute and fails',
  cause: { code: 'DNS184', subject: `Node/${NODE}` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, cron }),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})

// The kubelet reads the file when it makes a pod, so that it is back as soon as the pod is there.
export default {
  ...base,
  reach: { kind: 'cluster' } as const,
  async inject(lab: Lab): Promise<void> {
    await writeOnNode(lab, NODE, TEXT)
    try {
      await base.inject(lab)
    } finally {
      await restoreOnNode(lab, NODE)
    }
  },
}
