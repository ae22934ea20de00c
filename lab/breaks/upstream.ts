// The lab's upstream server, started again with another mind, and how outside names are asked for past every cache.
import { writeFile } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { startUpstreamDns, upstreamCommand } from '../cluster/upstream-dns.ts'
import type { Lab } from '../lab.ts'
import { UPSTREAM_DNS } from '../plan.ts'
import { corednsPods } from './coredns.ts'
import { onNode } from './place.ts'

const DAEMON = 'upstream-dns'

/** What `corefile` says, until `asItWas`. */
export async function upstreamAnswers(lab: Lab, corefile: string): Promise<void> {
  const path = join(lab.stateDir, 'upstream-dns-broken.Corefile')
  await writeFile(path, corefile)
  await lab.stop(DAEMON)
  await lab.spawn(UPSTREAM_DNS.name, DAEMON, upstreamCommand(path))
}

export async function asItWas(lab: Lab): Promise<void> {
  await lab.stop(DAEMON)
  await startUpstreamDns(lab.layout)
}

export interface Reply {
  /** As busybox prints it; null = no answer in 4 s. */
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' | null
  readonly ms: number
}

/** One question for a name that nobody has asked for yet, put to each CoreDNS pod. */
export async function askFresh(lab: Lab, type: 'a' | 'aaaa' = 'a'): Promise<readonly Reply[]> {
  const asker = onNode(lab, 'control-plane')
  return Promise.all(
    (await corednsPods(lab)).map(async ({ ip }) => {
      const started = performance.now()
      const { code, stdout, stderr } = await asker.run(
        ['busybox', 'nslookup', `-type=${type}`, `lab-${randomUUID()}.example.com.`, ip],
        { timeoutMs: 4000 },
      )
      const rcode = /NXDOMAIN|SERVFAIL|REFUSED/.exec(stdout + stderr)?.[0] as Reply['rcode'] | undefined
      return { rcode: rcode ?? (code === 0 ? 'NOERROR' : null), ms: performance.now() - started }
    }),
  )
}

export async function upstreamIsWell(lab: Lab): Promise<boolean> {
  const replies = [...(await askFresh(lab)), ...(await askFresh(lab, 'aaaa'))]
  return replies.every((it) => it.rcode === 'NXDOMAIN' && it.ms < 1000)
}
