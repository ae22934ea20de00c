import { plainNumber } from '../wire/plain.ts'
import { type Subject, subject } from '../model/subject.ts'
import { raceState } from '../relations/dns/kernel-race.ts'
import { dnsContainerPort, tcFolder, xtablesLock } from '../relations/dns/weave-tc.ts'
import { at, isObject, type Json, list, type Manifest, nameOf, put, text } from '../manifest/object.ts'
import { nodeLocalDns } from './node-local-dns.ts'
import { type Ask, notOffered, notSeen, type NotOffered, type Objects, type Proposal, type Remedy } from './remedy.ts'

/** The commit whose script takes NET_OVERLAY_IF; earlier tags know the interface `weave` and port 5353 only. */
const defaultImage = 'qmachu/weave-tc:bd94b89'
/** Built by its author on an amd64 machine, once; there is no other. */
const imageArchitecture = 'amd64'

const weave: Subject = subject('DaemonSet', 'kube-system', 'weave-net')
const template = ['spec', 'template', 'spec'] as const

/** Weave's own DaemonSet gets a container that holds AAAA queries back, for clusters that can have nothing better. */
export const weaveTc: Remedy = {
  id: 'weave-tc',
  title: 'delay AAAA queries on the nodes of a Weave network (weave-tc)',
  codes: ['DNS101'],
  applicability: 'judgement',
  reads: (ask) => [{ one: weave }, { all: 'Node', namespace: null }, ...nodeLocalDns.reads(ask)],
  propose,
}

function propose(ask: Ask, objects: Objects): Proposal | NotOffered {
  const found = objects.one(weave)
  if (!found.known) return notSeen('DaemonSet kube-system/weave-net', found)
  if (found.value === null)
    return notOffered('it works on the network of Weave Net, and there is no DaemonSet kube-system/weave-net')
  const before = found.value
  const nodes = objects.all('Node', null)
  if (!nodes.known) return notSeen("the nodes' kernels", nodes)
  const refusal = kernelsHealed(ask) ?? betterCure(ask, objects) ?? unfit(before) ?? otherArchitecture(ask, nodes.value)
  if (refusal !== null) return refusal

  const dns = ask.model.sources.clusterDns
  const port = dns.known ? dnsContainerPort(dns.value) : null
  if (port === null)
    return notOffered('on which port the DNS containers listen is not known, and weave-tc marks packets by it')
  const folder = tcFolderOn(nodes.value)
  if (typeof folder !== 'string') return folder
  const taken = nameTaken(before, folder)
  if (taken !== null) return taken

  const healed = nodes.value.filter((it) => raceState(kernelOf(it)) === 'healed').map(nameOf)
  return {
    kind: 'proposal',
    applicability: 'judgement',
    changes: [
      {
        verb: 'replace',
        object: weave,
        before,
        after: withContainer(before, { image: ask.image ?? defaultImage, port, folder }),
        say: `${folder} of the node at ${tcFolder}, privileged`,
      },
    ],
    effect:
      'AAAA queries leave about 4 ms after their A queries, so that they seldom race. ' +
      "Weave's pods are replaced, node by node",
    risk: {
      level: 'high',
      why:
        "Weave's pod restarts on every node: meanwhile no pod there starts or gets its policies. " +
        "The container is privileged, replaces the queues of the node's uplink and of the interface weave, " +
        'and undo leaves what it made on the nodes',
    },
    verify: {
      codes: ['DNS101'],
      target: 'dns',
      namespace: null,
      level: ask.model.scope.level === 'node' ? 'node' : 'probe',
      p99Ms: 100,
    },
    notes: [
      'a workaround that makes the race rare, not one that ends it; Weave Net is no longer maintained. ' +
        'A kernel of 5.6 or later ends it',
      `needs on every node: modules sch_netem, sch_prio, cls_fw, xt_u32, xt_string, and ${folder}/pareto.dist. ` +
        'Without them the container ends again and again, the pod is not ready, ' +
        'and the rollout stops at the first node',
      ...(healed.length === 0
        ? []
        : [
            `${healed.join(', ')} ${healed.length === 1 ? 'has a kernel' : 'have kernels'} that ` +
              `lose${healed.length === 1 ? 's' : ''} no race: a DaemonSet is one for all nodes, ` +
              'so AAAA queries are late there, too',
          ]),
      '--undo restores the object; on each node a queue and an iptables rule stay, ' +
        "and the uplink's queue until a reboot. There:",
      'tc qdisc del dev weave root',
      'iptables-save -t mangle | grep -i 00001c0001 | sed "s/^-A/-D/" | while read -r it; ' +
        'do eval "iptables -t mangle $it"; done',
      ...(ask.image === null
        ? [`image ${defaultImage}, known for ${imageArchitecture} alone; another one, by digest: --remedy-image`]
        : []),
    ],
  }
}

/** It helps against one race, and kernels heal that: judged where lookups are lost. */
function kernelsHealed({ findings, model }: Ask): NotOffered | null {
  const { nodes } = model.sources
  const lossy = findings.flatMap((it) => (it.subject.kind === 'Node' ? [it.subject.name] : []))
  const kernels = (nodes.known ? nodes.value : [])
    .filter((it) => lossy.includes(it.name))
    .map((it) => ({ ...it, race: raceState(it.kernel) }))
  if (kernels.some((it) => it.race === 'open' || it.race === 'third-race-open')) return null
  const [first] = kernels
  if (first === undefined) return notOffered('the kernel of the node that loses lookups is not known')
  if (first.race === 'unknown')
    return notOffered(
      `whether kernel ${first.kernel} of ${first.name} loses this race its version does not tell: ` +
        'distributions backport the fixes',
      'a DNS cache on each node helps in either case: --remedy node-local-dns',
    )
  return notOffered(
    `kernel ${first.kernel} of ${first.name} heals the race that weave-tc is made for: ` +
      'what loses lookups there holds packets or rewrites them, and a delay does not cure it',
    `hopscope explain DNS101 says what to look for on ${first.name}`,
  )
}

/** Who asks for it by name has chosen; otherwise the cure that ends the race goes before one that makes it rare. */
function betterCure(ask: Ask, objects: Objects): NotOffered | null {
  if (ask.chosen === 'weave-tc' || nodeLocalDns.propose(ask, objects).kind === 'not-offered') return null
  return notOffered(
    'a DNS cache on each node is possible here, and ends the race where this makes it rare',
    'if the nodes may have no cache: --remedy weave-tc',
  )
}

function unfit(daemonSet: Manifest): NotOffered | null {
  const containers = list(at(daemonSet, ...template, 'containers'))
  if (containers.some((it) => text(at(it, 'name')) === 'weave-tc'))
    return notOffered(
      'DaemonSet kube-system/weave-net has a container weave-tc already',
      'whether it is set up as it must be: hopscope dns, DNS124',
    )
  if (at(daemonSet, ...template, 'hostNetwork') !== true)
    return notOffered("DaemonSet kube-system/weave-net is not on the nodes' network, so it is not Weave as it is known")
  if (at(daemonSet, 'spec', 'updateStrategy', 'type') === 'OnDelete')
    return notOffered(
      'DaemonSet kube-system/weave-net updates a pod only when someone deletes it: the change would wait on every node',
      'set updateStrategy RollingUpdate first',
    )
  const [wanted, ready] = [
    plainNumber(at(daemonSet, 'status', 'desiredNumberScheduled'), 0),
    plainNumber(at(daemonSet, 'status', 'numberReady'), 0),
  ]
  return ready < wanted
    ? notOffered(
        `Weave itself is ready on ${ready} of ${wanted} nodes: a rollout would stop half way`,
        'kubectl -n kube-system get pods -l name=weave-net -o wide',
      )
    : null
}

function otherArchitecture({ image }: Ask, nodes: readonly Manifest[]): NotOffered | null {
  const other = nodes.find((it) => text(at(it, 'status', 'nodeInfo', 'architecture')) !== imageArchitecture)
  if (image !== null || other === undefined) return null
  return notOffered(
    `node ${nameOf(other)} is ` +
      `${text(at(other, 'status', 'nodeInfo', 'architecture')) ?? 'of unknown architecture'}, ` +
      `and the image ${defaultImage} is known for ${imageArchitecture} alone`,
    'build it for every architecture of the nodes: --remedy-image',
  )
}

/**
 * Where iproute2 keeps pareto.dist, by the node's distribution. Debian moved it to its multiarch folder between
 * iproute2 5.16 and 6.1 (bookworm, Ubuntu 22.10); %{_libdir}/tc in the RPM family. Others are not known.
 */
function tcFolderOn(nodes: readonly Manifest[]): string | NotOffered {
  const folders = new Map<string, string>()
  for (const node of nodes) {
    const image = text(at(node, 'status', 'nodeInfo', 'osImage')) ?? ''
    const folder = tcFolderOf(image, text(at(node, 'status', 'nodeInfo', 'architecture')) ?? '')
    if (folder === null)
      return notOffered(
        `where ${image === '' ? 'a node without a named system' : image} (node ${nameOf(node)}) keeps ` +
          'pareto.dist of iproute2 is not known',
        'on the node: find / -xdev -name pareto.dist; then by hand: hopscope explain weave-tc',
      )
    folders.set(folder, nameOf(node))
  }
  const [first, second] = [...folders]
  if (first === undefined) return notOffered('no node is listed')
  return second === undefined
    ? first[0]
    : notOffered(
        `one DaemonSet mounts one folder, and pareto.dist lies in ${first[0]} on ${first[1]} and in ` +
          `${second[0]} on ${second[1]}`,
        'a DaemonSet of its own for each kind of node: hopscope explain weave-tc',
      )
}

const triplets: Readonly<Record<string, string>> = { amd64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }

function tcFolderOf(osImage: string, architecture: string): string | null {
  const [, name = '', version = ''] = /^(Debian|Ubuntu)\D*(\d+(?:\.\d+)?)/.exec(osImage) ?? []
  if (name !== '') {
    const multiarch = Number(version) >= (name === 'Debian' ? 12 : 22.1)
    const triplet = triplets[architecture]
    if (multiarch) return triplet === undefined ? null : `/usr/lib/${triplet}/tc`
    return '/usr/lib/tc'
  }
  return /^(CentOS|Red Hat Enterprise Linux|Rocky Linux|AlmaLinux|Oracle Linux|Amazon Linux|Fedora)\b/.test(osImage)
    ? '/usr/lib64/tc'
    : null
}

function kernelOf(node: Manifest): string {
  return text(at(node, 'status', 'nodeInfo', 'kernelVersion')) ?? ''
}

function nameTaken(daemonSet: Manifest, folder: string): NotOffered | null {
  const paths = list(at(daemonSet, ...template, 'volumes')).map((it) => ({
    name: text(at(it, 'name')),
    path: at(it, 'hostPath', 'path'),
  }))
  const taken = paths.find(
    ({ name, path }) => (name === 'xtables-lock' && path !== xtablesLock) || (name === 'lib-tc' && path !== folder),
  )
  return taken === undefined
    ? null
    : notOffered(`DaemonSet kube-system/weave-net has a volume ${taken.name} that is something else`)
}

/** Weave's own lock volume is used again: two of one name are refused, and two for one file confuse. */
function withContainer(
  before: Manifest,
  { image, port, folder }: { readonly image: string; readonly port: number; readonly folder: string },
): Manifest {
  const volumes = list(at(before, ...template, 'volumes'))
  const lock = volumes.find((it) => at(it, 'hostPath', 'path') === xtablesLock)
  const table = volumes.find((it) => at(it, 'hostPath', 'path') === folder)
  const added: readonly Json[] = [
    ...(lock === undefined ? [{ name: 'xtables-lock', hostPath: { path: xtablesLock, type: 'FileOrCreate' } }] : []),
    // No `type: Directory`: a node without it would keep Weave itself from starting.
    ...(table === undefined ? [{ name: 'lib-tc', hostPath: { path: folder, type: '' } }] : []),
  ]
  const nameIn = (volume: Json | undefined, usual: string): string =>
    isObject(volume) ? (text(volume['name']) ?? usual) : usual
  const container: Json = {
    name: 'weave-tc',
    image,
    imagePullPolicy: 'IfNotPresent',
    env: [
      { name: 'NET_OVERLAY_IF', value: 'weave' },
      { name: 'DNSMASQ_PORT', value: String(port) },
    ],
    securityContext: { privileged: true },
    volumeMounts: [
      { name: nameIn(lock, 'xtables-lock'), mountPath: xtablesLock },
      { name: nameIn(table, 'lib-tc'), mountPath: tcFolder },
    ],
  }
  return put(
    put(before, [...template, 'containers'], [...list(at(before, ...template, 'containers')), container]),
    [...template, 'volumes'],
    [...volumes, ...added],
  )
}
