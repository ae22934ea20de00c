import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { DirectContact } from '../../model/contacts.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { subjectKey } from '../../model/subject.ts'
import { urlText } from '../../relations/ingress/http-answers.ts'
import { isServing, podsOfServices, selectorOf } from '../../relations/service/service-selects-pod.ts'
import { endpointsAnswerBadly, notFoundBySome } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { pairsText, selectorEvidence, serviceSubject } from './words.ts'
import { count, full, some } from '../../phrases.ts'

/**
 * A Service takes every pod that bears its labels, whoever made it. Two workloads behind one Service may be meant (a
 * canary, a new version beside the old); where one has a page that the other has not, they are two applications, and a
 * user meets one or the other by luck.
 */
export default check({
  code: 'SVC216',
  slug: 'service/selects-two-apps',
  title: 'the selector of a Service takes in pods of two applications',
  fine: 'what stands behind each Service answers as one application',
  severity: 'error',
  needs: ['services', 'pods'],
  wants: ['contacts'],
  remedies: [],
  decides: ['SVC-13'],

  run({ services, pods, contacts }) {
    const podsOf = podsOfServices(pods)
    const mixed = services.flatMap((service) => {
      const makers = [...Map.groupBy(podsOf(service).filter(isServing), (it) => subjectKey(workloadOfPod(it))).values()]
      return makers.length > 1 ? [{ service, makers }] : []
    })
    if (mixed.length === 0) return notApplicable('no Service here has ready pods of two workloads')
    if (!contacts.known) {
      const { reason, detail } = contacts.why
      const isOpen = reason === 'not-asked'
      const why = isOpen ? 'whether they answer alike was not asked' : detail
      return mixed.map(({ service }) =>
        cannotTell(reason, `two workloads stand behind Service ${full(service)}: ${why}`, isOpen ? '--probe' : null),
      )
    }
    const direct = Map.groupBy(contacts.value.direct ?? [], (it) => full(it.service))
    return mixed.map(({ service, makers }) => judge(service, makers, direct.get(full(service)) ?? []))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)} takes in pods of two ${args.versions ? 'versions' : 'applications'}: ${args.strangers} ` +
      `says ${args.says} where ${args.owners} has ${args.url}.`,
    detail: ({ args }) =>
      `selector ${args.selector} · ${args.bad} of ${args.of} ready pods are ${args.strangers}'s · ` +
      'asked directly, each by itself',
    note: () => 'a Service sends each connection to any pod that bears its labels, whoever made it',
    help: ({ subject: on, args }) => [
      args.versions
        ? `see why ${args.strangers} has no such page: another route, another path before it, a part that is not ` +
          'there yet (a label of the version in the selector would take it out of service)'
        : `add a label to the selector that only pods of ${args.owners} bear` +
          (args.own === '' ? '' : `: ${args.own}`),
      `kubectl -n ${on.namespace} get pods -l ${args.selector} --show-labels`,
      `kubectl -n ${on.namespace} edit service ${on.name}`,
    ],
  },
})

type Makers = readonly (readonly Pod[])[]

/** How all pods of one workload answer one URL; null where they do not agree, or were not all asked. */
function answerOf(pods: readonly Pod[], asked: readonly DirectContact[]): 'has' | 'has-not' | null {
  const its = pods.map((pod) => asked.filter((it) => it.pod === pod.name && it.status !== null))
  const all = its.flat()
  if (all.length === 0) return null
  if (all.every(({ status }) => (status ?? 500) < 400)) return 'has'
  return all.every(({ status }) => status === 404) ? 'has-not' : null
}

function judge(service: Service, makers: Makers, direct: readonly DirectContact[]) {
  for (const asked of Map.groupBy(direct, urlText).values()) {
    const owners = makers.filter((it) => answerOf(it, asked) === 'has')
    const strangers = makers.filter((it) => answerOf(it, asked) === 'has-not')
    const [first] = asked
    if (owners.length > 0 && strangers.length > 0 && first !== undefined)
      return isOfOtherPort(asked, owners, strangers)
        ? ok(makers.length, 'one name of a port is two numbers in their pods')
        : found(service, { owners, strangers, url: urlText(first), of: makers.flat().length })
  }
  return ok(makers.length, 'two workloads stand behind it, and nothing tells their answers apart')
}

/** The Service's port is another number in each: SVC271 says which name is on the wrong one. */
function isOfOtherPort(asked: readonly DirectContact[], owners: Makers, strangers: Makers): boolean {
  const portsOf = (makers: Makers) =>
    new Set(asked.filter((it) => makers.flat().some(({ name }) => name === it.pod)).map(({ port }) => port))
  return portsOf(owners).isDisjointFrom(portsOf(strangers))
}

/** By which versions of one application differ; all that names the application they have in common. */
const versionKeys = /(?:^|\/)(?:version|release|track|color|colour|revision|rev|variant|stage)$/

/** Pods of one application: they bear its name alike, and differ by a label of the version alone. */
function areVersions(owners: readonly Pod[], strangers: readonly Pod[]): boolean {
  const [first] = owners
  const all = [...owners, ...strangers]
  const keys = [...new Set(all.flatMap(({ labels }) => Object.keys(labels)))].filter((it) => !isMade(it))
  const differing = keys.filter((key) => all.some(({ labels }) => labels[key] !== first?.labels[key]))
  const isNamed = ['app', 'app.kubernetes.io/name', 'k8s-app'].some(
    (key) => first?.labels[key] !== undefined && !differing.includes(key),
  )
  return isNamed && differing.every((it) => versionKeys.test(it))
}

/** Labels that controllers give to pods, each pod or each generation its own. */
function isMade(key: string): boolean {
  return /hash|controller-revision|controller-uid|job-name|pod-name|pod-index|^batch\.kubernetes\.io\//.test(key)
}

interface Two {
  readonly owners: Makers
  readonly strangers: Makers
  readonly url: string
  readonly of: number
}

function found(service: Service, { owners, strangers, url, of }: Two) {
  const pairs = selectorOf(service) ?? {}
  const [key = ''] = Object.keys(pairs)
  const bad = strangers.flat()
  return finding({
    subject: serviceSubject(service),
    confidence: 'observed',
    args: {
      strangers: namesOf(strangers),
      owners: namesOf(owners),
      says: 404,
      url,
      selector: pairsText(pairs),
      own: ownLabel(owners.flat(), bad),
      versions: areVersions(owners.flat(), bad),
      bad: bad.length,
      of,
    },
    evidence: [
      selectorEvidence(
        service,
        key,
        pairs[key] ?? '',
        `matches ${count(of, 'pod')} of ${owners.length + strangers.length} workloads`,
      ),
      ...[...owners, ...strangers].map((its) => ({
        kind: 'fact' as const,
        label: namesOf([its]),
        value: `${strangers.includes(its) ? '404' : 'answers'} · ${some(its.map((it) => it.name))}`,
      })),
    ],
    causes: [endpointsAnswerBadly(service), notFoundBySome(service)],
  })
}

function namesOf(makers: Makers): string {
  return some(
    makers.flatMap(([first]) => {
      if (first === undefined) return []
      const { kind, name } = workloadOfPod(first)
      return [`${kind} ${name}`]
    }),
  )
}

/** A pair that all of these bear, and none of those; '' where there is none. */
function ownLabel(own: readonly Pod[], others: readonly Pod[]): string {
  const [first] = own
  const pairs = Object.entries(first?.labels ?? {}).filter(([key]) => !isMade(key))
  const pair = pairs.find(
    ([key, value]) => own.every((it) => it.labels[key] === value) && others.every((it) => it.labels[key] !== value),
  )
  return pair === undefined ? '' : `${pair[0]}: ${pair[1]}`
}
