/*
 * Whether a URL that is none of the web asks for TLS, by its scheme or by what stands behind its question mark. Linear;
 * never throws.
 */

/**
 * IANA's registry of URI schemes (ldaps, amqps by OASIS and RabbitMQ, "URI Specification"); Redis, "TLS" of redis-cli
 * (rediss); Eclipse Paho (mqtts, ssl).
 */
const always = /^(?:rediss|valkeys|amqps|ldaps|mqtts|ssl|tls|wss|grpcs|natss|ftps|smtps|imaps|stomp\+ssl)$/
const never = /^(?:redis|valkey|amqp|ldap|mqtt)$/

/**
 * Of a database's URL (PostgreSQL, libpq "SSL Support": require and above; MongoDB, "Connection Strings": tls, ssl). A
 * server without TLS hangs up on these, or they on it; `prefer` takes what comes.
 */
const asks = /[?&](?:sslmode=(?:require|verify-ca|verify-full)|(?:tls|ssl)=true)(?:[&\s]|$)/i
const declines = /[?&](?:sslmode=disable|(?:tls|ssl)=false)(?:[&\s]|$)/i

/** null: neither is told, or the driver takes what comes. */
export function tlsOfUrl(scheme: string, rest: string): 'on' | 'off' | null {
  if (always.test(scheme)) return 'on'
  if (/^(?:postgres(?:ql)?|mongodb)$/.test(scheme)) {
    const query = rest.slice(0, longest)
    if (asks.test(query)) return 'on'
    return declines.test(query) ? 'off' : null
  }
  return never.test(scheme) ? 'off' : null
}

const longest = 4000
