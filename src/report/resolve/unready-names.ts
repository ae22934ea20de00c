import type { Resolution } from '../../answers/resolution.ts'
import { count } from '../../phrases.ts'

/** A headless Service has names for ready pods alone: what is asked for may be there, and have none yet. */
export function unreadyNames({ headless = null }: Pick<Resolution, 'headless'>): readonly string[] | null {
  if (headless === null || headless.service.publishNotReadyAddresses) return null
  const { service, pod, ofHost, pods, ready } = headless
  const name = `${service.namespace}/${service.name}`
  const cure =
    'look at why it is not ready; where members look for each other before that, ' +
    `\`publishNotReadyAddresses: true\` of the Service gives them names (SVC231)`
  if (pod?.ready === false)
    return [
      `  help: pod ${pod.name} is not ready, and headless Service ${name} has names for ready pods alone: ${cure}`,
      '',
    ]
  if (!ofHost && pods > 0 && ready === 0)
    return [
      `  help: none of the ${count(pods, 'pod')} of headless Service ${name} is ready, and it has names for ready ` +
        `pods alone: ${cure}`,
      '',
    ]
  return null
}
