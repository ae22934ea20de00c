/*
 * Names of settings whose addresses nobody calls: one rule for variables, flags and the keys of files.
 */

/** A name is short: of a longer one the end is what it is. */
const longest = 1000

/** What is compared, shown to people or told to browsers, also where it stands in a map of such a name. */
const forOthers = [
  // RFC 7519 `aud` and `iss`; CORS. `issuer-uri` is fetched.
  /(?:^|-)(?:origins?(?:-patterns?)?|audiences?|aud|issuers?)$/,
  // RFC 6749 `redirect_uri`; `CALLBACK_SERVICE_URL` is a service of that name.
  /(?:^|-)(?:redirect(?:ion)?|callback)s?(?:-(?!services?$|servers?$|api$)[a-z0-9]{1,40})?$/,
  /(?:^|-)(?:return|logout|root)-?ur[li]s?$/,
  /(?:^|-)(?:public|external)-?(?:ur[li]|address)$/,
  // Names that only look like addresses: of XML (Namespaces in XML), of JSON-LD, of SAML's parties and of claims.
  /(?:^|-)(?:xmlns|xsi)(?:-[a-z0-9-]{1,60})?$|(?:^|-)namespaces?(?:-(?:ur[in]s?|prefix))?$/,
  /(?:^|-)(?:schema-?location|entity-?ids?|realm|claims?|vocab)$|^@?context$/,
  /^(?:runbook(?:-?url)?|expr|descriptions?|summary|annotations|labels|docs?(?:-?ur[li])?|dashboards?(?:-?ur[li])?)$/,
  // Of certificates (RFC 5280).
  /(?:^|-)(?:dns-?names?|(?:subject-?)?alt(?:ernative)?-?names?|sans?|common-?name|cn)$/,
  // Apache's: what it writes into answers, and what it is called.
  /^(?:proxy-pass-reverse|(?:request-)?header|rewrite-(?:rule|cond)|server-(?:name|alias))$/,
]

/**
 * What a server tells its clients or its peers to call it by: Kafka's `advertised.listeners`, etcd's
 * `--initial-advertise-peer-urls`, Redis's `cluster-announce-hostname`, Cassandra's `broadcast_address`, and
 * `network.publish_host` of Elasticsearch.
 */
const toOthers = [
  /(?:^|-)(?:advertised?|announce)(?:-|$)/,
  /(?:^|-)broadcast-(?:rpc-)?address$/,
  /(?:^|-)(?:network|transport|http)-publish-host$/,
]

/** What a program listens on or is called itself, and whom no proxy is asked for: of what bears the address alone. */
const ofItself = [
  /(?:^|-)(?:listen|bind|advertise|advertised|public|external|self|own|allowed|cors|trusted|pod|node|my)(?:-|$)/,
  /(?:^|-)(?:audiences?|aud|no-?proxy|non-?proxy-?hosts)(?:-|$)/,
  /(?:^|-)(?:domains?|virtual-?host|site-ur[li])$/,
  // Kafka's own: `KAFKA_LISTENERS=LOCAL://127.0.0.1:9094` is where the broker listens.
  /^(?:kafka-(?:cfg-)?)?listeners$/,
  ...toOthers,
]

/** A program's own address by itself, or of what means the program: `API_BASE_URL` and `DB_HOSTNAME` are another's. */
const base = /^(?:(?:app|site)-)?(?:base|root)-?ur[li]$/
const hostname = /^hostname$|^(?:kc|server)-hostname(?:-(?:url|admin|admin-url))?$/
const itself = /^(?:app|application|site|server|web|self|general|global|main|settings?|config|common|defaults?|http)$/

/**
 * Whether a setting's address is nobody to call, by its key and those above it: `app`, `cors`, `allowedOrigins`. A
 * variable and a flag are keys alone. Linear; never throws.
 */
export function isUncalled(path: readonly string[]): boolean {
  const all = path.filter((it) => !it.startsWith('#')).map(words)
  const last = all.at(-1) ?? ''
  if (ofItself.some((it) => it.test(last)) || all.some((it) => forOthers.some((one) => one.test(it)))) return true
  return (base.test(last) || hostname.test(last)) && all.slice(0, -1).every((it) => itself.test(it))
}

/** Whether a setting's address is what a server tells others to call it by. Linear; never throws. */
export function isToldToOthers(name: string): boolean {
  const all = words(name)
  return toOthers.some((it) => it.test(all))
}

/** `allowedOrigins`, `ALLOWED_ORIGINS`, `-Dallowed.origins`: `allowed-origins`. */
function words(name: string): string {
  return name
    .slice(-longest)
    .replace(/^-{0,2}D(?=[a-z])/, '')
    .replace(/([a-z0-9])(?=[A-Z])/g, '$1-')
    .replace(/[_.:]/g, '-')
    .toLowerCase()
}
