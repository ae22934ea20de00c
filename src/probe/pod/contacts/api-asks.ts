import { isIP } from 'node:net'
import type { ApiSpec } from '../spec.ts'
import type { Emit } from '../records.ts'
import type { ConnectTry } from '../../../model/contacts.ts'
import { tcpStay, tryRecord } from './connects.ts'

/** Three losses in a row are no chance, and one is. */
const mostTries = 3
const pauseMs = 300

/**
 * A TCP handshake with the API server, by the address that the kubelet tells each pod and at each endpoint that is
 * given. Nothing is sent. What opened, and did not hang up at once, is not asked again. What was silent once is not
 * waited for twice more in turn: the others begin a moment apart.
 */
export async function apiAsks({ endpoints, timeoutMs }: ApiSpec, emit: Emit): Promise<void> {
  const own = serviceHere(process.env)
  const all = [
    ...(own === null ? [] : [{ via: 'service' as const, ...own }]),
    ...endpoints.map((it) => ({ via: 'endpoint' as const, ...it })),
  ]
  await Promise.all(
    all.map(async ({ via, ip, port }) => {
      const tries = await triesOf(() => tcpStay(ip, port, timeoutMs))
      emit({ t: 'api', via, ip, port, tries: tries.map(tryRecord) })
    }),
  )
}

async function triesOf(ask: () => Promise<ConnectTry>): Promise<readonly ConnectTry[]> {
  const first = await ask()
  const tries = [Promise.resolve(first)]
  if (isStanding(first)) return [first]
  for (let last = first; tries.length < mostTries;) {
    await pause()
    const one = ask()
    tries.push(one)
    // What is silent is heard of no sooner than the next one may begin.
    if (first.result === 'timeout') last = (await Promise.race([one, pause().then(() => null)])) ?? last
    else last = await one
    if (isStanding(last)) break
  }
  return Promise.all(tries)
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, pauseMs))
}

function isStanding({ hungUpMs }: ConnectTry): boolean {
  return hungUpMs === null
}

/** The kubelet sets both for each pod, whatever `enableServiceLinks` says; some platforms put a name in their place. */
export function serviceHere(env: NodeJS.ProcessEnv): { readonly ip: string; readonly port: number } | null {
  const [ip = '', port = ''] = [env['KUBERNETES_SERVICE_HOST'], env['KUBERNETES_SERVICE_PORT']]
  return isIP(ip) !== 0 && /^[1-9]\d{0,4}$/.test(port) ? { ip, port: Number(port) } : null
}
