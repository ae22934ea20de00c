/**
 * Top-level domains of the first days (RFC 920, RFC 1591), which are no words that people call a namespace by. The root
 * zone has 1400 more (https://data.iana.org/TLD/tlds-alpha-by-domain.txt): `dev`, `shop`, `cloud`, `prod`, `ai` are
 * namespaces of healthy clusters every day, and whoever says `web.dev` there means the Service.
 */
const oldest: ReadonlySet<string> = new Set(['com', 'net', 'org', 'edu', 'gov', 'mil'])

/** Newer ones that names outside of clusters often end with. */
const usual: ReadonlySet<string> = new Set(['int', 'info', 'biz', 'io', 'dev', 'app', 'cloud'])

/** Domains that programs in clusters really ask for by this very name: registries, package indexes, their APIs. */
const asked: ReadonlySet<string> = new Set(
  [
    'amazon.com apple.com atlassian.com bitbucket.org cloudflare.com crates.io debian.org docker.com',
    'docker.io dropbox.com facebook.com gcr.io ghcr.io github.com github.io gitlab.com go.dev golang.org',
    'google.com hashicorp.com helm.sh honeycomb.io k8s.io kernel.org kubernetes.io letsencrypt.org',
    'linkedin.com microsoft.com mongodb.com newrelic.com npmjs.com npmjs.org okta.com openai.com',
    'opensearch.org oracle.com packagist.org pagerduty.com paypal.com pkg.dev pypi.org python.org quay.io',
    'redhat.com rubygems.org salesforce.com sendgrid.com sentry.io shopify.com slack.com stripe.com',
    'twilio.com ubuntu.com wikipedia.org yahoo.com youtube.com zoom.us',
  ].flatMap((it) => it.split(' ')),
)

/** What a namespace of this name makes of its Services: `NAME.com`. */
export function isOldestDomain(label: string): boolean {
  return oldest.has(label)
}

/** Two letters are a country's. */
export function isLikelyPublic(label: string): boolean {
  return oldest.has(label) || usual.has(label) || /^[a-z]{2}$/.test(label)
}

export function isAskedEverywhere(name: string): boolean {
  return asked.has(name)
}

/** The top-level domains of what programs ask for. */
export const askedDomains: ReadonlySet<string> = new Set([...asked].map((it) => it.slice(it.lastIndexOf('.') + 1)))
