import type { Cluster } from '../../kube/cluster.ts'
import { cat, type ContainerCommand, shell } from '../../kube/container-command.ts'
import { type Known, known, unknown } from '../../model/known.ts'
import type { OwnLookup, ResolverView } from '../../model/resolution.ts'
import type { DnsName } from '../../wire/dns-name.ts'
import { fromOutside } from '../../wire/outside.ts'
import { addressesIn, libcOf, lookupResult } from './tool-words.ts'
import { resolverScript } from './inside-script.ts'
import { hasNoProgram, silence } from './no-shell.ts'
import { filledIn, resolvConfUnread, sections, unreadWhy } from './script-output.ts'

/** Three tools of 8 s each at the worst. */
const seconds = 26
const timeoutMs = 30_000

export interface ViewSpec {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** As the user typed it. */
  readonly name: DnsName
}

/** What one container's resolver goes by, and what getaddrinfo says there: by one exec of `sh`, else of `cat`. */
export async function resolverView(
  cluster: Cluster,
  { namespace, pod, container, name }: ViewSpec,
  signal: AbortSignal,
): Promise<ResolverView> {
  const exec = (command: ContainerCommand) => cluster.exec(namespace, pod, { container, command, timeoutMs, signal })
  const ran = await exec(shell(resolverScript, seconds, name))
  if (ran.known && ran.value.stdout.includes('@resolv')) return fromOutside(readView(ran.value.stdout))
  if (!hasNoProgram(ran)) return none(ran.known ? silence(ran.value) : ran)

  const [resolvConf, hosts] = await Promise.all(
    (['/etc/resolv.conf', '/etc/hosts'] as const).map(async (path): Promise<Known<string>> => {
      const read = await exec(cat(path))
      if (read.known && read.value.code === 0) return known(read.value.stdout)
      if (hasNoProgram(read)) return noCat
      return read.known ? silence(read.value) : read
    }),
  )
  const lookup = unknown('not-there', 'the container has no shell')
  return fromOutside({ resolvConf: resolvConf ?? noCat, hosts: hosts ?? noCat, libc: null, lookup })
}

const noCat = unknown('not-there', 'the container has no shell and no `cat`')

function none(why: Extract<Known<never>, { known: false }>): ResolverView {
  return { resolvConf: why, hosts: why, libc: null, lookup: why }
}

export function readView(stdout: string): ResolverView {
  const unread = resolvConfUnread(stdout)
  return {
    resolvConf: unread === null ? filledIn(stdout, 'resolv', '/etc/resolv.conf') : unreadWhy(unread),
    hosts: filledIn(stdout, 'hosts', '/etc/hosts'),
    libc: libcOf(stdout),
    lookup: ownLookup(stdout),
  }
}

function ownLookup(stdout: string): Known<OwnLookup> {
  const looks = sections(stdout, 'look')
  for (const it of looks) {
    const result = lookupResult(it)
    if (result === null) continue
    return known({ tool: nameOf(it.tool), result, addresses: addressesIn(it), ms: it.ms })
  }
  if (!stdout.includes('@done')) return unknown('timed-out', 'the script did not end in time')
  const [first] = looks
  if (first === undefined) return unknown('not-there', 'no getent, python3 or node in the container')
  return known({ tool: nameOf(first.tool), result: 'nothing', addresses: [], ms: first.ms })
}

function nameOf(tool: string): string {
  return tool === 'getent' ? 'getent ahosts' : tool
}
