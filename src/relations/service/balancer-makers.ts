import type { Known } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import type { LoadBalancer } from '../../model/service.ts'
import { full } from '../../phrases.ts'
import { once } from '../once.ts'
import { isLive } from './service-selects-pod.ts'
import { workloadOfPod } from '../workload-of-pod.ts'

export const kubeVipImage = /(?:^|\/)kube-vip(?:-iptables)?(?:[:@]|$)/

/**
 * Who gives addresses to Services of type LoadBalancer, by the image of its controller: of clouds that run theirs in
 * the cluster, of MetalLB, kube-vip and others for bare metal. A cloud that runs its own outside is none of these, nor
 * is Cilium, which says in a condition of the Service that no pool has an address for it.
 */
const makers: readonly { readonly name: string; readonly image: RegExp }[] = [
  { name: 'the AWS Load Balancer Controller', image: /aws-load-balancer-controller/ },
  { name: 'MetalLB', image: /metallb(?:\/|-)controller/ },
  { name: 'kube-vip', image: kubeVipImage },
  { name: 'a cloud controller', image: /cloud-controller|cloud-provider|[-/]ccm(?:[-:@]|$)/ },
  { name: 'OpenELB', image: /openelb|porter-manager/ },
  { name: 'PureLB', image: /purelb\/allocator/ },
  { name: 'LoxiLB', image: /kube-loxilb/ },
  { name: 'another', image: /load-?balancer|[-/]lb-controller|ipam-controller|f5-|avi-|\/ako(?:[:@]|$)/ },
]

/** Why nobody gives an address, where objects tell it. */
export type Lack =
  | { readonly is: 'not-here'; readonly who: string }
  | { readonly is: 'off'; readonly who: string; readonly workload: string }
  | { readonly is: 'not-ready'; readonly who: string; readonly workload: string }
  | { readonly is: 'nobody' }

interface Seen {
  readonly pods: Known<readonly Pod[]>
  readonly nodes: Known<readonly Node[]>
  /** Pods of all namespaces were read. */
  readonly isWhole: boolean
}

/**
 * For whom nothing was said. A class is one controller's, of which the AWS one is known; without a class whoever is
 * here takes it. null: somebody may, a cloud from outside of the cluster among them (a node's `spec.providerID`).
 */
export function lackOf({ class: own, handedTo }: LoadBalancer, { pods, nodes, isWhole }: Seen): Lack | null {
  if (!pods.known || !isWhole) return null
  const here = makersIn(pods.value)
  if (handedTo === 'aws' || own === 'service.k8s.aws/nlb') {
    const [first] = makers
    const its = here.filter((it) => it.who === first?.name)
    return its.length === 0 ? { is: 'not-here', who: `${first?.name}` } : unready(its)
  }
  if (own !== null) return null
  const off = here.filter((it) => it.isOff)
  const on = here.filter((it) => !it.isOff)
  if (on.length > 0) return unready(on)
  const hasCloud = !nodes.known || nodes.value.length === 0 || nodes.value.some((it) => it.provider !== undefined)
  const [vip] = off
  if (vip !== undefined) return { is: 'off', who: vip.who, workload: vip.workload }
  return hasCloud ? null : { is: 'nobody' }
}

interface Maker {
  readonly who: string
  readonly workload: string
  readonly isReady: boolean
  /** It is told to leave Services alone. */
  readonly isOff: boolean
}

const makersIn = once((pods: readonly Pod[]): readonly Maker[] =>
  pods.filter(isLive).flatMap((pod) =>
    pod.containers.flatMap(({ image, balances }): readonly Maker[] => {
      const who = makers.find((it) => it.image.test(image))?.name
      if (who === undefined) return []
      const on = workloadOfPod(pod)
      return [{ who, workload: `${on.kind} ${full(on)}`, isReady: pod.ready, isOff: balances === 'off' }]
    }),
  ),
)

/** null where one of them is ready, or nobody of them is the one that it would be. */
function unready(its: readonly Maker[]): Lack | null {
  const [first] = its
  if (first === undefined || its.some((it) => it.isReady)) return null
  return { is: 'not-ready', who: first.who, workload: first.workload }
}
