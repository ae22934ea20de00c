import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { ControllerConfig } from '../../model/ingress-config.ts'
import type { Ingress } from '../../model/ingress.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { type LostPage, lostPages } from '../../relations/ingress/lost-error-pages.ts'
import { allOfIngress } from '../../relations/symptom.ts'
import { hostAlone } from '../../wire/host-pattern.ts'
import { isAskedAbout } from '../service/words.ts'

/**
 * `nginx -t` does not look whether a named location is there: a page that is missing shows with the first request that
 * gets that status, and is a 500 in its place.
 */
export default check({
  code: 'ING407',
  slug: 'ingress/error-page-missing',
  title: 'nginx takes the status of pods for an error page that it lacks',
  fine: 'each error page that nginx.conf names for these Ingresses is there',
  severity: 'warning',
  needs: ['ingressConfigs', 'ingresses'],
  remedies: [],
  decides: ['ING-34'],

  run({ ingressConfigs, ingresses, scope }) {
    const { controllers } = ingressConfigs
    const asked = ingresses.filter((it) => isAskedAbout(scope, 'Ingress', it))
    if (controllers.length === 0 || asked.length === 0)
      return notApplicable('no Ingress here is one of these controllers')
    const silent = controllers.flatMap((it): readonly Verdict<never>[] => {
      const pod = `${it.namespace}/${it.pod}`
      if (!it.conf.known) return [cannotTell(it.conf.why.reason, `nginx.conf of ${pod}: ${it.conf.why.detail}`)]
      return it.conf.value.complete ? [] : [cannotTell('cut-off', `nginx.conf of ${pod} was read in part`)]
    })
    const lost = controllers.flatMap((config) => {
      const pages = pagesFor(config, asked)
      return pages.length === 0 ? [] : [{ config, pages }]
    })
    // Replicas of one controller have one file.
    const groups = Map.groupBy(lost, ({ pages }) => pages.map((it) => `${it.kind} ${it.target} ${it.host}`).join(' '))
    const found = [...groups.values()].map((its) => judge(its, asked))
    if (found.length > 0) return [...found, ...silent]
    const read = controllers.length - silent.length
    return read === 0 ? silent : [...silent, ok(read)]
  },

  words: {
    headline: ({ args }) =>
      args.kind === 'bare'
        ? `The controller takes ${statusesText(args.statuses)} of pods away, and has no page for it: ` +
          `clients get its own ${args.gives}.`
        : `The controller takes ${statusesText(args.statuses)} of pods away for an error page that it lacks: ` +
          `clients get ${args.gives}.`,
    detail: ({ args }) =>
      `nginx.conf line ${args.line}: error_page … ${args.target} · ` +
      `${count(args.ingresses.length, 'Ingress', 'Ingresses')}: ` +
      `${some(args.ingresses, 3)}` +
      (args.times === 0 ? '' : ` · its log: could not find named location, ${args.times}×`),
    note: ({ args }) => `${notes[args.kind]}; the pods' own answer stands in the access log, as $upstream_status`,
    help: ({ args }) => [
      'give the pages a home (--default-backend-service of the controller, or default-backend of the Ingress), or ' +
        'take these statuses out of custom-http-errors',
      `kubectl -n ${args.home} get configmap -o yaml | grep -B3 -A1 custom-http-errors`,
      `kubectl -n ${args.home} logs ${args.controller} --since=15m | grep 'named location'`,
      'kubectl get ingress -A -o yaml | grep -E "custom-http-errors|default-backend"',
    ],
  },
})

const notes: Readonly<Record<LostPage['kind'], string>> = {
  missing: 'no named location of that name is in the server that takes the request, which nginx -t does not look for',
  'own-door':
    'no default backend is named, so the pages come from the server in nginx.conf that answers 404 to all: the error ' +
    'page holds there as well, and its named location is not in it',
  bare:
    'no default backend is named, so the pages come from the server in nginx.conf that answers to all with one ' +
    'status, and the body that the pods wrote is lost',
}

function statusesText(statuses: readonly number[]): string {
  return statuses.length === 0 ? 'a status' : `the ${statuses.join(', ')}`
}

function pagesFor({ conf, backends }: ControllerConfig, asked: readonly Ingress[]): readonly LostPage[] {
  if (!conf.known) return []
  const names = new Set(asked.map(full))
  return lostPages(conf.value, backends.known ? backends.value : []).filter(({ ingresses }) =>
    ingresses.some((it) => names.has(full(it))),
  )
}

interface Lost {
  readonly config: ControllerConfig
  readonly pages: readonly LostPage[]
}

/** The worst of the pages speaks for all; what clients met makes it an error. */
function judge(its: readonly Lost[], asked: readonly Ingress[]) {
  const all = its.flatMap(({ pages }) => pages)
  const kind = (['own-door', 'missing', 'bare'] as const).find((one) => all.some((it) => it.kind === one)) ?? 'bare'
  const these = all.filter((it) => it.kind === kind)
  const names = new Set(these.flatMap((it) => it.ingresses.map(full)))
  const affected = asked.filter((it) => names.has(full(it)))
  const configs = its.map(({ config }) => config)
  const met = affected.filter((it) => timesOf(configs, it) > 0)
  const times = affected.reduce((sum, it) => sum + timesOf(configs, it), 0)
  const statuses = [...new Set(these.flatMap((it) => it.statuses))].toSorted((a, b) => a - b)
  const gives = these[0]?.gives ?? 500
  const isSame = kind === 'bare' && statuses.every((it) => it === gives)
  const severity = times > 0 ? ('error' as const) : ('warning' as const)
  return finding({
    subject: subject('Pod', configs[0]?.namespace ?? '', configs[0]?.pod ?? ''),
    confidence: times > 0 ? 'observed' : 'inferred',
    severity: isSame ? 'info' : severity,
    args: {
      kind,
      statuses,
      gives,
      times,
      line: these[0]?.line ?? 0,
      target: these[0]?.target ?? '',
      ingresses: affected.map(full),
      home: configs[0]?.namespace ?? '',
      controller: configs[0]?.pod ?? '',
    },
    evidence: [
      {
        kind: 'fact',
        label: `nginx.conf of ${some(
          configs.map((it) => it.pod),
          2,
        )}`,
        value: [...new Set(these.map((it) => `line ${it.line}: error_page ${it.statuses.join(' ')} … ${it.target}`))]
          .slice(0, 4)
          .join(' · '),
      },
    ],
    causes: met.flatMap(allOfIngress),
  })
}

/** What the log says of users' requests, and of the probe's own. */
function timesOf(configs: readonly ControllerConfig[], ingress: Ingress): number {
  const hosts = new Set(ingress.rules.flatMap((it) => (it.host === null ? [] : [hostAlone(it.host)])))
  return configs.reduce((sum, { failed, lately }) => {
    const own = failed?.known === true ? failed.value : []
    const users = lately?.known === true ? lately.value.requests : []
    return (
      sum +
      own.filter((it) => it.trouble === 'no-error-page' && hosts.has(it.host)).reduce((all, it) => all + it.times, 0) +
      users
        .filter((it) => it.trouble === 'no-error-page' && full(it.ingress) === full(ingress))
        .reduce((all, it) => all + it.times, 0)
    )
  }, 0)
}
