// Seen: nslookup in such a pod takes 5 s for each dead server, and its resolv.conf has the first three; the kubelet's
// event says that limits were exceeded.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { restoreNodeResolvConf, writeNodeResolvConf } from '../../breaks/node-resolv-conf.ts'
import { ask } from '../../breaks/request.ts'
import type { Lab } from '../../lab.ts'
import { UPSTREAM_DNS } from '../../plan.ts'

const NAMESPACE = 'f-noderesolv'
const dead = ['198.18.0.97', '198.18.0.98', '198.18.0.99']
const suffixes = Array.from({ length: 7 }, (_, index) => `site-${index + 1}.corp.test`)
const TEXT = [`search ${suffixes.join(' ')}`, ...[...dead, UPSTREAM_DNS.ip].map((it) => `nameserver ${it}`), ''].join(
  '\n',
)
const good = app(NAMESPACE)
const cron = deployment(NAMESPACE, 'cron', { pod: { dnsPolicy: 'Default', nodeName: 'worker-3' } })

const base = namespaceFault({
  name: 'dns-resolv-conf-of-node',
  kind: 'fault',
  breaks:
    "the nodes' resolv.conf has four servers, of which the first three are dead, and a pod with dnsPolicy Default",
  symptom: 'each lookup of that pod takes half a minute and fails',
  cause: { code: 'DNS118', subject: `Deployment/${NAMESPACE}/cron` },
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
    await writeNodeResolvConf(lab, TEXT)
    try {
      await base.inject(lab)
    } finally {
      await restoreNodeResolvConf(lab)
    }
  },
}
