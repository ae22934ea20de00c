import type { Fault } from '../faults/fault.ts'
import { app, deployment, objectsOf } from './app.ts'
import { namespaceFault, type NamespaceFault } from './namespace-fault.ts'
import { ask } from './request.ts'

type About = Pick<NamespaceFault, 'name' | 'breaks' | 'symptom' | 'namespace'>

/** Web mounts a ConfigMap with these lines over its /etc/resolv.conf, and finds no name. */
export function mountedResolvConf(
  about: About,
  code: string,
  lines: { readonly server: string; readonly end: '\n' | '\r\n' },
): Fault {
  const { namespace } = about
  const good = app(namespace)
  const text = [
    `search ${namespace}.svc.cluster.local svc.cluster.local cluster.local`,
    `nameserver ${lines.server}`,
    'options ndots:5',
    '',
  ].join(lines.end)
  const config = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'resolver', namespace },
    data: { 'resolv.conf': text },
  }
  return namespaceFault({
    ...about,
    kind: 'fault',
    cause: { code, subject: `Deployment/${namespace}/web` },
    broken: objectsOf({ ...good, config, web: mounted(namespace) }),
    repaired: objectsOf(good),
    inEffect: async (lab) => (await ask(lab, namespace, 'web')) !== 200 && (await ask(lab, namespace, 'cart')) === 200,
    healthy: async (lab) => (await ask(lab, namespace, 'web')) === 200,
  })
}

function mounted(namespace: string): ReturnType<typeof deployment> {
  const made = deployment(namespace, 'web', {
    args: ['-downstream=http://cart:8080/', '-timeout=3s'],
    pod: { volumes: [{ name: 'resolver', configMap: { name: 'resolver' } }] },
  })
  const [container] = made.spec?.template.spec?.containers ?? []
  if (container !== undefined)
    container.volumeMounts = [{ name: 'resolver', mountPath: '/etc/resolv.conf', subPath: 'resolv.conf' }]
  return made
}
