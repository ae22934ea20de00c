// One DNS question, asked from a place. busybox's nslookup, because it asks for the one type that it is told to and
// knows no search list; what it prints of an answer without records is a success as well.
import { CLUSTER_DNS, UPSTREAM_DNS } from '../plan.ts'
import type { Place } from './place.ts'

export const CLUSTER_NAME = 'kubernetes.default.svc.cluster.local'
export const OUTSIDE_NAME = 'www.example.com'
export { CLUSTER_DNS }

export interface Question {
  readonly name?: string
  readonly type?: 'a' | 'aaaa'
  readonly server?: string
}

/** A server that says no has answered; only silence, refusal and SERVFAIL count as none. */
export async function isAnswered(
  place: Place,
  { name = CLUSTER_NAME, type = 'a', server = CLUSTER_DNS }: Question = {},
): Promise<boolean> {
  const { code, stdout, stderr } = await place.run(['busybox', 'nslookup', `-type=${type}`, `${name}.`, server], {
    timeoutMs: 2000,
  })
  if (code === 0) return true
  return code !== 124 && /NXDOMAIN/.test(stdout + stderr)
}

export async function isOpenOverTcp(place: Place, server = CLUSTER_DNS): Promise<boolean> {
  return (await place.run(['busybox', 'nc', '-w', '2', server, '53'], { timeoutMs: 3000 })).code === 0
}

/** Matches the DNS queries of a node's pods. Those that CoreDNS itself sends upstream belong to clients everywhere. */
export function queriesOf(podCidr: string, protocol: 'udp' | 'tcp'): readonly string[] {
  return ['-s', podCidr, '!', '-d', `${UPSTREAM_DNS.ip}/32`, '-p', protocol, '-m', protocol, '--dport', '53']
}
