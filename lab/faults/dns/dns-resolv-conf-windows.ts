// Seen: web finds no name; `cat` shows the right resolv.conf, `od -c` a \r at the end of each line.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-windows'
const good = app(NAMESPACE)
const args = ['-downstream=http://cart:8080/', '-timeout=3s']
const text = [
  `search ${NAMESPACE}.svc.cluster.local svc.cluster.local cluster.local`,
  'nameserver 198.19.0.10',
  'options ndots:5',
  '',
].join('\r\n')
const config = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'resolver', namespace: NAMESPACE },
  data: { 'resolv.conf': text },
}

function mounted(): ReturnType<typeof deployment> {
  const made = deployment(NAMESPACE, 'web', {
    args,
    pod: { volumes: [{ name: 'resolver', configMap: { name: 'resolver' } }] },
  })
  const [container] = made.spec?.template.spec?.containers ?? []
  if (container !== undefined)
    container.volumeMounts = [{ name: 'resolver', mountPath: '/etc/resolv.conf', subPath: 'resolv.conf' }]
  return made
}

export default namespaceFault({
  name: 'dns-resolv-conf-windows',
  kind: 'fault',
  breaks: 'web mounts a ConfigMap over its resolv.conf, written with Windows line ends',
  symptom: 'web finds no name, and its resolv.conf looks right',
  cause: { code: 'DNS181', subject: `Deployment/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, config, web: mounted() }),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) !== 200 && (await ask(lab, NAMESPACE, 'cart')) === 200,
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
