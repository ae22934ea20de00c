import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Severity } from '../../findings/verdict.ts'
import type { Beside, Decider } from '../../model/beside.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import {
  deciderFault,
  deciderPlace,
  type DeciderPlace,
  isSureFault,
  type SureFault,
} from '../../relations/ingress/decider.ts'
import { allOfIngress, noEndpoints } from '../../relations/symptom.ts'
import { isAskedAbout } from '../service/words.ts'
import { faultLabels, faultText, untold } from './decider-words.ts'

/**
 * A proxy that asks somebody about each request refuses it where nobody answers: Envoy with 403 or 500 (ext_authz,
 * `failure_mode_allow`; Envoy Gateway, SecurityPolicy `extAuth`; Contour, "Client Authorization"), HAProxy Ingress
 * denies ("External authentication"), Kong's plugins answer 500.
 */
export default check({
  code: 'ING392',
  slug: 'ingress/decider-missing',
  title: 'what decides about each request is a Service that is not there',
  fine: 'Services that decide about requests are there',
  severity: 'error',
  needs: ['services'],
  wants: ['ingresses', 'beside', 'namespaces', 'clusterDns', 'endpointSlices'],
  remedies: [],
  decides: [],

  run({ services, ingresses, beside, namespaces, clusterDns, endpointSlices: slices, scope }) {
    const domain = clusterDns.known ? clusterDns.value.domain : 'cluster.local'
    const around = { services, slices, namespaces, domain, scope }
    const asking = [...ofIngresses(ingresses), ...ofObjects(beside)]
      .filter((it) => isAskedAbout(scope, it.on.kind, { namespace: it.home, name: it.on.name }))
      .flatMap(({ asks, ...it }) =>
        asks.flatMap((one) => {
          const to = deciderPlace(one, it.home, around)
          return to === null ? [] : [{ ...it, to, field: one.field, of: asks.length }]
        }),
      )
    if (asking.length === 0) return notApplicable('nothing here asks a Service about each request')
    return asking.map((it) => {
      const fault = deciderFault(it.to, around)
      if (fault === null) return ok(1)
      return isSureFault(fault) ? verdict(it, fault) : untold(fault, it.to)
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} ` +
      (isOfKeys(args.field)
        ? `takes the keys of its tokens from Service ${args.service}`
        : `has Service ${args.service} decide about each request`) +
      `, and ${faultText(args)}.`,
    detail: ({ args }) =>
      `${args.field}` +
      (args.ports.length === 0 ? '' : ` · the Service has ${some(args.ports, 4)}`) +
      (args.near === null ? '' : ` · the closest: ${args.near}`) +
      (args.isOpen ? ' · failOpen: requests go on all the same' : ''),
    note: ({ args }) =>
      isOfKeys(args.field)
        ? 'no token can be checked: requests get 401, once the keys that were fetched before have run out'
        : notes[args.isOpen ? 'open' : 'closed'],
    help: ({ subject: on, args }) => [
      args.is === 'empty' ? 'see why the Service has no endpoint' : 'create the Service, or correct its name or port',
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml`,
      `kubectl -n ${args.home} get services,endpointslices`,
    ],
  },
})

const isOfKeys = (field: string): boolean => field.endsWith('.remoteJWKS.uri')

const notes = {
  open: 'each request waits for an answer that does not come, and then goes on unchecked',
  closed: 'requests are refused (403 or 500), whatever the backend would have said',
} as const

interface Source {
  readonly on: Subject
  readonly home: string
  readonly asks: Decider['asks']
  readonly causes: readonly string[]
  readonly isOpen: boolean
  /** Whether anybody goes through it: what names an ExtensionService or a plugin is not read. */
  readonly isUsed: boolean
}

function ofIngresses(ingresses: Known<readonly Ingress[]>): readonly Source[] {
  return (ingresses.known ? ingresses.value : []).flatMap((it) =>
    it.asks === undefined
      ? []
      : [
          {
            on: subject('Ingress', it.namespace, it.name),
            home: it.namespace,
            asks: [it.asks],
            causes: allOfIngress(it),
            isOpen: false,
            isUsed: true,
          },
        ],
  )
}

function ofObjects(beside: Known<Beside>): readonly Source[] {
  return (beside.known ? (beside.value.deciders ?? []) : []).map(({ kind, namespace, name, asks, lets }) => ({
    on: subject(kind, namespace, name),
    home: namespace,
    asks,
    causes: [],
    isOpen: lets === 'all',
    isUsed: kind === 'SecurityPolicy',
  }))
}

interface Asking extends Omit<Source, 'asks'> {
  readonly to: DeciderPlace
  readonly field: string
  /** How many it may ask. */
  readonly of: number
}

function severityOf({ isOpen, isUsed, of }: Asking): Severity {
  return isOpen || !isUsed || of > 1 ? 'warning' : 'error'
}

function verdict(asking: Asking, fault: SureFault) {
  const { on, to, field, causes, isOpen } = asking
  const isAnnotation = field.includes('/')
  return finding({
    subject: on,
    also: [subject('Service', to.namespace, to.name)],
    severity: severityOf(asking),
    confidence: 'inferred',
    args: {
      is: fault.is,
      service: `${to.namespace}/${to.name}`,
      home: to.namespace,
      port: to.port,
      ports: fault.is === 'port' ? fault.ports : [],
      near: fault.is === 'missing' ? fault.near : null,
      field,
      isOpen,
    },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: isAnnotation ? `metadata.annotations['${field}']` : field,
        lines: [`${isAnnotation ? field : (field.split('.').at(-1) ?? field)}: …${to.name}…`],
        at: 0,
        mark: to.name,
        label: faultLabels[fault.is],
      },
    ],
    symptoms: fault.is === 'empty' ? [noEndpoints(fault.service)] : [],
    causes,
  })
}
