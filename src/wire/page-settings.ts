/** Where a server has its own pages: `/actuator/health` behind a base path, or on another port. */
export interface PageSettings {
  readonly base?: { readonly by: string; readonly path: string }
  /** Of a port for management alone; null where it is read from elsewhere, or is none. */
  readonly port?: { readonly by: string; readonly port: number }
}

const path = /^\/[\w./-]{1,200}$/

/**
 * Variables that move the pages of a server, as Spring Boot binds them (Common Application Properties:
 * server.servlet.context-path, spring.webflux.base-path, management.server.port, management.endpoints.web.base-path;
 * relaxed binding of environment variables), and Quarkus (quarkus.http.root-path, quarkus.management.port). The last
 * of a kind counts. Linear; never throws.
 */
export function pageSettingsIn(env: readonly { readonly name: string; readonly value: string }[]): PageSettings {
  const of = (names: ReadonlySet<string>) => env.findLast((it) => names.has(it.name.toUpperCase()))
  const [base, port] = [of(bases), of(ports)]
  const number = Number(port?.value)
  return {
    ...(base === undefined || !path.test(base.value) ? {} : { base: { by: base.name, path: base.value } }),
    ...(port === undefined || !Number.isInteger(number) || number < 1 || number > 65_535
      ? {}
      : { port: { by: port.name, port: number } }),
  }
}

const bases: ReadonlySet<string> = new Set([
  'SERVER_SERVLET_CONTEXT_PATH',
  'SERVER_SERVLET_CONTEXTPATH',
  'SERVER_CONTEXT_PATH',
  'SPRING_WEBFLUX_BASE_PATH',
  'SPRING_WEBFLUX_BASEPATH',
  'MANAGEMENT_ENDPOINTS_WEB_BASE_PATH',
  'MANAGEMENT_ENDPOINTS_WEB_BASEPATH',
  'QUARKUS_HTTP_ROOT_PATH',
  'MICRONAUT_SERVER_CONTEXT_PATH',
])

const ports: ReadonlySet<string> = new Set(['MANAGEMENT_SERVER_PORT', 'MANAGEMENT_PORT', 'QUARKUS_MANAGEMENT_PORT'])
