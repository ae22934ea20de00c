// The real Contour with the real Envoy, for the faults that need a Gateway or an HTTPProxy, and for no other.
import { join } from 'node:path'
import { bringContour } from '../images/contour.ts'
import type { Lab } from '../lab.ts'
import type { Fault } from '../faults/fault.ts'
import { hostOf, type KubernetesObject } from './app.ts'
import { type NamespaceFault, namespaceFault } from './namespace-fault.ts'
import type { Answer } from './request.ts'
import { until } from './until.ts'

const NAMESPACE = 'projectcontour'
const MANIFEST = join(import.meta.dirname, '..', 'manifests', 'contour.yaml')
const PORT = 30091

async function isUp(lab: Lab): Promise<boolean> {
  const found = await lab.kubectl(['-n', NAMESPACE, 'get', 'deployments', '--ignore-not-found', '-o', 'name'])
  return found.trim().split('\n').length === 2
}

async function contourUp(lab: Lab): Promise<void> {
  if (!(await isUp(lab))) {
    const { crds } = await bringContour(lab)
    for (const path of crds)
      await lab.kubectl(['apply', '--server-side', '--force-conflicts', '--validate=false', '-f', path])
    await until('the API server serves Gateways', async () => {
      const kinds = await lab.kubectl(['api-resources', '-o', 'name'])
      return /^gateways\.gateway/m.test(kinds) && /^httpproxies\.projectcontour/m.test(kinds)
    })
  }
  await lab.kubectl(['apply', '--validate=false', '-f', MANIFEST])
  for (const name of ['contour', 'envoy'])
    await lab.kubectl(['-n', NAMESPACE, 'rollout', 'status', `deployment/${name}`, '--timeout=120s'])
  await until('the Gateway is programmed', () =>
    conditionIs(lab, ['-n', NAMESPACE, 'gateway/contour'], { type: 'Programmed', status: 'True' }),
  )
}

/** With its CRDs: other faults are told in a cluster that serves no Gateways. */
async function contourDown(lab: Lab): Promise<void> {
  const found = ['--ignore-not-found', '--timeout=120s']
  await lab.kubectl(['delete', 'namespace', NAMESPACE, ...found])
  await lab.kubectl(['delete', 'clusterrole,clusterrolebinding', 'contour', ...found])
  const all = (await lab.kubectl(['get', 'crds', '-o', 'name'])).split('\n')
  const own = all.filter((it) => /\.(?:gateway\.networking\.(?:x-)?k8s|projectcontour)\.io$/.test(it))
  if (own.length > 0) await lab.kubectl(['delete', ...found, ...own])
}

/** A condition of the object itself, as `kubectl get` reads it. */
async function conditionIs(
  lab: Lab,
  object: readonly string[],
  { type, status }: { readonly type: string; readonly status: string },
): Promise<boolean> {
  const path = `jsonpath={.status.conditions[?(@.type=="${type}")].status}`
  return (await lab.kubectl(['get', ...object, '-o', path])).trim() === status
}

/** What Envoy answers for the host of that namespace, at a port of a node. */
export async function askGateway(lab: Lab, namespace: string, path = '/'): Promise<Answer> {
  const [node] = lab.nodes
  const ask = ['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '--max-time', '6']
  const outcome = await lab.run('host', [
    ...ask,
    '-H',
    `Host: ${hostOf(namespace)}`,
    `http://${node?.ip ?? ''}:${PORT}${path}`,
  ])
  if (outcome.code === 0) return Number(outcome.stdout)
  if (outcome.code === 7) return 'refused'
  return outcome.code === 28 ? 'timeout' : 'error'
}

/** The conditions that Contour wrote of a route for its parent: `Accepted=False ResolvedRefs=True`. */
export async function routeStatus(lab: Lab, namespace: string, kind = 'httproute'): Promise<string> {
  const path = 'jsonpath={range .status.parents[*].conditions[*]}{.type}={.status} {end}'
  return lab.kubectl(['-n', namespace, 'get', kind, 'web', '-o', path])
}

export async function proxyStatus(lab: Lab, namespace: string, name = 'web'): Promise<string> {
  return (
    await lab.kubectl(['-n', namespace, 'get', 'httpproxy', name, '-o', 'jsonpath={.status.currentStatus}'])
  ).trim()
}

/** A fault of a namespace before which Contour runs, and after which it is gone again. */
export function contourFault(it: NamespaceFault): Fault {
  const fault = namespaceFault(it)
  return {
    ...fault,
    reach: { kind: 'cluster' },
    async inject(lab) {
      await contourUp(lab)
      await fault.inject(lab)
    },
    async remove(lab) {
      await fault.remove(lab)
      if (process.env['HOPSCOPE_LAB_KEEP_CONTOUR'] === undefined) await contourDown(lab)
    },
  }
}

export interface RouteParts {
  readonly service?: string
  readonly port?: number
  readonly namespace?: string
  readonly weight?: number
  readonly section?: string
  readonly gateway?: string
  readonly gatewayNamespace?: string
  readonly hostname?: string
  readonly kind?: string
}

/** HTTPRoute `web` of the Gateway, for the host of its namespace, to Service `web`. */
export function httpRoute(namespace: string, of: RouteParts = {}): KubernetesObject {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'web', namespace },
    spec: {
      parentRefs: [
        {
          name: of.gateway ?? 'contour',
          namespace: of.gatewayNamespace ?? NAMESPACE,
          ...(of.section === undefined ? {} : { sectionName: of.section }),
        },
      ],
      hostnames: [of.hostname ?? hostOf(namespace)],
      rules: [
        {
          backendRefs: [
            {
              name: of.service ?? 'web',
              port: of.port ?? 80,
              ...(of.namespace === undefined ? {} : { namespace: of.namespace }),
              ...(of.weight === undefined ? {} : { weight: of.weight }),
              ...(of.kind === undefined ? {} : { kind: of.kind }),
            },
          ],
        },
      ],
    },
  } as KubernetesObject
}

/** HTTPProxy `web`, for the host of its namespace, to Service `web`. */
export function httpProxy(namespace: string, spec: object = {}, name = 'web'): KubernetesObject {
  return {
    apiVersion: 'projectcontour.io/v1',
    kind: 'HTTPProxy',
    metadata: { name, namespace },
    spec: {
      virtualhost: { fqdn: hostOf(namespace) },
      routes: [{ services: [{ name: 'web', port: 80 }] }],
      ...spec,
    },
  } as KubernetesObject
}
