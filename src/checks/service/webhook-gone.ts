import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { AdmissionWebhook } from '../../model/beside.ts'
import type { Known } from '../../model/known.ts'
import type { Namespace } from '../../model/network-policy.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { servicesByName } from '../../relations/ingress/ingress-routes-to-service.ts'
import { selectsNamespace } from '../../relations/selector.ts'
import { countEndpoints, slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { noEndpoints, refusedThrough } from '../../relations/symptom.ts'

/**
 * The API server asks a webhook before it takes a change. Where that must answer (failurePolicy Fail) and can't, the
 * change is refused, for as long as the configuration is there: it outlives the release that it came with.
 */
export default check({
  code: 'SVC280',
  slug: 'service/webhook-gone',
  title: 'a webhook that must answer asks a Service that can not',
  fine: 'the Services of webhooks that must answer have ready endpoints',
  severity: 'error',
  needs: ['beside', 'services', 'endpointSlices'],
  wants: ['namespaces'],
  remedies: [],
  decides: [],

  run({ beside, services, endpointSlices, namespaces, scope }) {
    const strict = beside.webhooks.filter((it) => it.onFailure === 'Fail')
    if (strict.length === 0) return notApplicable('no webhook that must answer asks a Service')
    const [find, slicesOf] = [servicesByName(services), slicesOfServices(endpointSlices)]
    const judged = strict.map((it) => {
      if (scope.namespace !== null && it.service.namespace !== scope.namespace)
        return cannotTell('not-asked', `Services of namespace ${it.service.namespace} were not read`)
      const service = find(it.service.namespace, it.service.name)
      if (service === null) return { it, why: 'missing' as const }
      if (!service.ports.some(({ port }) => port === it.service.port)) return { it, why: 'port' as const }
      // Where a name outside leads is not told by slices.
      if (service.type === 'ExternalName') return ok(1)
      const { ready, leaving } = countEndpoints(slicesOf(service))
      if (ready.length + leaving.length === 0) return { it, why: 'empty' as const }
      return it.authority === undefined ? ok(1) : { it, why: 'authority' as const }
    })
    const bad = judged.flatMap((it) => ('why' in it && 'it' in it ? [it] : []))
    // One configuration has many webhooks of one Service.
    const groups = [...Map.groupBy(bad, ({ it, why }) => [it.kind, it.name, full(it.service), why].join(' ')).values()]
    const found = groups.flatMap((its) =>
      its[0] === undefined
        ? []
        : [
            verdict(
              its[0].it,
              its[0].why,
              its.map((one) => one.it),
              {
                onlyFor: chosenBy(
                  its.map((one) => one.it),
                  namespaces,
                ),
                isWhole: scope.namespace === null,
              },
            ),
          ],
    )
    if (found.length > 0) return found
    return judged.flatMap((it) => ('kind' in it ? [it] : []))
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.converts === null
        ? `${on.kind} ${on.name} has the API server ask Service ${args.service}, which ${says[args.why](args.port)}: ` +
          `no change of ${some(args.resources, 4)} ${whereText(args)}is taken.`
        : `CustomResourceDefinition ${on.name} has the API server convert objects by Service ${args.service}, which ` +
          `${says[args.why](args.port)}` +
          (args.converts > 1 ? ': in another version than the stored one none can be read or changed.' : '.'),
    detail: ({ args }) =>
      args.converts === null
        ? `${some(args.webhooks, 3)} · failurePolicy: Fail` +
          (args.some ? ' · for objects or namespaces of some labels' : '')
        : `spec.conversion.strategy: Webhook · ${count(args.converts, 'version')}`,
    note: ({ args }) => (args.converts === null ? noteOf(args) : conversionNote(args.converts)),
    help: ({ subject: on, args }) => [
      args.converts === null ? cureOf(args) : conversionCure,
      `kubectl get ${on.kind.toLowerCase()} ${on.name} -o yaml`,
      `kubectl -n ${args.home} get service,endpointslices`,
    ],
  },
})

function whereText({ some: isSome, onlyFor }: { readonly some: boolean; readonly onlyFor: readonly string[] | null }) {
  if (onlyFor !== null && onlyFor.length > 0) return `in namespace${onlyFor.length > 1 ? 's' : ''} ${some(onlyFor, 3)} `
  return isSome ? 'that it chooses ' : ''
}

/** The namespaces that they hear of; null: all, or nobody knows. */
function chosenBy(webhooks: readonly AdmissionWebhook[], namespaces: Known<readonly Namespace[]>) {
  const selectors = webhooks.flatMap((it) => it.namespaces ?? [])
  if (!namespaces.known || selectors.length < webhooks.length) return null
  const chosen = namespaces.value.filter(({ name, labels }) =>
    selectors.some((it) => selectsNamespace(it, name, labels) === 'yes'),
  )
  // One that takes nearly all leaves out its own.
  return chosen.length * 2 > namespaces.value.length ? null : chosen.map((it) => it.name)
}

function noteOf({ why, pods }: { readonly why: Why; readonly pods: boolean }): string {
  return (
    (why === 'authority'
      ? 'without caBundle the API server takes the authorities of its own machine, which made no certificate for ' +
        'a Service; '
      : '') +
    'what is refused says “failed calling webhook”; ' +
    (pods ? 'Deployments then make no pods, and releases stop' : 'what is there already goes on, and releases stop')
  )
}

const conversionCure =
  'bring the Service and its pods back, as by installing the operator again; who removes the definition removes all ' +
  'of its objects with it'

function conversionNote(versions: number): string {
  return versions > 1
    ? 'what fails says “conversion webhook for … failed”; the end of namespaces and clean-ups wait for it'
    : 'it has one version, so that nothing is to be converted yet: with a second one each object will need it'
}

function cureOf({ why, injected }: { readonly why: Why; readonly injected: boolean }): string {
  if (why === 'missing') return 'if what it belonged to is gone, remove the configuration; else bring the Service back'
  if (why !== 'authority')
    return 'bring the pods of the Service back; the configuration refuses for as long as none answers'
  return injected
    ? "see why nobody fills in caBundle: cert-manager's cainjector, its log, and the Certificate that is named"
    : 'set caBundle of each webhook to the authority of the certificate that the Service shows'
}

type Why = 'missing' | 'port' | 'empty' | 'authority'

const says: Readonly<Record<Why, (port: number) => string>> = {
  missing: () => 'does not exist',
  port: (port) => `has no port ${port}`,
  empty: () => 'has no ready endpoint',
  authority: () => 'it has no authority (caBundle) to trust',
}

function verdict(
  first: AdmissionWebhook,
  why: Why,
  all: readonly AdmissionWebhook[],
  { onlyFor, isWhole }: { readonly onlyFor: readonly string[] | null; readonly isWhole: boolean },
) {
  const { kind, name, service } = first
  const resources = [...new Set(all.flatMap((it) => it.resources))]
  const isChoosing = all.every((it) => it.chooses === 'some')
  // Nobody is asked about until a namespace gets the labels.
  const isOfNobody = isWhole && onlyFor?.length === 0 && all.every((it) => it.inNamespaces === true)
  const converts = kind === 'CustomResourceDefinition' ? (first.versions ?? 1) : null
  return finding({
    subject: subject(kind, null, name),
    also: [subject('Service', service.namespace, service.name)],
    confidence: isChoosing ? 'possible' : 'inferred',
    severity: isOfNobody ? 'info' : severityOf(isChoosing, converts),
    args: {
      why,
      service: full(service),
      home: service.namespace,
      port: service.port,
      webhooks: all.map((it) => it.webhook),
      resources: resources.length === 0 || resources.includes('*') ? ['all kinds'] : resources,
      onlyFor,
      some: isChoosing,
      pods: resources.length === 0 || resources.some((it) => it === '*' || it === 'pods'),
      converts,
      injected: first.authority === 'injected',
    },
    evidence: [
      {
        kind: 'config',
        object: subject(kind, null, name),
        path: converts === null ? clientPath(why) : 'spec.conversion.webhook.clientConfig.service',
        lines: ['service:', `  name: ${service.name}`, `  namespace: ${service.namespace}`],
        at: 1,
        mark: service.name,
        label: says[why](service.port),
      },
    ],
    ...(why === 'empty' ? { dueTo: [noEndpoints(service)] } : {}),
    causes: [...new Set(all.map((it) => refusedThrough(it.webhook)))],
  })
}

/** Whether any object has the labels, or is asked for in another version, is told by no configuration. */
function severityOf(isChoosing: boolean, converts: number | null) {
  if (converts !== null) return converts > 1 ? 'warning' : 'info'
  return isChoosing ? 'warning' : 'error'
}

function clientPath(why: Why): string {
  return why === 'authority' ? 'webhooks[].clientConfig, without caBundle' : 'webhooks[].clientConfig.service'
}
