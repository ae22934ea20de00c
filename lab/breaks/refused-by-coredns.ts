// What CoreDNS itself says to a Corefile: the lab's own program, in a namespace where it can bind no port of anybody.
import { join } from 'node:path'
import type { Lab } from '../lab.ts'

/** Whether a server that starts with this text ends at once. */
export async function isRefusedByCoreDns(lab: Lab, corefile: string): Promise<boolean> {
  const { code } = await lab.run('internet', [join(lab.binDir, 'coredns'), '-conf', 'stdin', '-dns.port', '0'], {
    stdin: corefile,
    timeoutMs: 5000,
  })
  return code !== 0 && code !== 124
}
