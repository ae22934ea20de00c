import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { IngressController } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import { count, full, some } from '../../phrases.ts'
import { frontsBeside } from '../../relations/ingress/fronts-beside.ts'
import { kubeVipImage } from '../../relations/service/balancer-makers.ts'
import { excludingLabel, speakersHeed } from '../../relations/service/metallb.ts'
import { countEndpoints, slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { noPodNetwork } from '../../relations/symptom.ts'
import { serviceSubject } from './words.ts'

/** The cluster autoscaler's, on a node that it is about to take away. */
const leaving = 'ToBeDeletedByClusterAutoscaler'

/**
 * The service controller leaves out nodes by a label, by the autoscaler's taint, and those that are not ready
 * (cloud-provider controllers/service/controller.go). With externalTrafficPolicy Local a node without an endpoint of
 * its own takes nothing either: what remains may be none.
 */
export default check({
  code: 'SVC223',
  slug: 'service/no-eligible-node',
  title: "no node may take a load balancer's traffic",
  fine: 'each load balancer has a node that may take its traffic',
  severity: 'warning',
  needs: ['services', 'nodes'],
  wants: ['endpointSlices', 'ingressControllers', 'pods'],
  remedies: [],
  decides: ['LB-05', 'PRX-14'],

  run({ services, nodes, endpointSlices, ingressControllers, pods }) {
    const slicesOf = endpointSlices.known ? slicesOfServices(endpointSlices.value) : null
    const own = services
      .filter((it) => it.type === 'LoadBalancer')
      .map((service) => ({
        on: service,
        hasAddress: (service.loadBalancer?.addresses ?? []).length > 0,
        homes: slicesOf === null ? null : homesOf(service, slicesOf(service)),
      }))
    const balanced = [...own, ...balancedBeside(services, ingressControllers)]
    if (balanced.length === 0) return notApplicable('no Service here is of type LoadBalancer')
    const byLabel = !pods.known || speakersHeed(pods.value) !== false
    const out = nodes.flatMap((node) => {
      const why = whyOut(node, byLabel)
      return why === null ? [] : [{ name: node.name, why }]
    })
    if (out.length === 0) return ok(balanced.length)
    // k3s's own load balancer heeds no label, nor does what runs on the one node that kubeadm labels.
    const isOthers = nodes.some(({ kubelet }) => kubelet.includes('+k3s')) || (pods.known && pods.value.some(isKubeVip))
    const isHeeded = nodes.length > 1 && !isOthers
    const found = balanced.flatMap(({ on, hasAddress, homes }) => {
      const wanted = homes ?? nodes.map((it) => it.name)
      const eligible = wanted.filter((name) => !out.some((it) => it.name === name))
      return wanted.length === 0 || eligible.length > 0
        ? []
        : [
            verdict(on, {
              out: out.filter((it) => wanted.includes(it.name)),
              local: homes !== null,
              of: nodes.length,
              isOutage: hasAddress && isHeeded,
            }),
          ]
    })
    return found.length > 0 ? found : ok(balanced.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.local
        ? `Load balancer of Service ${full(on)} leaves out each node that has a pod of it: ${some(args.nodes)}.`
        : `Load balancer of Service ${full(on)} leaves out every node: ${some(args.nodes)}.`,
    detail: ({ args }) =>
      `${count(args.nodes.length, 'node')} of ${args.of} left out · ${some(args.whys)}` +
      (args.local ? ' · externalTrafficPolicy Local: only nodes with a pod of it take its traffic' : ''),
    note: ({ args }) =>
      areUnready(args)
        ? 'load balancers leave out nodes that are not ready; they come back as soon as they are'
        : 'some load balancers (those of k3s and of kube-vip) do not heed the label; the cloud controllers and ' +
          'MetalLB do',
    help: ({ args }) =>
      areUnready(args)
        ? ['see why the nodes are not ready', 'kubectl describe nodes', 'kubectl get nodes']
        : [cureOf(args), `kubectl get nodes -L ${excludingLabel}`],
  },
})

/** The nodes themselves are what is wrong, and no label. */
function areUnready({ whys }: { readonly whys: readonly string[] }): boolean {
  return whys.every((it) => it === unready)
}

const unready = 'not ready'

function cureOf(args: { readonly local: boolean; readonly whys: readonly string[] }): string {
  if (args.local) return 'let the pods run on nodes that are not left out, or use externalTrafficPolicy: Cluster'
  return args.whys.some((it) => it.startsWith('label'))
    ? 'take the label off nodes that should carry traffic'
    : 'wait for new nodes: the autoscaler takes these away'
}

/** It announces from whichever node leads, whatever labels say (kube-vip.io, "Kubernetes Services"). */
function isKubeVip({ containers }: Pod): boolean {
  return containers.some(({ image }) => kubeVipImage.test(image))
}

function whyOut({ labels, taints, ready }: Node, byLabel: boolean): string | null {
  if (byLabel && Object.hasOwn(labels, excludingLabel)) return `label ${excludingLabel}`
  if (taints.some((it) => it.key === leaving)) return `taint ${leaving}`
  return ready === 'True' ? null : unready
}

/** Nodes with a ready endpoint, where only these count; null where every node takes traffic. */
function homesOf(service: Service, slices: readonly EndpointSlice[]): readonly string[] | null {
  if (service.externalTrafficPolicy !== 'Local') return null
  return [...new Set(countEndpoints(slices).ready.flatMap((it) => it.node ?? []))]
}

interface Balanced {
  readonly on: Named
  /** Somebody gave it one: users come by it. */
  readonly hasAddress: boolean
  /** Null where every node takes its traffic, or that is not known. */
  readonly homes: readonly string[] | null
}

function balancedBeside(
  services: readonly Service[],
  controllers: Known<readonly IngressController[]>,
): readonly Balanced[] {
  return frontsBeside(services, controllers).map((front) => ({
    on: front,
    hasAddress: front.addresses.length > 0,
    homes: front.localOn ?? null,
  }))
}

interface Named {
  readonly namespace: string
  readonly name: string
}

interface Out {
  readonly out: readonly { readonly name: string; readonly why: string }[]
  readonly local: boolean
  readonly of: number
  readonly isOutage: boolean
}

function verdict(service: Named, { out, local, of, isOutage }: Out) {
  return finding({
    subject: serviceSubject(service),
    confidence: 'inferred',
    // Nobody comes in by an address that users are given; without one nobody came before.
    severity: isOutage ? 'error' : 'warning',
    args: { nodes: out.map((it) => it.name), whys: [...new Set(out.map((it) => it.why))], local, of },
    evidence: [
      {
        kind: 'shares',
        label: 'nodes that are left out',
        rows: [...Map.groupBy(out, (it) => it.why)].map(([where, its]) => ({
          where,
          bad: its.length,
          of,
          note: some(its.map((it) => it.name)),
        })),
      },
    ],
    symptoms: out.every((it) => it.why === unready) ? [noPodNetwork] : [],
  })
}
