import { count } from '../../phrases.ts'
import type { ProbePlan } from './plan.ts'
import { announceProgramLogs } from './plan-program-logs.ts'
import { announceProxyLogs } from './plan-proxy-logs.ts'

/** Whose logs are read, beside those of ingress-nginx, whose configuration is read as well. */
export function announceLogs({
  serverLogs,
  programLogs,
  proxyLogs,
}: Pick<ProbePlan, 'serverLogs' | 'programLogs' | 'proxyLogs'>): readonly string[] {
  const servers = new Set(serverLogs.map((it) => it.pod)).size
  return [
    ...(servers === 0
      ? []
      : [`reads the end of the log of ${count(servers, 'DNS server')}, and keeps of it what is known to be an error`]),
    ...announceProgramLogs(programLogs),
    ...announceProxyLogs(proxyLogs),
  ]
}
