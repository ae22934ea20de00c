import { mkdtempSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gatewayKinds } from '../../src/kube/resources.ts'
import { sendJson, serve, type TestServer } from '../fakes/api-server.ts'
import type { Manifest } from './manifest.ts'

const plurals: Readonly<Record<string, string>> = {
  Ingress: 'ingresses',
  IngressClass: 'ingressclasses',
  NetworkPolicy: 'networkpolicies',
  CiliumLocalRedirectPolicy: 'ciliumlocalredirectpolicies',
  GatewayClass: gatewayKinds.GatewayClass.plural,
}

export function pluralOf({ kind }: Manifest): string {
  return plurals[kind] ?? `${kind.toLowerCase()}s`
}

export interface FakeCluster {
  readonly kubeconfig: string
  /** Requests that were no reading: there must be none. */
  readonly writes: readonly string[]
  close(): Promise<void>
}

const pathForm = /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?$/

/**
 * An API server on loopback that holds these objects, read only, and a kubeconfig that leads to it. `seen` is told of
 * each request, and may hold its answer back.
 */
export async function fakeCluster(
  objects: readonly Manifest[],
  version = 'v1.33.1',
  seen: (path: string) => void | Promise<void> = () => {},
): Promise<FakeCluster> {
  const byPlural = Map.groupBy(objects, pluralOf)
  const writes: string[] = []
  const server: TestServer = await serve(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://cluster')
    await seen(url.pathname)
    if (url.pathname.endsWith('/selfsubjectaccessreviews'))
      return sendJson(response, 201, { status: { allowed: true } })
    if (request.method !== 'GET') writes.push(`${request.method} ${url.pathname}`)
    if (url.pathname === '/version') return sendJson(response, 200, { gitVersion: version, platform: 'linux/amd64' })
    const served = discovered(url.pathname, byPlural)
    return served === null ? answer(request, response, url) : sendJson(response, 200, served)
  })

  function answer(_request: IncomingMessage, response: ServerResponse, url: URL): void {
    const [, namespace, plural, name] = pathForm.exec(url.pathname) ?? []
    const fitting = (byPlural.get(plural ?? '') ?? [])
      .filter((it) => namespace === undefined || it.metadata.namespace === namespace)
      .filter((it) => selected(it, url.searchParams.get('labelSelector') ?? ''))
    if (name === undefined)
      return sendJson(response, 200, { kind: 'List', metadata: { resourceVersion: '1' }, items: fitting })
    const found = fitting.find((it) => it.metadata.name === name)
    if (found !== undefined) return sendJson(response, 200, found)
    return sendJson(response, 404, {
      kind: 'Status',
      status: 'Failure',
      reason: 'NotFound',
      code: 404,
      message: `${plural} "${name}" not found`,
    })
  }

  const kubeconfig = join(mkdtempSync(join(tmpdir(), 'flavour-')), 'kubeconfig')
  const context = { name: 'flavour', context: { cluster: 'c', user: 'u' } }
  const clusters = [{ name: 'c', cluster: { server: server.url } }]
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      'current-context': 'flavour',
      contexts: [context],
      clusters,
      users: [{ name: 'u', user: { token: 't' } }],
    }),
  )
  return { kubeconfig, writes, close: () => server.close() }
}

/** Which groups of CRDs are served, and what is in them: those of which there are objects. null = no such question. */
function discovered(path: string, byPlural: ReadonlyMap<string, unknown>): object | null {
  const served = Object.values(gatewayKinds).filter((it) => byPlural.has(it.plural))
  if (path === '/apis') {
    const groups = [...new Set(served.map((it) => it.group))]
    return { kind: 'APIGroupList', groups: groups.map((name) => ({ name, versions: [{ version: 'v1' }] })) }
  }
  const [, group] = /^\/apis\/([^/]+)\/v1$/.exec(path) ?? []
  const resources = served.filter((it) => it.group === group).map((it) => ({ name: it.plural }))
  return resources.length === 0 ? null : { kind: 'APIResourceList', resources }
}

/** `a=b,c=d` and `a in (b,c)`. */
function selected({ metadata: { labels = {} } }: Manifest, selector: string): boolean {
  const oneOf = /^(\S+) in \((.*)\)$/.exec(selector)
  if (oneOf !== null) return (oneOf[2] ?? '').split(',').includes(labels[oneOf[1] ?? ''] ?? '')
  return selector
    .split(',')
    .filter((it) => it !== '')
    .every((part) => labels[part.split('=')[0] ?? ''] === part.split('=')[1])
}
