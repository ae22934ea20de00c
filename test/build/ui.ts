import { copyFileSync, mkdirSync, mkdtempSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultImage } from '../../src/model/probe-image.ts'
import { plainCall } from '../../src/report/called.ts'
import type { Allowed } from '../../src/ui/allowed.ts'
import type { Times } from '../../src/ui/live.ts'
import { serveUi } from '../../src/ui/serve.ts'

/** A state folder with these recordings as kept runs. */
export function keptRuns(runs: Readonly<Record<string, string>>): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'ui-')), 'hopscope')
  mkdirSync(folder, { mode: 0o700 })
  for (const [id, scenario] of Object.entries(runs))
    copyFileSync(join(import.meta.dirname, '../../scenarios', scenario, 'snapshot.hops'), join(folder, `${id}.hops`))
  return folder
}

export interface Got {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly text: string
}

export interface Ui {
  /** The link, not used yet. */
  readonly url: string
  readonly port: number
  readonly audit: readonly string[]
  /** Whatever a client may send: its headers are its own. */
  readonly ask: (path: string, how?: Sent) => Promise<Got>
  /** The same with the cookie of whoever has come by the link. */
  readonly get: (path: string, method?: string) => Promise<Got>
  readonly post: (path: string, form: Readonly<Record<string, string>>) => Promise<Got>
  /** Lines of a run as they come; ended by `close` or by the run. */
  readonly events: (path: string, to: (line: string) => void) => { readonly close: () => void; over: Promise<void> }
  readonly close: () => Promise<void>
}

export interface Sent {
  readonly method?: string
  readonly headers?: http.OutgoingHttpHeaders
  readonly body?: string
}

interface Started {
  readonly allowed?: Partial<Allowed>
  readonly first?: string
  readonly times?: Times
}

/** The page on a free port, in this process. */
export async function startUi({ allowed = {}, first, times }: Started = {}): Promise<Ui> {
  const stop = new AbortController()
  const audit: string[] = []
  const opened = Promise.withResolvers<string>()
  const over = serveUi(
    {
      cluster: { requestTimeout: 5000 },
      named: { context: 'flavour', namespace: 'shop' },
      image: defaultImage,
      probe: false,
      runs: keptRuns({}),
      opened: null,
      namespaces: ['shop'],
      call: plainCall,
      ...allowed,
    },
    stop.signal,
    {
      port: null,
      first: first ?? null,
      opened: opened.resolve,
      audit: (it) => void audit.push(it),
      ...(times === undefined ? {} : { times }),
    },
  )
  const url = await Promise.race([opened.promise, over.then(() => Promise.reject(new Error('it ended')))])
  const port = Number(new URL(url).port)
  let cookie: string | null = null
  const inside = async (): Promise<string> => {
    if (cookie !== null) return cookie
    const { headers } = await asked(port, new URL(url).pathname + new URL(url).search)
    cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    return cookie
  }
  return {
    url,
    port,
    audit,
    ask: (path, how) => asked(port, path, how),
    get: async (path, method = 'GET') => asked(port, path, { method, headers: { cookie: await inside() } }),
    post: async (path, form) =>
      asked(port, path, {
        method: 'POST',
        headers: {
          cookie: await inside(),
          origin: `http://127.0.0.1:${port}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams(form).toString(),
      }),
    events(path, to) {
      const asking = Promise.withResolvers<http.ClientRequest>()
      const over = inside().then(
        (it) =>
          new Promise<void>((resolve) => {
            const request = http.get({ host: '127.0.0.1', port, path, headers: { cookie: it } }, (response) => {
              response.setEncoding('utf8').on('data', (text: string) => text.split('\n').forEach(to))
              response.once('close', resolve)
            })
            request.once('error', () => resolve())
            asking.resolve(request)
          }),
      )
      return { close: () => void asking.promise.then((it) => it.destroy()), over }
    },
    async close() {
      stop.abort(new Error('interrupted'))
      await over
    },
  }
}

function asked(port: number, path: string, { method = 'GET', headers = {}, body = '' }: Sent = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (it: string) => (text += it))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}
