// Stands between hopscope and the real API server and counts what is written, so that a run can be ended in the worst
// moment: when a write has taken effect and the one who sent it has not heard so. hopscope itself knows nothing of it.
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string }
  }[]
  readonly users: readonly {
    readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string }
  }[]
}

export interface Write {
  /** From 1. A dry run is no write. */
  readonly n: number
  /** `POST /api/v1/namespaces/kube-system/services`. */
  readonly what: string
}

export interface Gate {
  /** Of the same context, cluster and user names, with this gate as the server. */
  readonly kubeconfig: string
  /** Called when the API server has done write n, with its answer still here; the answer goes on when it resolves. */
  onWrite: (write: Write) => Promise<void>
  restart(): void
  close(): void
}

/** `folder` is where its kubeconfig is put. */
export async function writeGate(kubeconfig: string, folder: string): Promise<Gate> {
  const text = await readFile(kubeconfig, 'utf8')
  const { clusters, users } = JSON.parse(text) as Kubeconfig
  const [cluster, user] = [clusters[0]?.cluster, users[0]?.user]
  if (cluster === undefined || user === undefined) throw new Error(`${kubeconfig} names no cluster or no user`)
  const decode = (it: string): Buffer => Buffer.from(it, 'base64')
  const tls = {
    ca: decode(cluster['certificate-authority-data']),
    cert: decode(user['client-certificate-data']),
    key: decode(user['client-key-data']),
  }
  let writes = 0
  let onWrite: Gate['onWrite'] = () => Promise.resolve()

  const pass = (asked: IncomingMessage, answer: ServerResponse): void => {
    const url = new URL(asked.url ?? '/', cluster.server)
    const isWrite =
      ['POST', 'PUT', 'PATCH', 'DELETE'].includes(asked.method ?? '') &&
      !url.searchParams.has('dryRun') &&
      !url.pathname.includes('selfsubjectaccessreviews')
    const onward = request(url, { ...tls, method: asked.method, headers: asked.headers }, (got) => {
      void (async () => {
        if (isWrite && (got.statusCode ?? 500) < 300)
          await onWrite({ n: (writes += 1), what: `${asked.method} ${url.pathname}` })
        answer.writeHead(got.statusCode ?? 502, got.headers)
        got.pipe(answer)
      })()
    })
    onward.on('error', () => answer.destroy())
    answer.on('close', () => onward.destroy())
    asked.pipe(onward)
  }
  const server = createServer(pass)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const own = `${folder}/gate.kubeconfig`
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await writeFile(
    own,
    JSON.stringify({
      ...(JSON.parse(text) as object),
      clusters: [{ name: 'hopscope-lab', cluster: { server: address } }],
    }),
  )
  return {
    kubeconfig: own,
    get onWrite() {
      return onWrite
    },
    set onWrite(it) {
      onWrite = it
    },
    restart: () => void (writes = 0),
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
