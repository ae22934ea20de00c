import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contact } from '../../model/contacts.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import { subjectKey } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { contactsOfServices } from '../../relations/service/service-contacts.ts'
import { declaredPorts, portText } from '../../relations/service/service-endpoints.ts'
import { isLive, isServing, podsOfServices, selectorOf } from '../../relations/service/service-selects-pod.ts'
import { svcUnanswered } from '../../relations/symptom.ts'
import { askedInstead } from '../../relations/probe-host.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { pairsText, serviceSubject, targetPortEvidence } from './words.ts'

/**
 * A selector by `app.kubernetes.io/instance` alone takes in all pods of a release, the database beside the API. To
 * declare a port is no duty, so that a pod without the target port may listen there all the same: but where one
 * workload declares it and another declares others alone, the other is hardly meant. No more is one that declares none
 * and that the kubelet asks on none, a worker of the same release, or the pod of a Job: both are ready at once, and get
 * their share.
 */
export default check({
  code: 'SVC252',
  slug: 'service/declares-other-ports',
  title: 'one of two workloads behind a Service does not declare its port',
  fine: 'of workloads behind one Service, each declares the target port, or is asked for on it',
  severity: 'warning',
  needs: ['services', 'pods'],
  wants: ['contacts'],
  remedies: [],
  decides: ['SVC-13'],

  run({ services, pods, contacts }) {
    const [podsOf, contactsOf] = [podsOfServices(pods), contactsOfServices(contacts)]
    const numbered = services.flatMap((service) => {
      const live = podsOf(service).filter(isLive)
      return live.some(isServing)
        ? service.ports.flatMap((port, index) =>
            typeof port.targetPort === 'number' ? [{ service, port, index, live }] : [],
          )
        : []
    })
    if (numbered.length === 0) return notApplicable('no Service with ready pods here has a target port by number')
    const found = numbered.flatMap(({ service, port, index, live }) => {
      // Who was connected to there is known better: SVC202 speaks of those that did not answer.
      const asked = contactsOf(service).filter((it) => it.via.kind === 'endpoint' && it.port === port.targetPort)
      const two = strangersAmong(service, { live, port, asked })
      return two === null ? [] : [verdict(service, { port, index, ...two })]
    })
    return found.length > 0 ? found : ok(numbered.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)} takes in ${args.strangers}, which ${args.bad === 1 ? 'declares' : 'declare'} ` +
      (args.declared === ''
        ? `no port, not even its target port ${args.target}.`
        : `${args.declared} and not its target port ${args.target}.`),
    detail: ({ args }) =>
      `selector ${args.selector} · port ${args.port} · ${args.bad} of ${count(args.of, 'pod')}; ` +
      `${args.owners} ${args.owners.startsWith('1 ') ? 'declares' : 'declare'} ${args.target}`,
    note: () =>
      'a pod may listen on a port that it does not declare: nothing was connected to; where it does not, its share ' +
      'of the connections is refused',
    help: ({ subject: on, args }) => [
      'add a label to the selector that only the pods that are meant bear',
      `kubectl -n ${on.namespace} get pods -l ${args.selector} --show-labels`,
      `kubectl -n ${on.namespace} edit service ${on.name}`,
    ],
  },
})

interface Two {
  readonly owners: readonly Pod[]
  readonly strangers: readonly Pod[]
}

interface Behind {
  readonly live: readonly Pod[]
  readonly port: ServicePort
  readonly asked: readonly Contact[]
}

function strangersAmong(service: Service, { live, port, asked }: Behind): Two | null {
  const declares = (pod: Pod): boolean => declaredPorts(pod, port.protocol).some((it) => it.port === port.targetPort)
  const owners = live.filter(declares)
  const meant = new Set(owners.map((it) => subjectKey(workloadOfPod(it))))
  const strangers = live.filter(
    (it) =>
      isServing(it) &&
      !isProbedOn(it, port.targetPort) &&
      !meant.has(subjectKey(workloadOfPod(it))) &&
      (declaredPorts(it, port.protocol).length > 0 || listensNowhere(it, service)) &&
      !asked.some(({ ip }) => ip === it.ip),
  )
  if (owners.length === 0 || strangers.length === 0 || isMeantFor(service, { owners, strangers })) return null
  return { owners, strangers }
}

/** By these labels charts tell the releases of one namespace apart (helm.sh/docs, "Labels and Annotations"). */
const ofRelease = ['app.kubernetes.io/instance', 'release']

/**
 * The Service is of the release of those that do not declare its port, and the others are of another: these are rather
 * the strangers, and what the first listen on is not known.
 */
function isMeantFor({ labels: own = {} }: Service, { owners, strangers }: Two): boolean {
  return ofRelease.some((key) => {
    const release = own[key]
    if (release === undefined) return false
    return strangers.every((it) => it.labels[key] === release) && owners.every((it) => it.labels[key] !== release)
  })
}

/** The kubelet asks it there, and it is ready: whatever it declares, it listens. */
function isProbedOn(pod: Pod, port: ServicePort['targetPort']): boolean {
  return pod.containers.some(
    (it) =>
      askedInstead(pod, it, 'readiness') === null &&
      /:(\d{1,5})(?!\d)/.exec(it.readinessProbe ?? '')?.[1] === String(port),
  )
}

/**
 * By its spec nobody is to connect to it: it declares no port, and the kubelet probes none. Clients of a headless
 * Service choose among its pods, and members that serve nobody stand behind it to be found.
 */
function listensNowhere({ containers, hostNetwork }: Pod, { clusterIP }: Service): boolean {
  const isProbed = containers.some((it) =>
    [it.readinessProbe, it.livenessProbe, it.startupProbe].some((probe) => probe != null && probe !== 'exec'),
  )
  return clusterIP !== 'None' && !hostNetwork && !isProbed && containers.every(({ ports }) => ports.length === 0)
}

interface Seen extends Two {
  readonly port: ServicePort
  readonly index: number
}

function verdict(service: Service, { port, index, owners, strangers }: Seen) {
  const theirs = strangers.flatMap((it) => declaredPorts(it, port.protocol)).map((it) => it.port)
  return finding({
    subject: serviceSubject(service),
    also: strangers.slice(0, 8).map(workloadOfPod),
    confidence: 'possible',
    args: {
      strangers: podsText(strangers),
      owners: podsText(owners),
      declared: some([...new Set(theirs)].map(String)),
      target: Number(port.targetPort),
      port: portText(port),
      selector: pairsText(selectorOf(service) ?? {}),
      bad: strangers.length,
      of: owners.length + strangers.length,
    },
    evidence: [
      targetPortEvidence(
        service,
        index,
        `${count(strangers.length, 'pod')} behind it declare ${theirs.length === 0 ? 'none' : 'other ports'}`,
      ),
      {
        kind: 'fact',
        label: theirs.length === 0 ? 'pods that declare none' : 'pods that declare others',
        value: some(
          strangers.map((it) => it.name),
          6,
        ),
      },
    ],
    causes: [svcUnanswered(service)],
  })
}

function podsText(pods: readonly Pod[]): string {
  const makers = [...new Set(pods.map((it) => `${workloadOfPod(it).kind} ${workloadOfPod(it).name}`))]
  return pods.every((it) => it.owner === null)
    ? `${count(pods.length, 'pod')} (${some(
        pods.map((it) => it.name),
        2,
      )})`
    : `${count(pods.length, 'pod')} of ${some(makers, 2)}`
}
