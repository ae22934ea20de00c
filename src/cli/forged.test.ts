import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { some, today } from '../../test/build/effort.ts'
import { plant } from '../../test/build/plant.ts'
import { corefile, rawCluster } from '../../test/build/raw-cluster.ts'
import { sendJson, serve, type TestServer } from '../../test/fakes/api-server.ts'
import { expectClean, forged, hopscope, kubeconfigOf, scratch } from '../../test/build/program.ts'

/*
 * Every command against a cluster in which every string says more than it should, the answers of its containers, its
 * metrics and its refusals too.
 */

interface Raw {
  readonly metadata: { readonly namespace?: string; readonly name: string; readonly labels?: Record<string, string> }
}

/** By which the program finds things, and a server that means harm knows it. */
const keys = /(?:^|\.)(?:kind|apiVersion|type|phase|status|protocol|operator|pathType|k8s-app|Corefile|namespace|name)$/
const shared = /(?:clusterIP|podIP|address|cidr|Corefile|resourceVersion)/

const brokenCorefile = `${corefile}# ${forged.replaceAll('\n', ' ')}\ncorp.example:53 { forward . 10.9.9.9 10.9.9.9 }\n`

function planted(value: unknown, names: boolean): unknown {
  return plant(value, (text, path) => {
    if (path.endsWith('Corefile')) return brokenCorefile
    if (shared.test(path) || (keys.test(path) && !(names && path.endsWith('.name')))) return text
    return `${text}${forged}`
  })
}

const path = /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?(?:\/(.+))?$/

interface Manner {
  readonly names: boolean
  /** What creating a pod gives: a refusal, or a pod that never runs. */
  readonly create: 'refused' | 'stuck'
}

function fits(it: Raw, namespace: string | undefined, selector: string | null): boolean {
  if (namespace !== undefined && it.metadata.namespace !== namespace) return false
  return (selector ?? '')
    .split(',')
    .filter((part) => /^[^ ]+=[^ ]+$/.test(part))
    .every((part) => it.metadata.labels?.[part.split('=')[0] ?? ''] === part.split('=')[1])
}

const metrics = `# HELP a ${forged.replaceAll('\n', ' ')}
coredns_build_info{goversion="${forged.replaceAll('\n', ' ')}",revision="",version="1.12.0"} 1
coredns_dns_requests_total{family="1",proto="udp",server="dns://:53${forged.replaceAll('\n', ' ')}",type="A",zone="."} 10
coredns_dns_responses_total{plugin="${forged.replaceAll('\n', ' ')}",rcode="SERVFAIL",server="dns://:53",zone="."} 10
${forged}
process_start_time_seconds 1
`

function answer(request: IncomingMessage, response: ServerResponse, { names, create }: Manner): void {
  const url = new URL(request.url ?? '/', 'http://x')
  const refuse = (code: number): void =>
    sendJson(response, code, { kind: 'Status', code, reason: `Forbidden${forged}`, message: `no: ${forged}` })
  if (url.pathname === '/version')
    return sendJson(response, 200, { gitVersion: `v1.33.1${forged}`, platform: `linux/amd64${forged}` })
  if (url.pathname.endsWith('/selfsubjectaccessreviews'))
    return sendJson(response, 201, { status: { allowed: true, reason: forged } })
  const [, namespace, plural = '', name, sub] = path.exec(url.pathname) ?? []
  if (sub?.startsWith('proxy') === true) return void response.writeHead(200).end(metrics)
  if (sub === 'log') return void response.writeHead(200).end(`${forged}\n[ERROR] plugin/errors: 2 ${forged}\n`)
  if (request.method === 'POST' && plural === 'pods' && create === 'stuck') {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const pod = JSON.parse(body) as object
      const waiting = { reason: 'ImagePullBackOff', message: `cannot pull ${forged}` }
      sendJson(response, 201, { ...pod, status: { phase: 'Pending', containerStatuses: [{ state: { waiting } }] } })
    })
    return
  }
  if (request.method !== 'GET') return refuse(403)
  const all = ((rawCluster[plural] ?? []) as readonly Raw[]).filter((it) =>
    fits(it, namespace, url.searchParams.get('labelSelector')),
  )
  if (url.searchParams.has('watch'))
    return void response.writeHead(200).end(`${JSON.stringify({ type: 'ERROR', object: { message: forged } })}\n`)
  if (name === undefined)
    return sendJson(response, 200, {
      kind: 'List',
      metadata: { resourceVersion: '1' },
      items: all.map((it) => planted(it, names)),
    })
  const found = all.find((it) => it.metadata.name === name)
  return found === undefined ? refuse(404) : sendJson(response, 200, planted(found, names))
}

const inContainer = `@resolv
nameserver 10.96.0.10 ${forged}
search shop.svc.cluster.local ${forged}
@end
@hosts
10.0.0.7 cart ${forged}
@end
@libc
${forged}
@end
@look getent
@start 1.0
10.0.0.7 ${forged}
@stop 1.1
@exit 0
@done
`

async function hostileServer(manner: Manner): Promise<TestServer> {
  const server = await serve((request, response) => answer(request, response, manner))
  const sockets = new WebSocketServer({ noServer: true })
  server.server.on('upgrade', (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, (it) => {
      it.send(Buffer.concat([Uint8Array.of(1), Buffer.from(inContainer)]))
      it.send(Buffer.concat([Uint8Array.of(2), Buffer.from(forged)]))
      it.send(Buffer.concat([Uint8Array.of(3), Buffer.from(JSON.stringify({ status: 'Success' }))]))
      it.close()
    }),
  )
  return server
}

const argument = forged.replaceAll('\0', '')
const live: readonly (readonly string[])[] = [
  ['dns', '--timeout', '6s'],
  ['resolve', 'cart', '--timeout', '6s'],
  ['resolve', 'cart', '--from', 'pod/web-1', '-o', 'json', '--timeout', '6s'],
  ['watch', 'dns', '--for', '2s', '--interval', '1s'],
  ['fix', '-A'],
  ['fix', 'DNS114', '--plan', '-A'],
]
const others: readonly (readonly string[])[] = [
  ['diagnose', '-A', '--verbose'],
  ['diagnose', '-A', '--probe', '--timeout', '6s', '-o', 'json'],
  ['dns', '--verbose', '--no-exec', '--timeout', '6s'],
  ['dns', 'capacity'],
  ['watch', 'dns', '--probe', '--node-access', '--for', '2s', '--interval', '1s'],
  ['watch', 'dns', '--for', '2s', '--interval', '1s', '-o', 'json'],
  ['fix', argument, '--plan'],
  ['explain', argument],
  ['diagnose', `svc/${argument}`],
  ['diagnose', '--from', `/nowhere/${argument}`],
  ['collect', '-A', '--out', 'a.hops'],
  ['cleanup'],
  ['logs', '-A', '--no-follow'],
  ['logs', 'deploy/web', '--no-follow', '-o', 'json', '-i', 'fine', '-H', '.'],
  ['logs', '--summary', '-A', '--for', '1s'],
  ['logs', '-A', '--no-follow', '--template', '{{.PodName}} {{.Message}} {{.NodeName}}'],
  ['logs', argument, '--no-follow'],
  ['matrix', '-A', '--timeout', '6s'],
  ['matrix', '-A', '--probe', '--timeout', '6s'],
  ['trace', 'deploy/web', 'svc/cart', '--timeout', '6s'],
  ['trace', argument, argument],
  ['ingress', 'conf', `https://web.example.com/${argument}`],
  ['diagnose', `https://web.example.com/${argument}`],
  ['diagnose', '-A', '-o', 'markdown'],
  ['diagnose', '-A', '-o', 'junit'],
  ['diagnose', '-A', '-o', 'html'],
  ['diagnose', '-A', '-o', 'prometheus'],
  ['completion', argument],
  ['__complete', 'dns', '--context', argument],
]

test.each([
  ['every text but names', { names: false, create: 'refused' }, [...live, ...some(others, today)]],
  ['names as well, and pods that never run', { names: true, create: 'stuck' }, some(live, today)],
] as const)(
  'nobody can forge a line: %s',
  async (_what, manner, commands) => {
    const server = await hostileServer(manner)
    try {
      const kubeconfig = kubeconfigOf(server.url)
      const left = [...commands]
      // Most of the time they wait.
      const worker = async (): Promise<void> => {
        for (let args = left.shift(); args !== undefined; args = left.shift())
          await expectNothingForged(kubeconfig, args)
      }
      await Promise.all([worker(), worker(), worker()])
    } finally {
      await server.close()
    }
  },
  240_000,
)

async function expectNothingForged(kubeconfig: string, args: readonly string[]): Promise<void> {
  const ended = await hopscope(kubeconfig, args, {
    cwd: scratch(),
    limitMs: 100_000,
  })
  const all = `${args.join(' ')}\n${ended.out}${ended.said}`
  expect([0, 1, 2], all).toContain(ended.code)
  expect(`${ended.out}${ended.said}`).not.toBe('')
  try {
    expectClean(ended)
  } catch (error) {
    throw new Error(JSON.stringify(all), { cause: error })
  }
}
