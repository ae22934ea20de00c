import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Evidence } from '../../findings/evidence.ts'
import type { Pod } from '../../model/pod.ts'
import { subjectKey } from '../../model/subject.ts'
import { type InsidePod, insidePods, lookedInto, type SeenIn, seenInOf } from '../../relations/dns/inside-pods.ts'
import { isClusterFirst } from '../../relations/dns/pod-resolvers.ts'
import { searchAmplified } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { pathIn, seenInPart, unseenPods } from './inside-words.ts'
import { parseResolvConf, queriesPerLookup, type ResolvConf } from '../../wire/resolv-conf.ts'

/** `api.example.com`: the kind of outside name that applications look up. */
const example = { name: 'api.example.com', dots: 2 }

/** What Kubernetes gives every pod: namespace.svc, svc and the domain itself, with ndots:5. */
const usual = { searches: 3, ndots: 5 }

/**
 * Every outside name with fewer dots than `ndots` is tried under each suffix of the search list first. Eight queries
 * are what Kubernetes itself costs, so only more than that is worth a warning.
 */
export default check({
  code: 'DNS104',
  slug: 'dns/search-amplification',
  title: 'the search list turns one outside lookup into many queries',
  fine: 'search lists cost no more queries than Kubernetes itself',
  severity: 'warning',
  needs: ['pods', 'clusterDns'],
  wants: ['insideViews'],
  remedies: ['resolver-options'],
  decides: ['DNS-11', 'DNS-12'],

  run({ pods, clusterDns, insideViews }) {
    const running = pods.filter((it) => it.phase === 'Running' && !it.deleting)
    if (running.length === 0) return notApplicable('no running pod')
    const workloads = Map.groupBy(running, (it) => subjectKey(workloadOfPod(it)))
    const inside = Map.groupBy(insideViews.known ? insidePods(running, insideViews.value) : [], (it) =>
      subjectKey(it.workload),
    )
    const judged = [...workloads].flatMap(([key, its]) => {
      const [pod] = its
      const sight = costliest(inside.get(key) ?? [])
      return pod === undefined ? [] : [judge(its, sight?.pod ?? pod, sight, clusterDns.domain)]
    })
    const blind = unseenPods(insideViews)
    return blind === null ? judged : [...judged.filter((it) => it.kind !== 'ok'), blind]
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Each lookup of an outside name by ${on.name} costs ${args.queries} DNS queries, ` +
      `because of its search list of ${args.searches}.`,
    detail: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} · ${args.searches} search suffixes, ndots:${args.ndots} · ` +
      `${args.queries} queries for ${example.name} · Kubernetes alone would make ${(usual.searches + 1) * 2}` +
      seenInPart(args),
    note: ({ args }) =>
      `\`${example.name}\` has ${example.dots} dots, fewer than ${args.ndots}, ` +
      'so every suffix is tried first, for A and for AAAA',
    help: ({ subject: on }) => [
      'end outside names with a dot, or lower ndots for this workload to 2',
      `hopscope fix DNS104 -n ${on.namespace} --plan`,
    ],
  },
})

interface Sight extends InsidePod {
  readonly text: string
  readonly seenIn: SeenIn
}

const nowhere: SeenIn = { inPods: [], inContainers: [], lookedInto: 0 }

/** Of what was seen in containers of one workload, that with the most queries; null where nothing was. */
function costliest(looked: readonly InsidePod[]): Sight | null {
  const read = looked.flatMap((it) => {
    const { resolvConf } = it.view
    if (!resolvConf.known) return []
    const queries = queriesPerLookup(parseResolvConf(resolvConf.value), example.dots)
    return [{ ...it, text: resolvConf.value, queries }]
  })
  const most = Math.max(0, ...read.map((it) => it.queries))
  const its = read.filter((it) => it.queries === most)
  const [first] = its
  return first === undefined ? null : { ...first, seenIn: seenInOf(its, lookedInto(read)(first)) }
}

function judge(pods: readonly Pod[], pod: Pod, sight: Sight | null, domain: string) {
  const conf = sight === null ? expected(pod, domain) : parseResolvConf(sight.text)
  const queries = queriesPerLookup(conf, example.dots)
  if (queries <= (usual.searches + 1) * 2) return ok(1)
  return finding({
    subject: workloadOfPod(pod),
    confidence: sight === null ? 'inferred' : 'observed',
    args: {
      queries,
      searches: conf.search.length,
      ndots: conf.ndots,
      pods: pods.length,
      ...(sight?.seenIn ?? nowhere),
    },
    evidence: [
      evidence(pod, conf, sight),
      {
        kind: 'fact',
        label: `queries for one lookup of ${example.name}`,
        value: `${conf.search.length} suffixes + the name itself, each A and AAAA = ${queries}`,
      },
    ],
    symptoms: [searchAmplified(workloadOfPod(pod))],
  })
}

/**
 * What the kubelet writes for this spec, as far as the API shows it: the node's own suffixes can't be seen from here.
 */
function expected(pod: Pod, domain: string): Pick<ResolvConf, 'search' | 'ndots'> {
  const ofCluster = isClusterFirst(pod)
  const own = pod.dnsConfig?.searches ?? []
  const base = ofCluster ? [`${pod.namespace}.svc.${domain}`, `svc.${domain}`, domain] : []
  const asked = pod.dnsConfig?.options.findLast((it) => it.name === 'ndots')?.value ?? null
  const byDefault = ofCluster ? usual.ndots : 1
  return {
    search: [...new Set([...base, ...own])],
    ndots: asked === null || !/^\d+$/.test(asked) ? byDefault : Number(asked),
  }
}

function evidence(pod: Pod, conf: Pick<ResolvConf, 'search' | 'ndots'>, sight: Sight | null): Evidence {
  const object = workloadOfPod(pod)
  if (sight !== null) {
    const lines = sight.text.split('\n').filter((it) => /^\s*(search|options)/.test(it))
    const at = Math.max(
      0,
      lines.findIndex((it) => it.trim().startsWith('search')),
    )
    return {
      kind: 'config',
      object: { kind: 'Pod', namespace: pod.namespace, name: pod.name },
      path: pathIn(sight, '/etc/resolv.conf'),
      lines,
      at,
      mark: conf.search.at(-1) ?? 'search',
      label: `${conf.search.length} suffixes`,
    }
  }
  const lines = ['dnsConfig:', '  searches:', ...(pod.dnsConfig?.searches ?? []).map((it) => `  - ${it}`)]
  return {
    kind: 'config',
    object,
    path: 'spec.template.spec.dnsConfig',
    lines,
    at: lines.length - 1,
    mark: pod.dnsConfig?.searches.at(-1) ?? 'searches',
    label: `makes ${conf.search.length} suffixes, with ndots:${conf.ndots}`,
  }
}
