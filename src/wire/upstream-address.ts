/** A server as `forward`, `grpc` and `proxy` take it: coredns plugin/pkg/parse HostPortOrFile and Transport. */
export type UpstreamAddress =
  | {
      readonly kind: 'address'
      readonly written: string
      readonly transport: Transport
      readonly ip: string
      readonly port: number
    }
  /** A resolv.conf, in the server's own container: with dnsPolicy Default the one that its node's kubelet hands out. */
  | { readonly kind: 'file'; readonly written: string; readonly path: string }
  /** Looked up when CoreDNS starts, since 1.14. */
  | {
      readonly kind: 'name'
      readonly written: string
      readonly transport: Transport
      readonly host: string
      readonly port: number
    }
  /** What only the server's environment knows, a socket, or nothing that CoreDNS takes. */
  | { readonly kind: 'unknown'; readonly written: string }

export type Transport = 'dns' | 'tls' | 'https' | 'quic' | 'grpc'

const usualPorts: Readonly<Record<Transport, number>> = { dns: 53, tls: 853, https: 443, quic: 853, grpc: 443 }

export function upstreamAddress(written: string): UpstreamAddress {
  if (/\{[$%]/.test(written)) return { kind: 'unknown', written }
  const [, scheme, rest = written] = /^(dns|tls|https|quic|grpc):\/\/(.*)$/s.exec(written) ?? []
  const transport = (scheme ?? 'dns') as Transport
  if (rest.startsWith('/')) return { kind: 'file', written, path: rest }
  const [bare, port] = split(rest)
  // A zone of IPv6 stands behind %, and a name for TLS too.
  const [host = ''] = bare.split('%', 1)
  const known = { written, transport, port: port ?? usualPorts[transport] }
  if (isIP(host)) return { kind: 'address', ip: host, ...known }
  return /^[\w-]+(?:\.[\w-]+)*\.?$/.test(host) ? { kind: 'name', host, ...known } : { kind: 'unknown', written }
}

function split(text: string): readonly [string, number | null] {
  const bracketed = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(text)
  if (bracketed !== null) return [bracketed[1] ?? '', bracketed[2] === undefined ? null : Number(bracketed[2])]
  const one = /^([^:]*):(\d{1,5})$/.exec(text)
  return one === null ? [text, null] : [one[1] ?? '', Number(one[2])]
}

/**
 * What asks this server by hand, in a shell on a node of the server that forwards to it; null where nothing that can be
 * pasted does.
 */
export function askByHand(of: UpstreamAddress, name: string): string | null {
  switch (of.kind) {
    case 'address':
      return dig(of.transport, of.ip, of.port, name)
    case 'name':
      return dig(of.transport, of.host, of.port, name)
    case 'file':
      // Nothing that a shell would take for more than a path.
      return /^[\w./-]+$/.test(of.path)
        ? `for server in $(awk '/^nameserver/ {print $2}' ${of.path}); do dig @$server ${name}; done`
        : null
    case 'unknown':
      return null
  }
}

function dig(transport: Transport, host: string, port: number, name: string): string | null {
  const at = port === usualPorts[transport] ? `@${host}` : `@${host} -p ${port}`
  if (transport === 'dns') return `dig ${at} ${name}`
  return transport === 'tls' || transport === 'https' ? `dig +${transport} ${at} ${name}` : null
}

function isIP(text: string): boolean {
  const v4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (v4 !== null) return v4.slice(1).every((it) => Number(it) <= 255)
  return /^[0-9a-f:.]{2,45}$/i.test(text) && text.split(':').length >= 3 && text.split('::').length <= 2
}
