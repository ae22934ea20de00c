import { cannotTell, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { Evidence } from '../../findings/evidence.ts'
import type { Ingress } from '../../model/ingress.ts'
import {
  type ControllerConfig,
  type IngressConfigs,
  type LateRequests,
  lateSeconds,
} from '../../model/ingress-config.ts'
import type { Scope } from '../../model/sources.ts'
import { count, full, some } from '../../phrases.ts'
import type { RequestTrouble } from '../../wire/access-log/nginx-error.ts'
import { type ConfLocation, errorLevels } from '../../wire/nginx-conf.ts'
import { isAskedAbout } from '../service/words.ts'

/** Lines of one controller on one path of an Ingress. */
export interface Late extends LateRequests {
  readonly config: ControllerConfig
}

interface Seen {
  readonly ingressConfigs: IngressConfigs
  readonly ingresses: readonly Ingress[]
  readonly scope: Scope
}

/**
 * What the ends of the controllers' logs say of these troubles, an Ingress each; and who said nothing that could be
 * relied on. A log that was read in part is no witness that nothing went wrong.
 */
export function lateVerdicts<V extends Verdict>(
  { ingressConfigs, ingresses, scope }: Seen,
  troubles: readonly RequestTrouble[],
  judge: (ingress: Ingress, its: readonly Late[]) => readonly V[],
): readonly (V | Verdict<never>)[] | Verdict<never> {
  const { controllers } = ingressConfigs
  const asked = ingresses.filter((it) => isAskedAbout(scope, 'Ingress', it))
  if (controllers.length === 0 || asked.length === 0)
    return notApplicable('no Ingress here is one of these controllers')
  const all = controllers.flatMap((config): readonly Late[] =>
    config.lately?.known === true
      ? config.lately.value.requests.filter((it) => troubles.includes(it.trouble)).map((it) => ({ ...it, config }))
      : [],
  )
  const byIngress = Map.groupBy(all, (it) => full(it.ingress))
  const found = asked.flatMap((it) =>
    judge(
      it,
      (byIngress.get(full(it)) ?? []).filter(({ times }) => times > 0),
    ),
  )
  const silent = controllers.flatMap((it) => untold(it) ?? [])
  const heard = controllers.filter((it) => untold(it) === null)
  const names = new Set(asked.map(full))
  const over = all.filter((it) => names.has(full(it.ingress))).reduce((sum, it) => sum + it.over, 0)
  return [
    ...found,
    ...silent,
    ...(found.length > 0 || heard.length === 0 ? [] : [ok(heard.length, reach(heard, over))]),
  ]
}

/** Why the log of a controller is no witness; null where it is one. */
function untold(config: ControllerConfig): Verdict<never> | null {
  const pod = `${config.namespace}/${config.pod}`
  const { lately, conf } = config
  if (lately === undefined)
    return cannotTell('not-asked', `this recording holds no end of the log of ${pod}`, 'a new recording')
  if (!lately.known) return cannotTell(lately.why.reason, `the log of ${pod}: ${lately.why.detail}`)
  const { errorLog } = conf.known ? conf.value : {}
  if (errorLog?.place === 'elsewhere')
    return cannotTell('not-there', `${pod} writes of failed requests into a file (error-log-path), not into its log`)
  if (errorLog !== undefined && errorLevels.indexOf(errorLog.level) > errorLevels.indexOf('error'))
    return cannotTell('not-there', `${pod} writes nothing of failed requests (error-log-level ${errorLog.level})`)
  const { lines, from, until, cutOff, unplaced } = lately.value
  if (lines === 0) return cannotTell('too-few', `the log of ${pod} has no line of the last ${lateSeconds / 60} minutes`)
  if (cutOff)
    return cannotTell(
      'cut-off',
      `the last ${lines} lines of the log of ${pod} go back ` +
        (from === null || until === null ? 'for an unknown time' : `${Math.round((until - from) / 1000)} s`),
    )
  return unplaced === 0
    ? null
    : cannotTell('ambiguous', `of ${count(unplaced, 'line')} in the log of ${pod} no Ingress could be told`)
}

function reach(heard: readonly ControllerConfig[], over: number): string {
  const back = heard.map(({ pod, lately }) => {
    const { lines, from } = lately?.known === true ? lately.value : { lines: 0, from: null }
    return `${count(lines, 'line')} of ${pod}${from === null ? '' : ` back to ${timeOfDay(from)}`}`
  })
  return (
    `of what the logs hold: ${some(back, 2)}` +
    (over === 0 ? '' : `; ${count(over, 'older one')} are over: the Ingress was changed since`)
  )
}

/** By the log's own clock; a recording may claim any number. */
export function timeOfDay(at: number): string {
  return Math.abs(at) <= 8.64e15 ? `${new Date(at).toISOString().slice(11, 19)} UTC` : 'an unknown time'
}

export interface LateSum {
  readonly times: number
  readonly last: string
  readonly paths: readonly string[]
  readonly controllers: readonly string[]
  readonly lines: number
  readonly from: string
  readonly home: string
  readonly controller: string
}

/** Of lines that are told together: how often, when, where, and of how much of which logs. */
export function sumOf(its: readonly Late[]): LateSum {
  const configs = [...new Set(its.map((it) => it.config))]
  const read = configs.flatMap(({ lately }) => (lately?.known === true ? [lately.value] : []))
  const froms = read.flatMap((it) => it.from ?? [])
  const [first] = configs
  return {
    times: its.reduce((sum, it) => sum + it.times, 0),
    last: timeOfDay(Math.max(...its.map((it) => it.last ?? 0))),
    paths: [...new Set(its.map((it) => `${it.host === '_' ? '*' : it.host}${it.path}`))],
    controllers: configs.map((it) => it.pod),
    lines: read.reduce((sum, it) => sum + it.lines, 0),
    from: froms.length === 0 ? 'an unknown time' : timeOfDay(Math.min(...froms)),
    home: first?.namespace ?? '',
    controller: first?.pod ?? '',
  }
}

type Sum = Pick<LateSum, 'times' | 'last' | 'paths' | 'controllers' | 'lines' | 'from'>

/** `the last at 10:56:37 UTC · of the last 412 lines of controller-1, back to 10:41:40 UTC`. */
export function lateDetail({ paths, last, lines, controllers, from }: Sum): string {
  return (
    `${some(paths, 2)} · the last at ${last} · ` +
    `of the last ${lines} lines of ${some(controllers, 2)}, back to ${from}`
  )
}

/** A line for each controller and trouble; of the requests themselves nothing was kept. */
export function lateEvidence(its: readonly Late[]): readonly Evidence[] {
  const groups = Map.groupBy(its, (it) => `${it.config.namespace}/${it.config.pod} ${it.trouble}`)
  return [...groups.values()].slice(0, mostShown).flatMap((all): readonly Evidence[] => {
    const [first] = all
    if (first === undefined) return []
    const upstreams = [...new Set(all.flatMap((it) => it.upstream ?? []))]
    const { times, paths } = sumOf(all)
    const lines = [...new Set(all.map((it) => it.line))].slice(0, 3).join(', ')
    return [
      {
        kind: 'fact',
        label: `error log of ${first.config.pod}, the last ${lateSeconds / 60} minutes`,
        value: [
          `${first.trouble} ${times}×`,
          some(paths, 3),
          `location at nginx.conf line ${lines}`,
          ...(upstreams.length === 0 ? [] : [some(upstreams, 3)]),
        ].join(' · '),
      },
    ]
  })
}

const mostShown = 6

/** Of the location that took most of them; null where nginx.conf is not known there. */
export function locationOf(its: readonly Late[]): ConfLocation | null {
  const [first] = its.toSorted((a, b) => b.times - a.times)
  if (first?.config.conf.known !== true) return null
  for (const { locations } of first.config.conf.value.servers)
    for (const it of locations) if (it.line === first.line) return it
  return null
}

/** `5 MiB`, with two digits that count; below a KiB in bytes. */
export function sizeText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)))
  const value = bytes / 1024 ** power
  return `${value >= 10 || Number.isInteger(value) ? Math.round(value) : value.toFixed(1)} ${units[power]}`
}
