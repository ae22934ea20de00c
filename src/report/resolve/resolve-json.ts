import { mapKnown, type Known } from '../../model/known.ts'
import type { Service } from '../../model/service.ts'
import type { Decision } from '../../relations/policy/policy-allows.ts'
import type { ResolverDecisions } from '../../relations/policy/policy-on-resolver.ts'
import type { Run } from '../diagnosis/json.ts'
import type { Output } from '../schemas/parts.ts'
import type { resolve } from '../schemas/resolve.ts'
import { disagreements, mainWalk, outcomeOf, type Resolution, resolveExitCode } from '../../answers/resolution.ts'

/** One object, versioned; the field names are the contract for scripts. */
export function resolveAnswer(
  it: Resolution,
  about: Run & { readonly left: readonly string[] },
): Output<typeof resolve> {
  const outcome = outcomeOf(it)
  const main = mainWalk(it)
  const winner = main?.winner ?? null
  return {
    schema: 'hopscope/resolve/v1',
    verdict: outcome.kind,
    exitCode: resolveExitCode(outcome),
    outcome: outcome.kind === 'not-the-service' ? { ...outcome, service: ofService(outcome.service) } : outcome,
    started: about.started,
    durationMs: about.durationMs,
    asked: it.label,
    name: it.typed,
    types: it.types,
    winner,
    addresses:
      it.hosts.addresses.length > 0
        ? it.hosts.addresses
        : [
            ...new Set(
              (main?.queries ?? [])
                .filter((one) => one.name === winner && one.answer === 'ok')
                .flatMap((one) =>
                  one.records.filter((record) => record.type === one.type).map((record) => record.data),
                ),
            ),
          ],
    from: it.from,
    resolvConf: it.resolvConf,
    hosts: it.hosts,
    libc: it.libc,
    getaddrinfo: it.own,
    policies: { pod: it.target === null ? null : decided(it.target), probePod: decided(it.probe) },
    walks: it.walks.known ? it.walks.value : [],
    servers: it.servers,
    disagreements: disagreements(it),
    queries: it.queries,
    left: about.left,
    seconds: about.durationMs === null ? null : about.durationMs / 1000,
  }
}

type Policies = Output<typeof resolve>['policies']

function ofService({ namespace, name, clusterIP }: Service): Pick<Service, 'namespace' | 'name' | 'clusterIP'> {
  return { namespace, name, clusterIP }
}

function decided(it: Known<ResolverDecisions>): Policies['probePod'] {
  return mapKnown(it, ({ udp, tcp }) => ({ udp: decisionOf(udp), tcp: decisionOf(tcp) }))
}

/** Policies by their names: whole objects would say no more. */
function decisionOf(it: Decision): Extract<Policies['probePod'], { known: true }>['value']['udp'] {
  if (it.kind === 'allowed') return it
  const by = it.by.map(({ namespace, name }) => ({ kind: 'NetworkPolicy', namespace, name }))
  return it.kind === 'denied'
    ? { kind: it.kind, direction: it.direction, by }
    : { kind: it.kind, direction: it.direction, by, why: it.why }
}
