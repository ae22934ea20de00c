import type { Trouble } from '../../findings/trouble.ts'
import { type Model, type SourceName, sourceNames } from '../../model/sources.ts'
import { contactTroubles } from './contacts.ts'
import {
  gatewayClassTroubles,
  gatewayRouteTroubles,
  gatewayTroubles,
  proxyTroubles,
  tlsPolicyTroubles,
} from './gateways.ts'
import { crossingTroubles } from './crossings.ts'
import { liveTroubles } from './ingress-live.ts'
import { insideTroubles } from './inside-lookups.ts'
import { eventTroubles } from './events.ts'
import { outsideTroubles } from './outside.ts'
import { probeTroubles } from './probe-lookups.ts'
import { serverLogTroubles, serverWindowTroubles } from './servers.ts'
import { networkTroubles } from './node-networks.ts'
import { nodeTroubles, podTroubles, workloadTroubles } from './states.ts'
import { programTroubles } from './programs.ts'
import { ingressTroubles, statusTroubles } from './statuses.ts'

/** What the source is to those who look for complaints: outcomes, or something that causes are read from. */
type Reader = ((model: Model) => readonly Trouble[]) | { readonly noOutcomes: string }

/**
 * Every source stands here, by its type: a new one does not compile until somebody says who complains about what it
 * holds, or why nobody can.
 */
export const readers: Readonly<Record<SourceName, Reader>> = {
  nodes: nodeTroubles,
  namespaces: { noOutcomes: 'names and labels' },
  pods: podTroubles,
  services: { noOutcomes: 'what is declared; what comes of it is in contacts and slices' },
  endpointSlices: { noOutcomes: 'follows from pods; whether a Service may be empty is for the Service checks' },
  workloads: workloadTroubles,
  ingresses: ingressTroubles,
  ingressClasses: { noOutcomes: 'what is declared' },
  ingressControllers: { noOutcomes: 'follows from pods' },
  gatewayApi: { noOutcomes: 'which kinds there are' },
  gatewayClasses: gatewayClassTroubles,
  gateways: gatewayTroubles,
  gatewayRoutes: gatewayRouteTroubles,
  ingressesBeside: { noOutcomes: 'what others declare for the same hosts; what comes of it is in contacts' },
  middlewares: { noOutcomes: 'what requests go through; who lacks one answers 404' },
  referenceGrants: { noOutcomes: 'what is allowed; who is refused says so in a status' },
  backendTlsPolicies: tlsPolicyTroubles,
  httpProxies: proxyTroubles,
  mesh: { noOutcomes: 'what a mesh is told, and no status of it' },
  tlsDelegations: { noOutcomes: 'what is allowed; who is refused says so in a status' },
  networkPolicies: { noOutcomes: 'what is declared; what comes of it is in lookups and contacts' },
  events: eventTroubles,
  statuses: statusTroubles,
  beside: { noOutcomes: 'what is declared, and what an API server says of those that it asks' },
  otherPolicies: { noOutcomes: 'what is declared; what comes of it is in lookups and contacts' },
  clusterDns: { noOutcomes: 'what is declared; its pods are read with the others' },
  apiSlices: { noOutcomes: 'what is declared; what comes of it is in podWays' },
  dnsProbe: probeTroubles,
  nameAnswers: {
    noOutcomes: 'each wrong answer is a finding of its own (DNS165, DNS166, DNS196), and silence is in dnsProbe',
  },
  contacts: contactTroubles,
  podWays: { noOutcomes: 'what does not get across is a finding of its own (NOD555)' },
  insideViews: insideTroubles,
  crossings: crossingTroubles,
  outside: outsideTroubles,
  coreDnsWindows: serverWindowTroubles,
  dnsServerLogs: serverLogTroubles,
  programLogs: programTroubles,
  ingressConfigs: liveTroubles,
  proxyLogs: { noOutcomes: 'each kind of failure of each route is a finding of its own (ING386)' },
  capture: { noOutcomes: 'each bad outcome of a packet is a sign, and each sign a finding of its own (PKT7xx)' },
  spans: { noOutcomes: 'each slow part and each error of a call is a finding of its own (SPN9xx)' },
  nodeNetworks: networkTroubles,
  conntrack: { noOutcomes: 'counters of causes: what was lost is in lookups and contacts' },
}

/** All that some user would complain about, in the order of the sources. Pure; linear in the model's outcomes. */
export function troublesOf(model: Model): readonly Trouble[] {
  return sourceNames.flatMap((name) => {
    const read = readers[name]
    return typeof read === 'function' ? read(model) : []
  })
}
