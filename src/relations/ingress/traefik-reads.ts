import type { IngressRoute } from '../../model/beside.ts'
import type { IngressController } from '../../model/ingress.ts'
import { selects } from '../selector.ts'
import { traefikRelease } from './traefik-release.ts'

export type Unread = 'off' | 'gone-group' | 'new-group' | 'namespace' | 'class' | 'labels' | 'unsure'

const oldGroup = 'traefik.containo.us'

/**
 * Why a Traefik does not read an IngressRoute, by its flags and its release; null: it reads it. `unsure` where its
 * image does not say which release it is (traefik, pkg/provider/kubernetes/crd).
 */
export function whyUnread(route: IngressRoute, { image = '', crd }: IngressController): Unread | null {
  const { watches = null, className = null, selector, off } = crd ?? {}
  if (off === true) return 'off'
  if (watches !== null && !watches.includes(route.namespace)) return 'namespace'
  if (className !== null && className !== '' && route.className !== className) return 'class'
  if (selector !== undefined && !selects(selector, route.labels ?? {})) return 'labels'
  return whyOfRelease(route.group, image)
}

function whyOfRelease(group: string, image: string): Unread | null {
  const release = traefikRelease(image)
  // The usual group is known to all but releases of years ago.
  if (release === null) return group === oldGroup ? 'unsure' : null
  const [major, minor] = release
  if (group === oldGroup) return major >= 3 ? 'gone-group' : null
  return major < 2 || (major === 2 && minor < 10) ? 'new-group' : null
}
