import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { BackendTlsPolicy } from '../../model/gateway.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { full, some, because } from '../../phrases.ts'
import { badConditions, type BadCondition, conditionText } from '../../relations/gateway/conditions.ts'
import { servicesByName } from '../../relations/ingress/ingress-routes-to-service.ts'
import { tlsPolicyFails } from '../../relations/symptom.ts'
import { saysOf } from './words.ts'

/**
 * A BackendTLSPolicy says how the Gateway speaks TLS to a Service. One that is not in force leaves the Gateway to speak
 * plainly to a port that wants TLS, or to trust nobody: both show as a 502 or a 503 far from the cause.
 */
export default check({
  code: 'GTW712',
  slug: 'gateway/tls-policy-broken',
  title: 'a BackendTLSPolicy is not in force',
  fine: 'every BackendTLSPolicy has its Service and is accepted',
  severity: 'error',
  needs: ['backendTlsPolicies', 'services'],
  remedies: [],
  decides: ['GW-10', 'GW-14'],

  run({ backendTlsPolicies, services }) {
    if (backendTlsPolicies.length === 0) return notApplicable('there is no BackendTLSPolicy here')
    const find = servicesByName(services)
    return backendTlsPolicies.map((it) => judge(it, find))
  },

  words: {
    headline: ({ subject: on, args }) => `BackendTLSPolicy ${full(on)} ${whyOf(args)}.`,
    detail: ({ args }) =>
      `for ${some(args.targets) || 'nothing'} · host ${args.host} · CA ${some(args.authorities) || 'none'}`,
    note: () => 'without it the Gateway speaks to the Service as before, or not at all',
    help: ({ subject: on, args }) => [
      args.fault === 'status' ? 'do what the message asks' : 'name a Service, and a port of it by its name',
      `kubectl -n ${on.namespace} get services,configmaps`,
      `kubectl -n ${on.namespace} describe backendtlspolicy ${on.name}`,
    ],
  },
})

interface Told {
  readonly fault: 'service' | 'section' | 'no-authority' | 'status'
  readonly target: string
  readonly section: string
  readonly first: string
}

function whyOf({ fault, target, section, first }: Told): string {
  switch (fault) {
    case 'service':
      return `is for Service \`${target}\`, which does not exist`
    case 'section':
      return `is for port \`${section}\` of Service ${target}, which has no port of that name`
    case 'no-authority':
      return 'names no CA that the Gateway could trust'
    case 'status':
      return `is not in force: ${first}`
  }
}

function judge(policy: BackendTlsPolicy, find: (namespace: string, name: string) => Service | null) {
  const bad = policy.status.flatMap((it) => badConditions(it.conditions, policy.generation, []))
  const targets = policy.targets.map((it) => ({
    it,
    service: it.group === '' && it.kind === 'Service' ? find(policy.namespace, it.name) : undefined,
  }))
  const told = (about: Partial<Told> & Pick<Told, 'fault'>) => verdict(policy, bad, about)
  const absent = targets.find(({ service }) => service === null)
  if (absent !== undefined) return told({ fault: 'service', target: absent.it.name })
  const wrong = targets.find(
    ({ it, service }) =>
      it.section !== null &&
      service !== null &&
      service !== undefined &&
      !service.ports.some(({ name }) => name === it.section),
  )
  if (wrong !== undefined) return told({ fault: 'section', target: wrong.it.name, section: wrong.it.section ?? '' })
  if (bad.length > 0) return told({ fault: 'status' })
  if (policy.authorities.length === 0 && policy.wellKnown === null) return told({ fault: 'no-authority' })
  if (policy.status.length > 0) return ok(1)
  return cannotTell('ambiguous', `no controller says anything of BackendTLSPolicy ${full(policy)}`)
}

function verdict(
  policy: BackendTlsPolicy,
  bad: readonly BadCondition[],
  { fault, target = '', section = '' }: Partial<Told> & Pick<Told, 'fault'>,
) {
  const self = subject('BackendTLSPolicy', policy.namespace, policy.name)
  const [first] = bad
  const said = first === undefined ? '' : `${conditionText(first)}${because(first.message)}`
  return finding({
    subject: self,
    // Who asks about the Service, or a route to it, asks about how it is spoken to.
    also: policy.targets.flatMap((it) =>
      it.group === '' && it.kind === 'Service' ? [subject('Service', policy.namespace, it.name)] : [],
    ),
    confidence: fault === 'status' ? 'observed' : 'inferred',
    severity: fault === 'status' && bad.every((it) => it.kind === 'stale') ? 'warning' : 'error',
    args: {
      fault,
      target,
      section,
      first: said,
      host: policy.hostname,
      targets: policy.targets.map((it) => `${it.kind} ${it.name}`),
      authorities: [
        ...policy.authorities.map((it) => `${it.kind} ${it.name}`),
        ...(policy.wellKnown === null ? [] : [policy.wellKnown]),
      ],
    },
    evidence: [
      {
        kind: 'config',
        object: self,
        path: 'spec.targetRefs',
        lines: ['targetRefs:', ...policy.targets.slice(0, 4).map((it) => `- { kind: ${it.kind}, name: ${it.name} }`)],
        at: 1,
        mark: target === '' ? (policy.targets[0]?.name ?? 'targetRefs') : target,
        label: fault === 'service' ? 'no such Service' : 'for this one',
      },
      ...saysOf('its controller', bad),
    ],
    symptoms: [tlsPolicyFails(policy)],
  })
}
