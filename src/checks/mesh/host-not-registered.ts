import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { subjectKey } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { isIP, outsideHost, type Registered, registered } from '../../relations/mesh/registered-hosts.ts'
import { hostTakes } from '../../relations/mesh/mesh-hosts.ts'
import { mayBeElsewhere } from '../../relations/mesh/mesh-kinds.ts'
import { goesByProxy, rootNamespace } from '../../relations/mesh/mtls.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { type ToldCall, toldCalls } from '../../relations/service/called-services.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * With `outboundTrafficPolicy: REGISTRY_ONLY` a proxy sends nothing to a host that no Service and no ServiceEntry has:
 * HTTP gets 502, TLS is cut off, and the name is looked up as well as ever.
 */
export default check({
  code: 'MSH809',
  slug: 'mesh/host-not-registered',
  title: 'a pod is to call a host outside that its mesh does not know',
  fine: 'the mesh knows the hosts outside that pods were seen to be told of',
  severity: 'error',
  needs: ['beside', 'mesh', 'pods'],
  wants: ['ingresses', 'gatewayRoutes'],
  remedies: [],
  decides: [],

  run({ beside, mesh, pods, ingresses, gatewayRoutes }) {
    const [own, ...revisions] = beside.meshSettings.filter((it) => it.namespace === rootNamespace)
    if (own === undefined) return notApplicable('the file holds no settings of Istio')
    const all = [own, ...revisions]
    if (all.every((it) => it.outbound !== 'REGISTRY_ONLY'))
      return ok(1, 'the mesh lets pods call hosts that it does not know')
    if (!all.every((it) => it.outbound === 'REGISTRY_ONLY'))
      return cannotTell('ambiguous', 'of several revisions of Istio one lets pods call any host, and another does not')
    // A Sidecar may say otherwise for its pods.
    const free = new Set(mesh.sidecars.map((it) => it.namespace))
    if (free.has(rootNamespace))
      return cannotTell(
        'ambiguous',
        `a Sidecar of ${rootNamespace} speaks for all pods, and may let them call any host`,
      )
    const calls = toldCalls(pods.filter((it) => isLive(it) && goesByProxy(it) && !free.has(it.namespace)))
    // What the cluster itself serves to the outside is told to browsers, and called by none of its pods.
    const served = [
      ...mesh.virtualServices.flatMap((it) => it.hosts),
      ...(ingresses.known ? ingresses.value : []).flatMap((it) => it.rules.flatMap(({ host }) => host ?? [])),
      ...(gatewayRoutes.known ? gatewayRoutes.value : []).flatMap((it) => it.hostnames),
    ]
    const outside = calls.flatMap((it) => {
      const host = outsideHost(it.call.host)
      return host === null || isIP(host) || served.some((one) => hostTakes(one, host)) ? [] : [{ it, host }]
    })
    if (outside.length === 0) return ok(1, 'no pod of the mesh is told to call a host outside')
    const bad = outside.flatMap(({ it, host }) => {
      const asked = { host, port: it.call.port, from: it.pod.namespace }
      const known = registered(mesh, asked)
      return known.is === 'known' ? [] : [{ it, host, known }]
    })
    if (bad.length === 0) return ok(outside.length)
    if (mayBeElsewhere(mesh, 'ServiceEntry'))
      return cannotTell(
        'cut-off',
        'REGISTRY_ONLY lets pods call no host but those of ServiceEntries, and not every ServiceEntry was read: ' +
          `${count(bad.length, 'call')} outside may end at the proxy`,
      )
    const groups = Map.groupBy(bad, ({ it, known }) => {
      const entry = known.is === 'unknown' ? '' : known.entry
      return `${subjectKey(workloadOfPod(it.pod))} ${known.is} ${entry}`
    })
    return [...groups.values()].flatMap((its) => verdict(its, own))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} is told to call ${some(args.hosts)}, ${why[args.why](args)}: ` +
      'REGISTRY_ONLY lets its proxy call none but those of a ServiceEntry.',
    detail: ({ args }) => `${some(args.by)} · ConfigMap ${args.home}/${args.map}`,
    note: () => 'HTTP gets 502, TLS is reset (BlackHoleCluster); names are looked up all the same',
    help: ({ subject: on, args }) => [
      cure[args.why],
      `kubectl -n ${args.home} get configmap ${args.map} -o yaml`,
      'kubectl get serviceentries.networking.istio.io -A',
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml`,
    ],
  },
})

type Unknown = Exclude<Registered, { readonly is: 'known' }>

interface About {
  readonly entry: string | null
  readonly port: number | null
}

const why: Readonly<Record<Unknown['is'], (args: About) => string>> = {
  unknown: () => 'which its mesh does not know',
  'no-port': ({ entry, port }) => `and ServiceEntry ${entry} has no port ${port}`,
  hidden: ({ entry }) => `and ServiceEntry ${entry} is not exported to its namespace`,
}

const cure: Readonly<Record<Unknown['is'], string>> = {
  unknown: 'make a ServiceEntry for the host, with its port and protocol',
  'no-port': 'add the port, with its protocol, to the ServiceEntry',
  hidden: "add the caller's namespace to exportTo of the ServiceEntry",
}

function verdict(
  its: readonly { readonly it: ToldCall; readonly host: string; readonly known: Unknown }[],
  own: { readonly namespace: string; readonly name: string },
) {
  const [first] = its
  if (first === undefined) return []
  return [
    finding({
      subject: workloadOfPod(first.it.pod),
      confidence: 'inferred',
      args: {
        hosts: [...new Set(its.map(({ host }) => host))],
        by: its.map(({ it }) => `${it.container}: ${it.call.by ?? 'its command line'}`),
        why: first.known.is,
        entry: first.known.is === 'unknown' ? null : first.known.entry,
        port: first.it.call.port,
        home: own.namespace,
        map: own.name,
      },
      evidence: [
        { kind: 'fact', label: `ConfigMap ${full(own)}`, value: 'outboundTrafficPolicy: REGISTRY_ONLY' },
        { kind: 'fact', label: first.it.call.by ?? first.it.container, value: first.it.call.host },
      ],
    }),
  ]
}
