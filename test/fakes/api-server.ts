import { readFileSync } from 'node:fs'
import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { ClusterEntry, UserEntry } from '../../src/kube/kubeconfig-file.ts'
import { nobody, type Target } from '../../src/kube/kubeconfig.ts'
import { openTransport, type Impersonation, type Transport } from '../../src/kube/transport.ts'

/** The text of a key or certificate in this folder. */
export function testdata(name: string): string {
  return readFileSync(join(import.meta.dirname, 'certificates', name), 'utf8')
}

export interface TestServer {
  readonly url: string
  readonly requests: readonly IncomingMessage[]
  readonly server: http.Server
  close(): Promise<void>
}

/** A real server on a free port; https when `tls` is given. */
export async function serve(answer: RequestListener, tls?: https.ServerOptions): Promise<TestServer> {
  const requests: IncomingMessage[] = []
  const listener: RequestListener = (request, response) => {
    requests.push(request)
    answer(request, response)
  }
  const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: http.OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

function userEntry(fields: Partial<UserEntry> = {}): UserEntry {
  return { ...nobody, ...fields }
}

export function targetAt(server: string, user: Partial<UserEntry> = {}, cluster: Partial<ClusterEntry> = {}): Target {
  return {
    context: 'test',
    server,
    namespace: 'default',
    userName: 'tester',
    user: userEntry(user),
    cluster: {
      server,
      caData: null,
      caFile: null,
      skipTlsVerify: false,
      tlsServerName: null,
      proxyUrl: null,
      ...cluster,
    },
  }
}

export function transportTo(server: TestServer, user: Partial<UserEntry> = {}, who: Impersonation = {}): Transport {
  return openTransport(targetAt(server.url, user), who, {})
}

/** The JSON body of a request. */
export async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}
