// The resolver beyond the cluster: what a cloud's or a company's DNS server is to CoreDNS. It knows one zone, in the
// range reserved for examples (RFC 2606), and denies the rest.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startDaemon } from '../daemons.ts'
import type { Layout } from '../layout.ts'
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

export async function startUpstreamDns({ stub }: Layout): Promise<void> {
  if (stub !== null) await startStubDns(stub)
  const zoneFile = join(STATE, 'example.com.zone')
  const config = join(STATE, 'upstream-dns.Corefile')
  await writeFile(zoneFile, zone())
  await writeFile(config, corefile(zoneFile))
  await startDaemon('upstream-dns', inNamespace(UPSTREAM_DNS.name, upstreamCommand(config)))
}

/** Knows its own zone and nothing else. */
export async function startStubDns({ name, ip, zone }: NonNullable<Layout['stub']>): Promise<void> {
  const zoneFile = join(STATE, `${zone}.zone`)
  const config = join(STATE, `${name}.Corefile`)
  await writeFile(zoneFile, stubZone(zone, ip))
  await writeFile(config, `${zone}:53 {\n    errors\n    file ${zoneFile} ${zone}\n}\n`)
  await startDaemon(name, inNamespace(name, upstreamCommand(config)))
}

function stubZone(zone: string, ip: string): string {
  return [
    `$ORIGIN ${zone}.`,
    '@ 60 IN SOA ns hostmaster 1 3600 600 86400 60',
    '@ 60 IN NS ns',
    `ns 60 IN A ${ip}`,
    '@ 30 IN A 198.18.0.81',
    'git 30 IN A 198.18.0.81',
    '',
  ].join('\n')
}

export function upstreamCommand(config: string): readonly string[] {
  return [join(BIN, 'coredns'), '-conf', config]
}
