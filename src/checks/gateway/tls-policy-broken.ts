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
      cures[args.fault] ?? 'name a Service, and a port of it by its name',
      `kubectl -n ${on.namespace} get services,configmaps`,
      `kubectl -n ${on.namespace} describe backendtlspolicy ${on.name}`,
    ],
  },
})

const cures: { readonly [fault in Told['fault']]?: string } = {
  status: 'do what the message asks',
  twice:
    'write a BackendTLSPolicy for each port, or one for the whole Service; or take Envoy Gateway to 1.2.1 or later',
}

interface Told {
  readonly fault: 'service' | 'section' | 'twice' | 'no-authority' | 'status'
  readonly target: string
  readonly section: string
  readonly first: string
  /** Its controller says that it has accepted it all the same. */
  readonly isTaken: boolean
}

function whyOf({ fault, target, section, first }: Omit<Told, 'isTaken'>): string {
  switch (fault) {
    case 'service':
      return `is for Service \`${target}\`, which does not exist`
    case 'section':
      return `is for port \`${section}\` of Service ${target}, which has no such port`
    case 'twice':
      return (
        `names Service ${target} more than once, by numbers of ports: releases of Envoy Gateway that take numbers ` +
        `heed the first alone, and speak plainly to port ${section}`
      )
    case 'no-authority':
      return 'names no CA that the Gateway could trust'
    case 'status':
      return `is not in force: ${first}`
  }
}

/**
 * A section is the name of a port of the Service (apis/v1 backendtlspolicy_types.go, targetRefs); of releases before
 * that was settled, and of Envoy Gateway's, its number (envoyproxy/gateway 4445, "Backend TLS" of 1.1).
 */
function isAstray({ section }: BackendTlsPolicy['targets'][number], { ports }: Service): boolean {
  return section !== null && !ports.some((it) => it.name === section || `${it.port}` === section)
}

/**
 * Envoy Gateway kept one TLS setting for each Service of a policy until 1.2 (envoyproxy/gateway 4445, fixed by 4630),
 * and took a section for a number then.
 */
function secondByNumber({ targets, status }: BackendTlsPolicy, find: (name: string) => Service | null) {
  if (!status.some((it) => it.controller.startsWith('gateway.envoyproxy.io/'))) return null
  const byNumber = targets.filter(
    ({ group, kind, name, section }) =>
      group === '' &&
      kind === 'Service' &&
      section !== null &&
      /^\d+$/.test(section) &&
      find(name)?.ports.every((it) => it.name !== section) === true,
  )
  return byNumber.find((it, at) => byNumber.findIndex((one) => one.name === it.name) < at) ?? null
}

/** Who was to read the section says that it could: controllers know more of their own release than is read here. */
function isAccepted({ status }: BackendTlsPolicy): boolean {
  return status.some((it) => it.conditions.some((one) => one.type === 'Accepted' && one.status === 'True'))
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
  if (bad.length > 0) return told({ fault: 'status' })
  const wrong = targets.find(({ it, service }) => service !== null && service !== undefined && isAstray(it, service))
  if (wrong !== undefined) {
    const isTaken = isAccepted(policy)
    return told({ fault: 'section', target: wrong.it.name, section: wrong.it.section ?? '', isTaken })
  }
  const second = secondByNumber(policy, (it) => find(policy.namespace, it))
  if (second !== null)
    return told({ fault: 'twice', target: second.name, section: second.section ?? '', isTaken: true })
  if (policy.authorities.length === 0 && policy.wellKnown === null) return told({ fault: 'no-authority' })
  if (policy.status.length > 0) return ok(1)
  return cannotTell('ambiguous', `no controller says anything of BackendTLSPolicy ${full(policy)}`)
}

const labels: { readonly [fault in Told['fault']]?: string } = {
  service: 'no such Service',
  section: 'no such port',
  twice: 'may not be heeded',
}

function targetLine({ kind, name, section }: BackendTlsPolicy['targets'][number]): string {
  return `- { kind: ${kind}, name: ${name}${section === null ? '' : `, sectionName: ${section}`} }`
}

function confidenceOf(fault: Told['fault'], isTaken: boolean): 'observed' | 'possible' | 'inferred' {
  if (isTaken) return 'possible'
  return fault === 'status' ? 'observed' : 'inferred'
}

function verdict(
  policy: BackendTlsPolicy,
  bad: readonly BadCondition[],
  { fault, target = '', section = '', isTaken = false }: Partial<Told> & Pick<Told, 'fault'>,
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
    confidence: confidenceOf(fault, isTaken),
    severity: isTaken || (fault === 'status' && bad.every((it) => it.kind === 'stale')) ? 'warning' : 'error',
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
        lines: ['targetRefs:', ...policy.targets.slice(0, 4).map(targetLine)],
        at: Math.max(
          1,
          1 +
            policy.targets
              .slice(0, 4)
              .findIndex((it) => it.name === target && (section === '' || it.section === section)),
        ),
        mark: target === '' ? (policy.targets[0]?.name ?? 'targetRefs') : target,
        label: labels[fault] ?? 'for this one',
      },
      ...saysOf('its controller', bad),
    ],
    symptoms: [tlsPolicyFails(policy)],
  })
}
