import type { Crossing } from '../../model/crossing.ts'
import type { Answer } from '../../model/lookups.ts'
import type { Libc } from '../../model/resolution.ts'
import { block, type Section } from './script-output.ts'

/** null when neither library is seen, or both are: an image may carry one beside the other. */
export function libcOf(stdout: string): Libc | null {
  const found = new Set(
    block(stdout, 'libc')
      ?.split('\n')
      .filter((it) => it !== '') ?? [],
  )
  if (found.size !== 1) return null
  if (found.has('musl')) return 'musl'
  return found.has('glibc') ? 'glibc' : null
}

/** null when the tool's words do not say what happened: then another tool is asked. */
export function lookupResult({ tool, text, code, ms }: Section): Answer | null {
  if (tool === 'nslookup') return nslookupResult(text, ms)
  if (tool === 'getent' && code === 0 && /^[0-9a-f.:]+\s/im.test(text)) return 'ok'
  if (tool === 'getent') return ms >= 4000 ? 'timeout' : null
  if (/^address /m.test(text)) return 'ok'
  if (ms >= 4000) return 'timeout'
  if (text.includes('EAI_AGAIN')) return ms >= soonMs ? 'timeout' : 'servfail'
  // EAI_NONAME: the library found nothing, in /etc/hosts or in DNS; nobody need have answered NXDOMAIN.
  return text.includes('ENOTFOUND') ? 'not-found' : null
}

/** No resolver gives up on silence before a second: resolv.conf's `timeout` counts in whole ones. */
export const soonMs = 1000

/**
 * busybox's nslookup asks for A and AAAA apart, prints "Can't find NAME: No answer" for the type that is not there and
 * then ends with 1 although the other type was answered: so its words count, not its code. Before 1.30 it used the
 * C library and said "can't resolve" for everything, which tells nothing unless it took its time.
 */
export function nslookupResult(text: string, ms: number): Answer | null {
  // The first "Address" belongs to the server that was asked; the answers follow a "Name:".
  const answers = text.slice(Math.max(0, text.search(/^Name:/m)))
  if (/^Name:/m.test(text) && /^Address(es| \d+)?:\s*\S/m.test(answers)) return 'ok'
  // "No servers could be reached" is what bind's says after a refusal as well as after silence, and busybox's says
  // "connection timed out" as well when its first packet was refused: a wait that nobody waited was none.
  const isSoon = ms < soonMs
  if (/connection refused|unreachable/i.test(text) && (isSoon || !/timed out/i.test(text))) return 'unreachable'
  if (/timed out|no servers could be reached|no response/i.test(text)) return isSoon ? 'unreachable' : 'timeout'
  if (/NXDOMAIN/.test(text)) return 'nxdomain'
  if (/SERVFAIL/.test(text)) return 'servfail'
  if (/REFUSED/.test(text)) return 'refused'
  if (/No answer/i.test(text)) return 'nodata'
  return ms >= 4000 ? 'timeout' : null
}

/** What a tool of the C library found, each address once. */
export function addressesIn({ tool, text }: Section): readonly string[] {
  const found = tool === 'getent' ? text.matchAll(/^([0-9a-f.:]+)\s/gim) : text.matchAll(/^address (\S+)/gm)
  return [...new Set([...found].map(([, address]) => address ?? ''))]
}

/** A connect waits 3 s; the time that it took in whole comes in hundredths of a second. */
export const silentMs = 2500

/** Stands before a tool that stays connected until the other end closes. */
export const waits = 'waits '

/**
 * EAI_AGAIN, as C libraries, Node and Python say it: silence, or an error of the server; never that a name is not
 * there.
 */
export function isAgain(text: string): boolean {
  return /EAI_AGAIN|temporary failure in name resolution|try again/i.test(text)
}

/** That a name led to no address, as C libraries, busybox, bash, curl, Python and Node say it. */
const noName = new RegExp(
  [
    'bad address|name or service not known|not known|not resolve|unknown host|host lookup failed',
    'ENOTFOUND|EAI_AGAIN|name resolution|try again|no address associated|no such host|nodename nor servname',
  ].join('|'),
  'i',
)

/**
 * That a router, the other end's node or this machine itself said that there is no way: EHOSTUNREACH and ENETUNREACH as
 * C libraries and Node say them, and EACCES, which Linux makes of a route of type `prohibit`.
 */
const noRoute = /no route|unreachable|EHOSTUNREACH|ENETUNREACH|EACCES|permission denied|prohibited/i

/** EADDRNOTAVAIL as glibc, musl, Node, Python, busybox and curl say it: no source port is left for that other end. */
const noSource = /EADDRNOTAVAIL|cannot assign requested address|can't assign requested|address not available/i

/** Of a connection that stood, and was ended before the tool had a look at it: an RST to a SYN is a refusal. */
const reset = /ECONNRESET|connection reset by peer/i

/** null when the words of the tool do not say how the connect ended. */
export function connectResult({ tool, text, code, ms }: Section): Crossing['result'] {
  // Ended from outside after 5 s, where a connect that nobody answers ends by itself after 3 s.
  if (tool.startsWith(waits) && code === 137 && text.trim() === '') return 'open'
  if (code === 0 || isConnected(text)) return 'open'
  if (/invalid option|unrecognized|usage|no such file|unsupported protocol/i.test(text)) return null
  if (/refused/i.test(text)) return 'refused'
  if (code === 1 && reset.test(text)) return 'open'
  if (noSource.test(text)) return 'no-source'
  if (noRoute.test(text)) return 'no-route'
  if (noName.test(text)) return 'no-name'
  if (ms >= silentMs || (ms >= soonMs && /timed out|ETIMEDOUT/i.test(text))) return 'timeout'
  // Whatever else the kernel said of it: it was tried, and failed.
  if (/^E(?!TIMEDOUT)[A-Z]{3,20}$|OSError: \[Errno \d{1,4}\]/m.test(text)) return 'error'
  // OpenBSD's nc says nothing of a refusal without -v.
  return code === 1 && text.trim() === '' ? 'refused' : null
}

/** As curl says it, whatever became of it after that. */
function isConnected(text: string): boolean {
  return Number(/connected ([\d.]{1,20})\s*$/.exec(text.slice(-64))?.[1] ?? 0) > 0
}

/** null when the tool does not tell what the other end did to a connection that stood. */
export function hangsUp({ text, code }: Section): boolean | null {
  if (code === 1 && reset.test(text)) return true
  const word = code === 0 ? /^(?:hung-up|spoke|stayed)$/m.exec(text)?.[0] : undefined
  return word === undefined ? null : word === 'hung-up'
}

/** What a script stays on a connection that stands is no part of the time that it took. */
const stayMs = 300

export function connectMs({ text, ms }: Section): number {
  return /^stayed$/m.test(text) ? Math.max(0, ms - stayMs) : ms
}
