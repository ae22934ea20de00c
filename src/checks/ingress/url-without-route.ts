import { percentDecoded } from '../../wire/percent.ts'
import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Beside } from '../../model/beside.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import { full, some } from '../../phrases.ts'
import { type Miss, type NearRoute, nearRoutes } from '../../relations/ingress/near-route.ts'
import { takesUrl } from '../../relations/ingress/ingress-routes-to-service.ts'
import { ingressFails, outsideFails } from '../../relations/symptom.ts'
import { ingressSubject } from './words.ts'

/**
 * Who asks for a URL that no rule takes gets the controller's own 404, and nothing in the cluster is wrong. The rule
 * that was meant is mostly one character away: pathType Exact takes no slash more, and no other case.
 */
export default check({
  code: 'ING330',
  slug: 'ingress/url-without-route',
  title: 'no rule of an Ingress takes the URL that was asked about',
  fine: 'a rule of an Ingress takes the URL',
  severity: 'error',
  needs: ['ingresses'],
  wants: ['beside', 'ingressControllers'],
  remedies: [],
  decides: ['ING-32'],

  run({ ingresses, beside, ingressControllers, scope: { target } }) {
    const url = target.kind === 'object' && target.url !== null ? URL.parse(target.url) : null
    if (url === null || target.kind !== 'object') {
      const bare = withoutPaths(ingresses)
      return bare.length === 0 ? notApplicable('no URL was asked about') : bare.map(pathlessVerdict)
    }
    const path = percentDecoded(url.pathname)
    const own = ingresses.filter((it) => it.namespace === target.object.namespace && it.name === target.object.name)
    if (own.length === 0) return notApplicable('the Ingress is not among those that were read')
    if (ingresses.some((it) => takesUrl(it, url.hostname, path))) return ok(ingresses.length)
    const near = nearRoutes(own, url.hostname, path)
    const [first] = near
    if (first === undefined) return notApplicable('nothing of the Ingress is near this URL')
    if (near.some((it) => it.miss === 'pattern'))
      return cannotTell('ambiguous', `${first.pathType} ${first.path} is a pattern, which its controller alone reads`)
    const unread = first.miss === 'host-slip' && mayRouteOtherwise(beside, ingressControllers)
    return verdict({ host: url.hostname, path, unread }, near, first)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `No rule takes ${args.host}${args.path}: ${headlines[args.miss](args, full(on))}.`,
    detail: ({ args }) => (args.rules.length === 0 ? `host ${args.of}` : `host ${args.of} has ${some(args.rules)}`),
    note: ({ args }) =>
      args.unread === 'nothing'
        ? notes[args.miss]
        : 'Traefik may have an IngressRoute of this host: those were not read',
    help: ({ subject: on, args }) => [
      cures[args.miss],
      `kubectl -n ${on.namespace} get ingress ${on.name} -o yaml`,
      ...(args.miss === 'host-slip' ? ['kubectl get ingresses -A'] : []),
    ],
  },
})

/**
 * Rules with a host and no path: nobody takes that host, unless a default backend does, or a rule of another Ingress
 * (networking/v1 types.go, IngressRuleValue).
 */
function withoutPaths(ingresses: readonly Ingress[]): readonly NearRoute[] {
  const rules = ingresses.flatMap((it) => it.rules)
  const hosts = new Set(rules.flatMap((it) => (it.paths.length === 0 ? [] : [it.host])))
  return ingresses.flatMap((ingress) =>
    ingress.rules.flatMap((rule, index): readonly NearRoute[] => {
      const isTaken = ingress.defaultBackend !== null || rule.host === null || hosts.has(rule.host) || hosts.has(null)
      if (rule.paths.length > 0 || isTaken) return []
      return [{ ingress, miss: 'no-path', host: rule.host, path: null, pathType: '', at: { rule: index, path: null } }]
    }),
  )
}

/** Of no URL that was asked for: an annotation may have its controller answer (a redirect), so it is said, no more. */
function pathlessVerdict(it: NearRoute) {
  return finding({
    subject: ingressSubject(it.ingress),
    confidence: 'inferred',
    severity: 'info',
    args: {
      unread: 'nothing',
      host: it.host ?? '',
      path: '/',
      miss: it.miss,
      of: it.host ?? 'any host',
      rule: '',
      rules: [] as readonly string[],
    },
    evidence: [evidenceOf(it, { host: it.host ?? '', path: '/', unread: false })],
  })
}

interface Told {
  readonly of: string
  readonly rule: string
}

const headlines: Readonly<Record<Miss, (args: Told, on: string) => string>> = {
  'trailing-slash': ({ rule }, on) => `Ingress ${on} has ${rule}, and they differ in the slash at the end`,
  case: ({ rule }, on) => `Ingress ${on} has ${rule}, and they differ in upper and lower case`,
  'below-exact': ({ rule }, on) => `Ingress ${on} has ${rule}, which takes nothing below it`,
  'part-of-word': ({ rule }, on) => `Ingress ${on} has ${rule}, which goes by whole elements of a path`,
  slip: ({ rule }, on) => `Ingress ${on} has ${rule}`,
  pattern: ({ rule }, on) => `Ingress ${on} has ${rule}`,
  'no-path': ({ of }, on) => `the rule of Ingress ${on} for ${of} has no path`,
  'other-path': ({ rule }, on) => `Ingress ${on} has ${rule}`,
  'host-too-deep': ({ of }, on) => `\`${of}\` of Ingress ${on} stands for one label, and here are more`,
  'host-slip': ({ of }, on) => `no Ingress has this host, and ${on} has ${of}`,
}

const byRule = 'a rule that does not take a path is not asked: the controller answers by itself, mostly with 404'

const notes: Readonly<Record<Miss, string | null>> = {
  'trailing-slash': 'pathType Exact compares every character; Prefix takes the path with the slash and without',
  case: 'paths are compared with upper and lower case; hosts are not',
  'below-exact': 'pathType Exact compares the whole path; Prefix takes what is below it as well',
  'part-of-word': 'Prefix /shop takes /shop and /shop/x, and not /shopping',
  slip: byRule,
  pattern: byRule,
  'no-path': 'a rule without paths leads to the default backend, and there is none',
  'other-path': byRule,
  'host-too-deep': '`*.example.com` takes a.example.com, and neither a.b.example.com nor example.com',
  'host-slip': 'a host that no rule has gets the default backend or the default certificate of the controller',
}

const cures: Readonly<Record<Miss, string>> = {
  'trailing-slash': 'ask for the path as the rule has it, or make the rule pathType: Prefix',
  case: 'ask for the path as the rule has it, or add a rule with the other spelling',
  'below-exact': 'make the rule pathType: Prefix if what is below it is to be served',
  'part-of-word': 'add a rule for the path that was asked for',
  slip: 'ask for the path that the rule has, or add a rule',
  pattern: 'see what the controller makes of the pattern',
  'no-path': 'add a path to the rule, or a default backend',
  'other-path': 'add a rule for the path that was asked for',
  'host-too-deep': 'add a rule for the very host, or a wildcard of that depth; the certificate must have it as well',
  'host-slip': 'ask for the host that the rule has, or add a rule',
}

interface Asked {
  readonly host: string
  readonly path: string
  /** Whether there may be objects that have the host, and were not read. */
  readonly unread: boolean
}

/** Traefik has a kind of its own, which is read of files alone. */
function mayRouteOtherwise(beside: Known<Beside>, controllers: Known<readonly IngressController[]>): boolean {
  const isRead = beside.known && beside.value.ingressRoutes !== null
  return !isRead && controllers.known && controllers.value.some((it) => it.controller.startsWith('traefik.io/'))
}

function verdict({ host, path, unread }: Asked, near: readonly NearRoute[], first: NearRoute) {
  const { ingress, miss } = first
  return finding({
    subject: ingressSubject(ingress),
    confidence: unread ? 'possible' : 'inferred',
    ...(unread ? { severity: 'warning' } : {}),
    args: {
      unread: unread ? 'IngressRoutes' : 'nothing',
      host,
      path,
      miss,
      of: first.host ?? 'any host',
      rule: ruleText(first),
      rules: [...new Set(near.flatMap((it) => (it.path === null ? [] : [ruleText(it)])))],
    },
    evidence: [evidenceOf(first, { host, path, unread })],
    causes: [ingressFails(ingress), outsideFails(ingress)],
  })
}

function ruleText({ path, pathType }: NearRoute): string {
  return path === null ? '' : `${pathType} ${path}`
}

function evidenceOf({ ingress, host, path, pathType, at }: NearRoute, asked: Asked): Evidence {
  const object = ingressSubject(ingress)
  if (path === null) {
    return {
      kind: 'config',
      object,
      path: `spec.rules[${at.rule}].host`,
      lines: [`- host: ${host ?? "''"}`],
      at: 0,
      mark: host ?? "''",
      label: `asked for ${asked.host}`,
    }
  }
  return {
    kind: 'config',
    object,
    path: `spec.rules[${at.rule}].http.paths[${at.path ?? 0}]`,
    lines: [`- path: ${path}`, `  pathType: ${pathType}`],
    at: 0,
    mark: path,
    label: `asked for ${asked.path}`,
  }
}
