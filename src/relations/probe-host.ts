import type { Container, Pod } from '../model/pod.ts'
import { isIp, isLoopback } from '../wire/ip-family.ts'

type ProbeKind = 'readiness' | 'liveness' | 'startup'

/** Whom a probe asks in place of its pod. `loopback`: of the node, on whose network the kubelet runs. */
interface AskedInstead {
  readonly host: string
  readonly is: 'loopback' | 'other'
}

type Addressed = Pick<Pod, 'ip' | 'ips' | 'hostNetwork'>

/**
 * The host that a probe's `host` names, where it is not the pod: the kubelet connects to it in place of the pod's
 * address (pkg/probe/http/request.go NewRequestForHTTPGetAction; pkg/kubelet/prober, runProbe of tcpSocket). null where
 * it asks the pod. On the node's network the loopback is the pod's as well, as in static pods of the control plane, and
 * what other addresses the node has nobody knows.
 */
export function askedInstead(pod: Addressed, container: Container, kind: ProbeKind): AskedInstead | null {
  const host = container.probeHosts?.[kind]
  if (host === undefined || pod.hostNetwork || host === pod.ip || pod.ips?.includes(host) === true) return null
  return { host, is: host === 'localhost' || (isIp(host) && isLoopback(host)) ? 'loopback' : 'other' }
}

/** `asks localhost of the node, not the pod`. */
export function insteadText({ host, is }: AskedInstead): string {
  return `asks ${host}${is === 'loopback' ? ' of the node' : ''}, not the pod`
}

/** In kubectl's words, with the host where one is named: `http-get localhost:http/healthz`. */
export function probeText(container: Container, kind: ProbeKind): string | null {
  const { readinessProbe, livenessProbe, startupProbe, probeHosts } = container
  const probe = { readiness: readinessProbe, liveness: livenessProbe, startup: startupProbe }[kind] ?? null
  const host = probeHosts?.[kind]
  if (probe === null || host === undefined) return probe
  return probe.replace(' :', ` ${host.includes(':') ? `[${host}]` : host}:`)
}
