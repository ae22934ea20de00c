/**
 * Top-level domains of the first days (RFC 920, RFC 1591), which are no words that people call a namespace by. The root
 * zone has 1400 more (https://data.iana.org/TLD/tlds-alpha-by-domain.txt): `dev`, `shop`, `cloud`, `prod`, `ai` are
 * namespaces of healthy clusters every day, and whoever says `web.dev` there means the Service.
 */
const oldest: ReadonlySet<string> = new Set(['com', 'net', 'org', 'edu', 'gov', 'mil'])

/** Newer ones that names outside of clusters often end with. */
const usual: ReadonlySet<string> = new Set(['int', 'info', 'biz', 'io', 'dev', 'app', 'cloud'])

/** Two letters are a country's. */
export function isLikelyPublic(label: string): boolean {
  return oldest.has(label) || usual.has(label) || /^[a-z]{2}$/.test(label)
}
