import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contacts, DirectContact } from '../../model/contacts.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import { urlText } from '../../relations/ingress/http-answers.ts'
import { declaredPorts, portText, targetPortIn } from '../../relations/service/service-endpoints.ts'
import { isServing, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { endpointsAnswerBadly, notFoundBySome } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { serviceSubject, targetPortEvidence } from './words.ts'
import { count, full, some } from '../../phrases.ts'

/**
 * A targetPort by name is looked up in each pod (endpointslice/utils.go, FindPort): pods of a new version may call
 * another listener by the name. That a version listens elsewhere is what names are for; where its own port of the old
 * number has another name, or where it lacks what the others have, the name is on the wrong one.
 */
export default check({
  code: 'SVC271',
  slug: 'service/port-name-two-numbers',
  title: 'the name of a target port is another listener in some pods',
  fine: 'every named target port is the same listener in all pods',
  severity: 'warning',
  needs: ['services', 'pods'],
  wants: ['contacts'],
  remedies: [],
  decides: [],

  run({ services, pods, contacts }) {
    const podsOf = podsOfServices(pods)
    const named = services
      .flatMap((service) =>
        service.ports.flatMap((port, index) =>
          typeof port.targetPort === 'string'
            ? [{ service, port, index, live: podsOf(service).filter(isServing) }]
            : [],
        ),
      )
      .filter((it) => it.live.length > 1)
    if (named.length === 0) return notApplicable('no Service here names its target port in two ready pods')
    const found = named.flatMap((it) => judge(it, contacts))
    return found.length > 0 ? found : ok(named.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Target port \`${args.name}\` of Service ${full(on)} is ${args.usual} in ${some(args.owners, 2)} and ` +
      `${args.odd} in ${some(args.strangers, 2)}` +
      (args.says === null ? '' : `, which says ${args.says} where the others have ${args.url}`) +
      (args.renamed === null ? '.' : `: ${args.usual} is called \`${args.renamed}\` there.`),
    detail: ({ args }) =>
      `port ${args.port} · ${args.bad} of ${count(args.of, 'ready pod')} ${args.bad === 1 ? 'gets' : 'get'} ` +
      `connections on ${args.odd}`,
    note: ({ args }) =>
      args.says === null
        ? 'a named target port is looked up in each pod: a share of the connections goes to the other listener'
        : 'each was asked directly; the Service sends a share of its connections to the other listener',
    help: ({ subject: on, args }) => [
      `have the pods of ${some(args.strangers, 2)} call the port \`${args.name}\` that does what ${args.usual} does ` +
        'in the others, or name its number in a Service of its own',
      `kubectl -n ${on.namespace} get endpointslices -l kubernetes.io/service-name=${on.name}`,
      `kubectl -n ${on.namespace} get pod ${args.example} -o jsonpath='{.spec.containers[*].ports}'`,
    ],
  },
})

interface Named {
  readonly service: Service
  readonly port: ServicePort
  readonly index: number
  readonly live: readonly Pod[]
}

function judge(named: Named, contacts: Known<Contacts>) {
  const { service, port, live } = named
  const byNumber = Map.groupBy(live, (it) => targetPortIn(it, port))
  byNumber.delete(null)
  const groups = [...byNumber].flatMap(([number, pods]) => (number === null ? [] : [{ number, pods }]))
  const [most, ...others] = groups.toSorted(
    (a, b) => Number(b.number === port.port) - Number(a.number === port.port) || b.pods.length - a.pods.length,
  )
  if (most === undefined || others.length === 0) return []
  const asked = (contacts.known ? (contacts.value.direct ?? []) : []).filter(
    (it) => full(it.service) === full(service) && it.service.port === port.port,
  )
  for (const odd of others) {
    const [usual, other] = isTheOther(asked, odd.number, most.number) ? [odd, most] : [most, odd]
    const lacks = lackedBy(asked, { usual: usual.number, odd: other.number })
    const renamed = nameOf(other.pods, port, usual.number)
    // Where all of them answer alike, the name is on the right one in each.
    if (lacks !== null || (renamed !== null && !answerAlike(asked, [usual.number, other.number])))
      return [verdict(named, { usual, odd: other, lacks, renamed })]
  }
  return []
}

function isTheOther(asked: readonly DirectContact[], odd: number, most: number): boolean {
  return lackedBy(asked, { usual: odd, odd: most }) !== null
}

/** A page that each pod has that listens on the one number, and none of those on the other. */
function lackedBy(
  asked: readonly DirectContact[],
  { usual, odd }: { readonly usual: number; readonly odd: number },
): { readonly status: number; readonly url: string } | null {
  for (const [url, its] of Map.groupBy(asked, urlText)) {
    const of = (number: number) => its.flatMap((it) => (it.port === number ? [it.status ?? 0] : []))
    const [well, ill] = [of(usual), of(odd)]
    const isWell = (it: number): boolean => it >= 200 && it < 400
    if (well.length > 0 && ill.length > 0 && well.every(isWell) && ill.every((it) => it === 404))
      return { status: 404, url }
  }
  return null
}

function answerAlike(asked: readonly DirectContact[], numbers: readonly number[]): boolean {
  const each = numbers.map((number) => asked.filter((it) => it.port === number && it.status !== null))
  const statuses = new Set(each.flat().map((it) => it.status))
  return each.every((it) => it.length > 0) && statuses.size === 1 && [...statuses].every((it) => (it ?? 500) < 400)
}

/** By which name these pods call the port that the others have under the Service's. */
function nameOf(pods: readonly Pod[], { protocol, targetPort }: ServicePort, number: number): string | null {
  const names = pods.map((it) => declaredPorts(it, protocol).find((one) => one.port === number)?.name ?? null)
  const [first = null] = names
  const isRenamed = first !== null && first !== targetPort && names.every((it) => it === first)
  return isRenamed && !pods.every((it) => isBehindProxy(it, { protocol, targetPort, number })) ? first : null
}

/** The name is of a container before the one with the old number: a proxy was put in front of it. */
function isBehindProxy(
  { containers }: Pod,
  { protocol, targetPort, number }: Pick<ServicePort, 'protocol' | 'targetPort'> & { readonly number: number },
): boolean {
  const has = (by: 'name' | 'port', value: string | number): number =>
    containers.findIndex(({ ports }) => ports.some((it) => it.protocol === protocol && it[by] === value))
  const [proxy, app] = [has('name', targetPort), has('port', number)]
  return proxy !== -1 && app !== -1 && proxy !== app
}

interface Two {
  readonly usual: { readonly number: number; readonly pods: readonly Pod[] }
  readonly odd: { readonly number: number; readonly pods: readonly Pod[] }
  readonly lacks: { readonly status: number; readonly url: string } | null
  readonly renamed: string | null
}

function verdict({ service, port, index, live }: Named, { usual, odd, lacks, renamed }: Two) {
  return finding({
    subject: serviceSubject(service),
    confidence: lacks === null ? 'possible' : 'observed',
    severity: lacks === null ? 'warning' : 'error',
    args: {
      name: `${port.targetPort}`,
      port: portText(port),
      usual: usual.number,
      odd: odd.number,
      owners: makersOf(usual.pods),
      strangers: makersOf(odd.pods),
      renamed,
      says: lacks?.status ?? null,
      url: lacks?.url ?? '',
      bad: odd.pods.length,
      of: live.length,
      example: odd.pods[0]?.name ?? '',
    },
    evidence: [
      targetPortEvidence(service, index, `${usual.number} in some pods, ${odd.number} in others`),
      ...[usual, odd].map((it) => ({
        kind: 'fact' as const,
        label: some(makersOf(it.pods), 2),
        value: `${port.targetPort} is ${it.number} · ${some(it.pods.map(({ name }) => name))}`,
      })),
    ],
    causes: [endpointsAnswerBadly(service), notFoundBySome(service)],
  })
}

function makersOf(pods: readonly Pod[]): readonly string[] {
  return [
    ...new Set(
      pods.map((it) => {
        const { kind, name } = workloadOfPod(it)
        return `${kind} ${name}`
      }),
    ),
  ]
}
