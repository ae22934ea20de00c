import { editDistance } from '../../closest.ts'
import type { InternalAsk, LoadBalancer } from '../../model/service.ts'

interface Known {
  readonly by: string
  readonly cloud: InternalAsk['cloud']
  /** What its cloud takes for internal, and for public; anything else does nothing. */
  readonly internal: RegExp
  readonly public: RegExp
}

/**
 * By the clouds' own controllers: cloud-provider-azure, `requiresInternalLoadBalancer` (`true` as it stands);
 * cloud-provider-gcp, `GetLoadBalancerAnnotationType`; cloud-provider-aws (any text but `false`) and the AWS Load
 * Balancer Controller, `scheme`; cloud-provider-openstack; Oracle's and DigitalOcean's.
 */
const known: readonly Known[] = [
  {
    by: 'service.beta.kubernetes.io/azure-load-balancer-internal',
    cloud: 'azure',
    internal: /^true$/,
    public: /^(?:false)?$/,
  },
  {
    by: 'networking.gke.io/load-balancer-type',
    cloud: 'gce',
    internal: /^[Ii]nternal$/,
    public: /^(?:[Ee]xternal)?$/,
  },
  {
    by: 'cloud.google.com/load-balancer-type',
    cloud: 'gce',
    internal: /^[Ii]nternal$/,
    public: /^(?:[Ee]xternal)?$/,
  },
  {
    by: 'service.beta.kubernetes.io/aws-load-balancer-internal',
    cloud: 'aws',
    internal: /^(?!false$)./,
    public: /^(?:false)?$/,
  },
  {
    by: 'service.beta.kubernetes.io/aws-load-balancer-scheme',
    cloud: 'aws',
    internal: /^internal$/,
    public: /^(?:internet-facing)?$/,
  },
  {
    by: 'service.beta.kubernetes.io/openstack-internal-load-balancer',
    cloud: 'openstack',
    internal: /^true$/i,
    public: /^(?:false)?$/i,
  },
  {
    by: 'service.beta.kubernetes.io/oci-load-balancer-internal',
    cloud: 'oci',
    internal: /^(?:1|t|true)$/i,
    public: /^(?:0|f|false)?$/i,
  },
]

const names: ReadonlySet<string> = new Set(known.map((it) => it.by))
const prefix = /^(?:service\.beta\.kubernetes\.io|networking\.gke\.io|cloud\.google\.com)\//
const mostSlips = 2

/** What annotations of a Service ask of the kind of its load balancer, also by a name that is nearly right. */
export function internalAsksOf(annotations: Readonly<Record<string, string>>): Pick<LoadBalancer, 'internal'> {
  const asks = Object.entries(annotations).flatMap(([key, value]): readonly InternalAsk[] => {
    if (!names.has(key) && !isSlip(key)) return []
    const it = known.find(({ by }) => by === key) ?? nearest(key)
    if (it === undefined) return []
    const wants = wantsOf(it, value)
    if (it.by === key) return [{ by: it.by, cloud: it.cloud, wants }]
    return wants === 'internal' ? [{ by: it.by, cloud: it.cloud, wants, written: key }] : []
  })
  return asks.length === 0 ? {} : { internal: asks.slice(0, known.length) }
}

function wantsOf(it: Known, value: string): InternalAsk['wants'] {
  if (it.internal.test(value)) return 'internal'
  return it.public.test(value) ? 'public' : 'unread'
}

/** Of the length of one of them, and with the word in it by which they differ from all others. */
function isSlip(key: string): boolean {
  return key.length < 100 && prefix.test(key) && /intern|type|scheme/.test(key) && !others.test(key)
}

/** Annotations of their own, one letter or two from these. */
const others = /-(?:nlb-target-type|target-type|ip-address-type|load-balancer-type)$/

function nearest(key: string): Known | undefined {
  return known.find(({ by }) => Math.abs(by.length - key.length) <= mostSlips && editDistance(by, key) <= mostSlips)
}
