import type { ObjectEvent } from '../model/event.ts'
import { becauseOfLast, hearsay, hearsayOfLast } from '../phrases.ts'

/** The kubelet's reasons of an image that does not come (pkg/kubelet/images/types.go). */
const pulls: ReadonlySet<string> = new Set(['ImagePullBackOff', 'ErrImagePull', 'RegistryUnavailable'])

/** All that old kubelets say of the waiting; newer ones add the error of the pull (`…: ErrImagePull: …`). */
const isBare = /^Back-off pulling image "[^"]*"\.?$/

interface Waiting {
  readonly waiting: string | null
  readonly message?: string | null | undefined
  /** Absent where it is not known: an init container's. */
  readonly image?: string
}

/**
 * Why a container waits, behind its reason: in the words of its status, or what kept its image from being pulled where
 * an Event tells more: `Failed to pull image "…": …: 401 Unauthorized` (reason Failed), and that a pull secret is not
 * there (FailedToRetrieveImagePullSecret: pkg/kubelet/events/event.go, pkg/kubelet/kubelet_pods.go).
 */
export function waitingText({ waiting, message = '', image = '' }: Waiting, events: readonly ObjectEvent[]): string {
  if (waiting === 'CrashLoopBackOff') return ''
  if (waiting === null || !pulls.has(waiting)) return becauseOfLast(message)
  const failed = events.filter((it) => it.reason === 'Failed' && it.said.startsWith('Failed to pull image '))
  const own = failed.find((it) => it.said.includes(`"${image}"`)) ?? (image === '' ? failed[0] : undefined)
  const isUntold = message === null || message === '' || isBare.test(message)
  const secret = events.find((it) => it.reason === 'FailedToRetrieveImagePullSecret')
  return [
    own !== undefined && isUntold ? `: ${hearsayOfLast(own.said)}` : becauseOfLast(message),
    // What follows is no news: `; attempting to pull the image may not succeed`.
    secret === undefined ? '' : `; ${hearsay(secret.said.split('; ', 1)[0] ?? '')}`,
  ].join('')
}
