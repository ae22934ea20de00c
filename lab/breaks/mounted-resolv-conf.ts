import type { Deployment } from 'kubernetes-types/apps/v1.d.ts'
import type { Fault } from '../faults/fault.ts'
import { app, objectsOf } from './app.ts'
import { namespaceFault, type NamespaceFault } from './namespace-fault.ts'
import { webServer } from './http-app.ts'
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
    repaired: objectsOf({ ...good, web: web(namespace) }),
    inEffect: async (lab) => (await ask(lab, namespace, 'web')) !== 200 && (await ask(lab, namespace, 'cart')) === 200,
    healthy: async (lab) => (await ask(lab, namespace, 'web')) === 200,
  })
}

/** As a Node application calls: by getaddrinfo of glibc, which takes no `\r`; Go and musl take it for white space. */
const callsCart = `
  const call = http.get('http://cart:8080/', { timeout: 3000 }, (from) => {
    response.statusCode = from.statusCode
    from.resume().on('end', () => response.end('through'))
  })
  call.on('timeout', () => call.destroy(new Error('timeout')))
  call.on('error', () => { response.statusCode = 502; response.end('no cart') })`

function web(namespace: string): Deployment {
  return webServer(namespace, 'web', callsCart)
}

function mounted(namespace: string): Deployment {
  const made = web(namespace)
  const spec = made.spec?.template.spec
  if (spec === undefined) return made
  spec.volumes = [{ name: 'resolver', configMap: { name: 'resolver' } }]
  const [container] = spec.containers
  if (container !== undefined)
    container.volumeMounts = [{ name: 'resolver', mountPath: '/etc/resolv.conf', subPath: 'resolv.conf' }]
  return made
}
