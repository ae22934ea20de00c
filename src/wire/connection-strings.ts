/** A server of a connection string, as it is written there: it may be `localhost`, `.` or an address. */
export interface ConnectionPlace {
  readonly host: string
  readonly port: number | null
}

/** A ConnectionString is a line, and somebody's list of keys no longer than this. */
const longest = 4096

const ofServer = /^(?:server|data ?source|host|addr|address|network ?address|failover ?partner)$/
/** What else such a text has: without one of them it may be any list of settings. */
const beside = new RegExp(
  '^(?:database|initial ?catalog|dbname|user|user ?id|userid|uid|user ?name|username|password|pwd|' +
    'integrated ?security|trusted_?connection|trust ?server ?certificate|persist ?security ?info|sslmode|ssl ?mode)$',
)

/**
 * The servers in a connection string of ADO.NET and its kin: `Server=sqlserver,1433;Database=…` (SqlClient, "Server=
 * tcp:HOST,PORT"), `Host=pg;Port=5432;…` (Npgsql, also with several hosts), `host=pg port=5432 dbname=…` (libpq,
 * "Keyword/Value Connection Strings"), and of Go's MySQL driver: `user:word@tcp(mysql:3306)/shop`. Nothing else of the
 * text is given back. Linear; never throws.
 */
export function connectionPlaces(text: string): readonly ConnectionPlace[] {
  if (text.length > longest) return []
  const byGo = /@(?:tcp|tcp6)\(([A-Za-z0-9.-]{1,253})(?::(\d{1,5}))?\)\//.exec(text)
  if (byGo !== null) return placed([byGo[1] ?? ''], portOf(byGo[2]))
  const pairs = text.includes(';') ? text.split(';') : text.split(/\s+/)
  const set = pairs.flatMap((it) => {
    const at = it.indexOf('=')
    const key = it.slice(0, Math.max(at, 0)).trim().toLowerCase()
    return at < 1 || key.length > 40 ? [] : [{ key, value: it.slice(at + 1).trim() }]
  })
  if (!set.some((it) => beside.test(it.key))) return []
  const port = portOf(set.find((it) => it.key === 'port')?.value)
  return set.filter((it) => ofServer.test(it.key)).flatMap(({ value }) => placed(value.split(','), port))
}

/**
 * `tcp:sqlserver,1433`, `pg-0:5432,pg-1:5433`; `sqlserver\\INSTANCE` is asked for its port by the driver (SQL Browser).
 */
function placed(parts: readonly string[], port: number | null): readonly ConnectionPlace[] {
  return parts.flatMap((part, at) => {
    const [, host, own] = /^(?:tcp:)?([A-Za-z0-9.-]{1,253})(?::(\d{1,5}))?(?:\\.{0,100})?$/.exec(part.trim()) ?? []
    if (host === undefined || /^\d+$/.test(host)) return []
    return [{ host, port: portOf(own) ?? portOf(parts[at + 1]?.trim()) ?? port }]
  })
}

function portOf(told: string | undefined): number | null {
  const isPort = told !== undefined && /^\d{1,5}$/.test(told) && Number(told) > 0 && Number(told) < 65_536
  return isPort ? Number(told) : null
}
