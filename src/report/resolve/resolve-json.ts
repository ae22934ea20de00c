import { disagreements, mainWalk, outcomeOf, type Resolution, resolveExitCode } from '../../answers/resolution.ts'

/** One object, versioned; the field names are the contract for scripts. */
export function resolveJson(it: Resolution, run: Readonly<Record<string, unknown>> = {}): string {
  const outcome = outcomeOf(it)
  const main = mainWalk(it)
  const winner = main?.winner ?? null
  const out = {
    schema: 'hopscope/resolve/v1',
    verdict: outcome.kind,
    exitCode: resolveExitCode(outcome),
    outcome,
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
    policies: { pod: it.target, probePod: it.probe },
    walks: it.walks.known ? it.walks.value : [],
    servers: it.servers,
    disagreements: disagreements(it),
    queries: it.queries,
    ...run,
  }
  return `${JSON.stringify(out, null, 2)}\n`
}
