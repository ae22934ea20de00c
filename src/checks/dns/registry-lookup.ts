import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Pod, PullLookup } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { registryUnknown } from '../../relations/symptom.ts'
import { count, some } from '../../phrases.ts'

/**
 * Images are pulled by the node, which looks the registry up with its own resolv.conf: the cluster's DNS has no part in
 * it, and pods that run on the node may be well.
 */
export default check({
  code: 'DNS176',
  slug: 'dns/registry-lookup',
  title: "a node can't look up the registry of an image",
  fine: 'no image waits for a lookup of its node',
  severity: 'error',
  needs: ['pods'],
  wants: ['clusterDns'],
  remedies: [],
  decides: ['DNS-78'],

  run({ pods, clusterDns }) {
    const dns = clusterDns.known ? [...clusterDns.value.pods, ...clusterDns.value.nodeCaches] : []
    const all = [...new Map([...dns, ...pods].map((it) => [`${it.namespace}/${it.name}`, it])).values()].filter(isLive)
    if (all.length === 0) return notApplicable('no pods here')
    const waiting = all.flatMap((pod) =>
      pod.containers.flatMap(({ pullLookup }) =>
        pullLookup === undefined || pod.node === null ? [] : [{ pod, node: pod.node, pullLookup }],
      ),
    )
    const groups = [...Map.groupBy(waiting, (it) => it.node).values()]
    return groups.length === 0 ? ok(all.length) : groups.flatMap(judge)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Node ${on.name} can't look up ${args.name}` +
      `${args.server === '' ? '' : ` (it asks ${args.server})`}: ${args.how}; ` +
      `images of ${count(args.pods, 'pod')} are not pulled.`,
    detail: ({ args }) => `${args.who} · ${args.name} · ${args.how}`,
    note: () => "the node asks the servers in its own /etc/resolv.conf, and not the cluster's DNS",
    help: ({ subject: on, args }) => [
      args.how === 'no such host'
        ? "see whether the image's registry is spelt right, and whether the node's server knows it"
        : "see whether the server in the node's resolv.conf answers",
      `on ${on.name}:  cat /etc/resolv.conf    getent hosts ${args.name}`,
      `kubectl -n ${args.namespace} describe pod ${args.example}`,
    ],
  },
})

interface Waiting {
  readonly pod: Pod
  readonly node: string
  readonly pullLookup: PullLookup
}

function judge(its: readonly Waiting[]) {
  const [first] = its
  if (first === undefined) return []
  const { pod, node, pullLookup } = first
  return [
    finding({
      subject: subject('Node', null, node),
      confidence: 'observed',
      args: {
        name: [...new Set(its.map((it) => it.pullLookup.name))].slice(0, 3).join(', '),
        server: pullLookup.server ?? '',
        how: pullLookup.how,
        pods: its.length,
        who: some(its.map((it) => `pod ${it.pod.namespace}/${it.pod.name}`)),
        namespace: pod.namespace,
        example: pod.name,
      },
      evidence: its.slice(0, 6).map((it) => ({
        kind: 'fact' as const,
        label: `pod ${it.pod.namespace}/${it.pod.name}`,
        value:
          `lookup ${it.pullLookup.name}${it.pullLookup.server === null ? '' : ` on ${it.pullLookup.server}`}: ` +
          `${it.pullLookup.how}`,
      })),
      causes: [registryUnknown(node)],
    }),
  ]
}
