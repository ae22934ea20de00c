import { check } from '../../findings/check.ts'
import { type Args, cannotTell, finding, notApplicable, ok, type Severity } from '../../findings/verdict.ts'
import {
  isClusterFirst,
  type PodResolver,
  podResolvers,
  type ServerKind,
  serverKinds,
} from '../../relations/dns/pod-resolvers.ts'
import type { Contacts } from '../../model/contacts.ts'
import type { InsideView } from '../../model/inside.ts'
import { type Known, known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import type { Scope } from '../../model/sources.ts'
import { calleeOf, choosesOtherNames } from '../../relations/dns/callees.ts'
import { type Subject, subjectKey } from '../../model/subject.ts'
import { insidePods } from '../../relations/dns/inside-pods.ts'
import { dnsLossInPod, dnsServerInPod, toldWrongly } from '../../relations/symptom.ts'
import { isDenied } from '../../relations/troubles/inside-sufferer.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { seenInPart, unseenPods, whose } from './inside-words.ts'
import { resolverEvidence, seenPods } from './resolver-words.ts'
import { count, full, some } from '../../phrases.ts'
import { isInHosts } from '../../relations/service/called-services.ts'
import { bareName, isWithin } from '../../wire/dns-name.ts'

/**
 * resolv.conf is written when a pod starts, from the kubelet's clusterDNS: pods keep an address that the DNS Service
 * no longer has, and a kubelet without clusterDNS hands out the node's servers, which know no name of the cluster.
 */
export default check({
  code: 'DNS117',
  slug: 'dns/wrong-nameserver',
  title: "pods ask a server that is not the cluster's DNS",
  fine: "pods that look for names of the cluster ask the cluster's DNS",
  severity: 'error',
  needs: ['pods', 'services', 'clusterDns'],
  wants: ['insideViews', 'contacts'],
  remedies: ['pod-dns'],
  decides: ['DNS-16', 'DNS-17'],

  run({ pods, services, clusterDns, insideViews, contacts, scope }) {
    if (clusterDns.service === null) return notApplicable('no DNS Service was found to compare with')
    const kind = serverKinds(clusterDns, services)
    const resolvers = podResolvers(pods, clusterDns, insideViews).filter(
      (it) =>
        unreadIn(it, insideViews) !== null ||
        wantsClusterNames(it, clusterDns.domain) ||
        failsByChoice(it, scope, calleeOf(it.pod, { services: known(services), clusterDns: known(clusterDns) })),
    )
    if (resolvers.length === 0) return notApplicable('no running pod looks for names of the cluster')
    const asked = { vip: clusterDns.service.clusterIP ?? 'none', domain: clusterDns.domain }
    const around = { services: known(services), clusterDns: known(clusterDns) }
    const byResolver = resolvers.map((it) => {
      const unread = unreadIn(it, insideViews)
      if (unread !== null) return cannotTell('failed', unread)
      const isMeant = choosesOtherNames(it.pod, around) && !failsUsers(it, contacts)
      const isChosen = isMeant && isAnswered(it) && !isAskedFor(it, scope)
      return judge(it, kind, { ...asked, isChosen })
    })
    const judged = [...byResolver, ...mountedUnseen(pods, insideViews)]
    const blind = unseenPods(insideViews)
    return blind === null ? judged : [...judged.filter((it) => it.kind !== 'ok'), blind]
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${whose(on, args)} asks DNS server ${args.server}, which is not the cluster's (${args.vip}).`,
    detail: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} · ${count(args.pods, 'pod')} · ` +
      `nameserver ${args.server}, DNS Service ${args.vip} · ${args.lookup}${seenInPart(args)}`,
    note: ({ args }) =>
      args.policy === 'mount'
        ? `the pod mounts ${args.mount} over /etc/resolv.conf: neither dnsPolicy nor the kubelet has a part in it`
        : (notes[args.policy] ??
          'resolv.conf is written when a pod starts, with the clusterDNS of its kubelet: ' +
            `here that of node ${args.node}`),
    help: ({ subject: on, args }) => [
      (args.chosen ? helps['chosen'] : helps[args.policy]) ??
        "compare with a pod on another node: if only this node's are wrong, fix clusterDNS of its kubelet; " +
          'then restart the pods',
      whoWroteIt(on, args),
      ...(on.kind === 'Deployment' && args.policy !== 'mount'
        ? [`kubectl -n ${on.namespace} rollout restart deployment/${on.name}`]
        : []),
    ],
  },
})

function whoWroteIt(on: Subject, args: Args): string {
  const spec = `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml`
  if (args.policy === 'mount') return `${spec} | grep -B3 -A6 resolv.conf`
  return args.policy === 'None' || args.policy === 'Default'
    ? `${spec} | grep -A8 dnsPolicy`
    : `kubectl get --raw /api/v1/nodes/${args.node}/proxy/configz | grep -o '"clusterDNS":[^]]*]'`
}

const notes: Readonly<Record<string, string>> = {
  None: 'with dnsPolicy None the servers are those of dnsConfig alone',
  Default:
    "with dnsPolicy Default a pod has the node's own resolv.conf, whose servers know no name of the cluster: " +
    'nothing is wrong if it needs none',
}

const helps: Readonly<Record<string, string>> = {
  chosen:
    'nothing in its environment or arguments names a Service, so that this may be meant: if it needs names of the ' +
    'cluster, put the address of the DNS Service into dnsConfig, or leave dnsPolicy out',
  mount:
    'take the mount of /etc/resolv.conf out of the pod template, ' +
    'and let dnsPolicy and dnsConfig say what is wanted; a restart alone changes nothing',
  None: 'put the address of the DNS Service into dnsConfig, or leave dnsPolicy out',
  Default:
    'if it needs names of the cluster, leave dnsPolicy out (ClusterFirst); if its lookups end in silence, ' +
    "look at the servers of the node's resolv.conf",
}

/**
 * A pod that takes the node's file, or names its own servers, knows no name of the cluster by design, and may need
 * none: it is told where somebody asked about it and where there is somebody to call. Silence is by nobody's design.
 */
function failsByChoice(it: PodResolver, scope: Scope, callee: Service | null): boolean {
  const { pod, view } = it
  if (!['Default', 'None'].includes(pod.dnsPolicy) || pod.hostNetwork || view?.lookup.known !== true) return false
  const { result } = view.lookup.value
  if (result === 'ok' || result === 'nodata' || result === 'not-asked') return false
  return !isDenied(result) || callee !== null || isAskedFor(it, scope)
}

function isAskedFor({ workload, pods }: PodResolver, { target }: Scope): boolean {
  const asked = target.kind === 'object' ? subjectKey(target.object) : null
  return asked === subjectKey(workload) || pods.some((it) => asked === `Pod/${it.namespace}/${it.name}`)
}

/** What it calls is not all told by its spec: errors that it gives its own users may come of a name that it lacks. */
function failsUsers({ pods }: PodResolver, contacts: Known<Contacts>): boolean {
  const names = new Set(pods.map((it) => full(it)))
  const asked = contacts.known ? (contacts.value.direct ?? []) : []
  return asked.some(
    ({ service, pod, status }) =>
      pod !== null && names.has(full({ namespace: service.namespace, name: pod })) && status !== null && status >= 500,
  )
}

/** Its servers answer: that they know no name of the cluster may be meant, that they are silent is not. */
function isAnswered({ view }: PodResolver): boolean {
  return view?.lookup.known === true && isDenied(view.lookup.value.result)
}

/**
 * By its policy, because its own search list has the cluster's domain in it, or because it is told to call a whole name
 * of the cluster, which needs no list.
 */
function wantsClusterNames({ pod }: PodResolver, domain: string): boolean {
  if (isClusterFirst(pod)) return true
  if (pod.dnsPolicy !== 'None') return false
  return (pod.dnsConfig?.searches ?? []).some((it) => isWithin(it, domain)) || toldWhole(pod, domain) !== null
}

/** `db.data.svc.cluster.local`, that `hostAliases` do not have: no server of the world's knows it. */
function toldWhole(pod: Pod, domain: string): string | null {
  const calls = pod.containers.flatMap((it) => it.calls ?? [])
  const whole = calls.find((it) => isWithin(bareName(it.host), `svc.${bareName(domain)}`) && !isInHosts(pod, it.host))
  return whole?.host ?? null
}

/** The DNS that these pods are held against. */
interface Asked {
  readonly vip: string
  readonly domain: string
}

interface Judged extends Asked {
  readonly isChosen: boolean
}

/** The file of these pods is there, and not theirs to read, which DNS181 is about: whom they ask stands nowhere. */
function unreadIn({ pods, seen, workload }: PodResolver, insideViews: Known<readonly InsideView[]>): string | null {
  if (seen !== null || !insideViews.known) return null
  const names = new Set(pods.map((it) => full(it)))
  const view = insideViews.value.find(
    (it) => it.resolvConfUnread !== undefined && names.has(full({ namespace: it.namespace, name: it.pod })),
  )
  return view === undefined ? null : `${workload.kind} ${full(workload)} may not read its own /etc/resolv.conf`
}

/**
 * A volume lies over the file of one container of a pod, and nobody knows of which: what the others show is not what
 * that one has.
 */
function mountedUnseen(pods: readonly Pod[], insideViews: Known<readonly InsideView[]>) {
  const looked = insideViews.known ? insidePods(pods, insideViews.value) : []
  const read = looked.filter(({ pod, view }) => pod.resolvConfMount !== undefined && view.resolvConf.known)
  const unseen = [...Map.groupBy(read, ({ pod }) => pod)].flatMap(([pod, its]) => {
    const seen = new Set(its.map(({ view }) => view.container))
    const names = pod.containers.flatMap((it) => (seen.has(it.name) ? [] : [it.name]))
    return names.length === 0 ? [] : [{ pod, names, workload: subjectKey(workloadOfPod(pod)) }]
  })
  return [...new Map(unseen.map((it) => [it.workload, it])).values()].map(({ pod, names }) =>
    cannotTell(
      'not-there',
      `pod ${full(pod)} mounts ${pod.resolvConfMount?.kind} ${pod.resolvConfMount?.name} over /etc/resolv.conf, ` +
        `and what container ${some(names)} has there was not seen`,
    ),
  )
}

/** A server of another sort may know the cluster's names all the same: a lookup that works has the last word. */
function judge(it: PodResolver, kind: (ip: string) => ServerKind, asked: Judged) {
  const { resolvConfMount } = it.pod
  if (it.seen === null && resolvConfMount !== undefined) {
    return cannotTell(
      'not-asked',
      `${it.workload.kind} ${it.workload.namespace}/${it.workload.name} mounts ${resolvConfMount.kind} ` +
        `${resolvConfMount.name} over /etc/resolv.conf, and nobody looked into it`,
      it.view === null ? '--probe' : null,
    )
  }
  if (it.nameservers.some((ip) => kind(ip) !== 'other')) return ok(1)
  const lookup = it.view?.lookup
  const result = lookup?.known === true ? lookup.value.result : null
  if (result === 'ok' || result === 'nodata') return ok(1, 'another server, and it knows the names of the cluster')
  return found(it, asked)
}

function isByChoice(it: PodResolver, domain: string): boolean {
  return it.pod.dnsPolicy === 'Default' || !wantsClusterNames(it, domain)
}

function found(it: PodResolver, { vip, domain, isChosen }: Judged) {
  const lookup = it.view?.lookup
  const result = lookup?.known === true ? lookup.value.result : null
  const server = it.nameservers[0] ?? 'none'
  const mount = it.pod.resolvConfMount ?? null
  const told = it.pod.dnsPolicy === 'None' ? toldWhole(it.pod, domain) : null
  return finding({
    subject: it.workload,
    severity: severityOf(result === null || isByChoice(it, domain), isChosen),
    confidence: result !== null ? 'observed' : 'inferred',
    args: {
      server,
      vip,
      chosen: isChosen,
      pods: it.pods.length,
      ...it.seenIn,
      node: it.pod.node ?? 'unknown',
      policy: mount === null ? it.pod.dnsPolicy : 'mount',
      mount: mount === null ? 'none' : `${mount.kind} ${mount.name}`,
      lookup:
        lookup?.known === true
          ? `lookup of ${lookup.value.name} in ${it.pod.name}: ${lookup.value.result}`
          : 'no lookup was made in it',
    },
    symptoms: symptomsOf(it),
    // Who finds no name of the cluster calls nobody there, and answers accordingly.
    causes: result === null || isChosen ? [] : [toldWrongly(it.workload)],
    evidence: [
      resolverEvidence(it, 'nameserver', server, `the DNS Service is ${vip}`),
      { kind: 'fact', label: `${it.pod.name} on`, value: it.pod.node ?? 'no node' },
      ...(told === null ? [] : [{ kind: 'fact' as const, label: 'it is told to call', value: told }]),
      ...(mount === null
        ? []
        : [{ kind: 'fact' as const, label: '/etc/resolv.conf', value: `mounted from ${mount.kind} ${mount.name}` }]),
    ],
  })
}

function severityOf(isOpen: boolean, isChosen: boolean): Severity {
  if (isChosen) return 'info'
  return isOpen ? 'warning' : 'error'
}

/** Where the node's kubelet writes this into every pod, that is the cause. */
function symptomsOf(it: PodResolver): readonly string[] {
  const { pod, nameservers } = it
  const { resolvConfMount, dnsPolicy, node } = pod
  const isOwn = resolvConfMount !== undefined || dnsPolicy === 'None' || dnsPolicy === 'Default'
  return [
    ...seenPods(it).map(dnsLossInPod),
    // An address that no pod has any more says so itself.
    ...[pod, ...seenPods(it).filter((one) => one !== pod)].map((one) => dnsServerInPod(one, nameservers[0] ?? '')),
    ...(isOwn ? [] : [`dns-wrong-server:node/${node ?? 'unknown'}`]),
  ]
}
