import type { Container } from '../model/pod.ts'

/** Pages that servers have for whoever looks after them, and that a port for management takes along. */
const ofManagement = /\/(?:actuator|health|healthz|livez|readyz|metrics|q\/health|manage)\b/

/**
 * What the environment says of where the pages of a server are, where a probe that is answered 404 asks elsewhere:
 * behind a base path, or on a port for management alone. null where it says nothing against the probe. Spring Boot's
 * reference, "Monitoring and Management over HTTP": the context path is not that of a management port.
 */
export function movedPages(probe: string, { pages, ports }: Pick<Container, 'pages' | 'ports'>): string | null {
  const [, asked = '', path = ''] = /^https?-get :([^/]*)(\/.*)?$/.exec(probe) ?? []
  if (pages === undefined || asked === '') return null
  const { base, port } = pages
  const number = /^\d+$/.test(asked) ? Number(asked) : (ports.find((it) => it.name === asked)?.port ?? null)
  if (port !== undefined && number !== null && number !== port.port && ofManagement.test(path))
    return `${port.by} puts such pages on port ${port.port}`
  if (base === undefined || (port !== undefined && number === port.port)) return null
  const root = base.path.replace(/\/$/, '')
  const isBelow = root === '' || path === root || path.startsWith(`${root}/`)
  return isBelow ? null : `${base.by} puts its pages below ${root}`
}
