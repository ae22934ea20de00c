import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { WeaveTc } from '../../model/weave-tc.ts'
import { withoutTrailing } from '../../wire/trim-end.ts'

/** Where the tc of qmachu/weave-tc looks for pareto.dist, whatever the node's distribution (weaveworks/weave#3287). */
export const tcFolder = '/lib/tc'
export const xtablesLock = '/run/xtables.lock'

/** One thing in a manifest for which weave-tc does not work, as the lines that say it. */
export interface WeaveTcFault {
  /** `spec.template.spec.containers[2].volumeMounts[1].mountPath`. */
  readonly path: string
  readonly lines: readonly string[]
  /** Which of the lines, and which part of it. */
  readonly at: number
  readonly mark: string
  /** What is wrong, in a few words. */
  readonly label: string
  /** What comes of it, as half a sentence. */
  readonly effect: string
}

/** `dnsPort`: that of the DNS containers; null when it is not known. The worst first; empty when nothing is wrong. */
export function faultsOfWeaveTc(it: WeaveTc, dnsPort: number | null): readonly WeaveTcFault[] {
  return [
    ...fusedPaths(it),
    ...withoutVolume(it),
    ...tcOutOfReach(it),
    ...notPrivileged(it),
    ...offTheNode(it),
    ...otherPort(it, dnsPort),
    ...lockTwice(it),
    ...withoutLock(it),
  ]
}

/**
 * The port on which the DNS containers listen: weave-tc marks packets in POSTROUTING, after the Service's address was
 * rewritten. null when slices name none, or several.
 */
export function dnsContainerPort({ slices }: Pick<ClusterDns, 'slices'>): number | null {
  const ports = new Set(
    slices.flatMap((it) => it.ports).flatMap((it) => (it.protocol === 'UDP' && it.port !== null ? [it.port] : [])),
  )
  const [only] = ports
  return ports.size === 1 ? (only ?? null) : null
}

/**
 * A copy of the YAML that goes round in blogs lost a line end: mount path and the key `volumes:` are one word in it.
 */
function fusedPaths(it: WeaveTc): readonly WeaveTcFault[] {
  return it.mounts.flatMap((mount, index) => {
    if (!mount.mountPath.includes(':')) return []
    const fused = /^(.*?)volumes:$/.exec(mount.mountPath)?.[1]
    return [
      {
        path: `${mountsOf(it)}[${index}].mountPath`,
        ...mountLines(mount),
        mark: mount.mountPath,
        label: fused === undefined ? 'no mount path holds a colon' : `two lines in one: ${fused} and volumes:`,
        effect:
          mount.volume === 'lib-tc' || fused !== undefined
            ? `tc finds no ${tcFolder}/pareto.dist, so the delay is never set up`
            : 'the volume lies where nobody looks',
      },
    ]
  })
}

/** The API server refuses this one: it is for manifests that were not applied yet. */
function withoutVolume(it: WeaveTc): readonly WeaveTcFault[] {
  return it.mounts.flatMap((mount, index) =>
    it.volumes.some(({ volume }) => volume === mount.volume)
      ? []
      : [
          {
            path: `${mountsOf(it)}[${index}].name`,
            ...mountLines(mount),
            at: 0,
            mark: mount.volume,
            label: 'no volume of this name',
            effect: 'the API server refuses the object',
          },
        ],
  )
}

function tcOutOfReach(it: WeaveTc): readonly WeaveTcFault[] {
  const effect = `tc finds no ${tcFolder}/pareto.dist, so the delay is never set up`
  const index = it.mounts.findIndex(({ mountPath }) => withoutTrailing(mountPath, '/') === tcFolder)
  const mount = it.mounts[index]
  if (mount !== undefined) {
    const volume = it.volumes.find((one) => one.volume === mount.volume)
    if (volume === undefined || volume.hostPath !== null) return []
    return [
      {
        path: `${mountsOf(it)}[${index}].name`,
        ...mountLines(mount),
        at: 0,
        mark: mount.volume,
        label: "a volume that is no folder of the node's",
        effect,
      },
    ]
  }
  const misplaced = it.mounts.findIndex(
    (one) => !one.mountPath.includes(':') && (one.volume === 'lib-tc' || one.mountPath.endsWith('/tc')),
  )
  const wrong = it.mounts[misplaced]
  if (wrong !== undefined)
    return [
      {
        path: `${mountsOf(it)}[${misplaced}].mountPath`,
        ...mountLines(wrong),
        mark: wrong.mountPath,
        label: `the image's tc looks in ${tcFolder}: only the path on the node differs by distribution`,
        effect,
      },
    ]
  if (it.mounts.some((one) => one.mountPath.includes(':'))) return []
  return [
    {
      path: mountsOf(it),
      lines: ['volumeMounts:', ...it.mounts.map((one) => `- name: ${one.volume}`)],
      at: 0,
      mark: 'volumeMounts:',
      label: `nothing is mounted at ${tcFolder}`,
      effect,
    },
  ]
}

function notPrivileged(it: WeaveTc): readonly WeaveTcFault[] {
  if (it.privileged) return []
  return [
    {
      path: `${containerOf(it)}.securityContext`,
      lines: [`- name: ${it.container}`],
      at: 0,
      mark: it.container,
      label: 'not privileged',
      effect: 'tc and iptables may change nothing, and the container ends with an error',
    },
  ]
}

function offTheNode(it: WeaveTc): readonly WeaveTcFault[] {
  if (it.hostNetwork) return []
  return [
    {
      path: 'spec.template.spec.hostNetwork',
      lines: [`- name: ${it.container}`],
      at: 0,
      mark: it.container,
      label: "not on the node's network",
      effect: `it waits for ever for the interface ${it.overlay ?? 'weave'}, which is the node's`,
    },
  ]
}

function otherPort(it: WeaveTc, dnsPort: number | null): readonly WeaveTcFault[] {
  if (it.dnsPort === null || dnsPort === null || it.dnsPort === String(dnsPort)) return []
  return [
    {
      path: `${containerOf(it)}.env`,
      lines: ['- name: DNSMASQ_PORT', `  value: "${it.dnsPort}"`],
      at: 1,
      mark: it.dnsPort,
      label: `the DNS containers listen on ${dnsPort}`,
      effect: 'no query is marked, so none is delayed',
    },
  ]
}

function lockTwice(it: WeaveTc): readonly WeaveTcFault[] {
  const locks = it.volumes.flatMap((one, index) => (one.hostPath === xtablesLock ? [{ ...one, index }] : []))
  const [first, second] = locks
  if (first === undefined || second === undefined) return []
  return [
    {
      path: `spec.template.spec.volumes[${second.index}]`,
      lines: [`- name: ${second.volume}`, '  hostPath:', `    path: ${xtablesLock}`],
      at: 0,
      mark: second.volume,
      label: `the same as ${first.volume}`,
      effect: 'harmless, but one of them is left over from a copy',
    },
  ]
}

/** Without it iptables of two containers write at once, and one of them loses rules (iptables(8), --wait). */
function withoutLock(it: WeaveTc): readonly WeaveTcFault[] {
  const locked = it.mounts.some((mount) =>
    it.volumes.some((one) => one.volume === mount.volume && one.hostPath === xtablesLock),
  )
  if (locked) return []
  return [
    {
      path: mountsOf(it),
      lines: ['volumeMounts:', ...it.mounts.map((one) => `- name: ${one.volume}`)],
      at: 0,
      mark: 'volumeMounts:',
      label: `${xtablesLock} is not mounted`,
      effect: 'it changes iptables rules while others do, and either may lose',
    },
  ]
}

function mountLines({ volume, mountPath }: WeaveTc['mounts'][number]): {
  readonly lines: readonly string[]
  readonly at: number
} {
  return { lines: [`- name: ${volume}`, `  mountPath: ${mountPath}`], at: 1 }
}

function containerOf({ index }: WeaveTc): string {
  return `spec.template.spec.containers[${index}]`
}

function mountsOf(it: WeaveTc): string {
  return `${containerOf(it)}.volumeMounts`
}
