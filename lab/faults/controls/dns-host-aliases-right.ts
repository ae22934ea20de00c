// Seen: web answers 200 with hostAliases, a short search list, ndots:1 and a host name of its own.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-aliases'
const args = [`-downstream=http://cart.${NAMESPACE}.svc.cluster.local.:8080/`, '-timeout=3s']
const pod = {
  hostAliases: [{ ip: '198.18.0.80', hostnames: ['partner.example.com', 'partner'] }],
  hostname: 'web-0',
  subdomain: 'web',
  dnsConfig: { options: [{ name: 'ndots', value: '1' }, { name: 'single-request-reopen' }, { name: 'edns0' }] },
}

export default namespaceFault({
  name: 'dns-host-aliases-right',
  kind: 'control',
  breaks: 'nothing: hosts of its own, ndots:1, options, a name with a last dot',
  symptom: 'a pod spec that somebody tuned',
  cause: null,
  namespace: NAMESPACE,
  broken: objectsOf({ ...app(NAMESPACE), web: deployment(NAMESPACE, 'web', { args, pod }) }),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
