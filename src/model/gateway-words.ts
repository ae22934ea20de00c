/*
 * The words of Gateway API and of Contour that checks go by, each in this one place: what anonymises a recording leaves
 * them as they are, even where an object of the cluster bears the same name.
 */
export const gatewayGroup = 'gateway.networking.k8s.io'

/** Conditions of Gateway API that are good when True (apis/v1: gateway, gatewayclass, shared, policy types). */
export const goodWhenTrue: ReadonlySet<string> = new Set([
  'Accepted',
  'Programmed',
  'ResolvedRefs',
  'SupportedVersion',
  'Valid',
])

/** Those that are good when they are False, or not there. */
export const goodWhenFalse: ReadonlySet<string> = new Set([
  'Conflicted',
  'PartiallyInvalid',
  'OverlappingTLSConfig',
  'Detached',
])

/** What answers in a backend's place (apis/v1 httproute_types.go): a redirect, and filters of an implementation. */
export const answeringFilters: ReadonlySet<string> = new Set(['RequestRedirect', 'ExtensionRef'])

/** The reason of a listener whose Secret is no certificate, or not there (apis/v1 gateway_types.go). */
export const badCertificateReason = 'InvalidCertificateRef'

/** apis/v1 gateway_types.go, ProtocolType; a protocol of a vendor's own may take anything. */
export const kindsOfProtocol: Readonly<Record<string, readonly string[]>> = {
  HTTP: ['HTTPRoute', 'GRPCRoute'],
  HTTPS: ['HTTPRoute', 'GRPCRoute'],
  TLS: ['TLSRoute', 'TCPRoute'],
  TCP: ['TCPRoute'],
  UDP: ['UDPRoute'],
}

const kinds = ['GatewayClass', 'Gateway', 'ReferenceGrant', 'BackendTLSPolicy', 'HTTPProxy', 'TLSCertificateDelegation']
const targets = ['Service', 'Secret', 'ConfigMap']
/** `currentStatus` of an HTTPProxy, and the condition of which it is a copy. */
const proxyStates = ['valid', 'invalid', 'orphaned']

export const gatewayWords: ReadonlySet<string> = new Set([
  gatewayGroup,
  'projectcontour.io',
  ...goodWhenTrue,
  ...goodWhenFalse,
  ...answeringFilters,
  badCertificateReason,
  ...Object.keys(kindsOfProtocol),
  ...Object.values(kindsOfProtocol).flat(),
  ...kinds,
  ...targets,
  ...proxyStates,
  // `wellKnownCACertificates` of a BackendTLSPolicy.
  'System',
])
