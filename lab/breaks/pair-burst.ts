// A few hundred lookups, each A and AAAA at once from a socket of its own, as a C library sends them, and what the
// node's conntrack counters did meanwhile. dnsperf alone cannot do this: its queries share sockets and go one by one.
import { join } from 'node:path'
import { type Lab, LabError } from '../lab.ts'
import { CLUSTER_DNS, CLUSTER_NAME } from './ask-dns.ts'
import { clientOn, nodeNamed } from './node.ts'
import { onNode } from './place.ts'

export interface Burst {
  readonly pairs: number
  readonly complete: number
  readonly aOnly: number
  readonly aaaaOnly: number
  readonly neither: number
  readonly insertFailed: number
  readonly clashResolve: number
}

const PROGRAM = join(import.meta.dirname, 'pair-burst-client.ts')

export async function burst(lab: Lab, node: string, pairs = 200): Promise<Burst> {
  const place = await clientOn(lab, node)
  const before = await counters(lab, node)
  const { code, stdout, stderr } = await place.run([process.execPath, PROGRAM, CLUSTER_DNS, CLUSTER_NAME, `${pairs}`], {
    timeoutMs: 60_000,
  })
  if (code !== 0) throw new LabError(`lookups from ${place.name} failed: ${stderr.trim()}`)
  const after = await counters(lab, node)
  const outcome = JSON.parse(stdout) as Pick<Burst, 'complete' | 'aOnly' | 'aaaaOnly' | 'neither'>
  return {
    pairs,
    ...outcome,
    insertFailed: after.insertFailed - before.insertFailed,
    clashResolve: after.clashResolve - before.clashResolve,
  }
}

/** One row for each processor, hexadecimal under a row of names; the counters belong to the network namespace. */
async function counters(
  lab: Lab,
  node: string,
): Promise<{ readonly insertFailed: number; readonly clashResolve: number }> {
  const { stdout } = await onNode(lab, nodeNamed(lab, node).netns).run(['cat', '/proc/net/stat/nf_conntrack'])
  const [header = [], ...rows] = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  const sum = (name: string): number =>
    rows.reduce((total, row) => total + Number.parseInt(row[header.indexOf(name)] ?? '0', 16), 0)
  return { insertFailed: sum('insert_failed'), clashResolve: sum('clashres') }
}
