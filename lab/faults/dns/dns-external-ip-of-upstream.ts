// Seen: names outside of the cluster time out; dig from outside of the cluster to the same server answers.
import { app, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { askFresh, upstreamIsWell } from '../../breaks/upstream.ts'
import { UPSTREAM_DNS } from '../../plan.ts'
import type { Fault } from '../fault.ts'

const NAMESPACE = 'f-external-ip'
const parts = app(NAMESPACE)
const claims = {
  ...parts.cartService,
  spec: {
    selector: { app: 'cart' },
    externalIPs: [UPSTREAM_DNS.ip],
    ports: [{ name: 'dns', protocol: 'UDP', port: 53, targetPort: 8080 }],
  },
}

const made = namespaceFault({
  name: 'dns-external-ip-of-upstream',
  kind: 'fault',
  breaks: 'a Service claims the address of the upstream DNS server as an external IP',
  symptom: 'names outside of the cluster are not found, and the upstream server is well',
  cause: { code: 'DNS182', subject: `Service/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  diagnose: ['dns'],
  broken: objectsOf({ ...parts, cartService: claims }),
  repaired: objectsOf(parts),
  inEffect: async (lab) => (await askFresh(lab)).every((it) => it.rcode === null || it.rcode === 'SERVFAIL'),
  healthy: upstreamIsWell,
})

export default { ...made, reach: { kind: 'cluster' } } satisfies Fault
