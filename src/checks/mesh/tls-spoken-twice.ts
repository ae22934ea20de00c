import { check } from '../../findings/check.ts'
import { finding, ok } from '../../findings/verdict.ts'
import type { DestinationRule, Mesh } from '../../model/mesh.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { hostTakes, wholeHost } from '../../relations/mesh/mesh-hosts.ts'
import { isExported } from '../../relations/mesh/registered-hosts.ts'
import { noneHere } from '../../relations/mesh/mesh-kinds.ts'
import { goesByProxy } from '../../relations/mesh/mtls.ts'
import {
  callableFrom,
  calledBy,
  type Callable,
  type ToldCall,
  toldCalls,
} from '../../relations/service/called-services.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { objectLines } from './mesh-words.ts'

/**
 * `tls.mode: SIMPLE` has the caller's proxy begin TLS. Where the program has begun TLS itself, the server gets TLS
 * within TLS (istio.io, "Traffic Management Problems", Double TLS). Programs are to call http then, and the port of the
 * ServiceEntry to say protocol HTTP.
 */
export default check({
  code: 'MSH830',
  slug: 'mesh/tls-spoken-twice',
  title: 'a DestinationRule has TLS spoken within TLS',
  fine: 'where DestinationRules have TLS begun, no caller is seen to have begun it',
  severity: 'error',
  needs: ['mesh', 'services', 'pods'],
  wants: ['clusterDns', 'namespaces'],
  remedies: [],
  decides: [],

  run({ mesh, services, pods, clusterDns, namespaces, scope }) {
    if (mesh.destinationRules.length === 0) return noneHere(mesh, ['DestinationRule'], 'no DestinationRule is here')
    const rules = mesh.destinationRules.filter(
      (it) =>
        (scope.namespace === null || it.namespace === scope.namespace) &&
        (it.tls === 'SIMPLE' || it.tls === 'MUTUAL') &&
        it.portTls === undefined &&
        it.workloads === undefined,
    )
    if (rules.length === 0) return ok(mesh.destinationRules.length, 'none has TLS of its own begun for all ports')
    const around = callableFrom({ services, namespaces, clusterDns, scope })
    const domain = around.domain ?? 'cluster.local'
    const told = toldCalls(pods.filter(goesByProxy)).filter(({ call }) => call.scheme === 'https')
    const found = rules.flatMap((rule) => {
      const host = wholeHost(rule.host, rule.namespace, domain)
      // Callers elsewhere have the next rule, or none.
      const callers = told.filter(
        (it) =>
          isExported(rule.exportTo, rule.namespace, it.pod.namespace) &&
          hostTakes(host, hostCalled(it, around, domain)),
      )
      const isForAll = rule.exportTo === undefined || rule.exportTo.includes('*')
      const declared = !isForAll || isLedAround(rule, mesh, domain) ? null : entryOf(host, mesh)
      return callers.length === 0 && declared === null ? [] : [verdict(rule, callers, declared)]
    })
    return found.length > 0 ? found : ok(rules.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `DestinationRule ${full(on)} has the proxies begin TLS to ${args.host}, ` +
      (args.callers.length === 0
        ? `and ServiceEntry ${args.entry} says that callers speak TLS there already.`
        : `and ${some(args.callers, 3)} ${args.callers.length === 1 ? 'speaks' : 'speak'} https to it already.`),
    detail: ({ args }) =>
      `trafficPolicy.tls.mode ${args.mode} · ` +
      (args.port === null
        ? `${count(args.callers.length, 'workload')} of the mesh told to call it by https`
        : `ServiceEntry ${args.entry}: port ${args.port}, protocol HTTPS or TLS`),
    note: () => 'the server gets TLS within TLS, and ends the connection: wrong version number, or a reset',
    help: ({ subject: on, args }) => [
      'one of the two is to begin TLS: take trafficPolicy.tls away where programs call https; or let them call http, ' +
        'by a port of protocol HTTP with targetPort 443',
      `kubectl -n ${on.namespace} edit destinationrules.networking.istio.io ${on.name}`,
      ...(args.entry === null ? [] : ['kubectl get serviceentries.networking.istio.io -A']),
    ],
  },
})

/** A Service by its whole name, whatever it is called by. */
function hostCalled({ pod, call }: ToldCall, around: Callable, domain: string): string {
  const called = calledBy(pod, call, around)
  return called.is === 'there' ? wholeHost(called.service.name, called.service.namespace, domain) : call.host
}

/** An entry whose every port is of TLS: by another, callers may speak plain. */
function entryOf(host: string, { serviceEntries }: Mesh) {
  const entry = serviceEntries.find((it) => it.hosts.some((one) => hostTakes(host, one)))
  const [port] = entry?.tlsPorts ?? []
  return entry === undefined || port === undefined || (entry.ports ?? []).length !== entry.tlsPorts?.length
    ? null
    : { name: full(entry), port }
}

/** A VirtualService may lead plain requests to the port of TLS (istio.io, "Egress TLS Origination"). */
function isLedAround(rule: DestinationRule, { virtualServices }: Mesh, domain: string): boolean {
  const host = wholeHost(rule.host, rule.namespace, domain)
  return virtualServices.some((it) =>
    it.destinations.some((to) => hostTakes(host, wholeHost(to.host, it.namespace, domain))),
  )
}

function verdict(
  rule: DestinationRule,
  callers: readonly { readonly pod: Pod }[],
  declared: { readonly name: string; readonly port: number } | null,
) {
  const on = subject('DestinationRule', rule.namespace, rule.name)
  const whole = [...new Set(callers.map(({ pod }) => workloadOfPod(pod)).map((it) => `${it.kind} ${full(it)}`))]
  return finding({
    subject: on,
    confidence: whole.length === 0 ? 'possible' : 'inferred',
    severity: whole.length === 0 ? 'warning' : 'error',
    args: {
      host: rule.host,
      mode: rule.tls ?? '',
      callers: whole,
      entry: declared?.name ?? null,
      port: declared?.port ?? null,
    },
    evidence: [
      objectLines(on, {
        path: 'spec.trafficPolicy.tls',
        lines: ['tls:', `  mode: ${rule.tls ?? ''}`],
        mark: 'mode:',
        label: 'the proxy begins TLS',
      }),
    ],
  })
}
