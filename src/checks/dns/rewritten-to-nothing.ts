import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Service } from '../../model/service.ts'
import { closest } from '../../closest.ts'
import { some } from '../../phrases.ts'
import { corefileEvidence, corefileObject, kubernetesZones } from '../../relations/dns/corefile-text.ts'
import { nameRules, type NameRule } from '../../relations/dns/rewrite-rules.ts'
import { hostUnknown } from '../../relations/symptom.ts'
import { parseCorefile } from '../../wire/corefile.ts'
import { bareName } from '../../wire/dns-name.ts'

/**
 * A rule `rewrite name FROM TO` has CoreDNS look TO up in place of FROM (plugin/rewrite). Where TO is the name of a
 * Service that is not there, FROM does not exist for the whole cluster, though the world outside may have it.
 */
export default check({
  code: 'DNS224',
  slug: 'dns/rewritten-to-nothing',
  title: 'a rule of the Corefile leads to a Service that is not there',
  fine: 'the Services to which rules of the Corefile lead are there',
  severity: 'warning',
  needs: ['clusterDns', 'services'],
  wants: ['namespaces'],
  remedies: [],
  decides: [],

  run({ clusterDns, services, namespaces, scope }) {
    const { corefile, domain } = clusterDns
    if (!corefile.known) return cannotTell(corefile.why.reason, `the Corefile was not read: ${corefile.why.detail}`)
    const parsed = parseCorefile(corefile.value)
    const isOwn = kubernetesZones(parsed).some((it) => bareName(it) === domain)
    const rules = nameRules(parsed).flatMap((rule) => {
      const target = isOwn ? targetOf(rule, domain) : null
      return target === null ? [] : [{ rule, ...target }]
    })
    if (rules.length === 0) return notApplicable('no rule of the Corefile leads to one Service by its name')
    const judged = rules.filter((it) => scope.namespace === null || it.namespace === scope.namespace)
    if (judged.length === 0)
      return cannotTell(
        'not-asked',
        `Services of namespace ${some(rules.map((it) => it.namespace))} were not read`,
        '-A',
      )
    const there = new Set(services.map((it) => `${it.namespace}/${it.name}`))
    const known = namespaces.known ? namespaces.value.map((it) => it.name) : null
    const bad = judged.filter((it) => !there.has(`${it.namespace}/${it.service}`))
    if (bad.length === 0) return ok(judged.length)
    return bad.map(({ rule, namespace, service }) =>
      finding({
        subject: corefileObject(clusterDns),
        confidence: 'inferred',
        args: {
          from: bareName(rule.from),
          to: bareName(rule.to),
          line: rule.line.line,
          namespace,
          service,
          noNamespace: known?.includes(namespace) === false,
          near: nearOf(service, namespace, services),
        },
        evidence: [
          corefileEvidence(clusterDns, corefile.value, {
            line: rule.line.line,
            mark: `${service}.${namespace}`,
            label: 'no such Service',
          }),
        ],
        causes: [hostUnknown(bareName(rule.from))],
      }),
    )
  },

  words: {
    headline: ({ args }) =>
      `A rule of the Corefile makes ${args.to} of ${args.from}, and ` +
      (args.noNamespace
        ? `there is no namespace ${args.namespace}.`
        : `there is no Service ${args.service} in namespace ${args.namespace}.`),
    detail: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} · line ${args.line}` +
      (args.near === null ? '' : ` · ${args.near} is there`),
    note: ({ args }) => `whoever asks the cluster's DNS for ${args.from} hears that there is no such name`,
    help: ({ subject: on, args }) => [
      args.near === null
        ? `lead ${args.from} to a Service that is there, or take the rule out`
        : `if it was meant, lead ${args.from} to ${args.near}`,
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
      `kubectl -n ${args.namespace} get services`,
    ],
  },
})

/** `ingress-nginx-controller.ingress-nginx.svc.cluster.local`: the whole name of one Service, and for whole names. */
function targetOf(
  { how, to }: NameRule,
  domain: string,
): { readonly namespace: string; readonly service: string } | null {
  if (how !== 'exact' && how !== 'regex') return null
  const name = bareName(to).toLowerCase()
  if (!name.endsWith(`.svc.${domain}`) || !/^[a-z0-9.-]+$/.test(name)) return null
  const [service, namespace, ...more] = name.slice(0, -`.svc.${domain}`.length).split('.')
  return more.length > 0 || service === undefined || namespace === undefined ? null : { service, namespace }
}

function nearOf(service: string, namespace: string, services: readonly Service[]): string | null {
  const same = services.find((it) => it.name === service)
  if (same !== undefined) return `${same.name}.${same.namespace}`
  const beside = services.filter((it) => it.namespace === namespace).map((it) => it.name)
  const near = closest(service, beside, 1)[0]
  return near === undefined ? null : `${near}.${namespace}`
}
