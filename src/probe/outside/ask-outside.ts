import { lookup } from 'node:dns/promises'
import { type Known, known, unknown } from '../../model/known.ts'
import type { Outside, OutsideAnswer } from '../../model/outside.ts'
import { asIpAddress } from '../../wire/dns-name.ts'
import { httpContacts } from '../pod/contacts/http-asks.ts'
import type { ProbeSpec } from '../pod/spec.ts'

export interface OutsideAsk {
  /** As the user wrote it, without credentials. */
  readonly url: string
  /** `--lb`: an address or host, perhaps with a port, in place of what DNS says. */
  readonly lb: string | null
}

const mostAddresses = 4
/** Of each address: one of three ways behind a load balancer that fails is missed once in five. */
const times = 4
const perSecond = 8
/** It begins before there is a pod, and must not be what the command waits for. */
const endMs = 8000
const budgetMs = endMs / 2

export function announceOutside({ url, lb }: OutsideAsk): string {
  const where = lb === null ? 'the addresses that DNS gives here' : lb
  return `asks ${url} from this machine, by ${where}: ${times} GETs an address, ${mostAddresses} addresses at most`
}

/** What somebody outside of the cluster gets. Never rejects: a host that is not found is an answer, too. */
export async function askOutside({ url, lb }: OutsideAsk, signal: AbortSignal): Promise<Known<Outside>> {
  const at = URL.parse(url)
  if (at === null) return unknown('failed', 'the URL could not be read')
  const scheme = at.protocol === 'https:' ? 'https' : 'http'
  const usual = scheme === 'https' ? 443 : 80
  const named = lb === null ? null : addressOf(lb)
  const port = named?.port ?? (at.port === '' ? usual : Number(at.port))
  const found = await addresses(named?.host ?? bare(at.hostname))
  if (!found.known) return known({ lookupError: found.why.detail, answers: [] })
  if (signal.aborted) return unknown('timed-out', 'the run ended before it was asked')
  // Side by side, fewer than a browser's six connections: one way behind a load balancer that is slow, or silent, does
  // not keep the others from being asked.
  const ips = found.value.flatMap((ip) => Array.from({ length: times }, () => ip))
  const asks = ips.map((ip, id) => ({
    id,
    ip,
    port,
    scheme,
    host: at.host,
    path: `${at.pathname}${at.search}`,
    times: 1,
    follow: true,
    plainPort: scheme === 'http' ? port : 80,
    tlsPort: scheme === 'https' ? port : 443,
    orTls: false,
  })) satisfies ProbeSpec['http']
  const answers: OutsideAnswer[] = []
  await httpContacts({ http: asks, httpPerSecond: perSecond, httpBudgetMs: budgetMs, httpEndMs: endMs }, (record) => {
    if (record.t !== 'http') return
    const ask = asks[record.id]
    if (ask === undefined) return
    const { t: _t, id: _id, ...end } = record
    const { ip, host, path } = ask
    answers.push({ by: lb === null ? 'dns' : 'lb', ip, port, host, path, ...end })
  })
  return known({ lookupError: null, answers })
}

async function addresses(host: string): Promise<Known<readonly string[]>> {
  if (asIpAddress(host) !== null) return known([host])
  try {
    const all = await lookup(host, { all: true })
    return known([...new Set(all.map((it) => it.address))].slice(0, mostAddresses))
  } catch (error) {
    return unknown('failed', (error as NodeJS.ErrnoException).code ?? 'the lookup failed')
  }
}

/** `10.0.0.1`, `10.0.0.1:8443`, `[2001:db8::1]:443`, `lb.example.com:80`. */
export function addressOf(text: string): { readonly host: string; readonly port: number | null } | null {
  if (asIpAddress(text) !== null) return { host: text, port: null }
  const [, host = '', digits] = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9.-]{1,253})(?::(\d{1,5}))?$/i.exec(text) ?? []
  const port = digits === undefined ? null : Number(digits)
  return host === '' || (port !== null && (port < 1 || port > 65_535)) ? null : { host: bare(host), port }
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '')
}
