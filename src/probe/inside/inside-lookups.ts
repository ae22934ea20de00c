import type { Cluster } from '../../kube/cluster.ts'
import { shell } from '../../kube/container-command.ts'
import type { DnsName } from '../../wire/dns-name.ts'
import { lookupsScript } from './inside-script.ts'
import { hasNoProgram, silence } from './no-shell.ts'

/** Lookups made by one pod's own C library. Times in milliseconds, in steps of 10. */
export interface InsideLookups {
  /** `Deployment/shop/web`. */
  readonly workload: string
  readonly pod: string
  readonly times: readonly number[]
  readonly failed: number
  /** Why none, or not all, were made; null when all were. */
  readonly short: string | null
}

export interface InsideLookupsSpec {
  readonly workload: string
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** Fully qualified, with its trailing dot. */
  readonly name: DnsName
  readonly count: number
}

/**
 * Side by side in one container: a lookup that takes 5 s must not keep the others waiting, and its memory is the
 * application's.
 */
const atOnce = 12
const pauseSeconds = 0.5
/** No lookup is started after this. */
export const insideSeconds = 90

/** At most this many new processes a second in one container. */
export const insideRate = atOnce / pauseSeconds

/**
 * Runs `getent ahosts` again and again in an application's container: it calls getaddrinfo for A and AAAA at once, as
 * the application does, with the container's own C library and resolv.conf; a new process each time, because glibc
 * turns careful after the first loss in a process (resolv/res_send.c, RES_SNGLKUP).
 */
export async function insideLookups(
  cluster: Cluster,
  spec: InsideLookupsSpec,
  signal: AbortSignal,
): Promise<InsideLookups> {
  const { workload, namespace, pod, container, count } = spec
  const none = (short: string): InsideLookups => ({ workload, pod, times: [], failed: 0, short })
  const ran = await cluster.exec(namespace, pod, {
    container,
    command: shell(
      lookupsScript,
      insideSeconds + 35,
      spec.name,
      Math.ceil(count / atOnce),
      atOnce,
      pauseSeconds,
      insideSeconds,
    ),
    timeoutMs: (insideSeconds + 40) * 1000,
    signal,
  })
  const said = ran.known ? /@none|@begin/.exec(ran.value.stdout)?.[0] : undefined
  if (said === undefined && hasNoProgram(ran)) return none('its container has no shell')
  if (!ran.known) return none(ran.why.detail)
  if (said === '@none') return none('its container has no getent')
  if (said === undefined) return none(silence(ran.value).why.detail)
  const read = readInsideLookups(ran.value.stdout)
  return {
    workload,
    pod,
    ...read,
    short:
      read.times.length >= count ? null : `${read.times.length} of ${count} lookups were made in ${insideSeconds} s`,
  }
}

/** One line a lookup: when it began and ended by /proc/uptime, and how. Lines that are cut off say nothing. */
export function readInsideLookups(stdout: string): Pick<InsideLookups, 'times' | 'failed'> {
  const rows = [...stdout.matchAll(/^@l (\d+\.\d+) (\d+\.\d+) (\d+)$/gm)]
  return {
    times: rows.map(([, start, end]) => Math.round((Number(end) - Number(start)) * 1000)),
    failed: rows.filter(([, , , code]) => code !== '0').length,
  }
}
