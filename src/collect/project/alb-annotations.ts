import type { AlbListens, Ingress } from '../../model/ingress.ts'
import { fields, list, whole } from './json.ts'

type Annotations = Readonly<Record<string, string>>

const prefix = 'alb.ingress.kubernetes.io/'

/** A load balancer has 50 listeners (AWS, quotas); a text longer than this names more. */
const longestPorts = 4096

function isForAlb(annotations: Annotations, className: string | null): boolean {
  return className === 'alb' || Object.keys(annotations).some((key) => key.startsWith(prefix))
}

/** Where nothing is said, the controller's own default counts. */
export function albTargetOf(annotations: Annotations, className: string | null): Pick<Ingress, 'albTarget'> {
  const value = annotations[`${prefix}target-type`]
  if (!isForAlb(annotations, className)) return {}
  return { albTarget: value === 'ip' || value === 'instance' ? value : 'unset' }
}

/**
 * Without `listen-ports` it is HTTPS 443 where a certificate is named, and HTTP 80 else (aws-load-balancer-controller,
 * pkg/ingress/model_build_listener.go, computeIngressListenPorts).
 */
export function albListensOf(annotations: Annotations, className: string | null): Pick<Ingress, 'albListens'> {
  if (!isForAlb(annotations, className)) return {}
  const said = annotations[`${prefix}listen-ports`]
  const hasCertificate = (annotations[`${prefix}certificate-arn`] ?? '').trim() !== ''
  const usual = hasCertificate ? [{ protocol: 'HTTPS' as const, port: 443 }] : [{ protocol: 'HTTP' as const, port: 80 }]
  const redirect = annotations[`${prefix}ssl-redirect`]?.trim() ?? ''
  const group = annotations[`${prefix}group.name`]?.trim() ?? ''
  return {
    albListens: {
      on: said === undefined ? usual : portsIn(said),
      ...(said !== undefined || hasCertificate ? { told: true as const } : {}),
      ...(/^\d{1,5}$/.test(redirect) ? { redirect: Number(redirect) } : {}),
      ...(group === '' ? {} : { group: group.slice(0, 63) }),
    },
  }
}

/** `[{"HTTP": 80}, {"HTTPS": 443}]`. */
function portsIn(json: string): AlbListens['on'] {
  if (json.length > longestPorts) return null
  let read: unknown
  try {
    read = JSON.parse(json)
  } catch {
    return null
  }
  const found = list(read).flatMap((it) =>
    (['HTTP', 'HTTPS'] as const).flatMap((protocol) => {
      const port = whole(fields(it)[protocol])
      return port === null ? [] : [{ protocol, port }]
    }),
  )
  return found.length === 0 ? null : found
}
