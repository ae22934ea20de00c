// The resolver beyond the cluster: what a cloud's or a company's DNS server is to CoreDNS. It knows one zone, in the
// range reserved for examples (RFC 2606), and denies the rest.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startDaemon } from '../daemons.ts'
import { inNamespace } from '../net/namespace.ts'
import { BIN, STATE, UPSTREAM_DNS } from '../plan.ts'

/** More than fits into 1232 bytes, the size most servers and clients agree on, so an answer over UDP is cut. */
const MANY = 120

function zone(): string {
  const many = Array.from({ length: MANY }, (_, index) => `big 30 IN A 198.18.1.${index + 1}`)
  return [
    '$ORIGIN example.com.',
    '@ 60 IN SOA ns hostmaster 1 3600 600 86400 60',
    '@ 60 IN NS ns',
    `ns 60 IN A ${UPSTREAM_DNS.ip}`,
    '@ 30 IN A 198.18.0.80',
    'www 30 IN A 198.18.0.80',
    ...many,
    '',
  ].join('\n')
}

function corefile(zoneFile: string): string {
  return `example.com:53 {
    errors
    file ${zoneFile} example.com
}
.:53 {
    errors
    template IN ANY . {
        rcode NXDOMAIN
        authority ". 60 IN SOA a.root. b.root. (1 60 60 60 60)"
    }
}
`
}

export async function startUpstreamDns(): Promise<void> {
  const zoneFile = join(STATE, 'example.com.zone')
  const config = join(STATE, 'upstream-dns.Corefile')
  await writeFile(zoneFile, zone())
  await writeFile(config, corefile(zoneFile))
  await startDaemon('upstream-dns', inNamespace(UPSTREAM_DNS.name, upstreamCommand(config)))
}

export function upstreamCommand(config: string): readonly string[] {
  return [join(BIN, 'coredns'), '-conf', config]
}
