import type { InsideName, InsideResolving, InsideServer } from '../../model/inside.ts'
import { type Known, known, unknown } from '../../model/known.ts'
import type { Answer } from '../../model/lookups.ts'
import { asIpAddress } from '../../wire/dns-name.ts'
import { parseResolvConf, readLines } from '../../wire/resolv-conf.ts'
import { settingsOf } from '../../wire/resolver-walk.ts'
import { addressesIn, lookupResult, nslookupResult, soonMs } from './tool-words.ts'
import type { InsideNameSpec } from '../plan/plan-inside.ts'
import { block, fileIn, filledIn, resolvConfUnread, type Section, sections, unreadWhy } from './script-output.ts'

/** Of the script's output, what decides in a container what a name is. What was not planned is not read. */
export function resolvingOf(stdout: string, asked: readonly InsideNameSpec[], outside?: string): InsideResolving {
  const unread = resolvConfUnread(stdout)
  const resolvConf = unread === null ? fileIn(stdout, 'resolv', '/etc/resolv.conf') : unreadWhy(unread)
  const outer = outside === undefined ? null : serversOf(stdout, resolvConf, 'outer')
  return {
    hosts: filledIn(stdout, 'hosts', '/etc/hosts'),
    nsswitch: hostsLine(block(stdout, 'nsswitch')),
    glibc: /^2\.\d{1,3}$/.exec(block(stdout, 'glibc')?.trim() ?? '')?.[0] ?? null,
    programs: [
      ...new Set(
        block(stdout, 'programs')
          ?.split('\n')
          .filter((it) => /^[a-z_-]{3,20}$/.test(it)) ?? [],
      ),
    ],
    servers: serversOf(stdout, resolvConf, 'server'),
    ...(outer?.known === true && outside !== undefined ? { outside: { name: outside, servers: outer.value } } : {}),
    names: namesOf(stdout, asked),
  }
}

/** glibc takes the last line of a name (nss/nss_database.c). */
function hostsLine(text: string | null): Known<string> {
  if (text === null) return unknown('failed', '/etc/nsswitch.conf could not be looked for')
  const line = text.split('\n').findLast((it) => it.startsWith('hosts'))
  const after = line === undefined ? -1 : line.indexOf(':')
  return line === undefined || after === -1
    ? unknown('not-there', 'no /etc/nsswitch.conf with a line for hosts')
    : ordered((line.slice(after + 1).split('#', 1)[0] ?? '').split(/\s+/))
}

/** A line of a distribution has some 60 characters; whoever pads it chooses how long what is kept and shown gets. */
const longestOrder = 1000

function ordered(words: readonly string[]): Known<string> {
  const text = words.filter((it) => it !== '').join(' ')
  return text.length > longestOrder
    ? unknown('cut-off', `the line for hosts of /etc/nsswitch.conf is longer than ${longestOrder} characters`)
    : known(text)
}

/** Several tools may have been tried for one server: the first that says what happened counts. */
function serversOf(
  stdout: string,
  resolvConf: Known<string>,
  kind: 'server' | 'outer',
): Known<readonly InsideServer[]> {
  if (!resolvConf.known) return resolvConf
  const said = sections(stdout, kind).map((it) => {
    const [ip = '', tool = ''] = it.tool.split(' ')
    return { ip, tool, ms: it.ms, result: serverResult({ ...it, tool }) }
  })
  const found = settingsOf('glibc', resolvConf.value)
    .nameservers.filter((it) => asIpAddress(it.split('%')[0] ?? '') !== null)
    .flatMap((ip): readonly InsideServer[] => {
      const own = said.filter((it) => it.ip === ip)
      const one = own.find((it) => it.result !== null) ?? own[0]
      return one === undefined ? [] : [one]
    })
  if (found.length > 0) return known(found)
  const isNobody = parseResolvConf(readLines(resolvConf.value, null)).nameservers.length === 0
  if (isNobody) return unknown('not-there', 'resolv.conf names no server in a way that the C library takes')
  return stdout.includes('@done')
    ? unknown('not-there', 'no nslookup, python3, node or bash in the container to ask a nameserver by itself')
    : unknown('timed-out', 'the script did not end in time')
}

const rcodes: Readonly<Record<number, Answer>> = { 2: 'servfail', 3: 'nxdomain', 5: 'refused' }

function serverResult({ tool, text, ms }: Section): Answer | null {
  if (tool === 'nslookup') return nslookupResult(text, ms)
  const said = /^rcode (\d{1,2}) answers (\d{1,5})$/m.exec(text)
  if (said !== null && Number(said[1]) === 0) return Number(said[2]) > 0 ? 'ok' : 'nodata'
  if (said !== null) return rcodes[Number(said[1])] ?? 'servfail'
  if (/connection refused/.test(text)) return 'unreachable'
  return ms >= 4000 || (ms >= soonMs && /timed out/.test(text)) ? 'timeout' : null
}

function namesOf(stdout: string, asked: readonly InsideNameSpec[]): readonly InsideName[] {
  const said = sections(stdout, 'name').map((it) => {
    const [index = '', tool = ''] = it.tool.split(' ')
    return { index, tool, it: { ...it, tool } }
  })
  return asked.flatMap(({ service, typed }, index): readonly InsideName[] => {
    for (const { tool, it } of said.filter((one) => one.index === String(index))) {
      const result = lookupResult(it) ?? (tool === 'getent' && it.code === 2 ? 'not-found' : null)
      if (result !== null) return [{ service, typed, tool, result, addresses: addressesIn(it), ms: it.ms }]
    }
    return []
  })
}
