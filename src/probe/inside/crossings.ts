import type { Cluster } from '../../kube/cluster.ts'
import { shell } from '../../kube/container-command.ts'
import type { Crossing } from '../../model/crossing.ts'
import { type Known, known, unknown } from '../../model/known.ts'
import { isIp } from '../../wire/ip-family.ts'
import type { CrossingSpec } from '../plan/plan-crossings.ts'
import { crossingScript } from './crossing-script.ts'
import { hasNoProgram, noShell, silence } from './no-shell.ts'
import { sections } from './script-output.ts'
import { connectMs, connectResult, hangsUp, isAgain, waits } from './tool-words.ts'

/** Five tools of 5 s each at the worst, all connects side by side. */
const timeoutMs = 30_000

/** What became of each planned connect, by one exec; unknown when the container could not be asked at all. */
export async function crossingsOf(
  cluster: Cluster,
  specs: readonly CrossingSpec[],
  signal: AbortSignal,
): Promise<Known<readonly Crossing[]>> {
  const [first] = specs
  if (first === undefined)
    return unknown('not-there', 'no address and TCP port of the other end is known, or the pod does not run')
  const { namespace, pod, container } = first.from
  const ran = await cluster.exec(namespace, pod, {
    container,
    command: shell(crossingScript, timeoutMs / 1000 - 2, ...specs.flatMap((it) => [it.host, it.port])),
    timeoutMs,
    signal,
  })
  const said = ran.known && ran.value.stdout !== ''
  if (!said && hasNoProgram(ran)) return noShell
  if (!ran.known) return ran
  return said ? known(readCrossings(ran.value.stdout, specs)) : silence(ran.value)
}

/** The last tool that ran has the last word, or the first that says what happened. */
export function readCrossings(stdout: string, specs: readonly CrossingSpec[]): readonly Crossing[] {
  const said = Map.groupBy(sections(stdout, 'cross'), (it) => it.tool.split(' ')[0] ?? '')
  return specs.map(({ from, to, host, port }, index) => {
    const own = (said.get(String(index)) ?? []).map((it) => ({ ...it, tool: it.tool.slice(`${index} `.length) }))
    const told = own.find((it) => connectResult(it) !== null) ?? own.at(-1)
    const result = told === undefined ? null : connectResult(told)
    const hungUp = told === undefined || result !== 'open' ? null : hangsUp(told)
    return {
      from,
      to,
      host,
      port,
      tool: told === undefined ? null : told.tool.replace(waits, ''),
      // An address needs no name: whatever the tool means by that, it is another error.
      result: result === 'no-name' && isIp(host) ? 'error' : result,
      ms: told === undefined ? 0 : connectMs(told),
      ...(told !== undefined && result === 'no-name' && isAgain(told.text) ? { again: true as const } : {}),
      ...(hungUp === null ? {} : { hungUp }),
    }
  })
}
