import type { Cluster } from '../../kube/cluster.ts'
import type { ControllerConfig, IngressConfigs } from '../../model/ingress-config.ts'
import { type Known, known } from '../../model/known.ts'
import { failedRequests } from '../../wire/access-log/failed-requests.ts'

/** A busy controller writes as many in some seconds: then the end of them is read. */
const mostLines = 5000

interface Since {
  readonly hosts: ReadonlySet<string>
  readonly seconds: number
  readonly signal: AbortSignal
}

/**
 * What the controllers say of requests that failed while the probe ran: the probe's own, and others for the same hosts.
 * What was said before may be of a fault that is gone.
 */
export async function withFailedRequests(
  cluster: Cluster,
  configs: Known<IngressConfigs>,
  since: Since,
): Promise<Known<IngressConfigs>> {
  if (!configs.known || since.hosts.size === 0) return configs
  const read = async (it: ControllerConfig): Promise<ControllerConfig> => ({
    ...it,
    failed: await failedOf(cluster, it, since),
  })
  return known({ ...configs.value, controllers: await Promise.all(configs.value.controllers.map(read)) })
}

async function failedOf(
  cluster: Cluster,
  { namespace, pod, container }: ControllerConfig,
  { hosts, seconds, signal }: Since,
): Promise<NonNullable<ControllerConfig['failed']>> {
  const log = await cluster.logs(namespace, pod, { container, tailLines: mostLines, sinceSeconds: seconds, signal })
  return log.known ? known(failedRequests(await Array.fromAsync(log.value), hosts)) : log
}
