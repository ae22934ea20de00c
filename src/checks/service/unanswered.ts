import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { Contact } from '../../model/contacts.ts'
import type { ConntrackWindow } from '../../model/counters.ts'
import type { Ingress } from '../../model/ingress.ts'
import { type Known, known } from '../../model/known.ts'
import type { NodeNetworks } from '../../model/node-network.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import type { Scope } from '../../model/sources.ts'
import { sharersOfIngress } from '../../relations/ingress/canaries.ts'
import { routesTo } from '../../relations/ingress/http-of-ingress.ts'
import { type Decision, policyNames } from '../../relations/policy/policy-allows.ts'
import { policyOnProbe } from '../../relations/policy/policy-on-probe.ts'
import { isShort, sights, sightText } from '../../relations/service/meet-each.ts'
import { partedByPort } from '../../relations/service/parted-by-port.ts'
import { lookForPorts, partedArgs, partedText } from './port-words.ts'
import { dueToShared } from '../../relations/service/shared-address.ts'
import { backingOf, publishedUnready } from '../../relations/service/service-backing.ts'
import {
  awake,
  contactsOfServices,
  endpointName,
  failuresText,
  type Fingerprint,
  fingerprint,
  homesAmong,
  isSick,
  nodesOf,
  sickNodesAlone,
  tally,
} from '../../relations/service/service-contacts.ts'
import { isOver, isServing, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { nodeDown, serviceRules, stoppedOnTheWay, svcUnanswered, unreadyPublished } from '../../relations/symptom.ts'
import { blindLagMs, lagIn } from '../../relations/troubles/probe-lag.ts'
import { meanings } from './connect-meanings.ts'
import { isRead, lookOf, readAlready, readText } from './read-already.ts'
import { ofSameNodes } from './same-nodes.ts'
import { isAskedAbout, serviceSubject } from './words.ts'
import { textOrder } from '../../model/text-order.ts'
import { count, full, some } from '../../phrases.ts'

/**
 * The net under all other Service checks: connections failed, whether or not anything else explains why. A finding
 * that does explain it takes this one under itself; alone, the pattern of the failures says where to look.
 */
export default check({
  code: 'SVC207',
  slug: 'service/unanswered',
  title: 'connections to a Service fail',
  fine: 'every Service that was connected to accepts connections',
  severity: 'error',
  needs: ['contacts', 'services', 'pods'],
  wants: [
    'workloads',
    'networkPolicies',
    'namespaces',
    'dnsProbe',
    'ingresses',
    'endpointSlices',
    'conntrack',
    'nodeNetworks',
  ],
  remedies: [],
  decides: ['SVC-20', 'PRX-01', 'PRX-02', 'NET-09'],

  run({
    contacts,
    services,
    pods,
    workloads,
    networkPolicies,
    namespaces,
    dnsProbe,
    ingresses,
    endpointSlices,
    conntrack,
    nodeNetworks,
    scope,
  }) {
    const [podsOf, contactsOf, backing] = [
      podsOfServices(pods),
      contactsOfServices(known(contacts)),
      backingOf(pods, workloads),
    ]
    const decide = policyOnProbe({ contacts: known(contacts), networkPolicies, namespaces })
    const expected = services.filter((it) => backing(it).kind !== 'scaled-to-zero')
    const probed = expected.filter((it) => contactsOf(it).length > 0)
    const untried = expected.filter(
      (it) =>
        !probed.includes(it) &&
        podsOf(it).some(isServing) &&
        it.ports.some((port) => port.protocol === 'TCP') &&
        isAskedAbout(scope, 'Service', it) &&
        isBehindTarget(scope, it, ingresses),
    )
    const left =
      untried.length === 0
        ? []
        : [
            cannotTell(
              'not-there',
              `the probe did not connect to ${count(untried.length, 'Service')}: ${some(untried.map(full))}`,
            ),
          ]
    if (probed.length === 0)
      return left.length > 0 ? left : notApplicable('the probe connected to no Service that should answer')

    const verdicts = probed.flatMap((service) => {
      const serving = podsOf(service).filter(isServing)
      const all = contactsOf(service)
      const heard = awake(all, dnsProbe, homesAmong(serving))
      const seen = heard.filter((it) => isWorthwhile(it, service, serving))
      const late = cannotTell(
        'too-few',
        `the probes that connected to ${full(service)}, or those beside its pods, got the CPU ${blindLagMs} ms late ` +
          'or more, so that silence says nothing',
        '--probe',
      )
      const isDeaf = tally(all).by.timeout > tally(heard).by.timeout
      if (seen.length === 0 && (isDeaf || all.some((it) => lagIn(dnsProbe, it.node) >= blindLagMs))) return [late]
      const open = seen.filter((it) => !isSick(it) && isLeftOpen(deciding(it, { decide, serving, service })))
      const undecidedOpen = (it: Contact): boolean => open.some((other) => other.via.kind === it.via.kind)
      const blind: Verdict<never>[] = []
      const counted = seen.filter((it) => {
        if (!isSick(it)) return true
        const decision = deciding(it, { decide, serving, service })
        if (decision.kind === 'denied')
          blind.push(
            cannotTell('ambiguous', `${policyNames(decision.by)} denies the probe pod the way to ${full(service)}`),
          )
        // A policy drops, it does not refuse: a refusal is the target's own.
        // Where others that nobody can decide either came through, the answer is among those that did not.
        else if (decision.kind === 'unknown' && tally([it]).by.refused === 0 && !undecidedOpen(it))
          blind.push(
            cannotTell('ambiguous', `connects to ${full(service)} fail, and a policy may be why: ${decision.why}`),
          )
        else return true
        return false
      })
      const [sight] = sights({ connects: counted }, known([service]), endpointSlices).filter(isShort)
      const judged = judge(service, counted, {
        pods: podsOf(service),
        all: pods,
        worth: sight === undefined ? null : sightText(sight, ' from a node'),
        conntrack,
        nodeNetworks,
      })
      // What was passed over might have said otherwise.
      const isFine = judged.every((it) => it.kind === 'ok')
      return [...blind.slice(0, 1), ...(isDeaf && isFine ? [late] : judged)]
    })
    return [...verdicts, ...left]
  },

  together: (findings, { sources: { services } }) => ofSameNodes(findings, services),

  words: {
    headline: ({ subject: on, args }) =>
      args.others.length === 0
        ? `Service ${full(on)} ${answers(args)}: ${args.failed} of ${args.of} connections failed.`
        : `${count(args.others.length + 1, 'Service')} do not answer ${some(args.never)}: ${full(on)} and ` +
          `${some(args.others)}; ${args.failed} of ${args.of} connections failed.`,
    detail: ({ args }) =>
      (
        `${args.others.length === 0 ? args.failures : `${args.failed} failed`} of ${args.of} connects · ` +
        `from ${count(args.nodes, 'node')} · ` +
        `${meanings[args.fingerprint].seen} ${some(args.at)}`
      ).trimEnd(),
    note: ({ args }) => partedText(args) ?? `${meanings[args.fingerprint].means}${readText(args)}`,
    help: ({ subject: on, args }) => [
      ...(args.partedAt === null ? [lookOf(args)] : lookForPorts),
      ...meanings[args.fingerprint].commands
        .filter((it) => !isRead(args) || !it.startsWith('on {node}:'))
        .map((it) => filledIn(it, { ...args, namespace: on.namespace })),
      ...(args.never.length > 0 && args.ledTo === null
        ? [`hopscope diagnose svc/${on.name} -n ${on.namespace} --probe --node-access --conntrack-from kube-proxy`]
        : []),
      `kubectl -n ${on.namespace} run hop-check --rm -it --restart=Never --image=busybox ` +
        `--overrides='{"spec":{"nodeName":"${args.node}"}}' -- nc -vz -w 3 ${args.ip} ${args.port}`,
    ],
  },
})

/** Nodes from which not one connect to the Service's address came through, where all of the others' did. */
function neverFrom(own: readonly Contact[]): readonly string[] {
  const nodes = [...Map.groupBy(own, (it) => it.node)].map(([node, its]) => ({ node, its: tally(its) }))
  const dead = nodes.filter((it) => it.its.open === 0)
  const isDivided = dead.length < nodes.length && nodes.every(({ its }) => its.open === 0 || its.failed === 0)
  return isDivided ? dead.map((it) => it.node).toSorted(textOrder) : []
}

function answers({ open, never }: { readonly open: number; readonly never: readonly string[] }): string {
  if (open === 0) return 'does not answer'
  return never.length > 0 ? `does not answer ${some(never)}` : 'answers only part of the time'
}

function filledIn(command: string, { namespace, ip, node, pod, target }: Example): string {
  const values = new Map(Object.entries({ namespace, ip, node, pod, target }))
  return command.replace(/\{(\w+)\}/g, (_, name: string) => values.get(name) ?? name.toUpperCase())
}

interface Deciding {
  readonly decide: ReturnType<typeof policyOnProbe>
  readonly serving: readonly Pod[]
  readonly service: Service
}

function deciding(contact: Contact, { decide, serving, service }: Deciding) {
  return decide(contact, serving, service.ports.find((it) => it.port === contact.service.port) ?? null)
}

/** By the policies themselves: what could not be read decides nothing. */
function isLeftOpen(decision: Decision): boolean {
  return decision.kind === 'unknown' && decision.by.length > 0
}

/** A Service's address is judged whole; a direct connect only while its pod is still one that should answer. */
function isWorthwhile(contact: Contact, service: Service, serving: readonly Pod[]): boolean {
  if (contact.tries.length === 0) return false
  return (
    contact.via.kind === 'service' ||
    service.selector === null ||
    serving.some((it) => it.name === endpointName(contact) || it.ip === contact.ip)
  )
}

/** Whoever asks about an Ingress asks about its backends, and about no other Service of the namespace. */
function isBehindTarget({ target }: Scope, service: Service, ingresses: Known<readonly Ingress[]>): boolean {
  if (target.kind !== 'object' || target.object.kind !== 'Ingress' || !ingresses.known) return true
  const { namespace, name } = target.object
  return routesTo(ingresses.value, service)
    .flatMap((it) => [it, ...sharersOfIngress(ingresses.value, it).map(({ ingress }) => ingress)])
    .some((it) => it.namespace === namespace && it.name === name)
}

/** The address fails by turns, whoever does. */
const mayBeUnready: ReadonlySet<Fingerprint> = new Set(['address-at-times', 'address-lossy', 'now-and-then'])

interface Around {
  readonly pods: readonly Pod[]
  /** Of other Services as well. */
  readonly all: readonly Pod[]
  readonly worth: string | null
  readonly conntrack: Known<readonly ConntrackWindow[]>
  readonly nodeNetworks: Known<NodeNetworks>
}

function judge(service: Service, counted: readonly Contact[], around: Around) {
  const { pods, worth } = around
  const serving = pods.filter(isServing)
  const all = tally(counted)
  if (all.of === 0) return []
  if (all.failed === 0) return [ok(all.of, worth)]
  const sick = counted.filter(isSick)
  const isLone = all.failed === 1 && sick.every((it) => it.tries.length > 1)
  if (isLone && !isSomebodys(sick, pods)) {
    return [cannotTell('too-few', `1 of ${all.of} connects to ${full(service)} failed: once is no pattern`, '--probe')]
  }
  const nodeOf = (it: Contact): string | null => serving.find((pod) => pod.name === endpointName(it))?.node ?? null
  const seen = fingerprint(service, counted, nodeOf, nodesOf(serving))
  const isPublished =
    mayBeUnready.has(seen.fingerprint) && !isPodsOwn(sick) && publishedUnready(service, pods).length > 0
  const marks = isPublished ? { ...seen, fingerprint: 'unready-published' as const } : seen
  const clients = new Set(sick.map((it) => it.node))
  // Where the pods answer, connects to them say nothing of how often the Service does.
  const own = counted.filter((it) => it.via.kind === 'service')
  const told = sick.every((it) => it.via.kind === 'service') ? tally(own) : all
  const homes = homesOf(sick.filter((it) => it.via.kind === 'endpoint').map(nodeOf), serving)
  const nodes = [...new Set(counted.map((it) => it.node))]
  return [
    finding({
      subject: serviceSubject(service),
      confidence: 'observed',
      severity: marks.fingerprint === 'no-local-endpoint' || isLone ? 'warning' : 'error',
      args: {
        fingerprint: marks.fingerprint,
        failed: told.failed,
        of: told.of,
        open: told.open,
        failures: failuresText(told),
        never: neverFrom(own),
        /** Told together: other Services that the same nodes do not reach. */
        others: [] as readonly string[],
        nodes: nodes.length,
        at: marks.at,
        ...partedArgs(partedByPort(counted.filter((it) => clients.has(it.node)).flatMap((it) => it.tries))),
        ...exampleOf(sick, serving),
        ...readAlready(service, sick, around),
      },
      evidence: [{ kind: 'shares', label: 'connects that failed', rows: rowsOf(counted) }],
      symptoms: [
        svcUnanswered(service),
        ...(isPublished ? [unreadyPublished(service)] : []),
        // The pods answer, or were not asked: the rules of these nodes may be why.
        ...(isPodsOwn(sick) ? [] : sickNodesAlone(own).map(serviceRules)),
        ...(clients.size === 1 && nodes.length > 1 ? [...clients].map(nodeDown) : []),
        ...(homes.size === 1 ? [...homes].flatMap((it) => (it === null ? [] : [nodeDown(it)])) : []),
      ],
      dueTo: dueToShared(
        around.all,
        isPodsOwn(sick)
          ? sick.flatMap((it) => (it.via.kind === 'endpoint' ? [it.ip] : []))
          : serving.map((it) => it.ip),
      ),
      causes: [
        svcUnanswered(service),
        // Who fails to reach such a pod from inside another meets the same.
        ...new Set(
          sick.flatMap(({ via }) =>
            via.kind === 'endpoint' && via.pod !== null
              ? [stoppedOnTheWay({ namespace: service.namespace, name: via.pod })]
              : [],
          ),
        ),
      ],
    }),
  ]
}

/**
 * One failure among many: silence may be one lost packet, and a pod that comes or goes refuses in passing. A refusal at
 * the Service's address while all of its pods stand still is an answer, and somebody gave it.
 */
function isSomebodys(sick: readonly Contact[], pods: readonly Pod[]): boolean {
  const isRefused = sick.every((it) => it.via.kind === 'service' && it.tries.some(({ result }) => result === 'refused'))
  return isRefused && pods.every((it) => isServing(it) || isOver(it))
}

type Example = Omit<ReturnType<typeof exampleOf>, 'port'> & { readonly namespace: string | null }

/** One connect that failed, and the pod that it should have come to. */
function exampleOf(sick: readonly Contact[], serving: readonly Pod[]) {
  const [first] = sick
  const direct = sick.find((it) => it.via.kind === 'endpoint')
  return {
    ip: first?.ip ?? null,
    port: first?.port ?? null,
    node: first?.node ?? null,
    pod: direct === undefined ? (serving[0]?.name ?? null) : endpointName(direct),
    target: direct?.ip ?? serving[0]?.ip ?? null,
  }
}

/** A pod that does not answer by its own address is nothing that rules of a Service bring about. */
function isPodsOwn(sick: readonly Contact[]): boolean {
  return sick.some((it) => it.via.kind === 'endpoint')
}

/** Where the pods are that do not answer; without direct connects, any of them may have been meant. */
function homesOf(direct: readonly (string | null)[], serving: readonly Pod[]): ReadonlySet<string | null> {
  return new Set(direct.length > 0 ? direct : serving.map((it) => it.node))
}

function rowsOf(
  contacts: readonly Contact[],
): readonly { readonly where: string; readonly bad: number; readonly of: number; readonly note: string }[] {
  return [
    ...Map.groupBy(
      contacts,
      (it) => `${it.node} to ${it.via.kind === 'service' ? 'the Service' : endpointName(it)} ${it.ip}:${it.port}`,
    ),
  ]
    .map(([where, its]) => ({ where, bad: tally(its).failed, of: tally(its).of, note: failuresText(tally(its)) }))
    .toSorted((a, b) => b.bad - a.bad || textOrder(a.where, b.where))
}
