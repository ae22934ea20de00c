import type { Ingress } from '../../model/ingress.ts'
import type { Service } from '../../model/service.ts'
import { stringMap } from './json.ts'

/** Longer than any list of ports that a human wrote. */
const longest = 16 * 1024

/**
 * `{"https":"HTTPS"}` by names of ports; HTTP2 is by TLS as well (cloud.google.com, "Using HTTP/2 for load balancing
 * with Ingress"; ingress-gce, pkg/annotations/service.go: ApplicationProtocols, and the older key).
 */
export function gceTlsOf(annotations: Readonly<Record<string, string>>): Pick<Service, 'gceTls'> {
  const said = annotations['cloud.google.com/app-protocols'] ?? annotations['service.alpha.kubernetes.io/app-protocols']
  if (said === undefined) return {}
  const names = namesIn(said)
  return names.length === 0 ? {} : { gceTls: names }
}

function namesIn(json: string): readonly string[] {
  if (json.length > longest) return ['*']
  try {
    return Object.entries(stringMap(JSON.parse(json) as unknown)).flatMap(([name, protocol]) =>
      /^(?:HTTPS|HTTP2)$/i.test(protocol) ? [name] : [],
    )
  } catch {
    return ['*']
  }
}

/** GKE takes up to 15 of one Ingress (cloud.google.com, "Using Google-managed SSL certificates"). */
const mostCertificates = 50

/** `networking.gke.io/managed-certificates`, parted by commas. */
export function managedCertificatesOf(
  annotations: Readonly<Record<string, string>>,
): Pick<Ingress, 'managedCertificates'> {
  const names = (annotations['networking.gke.io/managed-certificates'] ?? '')
    .split(',', mostCertificates)
    .map((it) => it.trim())
    .filter((it) => /^[a-z0-9][a-z0-9.-]{0,252}$/.test(it))
  return names.length === 0 ? {} : { managedCertificates: names }
}
