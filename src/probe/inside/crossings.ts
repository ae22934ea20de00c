import type { Cluster } from '../../kube/cluster.ts'
import { shell } from '../../kube/container-command.ts'
import type { ConnectResult } from '../../model/contacts.ts'
import type { Crossing } from '../../model/crossing.ts'
import { type Known, known, unknown } from '../../model/known.ts'
import type { CrossingSpec } from '../plan/plan-crossings.ts'
import { crossingScript } from './crossing-script.ts'
import { type Section, sections } from './script-output.ts'

/** Five tools of 5 s each at the worst, all connects side by side. */
const timeoutMs = 30_000

/** A connect waits 3 s; the time it took in whole comes in hundredths of a second. */
const silentMs = 2500

/** Stands before a tool that stays connected until the other end closes. */
const waits = 'waits '

/** What became of each planned connect, by one exec; unknown when the container could not be asked at all. */
export async function crossingsOf(
  cluster: Cluster,
  specs: readonly CrossingSpec[],
  signal: AbortSignal,
): Promise<Known<readonly Crossing[]>> {
  const [first] = specs
  if (first === undefined) return unknown('not-there', 'no address of the other end is known, or the pod does not run')
  const { namespace, pod, container } = first.from
  const ran = await cluster.exec(namespace, pod, {
    container,
    command: shell(crossingScript, timeoutMs / 1000 - 2, ...specs.flatMap((it) => [it.host, it.port])),
    timeoutMs,
    signal,
  })
  if (!ran.known) return /no such file|not found|executable file/i.test(ran.why.detail) ? noShell : ran
  const { code, stdout, stderr } = ran.value
  if (stdout === '' && code !== 0)
    return code === 126 || code === 127 || /no such file|not found|executable file/i.test(stderr)
      ? noShell
      : unknown('failed', stderr.trim().split('\n')[0] || `sh ended with code ${code}`)
  return known(readCrossings(stdout, specs))
}

const noShell = unknown('not-there', 'the container has no shell')

/** The last tool that ran has the last word, or the first that says what happened. */
export function readCrossings(stdout: string, specs: readonly CrossingSpec[]): readonly Crossing[] {
  const said = Map.groupBy(sections(stdout, 'cross'), (it) => it.tool.split(' ')[0] ?? '')
  return specs.map(({ from, to, host, port }, index) => {
    const own = (said.get(String(index)) ?? []).map((it) => ({ ...it, tool: it.tool.slice(`${index} `.length) }))
    const told = own.find((it) => connectResult(it) !== null) ?? own.at(-1)
    return {
      from,
      to,
      host,
      port,
      tool: told === undefined ? null : told.tool.replace(waits, ''),
      result: told === undefined ? null : connectResult(told),
      ms: told?.ms ?? 0,
    }
  })
}

/** null when the words of the tool do not say how the connect ended. */
export function connectResult({ tool, text, code, ms }: Section): ConnectResult | null {
  // Ended from outside after 5 s, where a connect that nobody answers ends by itself after 3 s.
  if (tool.startsWith(waits) && code === 137 && text.trim() === '') return 'open'
  const connected = /connected ([\d.]{1,20})\s*$/.exec(text.slice(-64))?.[1]
  if (code === 0 || (connected !== undefined && Number(connected) > 0)) return 'open'
  if (/invalid option|unrecognized|usage:|no such file|unsupported protocol/i.test(text)) return null
  if (/refused/i.test(text)) return 'refused'
  if (/no route|unreachable/i.test(text)) return 'no-route'
  if (/bad address|not known|not resolve|ENOTFOUND|EAI_AGAIN|name resolution/i.test(text)) return 'error'
  if (ms >= silentMs || /timed out/i.test(text)) return 'timeout'
  // OpenBSD's nc says nothing of a refusal without -v.
  return code === 1 && text.trim() === '' ? 'refused' : null
}
