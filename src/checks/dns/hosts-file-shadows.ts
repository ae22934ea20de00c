import type { Evidence } from '../../findings/evidence.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import { subjectKey } from '../../model/subject.ts'
import {
  declaredEntries,
  entriesOf,
  entriesToJudge,
  type HostsEntry,
  serviceNamed,
  unreadNamespace,
} from '../../relations/hosts-entries.ts'
import { answerFits } from '../../relations/dns/inside-answers.ts'
import { type InsidePod, insidePods, lookedInto, type SeenIn, seenInOf } from '../../relations/dns/inside-pods.ts'
import { nsswitchOf } from '../../relations/nsswitch.ts'
import { slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { nameInPod } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { execInto, fileEvidence, seenInPart, unseenPods, whose } from './inside-words.ts'
import { count, some } from '../../phrases.ts'

/**
 * The C library reads /etc/hosts before it asks DNS, and never asks for a name that stands there. An entry that was
 * right when it was written stays when the Service gets another address.
 */
export default check({
  code: 'DNS167',
  slug: 'dns/hosts-file-shadows',
  title: 'a hosts file says something else of a Service than the API',
  fine: 'hosts files of pods say of Services what the API says',
  severity: 'error',
  needs: ['pods', 'services'],
  wants: ['insideViews', 'endpointSlices', 'clusterDns', 'namespaces'],
  remedies: [],
  decides: ['DNS-30'],

  run({ pods, services, insideViews, endpointSlices, clusterDns, namespaces, scope }) {
    const domain = clusterDns.known ? clusterDns.value.domain : 'cluster.local'
    const slices = endpointSlices.known ? slicesOfServices(endpointSlices.value) : () => null
    const around = { scope, domain, namespaces: namespaces.known ? namespaces.value.map((it) => it.name) : null }
    const live = pods.filter(isLive)
    if (live.length === 0) return notApplicable('no pod that runs or is about to')
    const groups = [...Map.groupBy(live, (it) => subjectKey(workloadOfPod(it))).values()]
    const judged = groups.map((its) => judge(its, insideViews, { services, slices, domain, around }))
    const told = judged.flatMap((it) => it.verdict)
    const elsewhere = [...new Set(judged.flatMap((it) => it.elsewhere))].toSorted()
    const blind = [
      ...(elsewhere.length === 0
        ? []
        : [
            cannotTell(
              'not-asked',
              `hosts files of pods name ${some(elsewhere)}, and Services of ` +
                `${elsewhere.length === 1 ? 'that namespace' : 'other namespaces'} were not read`,
              '-A',
            ),
          ]),
      ...[unseenPods(insideViews)].filter((it) => it !== null),
    ]
    return blind.length === 0 ? told : [...told.filter((it) => it.kind === 'finding'), ...blind]
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${whose(on, args)} takes ${args.name} for ${args.ip}: ` +
      `an entry of its hosts file stands before Service ${args.service} (${args.is}).`,
    detail: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} · ${count(args.pods, 'pod')} · ${args.from}: ` +
      `${args.ip} ${args.name} · the Service is ${args.is} · ${args.lookup}${seenInPart(args)}`,
    note: ({ args }) =>
      args.from === 'hostAliases'
        ? 'the kubelet writes hostAliases into /etc/hosts when a container starts'
        : 'no DNS server is asked for a name that stands in the file',
    help: ({ subject: on, args }) => [
      args.from === 'hostAliases'
        ? 'take the name out of spec.hostAliases of the pod template'
        : 'take the line out: look for hostAliases, for a mount of /etc/hosts, ' +
          'and for what an image writes at its start',
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -A8 hostAliases`,
      `kubectl -n ${on.namespace} exec ${execInto(args)} -- cat /etc/hosts`,
    ],
  },
})

interface Against {
  readonly services: readonly Service[]
  readonly slices: (service: Service) => readonly EndpointSlice[] | null
  readonly domain: string
  readonly around: Parameters<typeof unreadNamespace>[1]
}

/** `elsewhere`: names of Services that were not read. */
function judge(pods: readonly Pod[], insideViews: Known<readonly InsideView[]>, against: Against) {
  const looked = insideViews.known ? insidePods(pods, insideViews.value) : []
  const elsewhere: string[] = []
  const wrongOf = (entries: readonly HostsEntry[], pod: Pod, inside: InsidePod | null): Wrong | null => {
    elsewhere.push(...entriesToJudge(entries, pod).flatMap((it) => (unreadName(it, against) ? [it.name] : [])))
    return wrongEntry(entries, pod, against, inside)
  }
  const wrongs: Shadowed[] = []
  for (const one of looked) {
    const hosts = one.resolving?.hosts
    const read = hosts?.known === true ? hosts.value : null
    if (read === null) continue
    // Where DNS comes first, the file speaks for names alone that DNS does not have.
    if (one.view.libc !== 'musl' && one.resolving !== null && nsswitchOf(one.resolving.nsswitch)?.filesFirst === false)
      continue
    const wrong = wrongOf(entriesOf(read), one.pod, one)
    if (wrong !== null) wrongs.push({ wrong, inside: one, text: read })
  }
  const [shadowed] = wrongs
  if (shadowed !== undefined)
    return { verdict: [found(pods, shadowed.wrong, seenAlike(shadowed, wrongs, looked))], elsewhere }
  const read = new Set(looked.flatMap(({ resolving, pod }) => (resolving?.hosts.known === true ? [pod.name] : [])))
  for (const pod of oneOfEachAliases(pods.filter((it) => !read.has(it.name)))) {
    const declared = wrongOf(declaredEntries(pod), pod, null)
    if (declared !== null) return { verdict: [found(pods, declared, null)], elsewhere }
  }
  return { verdict: [ok(pods.length)], elsewhere }
}

/** Pods of one template have the same, but for those of a rollout. */
function oneOfEachAliases(pods: readonly Pod[]): readonly Pod[] {
  const declaring = pods.filter((it) => it.hostAliases !== undefined)
  return [...new Map(declaring.map((it) => [JSON.stringify(it.hostAliases), it])).values()]
}

function unreadName({ name }: HostsEntry, { around }: Against): boolean {
  return unreadNamespace(name, around) !== null
}

interface Wrong {
  readonly entry: HostsEntry
  readonly service: Service
  readonly pod: Pod
}

interface Shadowed {
  readonly wrong: Wrong
  readonly inside: InsidePod
  readonly text: string
}

interface Sight extends Omit<Shadowed, 'wrong'> {
  readonly seenIn: SeenIn
}

const nowhere: SeenIn = { inPods: [], inContainers: [], lookedInto: 0 }

/** Where else that entry stands: what more there is in others is told once this is out of the way. */
function seenAlike({ wrong, inside, text }: Shadowed, all: readonly Shadowed[], looked: readonly InsidePod[]): Sight {
  const { ip, name } = wrong.entry
  const alike = all.filter((it) => it.wrong.entry.ip === ip && it.wrong.entry.name === name)
  const seenIn = seenInOf(
    alike.map((it) => it.inside),
    lookedInto(looked)(inside),
  )
  return { inside, text, seenIn }
}

function wrongEntry(
  entries: readonly HostsEntry[],
  pod: Pod,
  { services, slices, domain }: Against,
  inside: InsidePod | null,
): Wrong | null {
  for (const entry of entriesToJudge(entries, pod)) {
    const service = serviceNamed(entry.name, pod.namespace, domain, services)
    if (service === null || answerFits([entry.ip], service, slices(service)) !== 'wrong') continue
    // What the library itself said of this very name counts above what a file implies.
    const said = inside?.resolving?.names.find((it) => it.typed.toLowerCase() === entry.name && it.result === 'ok')
    if (said !== undefined && answerFits(said.addresses, service, slices(service)) === 'right') continue
    return { entry, service, pod }
  }
  return null
}

function found(pods: readonly Pod[], { entry, service, pod }: Wrong, sight: Sight | null) {
  const workload = workloadOfPod(pod)
  const isDeclared = (pod.hostAliases ?? []).some(
    (it) => it.ip === entry.ip && it.names.some((one) => one.toLowerCase().replace(/\.$/, '') === entry.name),
  )
  const said = sight?.inside.resolving?.names.find((it) => it.typed.toLowerCase() === entry.name)
  return finding({
    subject: workload,
    confidence: sight === null ? 'inferred' : 'observed',
    args: {
      name: entry.name,
      ip: entry.ip,
      service: `${service.namespace}/${service.name}`,
      is: service.clusterIP === 'None' ? 'headless' : (service.clusterIP ?? 'elsewhere'),
      pods: pods.length,
      pod: pod.name,
      container: sight?.inside.view.container ?? null,
      ...(sight?.seenIn ?? nowhere),
      from: isDeclared ? 'hostAliases' : '/etc/hosts',
      lookup:
        said === undefined ? 'not looked up there' : `looked up there: ${said.addresses.join(', ') || said.result}`,
    },
    symptoms: pods.map((it) => nameInPod(it, service)),
    evidence: [
      evidenceOf(entry, pod, sight),
      { kind: 'fact', label: `Service ${service.namespace}/${service.name}`, value: service.clusterIP ?? 'no address' },
    ],
  })
}

function evidenceOf(entry: HostsEntry, pod: Pod, sight: Sight | null): Evidence {
  if (sight !== null)
    return fileEvidence(sight.inside, {
      path: '/etc/hosts',
      text: sight.text,
      mark: entry.ip,
      label: 'stands before DNS',
    })
  const lines = ['hostAliases:', `- ip: ${entry.ip}`, '  hostnames:', `  - ${entry.name}`]
  return {
    kind: 'config',
    object: workloadOfPod(pod),
    path: workloadOfPod(pod).kind === 'Pod' ? 'spec' : 'spec.template.spec',
    lines,
    at: 1,
    mark: entry.ip,
    label: 'stands before DNS',
  }
}
