import { anyOf } from '../../wire/pattern.ts'
import type { AcmeIssuer, IssuerName, WantedCertificate } from '../../model/beside.ts'
import type { Intern } from '../../wire/intern.ts'
import { identity } from './identity.ts'
import { fields, text, texts } from './json.ts'

const group = /^cert-manager\.io\//
/** Of no certificate that anybody issues: Let's Encrypt takes 100. */
const mostHosts = 100

/** `spec` of a Certificate (cert-manager.io, API reference v1); null for what is none. An `ipAddresses` is no host. */
export function projectCertificate(raw: unknown, intern: Intern): WantedCertificate | null {
  const it = identity(raw, intern)
  const { apiVersion, kind, spec: written } = fields(raw)
  const spec = fields(written)
  const secret = text(spec['secretName'])
  if (it === null || kind !== 'Certificate' || !group.test(text(apiVersion) ?? '') || secret === null) return null
  const by = fields(spec['issuerRef'])
  const [issuer, issuerKind] = [text(by['name']), text(by['kind']) ?? 'Issuer']
  const names = [...texts(spec['dnsNames']), text(spec['commonName']) ?? ''].map((one) => one.toLowerCase())
  return {
    namespace: it.namespace,
    name: it.name,
    secret,
    hosts: [...new Set(names.filter((one) => one !== ''))].slice(0, mostHosts),
    issuer:
      issuer !== null && (issuerKind === 'Issuer' || issuerKind === 'ClusterIssuer')
        ? { kind: issuerKind, name: issuer }
        : null,
  }
}

/**
 * ACME servers whose certificates no browser trusts: Let's Encrypt's staging environment (letsencrypt.org/docs), that
 * of Google Trust Services (cloud.google.com/certificate-manager, public CA), and Buypass's test (buypass.com, ACME).
 */
const staging = new RegExp(
  anyOf(
    /^acme-staging(?:-v\d\d)?\.api\.letsencrypt\.org$/,
    /^dv\.acme-v\d\d\.test-api\.pki\.goog$/,
    /^api\.test\d?\.buypass\.\w{2,3}$/,
  ),
)

/** An Issuer or ClusterIssuer with `spec.acme`; null for what is none, or names no URL as its server. */
export function projectIssuer(raw: unknown): AcmeIssuer | null {
  const { apiVersion, kind, metadata, spec } = fields(raw)
  const { name: named, namespace } = fields(metadata)
  const [name, server] = [text(named), text(fields(fields(spec)['acme'])['server'])]
  if (!group.test(text(apiVersion) ?? '') || name === null || server === null) return null
  if (kind !== 'Issuer' && kind !== 'ClusterIssuer') return null
  const host = URL.parse(server.slice(0, 2000))?.hostname ?? ''
  if (host === '') return null
  return {
    kind,
    namespace: kind === 'Issuer' ? text(namespace) : null,
    name,
    server: host,
    is: staging.test(host) ? 'staging' : 'other',
  }
}

/** An Issuer or ClusterIssuer of any kind, by its name; null for what is none. */
export function projectIssuerName(raw: unknown): IssuerName | null {
  const { apiVersion, kind, metadata } = fields(raw)
  const name = text(fields(metadata)['name'])
  if (!group.test(text(apiVersion) ?? '') || name === null) return null
  if (kind !== 'Issuer' && kind !== 'ClusterIssuer') return null
  return { kind, namespace: kind === 'Issuer' ? text(fields(metadata)['namespace']) : null, name }
}
