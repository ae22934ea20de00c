// Seen: resolv.conf of the pod has 32 suffixes, the last three of dnsConfig are missing; event DNSConfigForming.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-searches'
const good = app(NAMESPACE)
const args = ['-downstream=http://cart:8080/', '-timeout=3s']
/** As many as the API server takes; the kubelet puts the cluster's three before them and keeps 32 in all. */
const searches = Array.from({ length: 32 }, (_, index) => `site-${index + 1}.example.com`)
const broken = { ...good, web: deployment(NAMESPACE, 'web', { args, pod: { dnsConfig: { searches } } }) }

export default namespaceFault({
  name: 'dns-too-many-searches',
  kind: 'fault',
  breaks: 'dnsConfig of web names 32 search suffixes, so that the kubelet leaves the last three out',
  symptom: 'short names of some sites are not found, and each lookup is a burst of queries',
  cause: { code: 'DNS123', subject: `Deployment/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf(broken),
  repaired: objectsOf(good),
  inEffect: async (lab) =>
    /DNSConfigForming/.test(
      await lab.kubectl([
        '-n',
        NAMESPACE,
        'get',
        'events',
        '--field-selector',
        'reason=DNSConfigForming',
        '-o',
        'jsonpath={.items[*].reason}',
      ]),
    ) && (await ask(lab, NAMESPACE, 'web')) === 200,
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
