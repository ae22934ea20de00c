import type { Known } from '../model/known.ts'

/** One source of names, with what ends the search after it. */
interface Step {
  readonly source: string
  /** The search ends here for a name that this source does not have. */
  readonly endsWithout: boolean
}

export interface NameOrder {
  readonly steps: readonly Step[]
  /** /etc/hosts before DNS; null where it is not read at all. */
  readonly filesFirst: boolean | null
  /**
   * `asked`: DNS gets every name. `missing`: it stands in no step. `stopped`: a step before it ends the search. `mdns`:
   * for names below `.local`.
   */
  readonly dns: 'asked' | 'missing' | 'stopped' | 'mdns'
  /** The source after which the search ends before DNS. */
  readonly stop: string | null
}

/** systemd-resolved's module asks DNS as well, and steps aside (UNAVAIL) where no such daemon runs. */
const asksDns = new Set(['dns', 'resolve'])

/**
 * The `hosts:` line of nsswitch.conf(5): sources in order, each with actions in brackets for what came of it. Without
 * any, the search ends with SUCCESS alone. null where there is no line to go by.
 */
export function nsswitchOf(line: Known<string>): NameOrder | null {
  if (!line.known) return null
  const steps = stepsOf(line.value)
  const files = steps.findIndex((it) => it.source === 'files')
  const dns = steps.findIndex((it) => it.source === 'dns')
  const asked = dns === -1 ? steps.findIndex((it) => asksDns.has(it.source)) : dns
  const before = asked === -1 ? steps : steps.slice(0, asked)
  // `resolve [!UNAVAIL=return]` before `dns` ends the search only where the daemon answered.
  const stop = before.find((it) => it.endsWithout && it.source !== 'resolve') ?? null
  return {
    steps,
    filesFirst: files === -1 ? null : asked === -1 || files < asked,
    dns: verdictOf(asked, stop),
    stop: stop === null ? null : stop.source,
  }
}

function verdictOf(asked: number, stop: Step | null): NameOrder['dns'] {
  if (asked === -1) return 'missing'
  if (stop === null) return 'asked'
  return stop.source.startsWith('mdns') ? 'mdns' : 'stopped'
}

function stepsOf(line: string): readonly Step[] {
  const steps: { source: string; endsWithout: boolean }[] = []
  let isAction = false
  for (const word of line.replaceAll('[', ' [ ').replaceAll(']', ' ] ').split(/\s+/)) {
    if (word === '[') isAction = true
    else if (word === ']') isAction = false
    else if (isAction) {
      const last = steps.at(-1)
      if (last !== undefined && endsWithout(word)) last.endsWithout = true
    } else if (word !== '') steps.push({ source: word.toLowerCase(), endsWithout: false })
  }
  return steps
}

/** `NOTFOUND=return`, and `!STATUS=return` for every status but one. */
function endsWithout(action: string): boolean {
  const [status = '', what = ''] = action.toLowerCase().split('=')
  if (what !== 'return') return false
  return status === 'notfound' || (status.startsWith('!') && status !== '!notfound')
}
