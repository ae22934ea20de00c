import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Severity } from '../../findings/verdict.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { ControllerConfig, RefusedConf } from '../../model/ingress-config.ts'
import { known } from '../../model/known.ts'
import type { Subject } from '../../model/subject.ts'
import { culpritOf, isRefusing } from '../../relations/ingress/controller-state.ts'
import { liveRoutes, isDifferent } from '../../relations/ingress/live-config.ts'
import { allOfIngress, ingressNotLive, reloadRefused } from '../../relations/symptom.ts'
import { count, full, some, told } from '../../phrases.ts'
import { podSubject } from './live-words.ts'
import { ingressSubject } from './words.ts'

/**
 * nginx tests each new configuration; one that it refuses is not loaded, and the controller tries again with the next.
 * One line of one Ingress keeps the changes of all others from being taken up, and none of them shows it. The line that
 * nginx names stands in a file that the controller keeps, and there in the location of one Ingress.
 */
export default check({
  code: 'ING323',
  slug: 'ingress/reload-refused',
  title: 'nginx refuses the configuration that its controller makes',
  fine: 'nginx took the last configuration that its controller made',
  severity: 'error',
  needs: ['ingressConfigs', 'ingresses'],
  wants: ['ingressClasses', 'ingressControllers', 'namespaces'],
  remedies: [],
  decides: ['ING-12'],

  run({ ingressConfigs, ingresses, ingressClasses, ingressControllers, namespaces, scope }) {
    const { controllers } = ingressConfigs
    if (controllers.length === 0) return notApplicable('no controller was looked into')
    const refusing = controllers.filter(isRefusing)
    const behind = liveRoutes({ ingressConfigs, ingresses, ingressClasses, ingressControllers, scope })
      .filter(isDifferent)
      .filter(({ config }) => refusing.includes(config))
      .map(({ route }) => route.ingress)
    const ownerOf = (it: ControllerConfig) => ownerOfLine(it, ingresses)
    const found = [...Map.groupBy(refusing, (it) => blamed(it, ownerOf(it))).values()].map((its) =>
      judge(its, {
        behind: [...new Set(behind)],
        of: controllers.length,
        ingresses,
        owner: its.flatMap((it) => ownerOf(it) ?? [])[0] ?? null,
        culprits: its.map((it) => {
          const seen = culpritOf(it, { ingresses: known(ingresses), namespaces, scope })
          return seen === 'nobody' && ownerOf(it) !== null ? 'there' : seen
        }),
      }),
    )
    const silent = controllers.filter((it) => !isRefusing(it) && !it.log.known && !it.refused.known)
    const [one] = silent
    return [
      ...found,
      ...(one === undefined || one.log.known
        ? []
        : [cannotTell(one.log.why.reason, `the log of ${full({ ...one, name: one.pod })}: ${one.log.why.detail}`)]),
      ...(found.length === 0 && silent.length < controllers.length ? [ok(controllers.length - silent.length)] : []),
    ]
  },

  words: {
    headline: ({ subject: on, args }) => {
      if (args.culprit === 'gone' && args.waiting === 0)
        return (
          `nginx refused the configuration that came of Ingress ${full(on)}, which is gone since: ` +
          `${told(args.said)}.`
        )
      return on.kind === 'Ingress'
        ? `nginx refuses the configuration since Ingress ${full(on)}: ${told(args.said)}.`
        : `nginx refuses the configuration that ${full(on)} makes: ${told(args.said)}.`
    },
    detail: ({ args }) =>
      `${args.refusing} of ${count(args.of, 'controller')} had ${args.refusing === 1 ? 'its' : 'their'} last ` +
      `configuration refused · ${args.place} · ` +
      count(args.waiting, 'Ingress waits', 'Ingresses wait'),
    note: ({ args }) => {
      if (args.waiting > 0) return `no change of any Ingress is taken up until this one is fixed${after(args.others)}`
      if (args.culprit === 'gone')
        return 'nothing waits: what nginx runs is wanted again, and the next change is loaded'
      return args.culprit === 'unseen'
        ? 'whether that Ingress is still there was not read; nothing that was read waits for it'
        : 'nothing that was read waits; the next change of any Ingress will, until this one is fixed'
    },
    help: ({ subject: on, args }) => [
      cureOf(args),
      ...(args.culprit === 'gone' ? [] : [lookAt(on)]),
      `kubectl -n ${args.home} logs ${args.pod} --since=1h | grep -A6 'failure reloading'`,
    ],
  },
})

interface Cured {
  readonly culprit: string
  readonly directive: string | null
  readonly isExpression: boolean
  readonly bearers: readonly string[] | null
}

function cureOf({ culprit, directive, isExpression, bearers }: Cured): string {
  if (culprit === 'gone') return 'see what was refused, and that later changes are loaded'
  if (directive === 'location')
    return isExpression
      ? 'fix or remove the path: it is no regular expression that nginx takes'
      : 'fix or remove the path: nginx takes what it holds for more than one word'
  if (bearers === null || directive === null)
    return (
      `remove what brought ${directive === null ? 'the line in' : `in the line that begins with \`${directive}\``}: ` +
      'an annotation, a snippet, a path, or the ConfigMap of the controller'
    )
  return `fix or remove ${bearers.join(', or ')}: the line begins with \`${directive}\``
}

function after(others: string): string {
  return others === '' ? '' : `: ${others}`
}

function lookAt(on: Subject): string {
  return on.kind === 'Ingress'
    ? `kubectl -n ${on.namespace} edit ingress ${on.name}`
    : `kubectl -n ${on.namespace} get configmaps`
}

type Named = { readonly namespace: string; readonly name: string }

/** What ends a word or a block in nginx.conf: a path that holds one is cut in two there. */
const endsWord = /[\s'"{};\\]/

/**
 * Whose line it is: by the location that it stands in; else, where the path itself broke that location's line, the one
 * Ingress of the host with a path that can. null where that is nobody's, or may be more than one's.
 */
function ownerOfLine({ refused }: ControllerConfig, ingresses: readonly Ingress[]): Named | null {
  const line = refused.known ? refused.value : null
  if (line === null || line.ingress !== null) return line?.ingress ?? null
  if (line.host === null || line.directive !== 'location') return null
  const able = ingresses.filter((it) =>
    it.rules.some((rule) => rule.host === line.host && rule.paths.some(({ path }) => endsWord.test(path))),
  )
  return able.length === 1 ? (able[0] ?? null) : null
}

function blamed({ namespace, pod }: ControllerConfig, ingress: Named | null): string {
  return ingress === null ? `pod ${namespace}/${pod}` : `ingress ${full(ingress)}`
}

interface Around {
  readonly behind: readonly Named[]
  readonly owner: Named | null
  readonly of: number
  readonly culprits: readonly ReturnType<typeof culpritOf>[]
  readonly ingresses: readonly Ingress[]
}

/** What waits proves that the refusal goes on; where nothing does, the Ingress that it came of has to be there. */
function severityOf({ behind, culprits }: Around): Severity {
  if (behind.length > 0 || culprits.some((it) => it === 'there' || it === 'nobody')) return 'error'
  return culprits.every((it) => it === 'gone') ? 'info' : 'warning'
}

function judge(its: readonly ControllerConfig[], around: Around) {
  const { behind, of, culprits, owner: ingress } = around
  const [first] = its
  const place = its.flatMap(({ refused }) => (refused.known && refused.value !== null ? [refused.value] : []))[0]
  const signs = its.flatMap(({ log }) => (log.known ? log.value.signs.filter((it) => it.kind === 'refused') : []))
  const said = signs.at(-1)?.said ?? 'it does not pass the test of nginx'
  const others = behind.filter((it) => ingress === null || full(it) !== full(ingress))
  const pod = { namespace: first?.namespace ?? '', pod: first?.pod ?? '' }
  return finding({
    subject: ingress === null ? podSubject(pod) : ingressSubject(ingress),
    confidence: 'observed',
    severity: severityOf(around),
    args: {
      culprit: culprits.find((it) => it !== 'gone') ?? 'gone',
      said,
      refusing: its.length,
      of,
      place: placeText(place),
      directive: place?.directive ?? null,
      // As pcre and pcre2 are told of in nginx (ngx_regex.c).
      isExpression: /\bpcre2?_compile\b|\binvalid regular expression\b/.test(said),
      bearers: bearersOf(
        place?.directive ?? null,
        said,
        ingress === null ? undefined : around.ingresses.find((it) => full(it) === full(ingress)),
      ),
      waiting: behind.length,
      others: some(others.map(full), 3),
      pod: pod.pod,
      home: pod.namespace,
    },
    evidence: [
      {
        kind: 'log',
        source: `nginx in ${pod.pod}`,
        lines: signs.length > 0 ? signs.slice(-3).map((it) => it.said) : [said],
      },
    ],
    symptoms: its.map((it) => reloadRefused({ namespace: it.namespace, name: it.pod })),
    causes: [
      ...behind.map(ingressNotLive),
      ...behind.flatMap(allOfIngress),
      ...(ingress === null ? [] : allOfIngress(ingress)),
    ],
  })
}

function placeText(place: RefusedConf | undefined): string {
  if (place === undefined || place.line === null) return 'the line is not known'
  return `line ${place.line} of the refused file${place.host === null ? '' : `, ${place.host}${place.path ?? ''}`}`
}

/** Directives that annotations of ingress-nginx write (internal/ingress/annotations); others come from snippets. */
const annotations: Readonly<Record<string, string>> = {
  proxy_connect_timeout: 'proxy-connect-timeout',
  proxy_read_timeout: 'proxy-read-timeout',
  proxy_send_timeout: 'proxy-send-timeout',
  proxy_buffer_size: 'proxy-buffer-size',
  proxy_buffers: 'proxy-buffers-number',
  proxy_busy_buffers_size: 'proxy-busy-buffers-size',
  proxy_max_temp_file_size: 'proxy-max-temp-file-size',
  proxy_http_version: 'proxy-http-version',
  proxy_next_upstream: 'proxy-next-upstream',
  proxy_redirect: 'proxy-redirect-from',
  proxy_cookie_domain: 'proxy-cookie-domain',
  proxy_cookie_path: 'proxy-cookie-path',
  client_max_body_size: 'proxy-body-size',
  client_body_buffer_size: 'client-body-buffer-size',
  rewrite: 'rewrite-target',
  auth_request: 'auth-url',
  auth_basic: 'auth-type',
  limit_req: 'limit-rps',
  limit_conn: 'limit-connections',
  limit_rate: 'limit-rate',
  mirror: 'mirror-target',
  ssl_ciphers: 'ssl-ciphers',
  error_page: 'custom-http-errors',
  satisfy: 'satisfy',
}

const prefix = 'nginx.ingress.kubernetes.io/'
const snippet = /-snippet$/

/**
 * The annotations of the Ingress that may have brought the line in: the one that writes such a line, and snippets.
 * Without either, any of them: a value that holds the end of a line goes on in the next. null: which it has was not
 * read, or it has none.
 */
function bearersOf(directive: string | null, said: string, ingress: Ingress | undefined): readonly string[] | null {
  const all = (ingress?.annotated ?? []).filter((it) => it.startsWith(prefix))
  const own = directive === null || said.startsWith('unknown directive') ? undefined : annotations[directive]
  const likely = all.filter((it) => it === `${prefix}${own}` || snippet.test(it))
  const named = likely.length > 0 ? likely : all
  return named.length === 0 ? null : named.slice(0, 3)
}
