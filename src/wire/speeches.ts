/** What URLs by their schemes have a program speak, besides that of the web. */
export const speeches = [
  'amqp',
  'redis',
  'postgres',
  'mysql',
  'mongodb',
  'nats',
  'grpc',
  'mqtt',
  'ldap',
  'bolt',
] as const
export type Speech = (typeof speeches)[number]

/**
 * By the schemes that their manuals give: RabbitMQ "URI Specification", redis.io "Clients", libpq "Connection URIs",
 * MySQL "Connecting Using URI-Like Strings", MongoDB "Connection Strings", NATS "Connecting", RFC 4516, Neo4j "Bolt".
 */
const schemes: Readonly<Record<string, Speech>> = {
  amqp: 'amqp',
  amqps: 'amqp',
  redis: 'redis',
  rediss: 'redis',
  postgres: 'postgres',
  postgresql: 'postgres',
  mysql: 'mysql',
  mysql2: 'mysql',
  mariadb: 'mysql',
  mongodb: 'mongodb',
  nats: 'nats',
  grpc: 'grpc',
  grpcs: 'grpc',
  mqtt: 'mqtt',
  mqtts: 'mqtt',
  ldap: 'ldap',
  ldaps: 'ldap',
  bolt: 'bolt',
  neo4j: 'bolt',
}

/** What is spoken by a URL's scheme; SQLAlchemy names its driver behind a plus. null: of the web, or nobody knows. */
export function speechOf(scheme: string): Speech | null {
  const [name = ''] = scheme.toLowerCase().split('+', 1)
  return Object.hasOwn(schemes, name) ? (schemes[name] ?? null) : null
}
