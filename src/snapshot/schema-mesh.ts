import * as v from 'valibot'
import { exactly, just, labelsThrough, list, maybe, nullable, number, object, oneOf, texts } from '../model/marks.ts'
import { type Mesh, meshConditions, poolLimits } from '../model/mesh.ts'
import type { Intern } from '../wire/intern.ts'

const tls = nullable(oneOf(['DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL']))
const mtls = oneOf(['UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT'])

/** Istio's objects, with words and names that repeat kept once. */
export function meshSchema(intern: Intern) {
  const m = texts(() => v.pipe(v.string(), v.transform(intern.text)))
  const labels = labelsThrough(intern.labels)
  const named = { namespace: m.name, name: m.name }
  const match = object({
    type: oneOf(['exact', 'prefix', 'regex']),
    path: m.path,
    more: oneOf(['nothing', 'more']),
  })
  const selected = { ...named, selector: nullable(labels) }
  return exactly<Mesh>()(
    object({
      served: list(m.word),
      inScopeOnly: list(m.word),
      notHeld: maybe(list(m.word)),
      virtualServices: list(
        object({
          ...named,
          hosts: list(m.host),
          gateways: list(m.name),
          destinations: list(object({ host: m.host, subset: nullable(m.name), port: nullable(number), path: m.spot })),
          faults: maybe(
            list(
              object({
                does: oneOf(['abort', 'delay']),
                status: nullable(number),
                percent: number,
                of: oneOf(['all', 'some']),
                path: m.spot,
              }),
            ),
          ),
          takes: maybe(list(match)),
          onlyBy: maybe(list(oneOf(meshConditions))),
          timeouts: maybe(list(object({ seconds: number, of: oneOf(['all', 'some']), path: m.spot }))),
          http: maybe(
            list(
              object({
                matches: list(match),
                redirect: nullable(
                  object({
                    scheme: nullable(oneOf(['http', 'https'])),
                    authority: nullable(m.host),
                    uri: nullable(m.path),
                  }),
                ),
              }),
            ),
          ),
        }),
      ),
      destinationRules: list(
        object({
          ...named,
          host: m.host,
          tls,
          portTls: maybe(just('some')),
          ones: maybe(list(oneOf(poolLimits))),
          exportTo: maybe(list(m.name)),
          workloads: maybe(just('some')),
          subsets: list(object({ name: m.name, labels, tls })),
        }),
      ),
      gateways: list(
        object({
          ...named,
          selector: labels,
          servers: list(object({ port: number, protocol: m.word, hosts: list(m.host), credential: maybe(m.name) })),
          homes: maybe(list(m.name)),
          pods: nullable(number),
          open: nullable(list(number)),
        }),
      ),
      serviceEntries: list(
        object({
          ...named,
          hosts: list(m.host),
          ports: maybe(list(number)),
          tlsPorts: maybe(list(number)),
          lacksEndpoints: maybe(just(true)),
          exportTo: maybe(list(m.name)),
        }),
      ),
      peerAuthentications: list(object({ ...selected, mode: mtls, ports: list(object({ port: number, mode: mtls })) })),
      authorizationPolicies: list(
        object({
          ...selected,
          written: maybe(list(oneOf(['action', 'rules']))),
          action: oneOf(['ALLOW', 'DENY', 'AUDIT', 'CUSTOM']),
          rules: number,
          attached: maybe(just(true)),
          from: maybe(
            list(
              list(
                object({
                  namespaces: list(m.name),
                  principals: list(m.name),
                  serviceAccounts: maybe(list(m.name)),
                }),
              ),
            ),
          ),
          ports: maybe(list(list(number))),
          http: maybe(number),
          refused: maybe(object({ type: m.word, reason: m.word, message: m.said })),
        }),
      ),
      sidecars: list(object({ ...selected, egress: nullable(list(m.host)) })),
    }),
  )
}
