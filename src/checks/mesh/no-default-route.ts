import { check } from '../../findings/check.ts'
import { finding, ok, type Verdict } from '../../findings/verdict.ts'
import type { VirtualService } from '../../model/mesh.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { hostTakes } from '../../relations/mesh/mesh-hosts.ts'
import { noneHere } from '../../relations/mesh/mesh-kinds.ts'

/**
 * A request that fits no rule of the VirtualService of its host is answered 404 by the proxy (flag NR), also where the
 * Service would have taken it: there is no route of last resort (networking/v1 virtual_service.proto, HTTPRoute).
 */
export default check({
  code: 'MSH819',
  slug: 'mesh/no-default-route',
  title: 'a VirtualService serves requests with a certain header alone',
  fine: 'VirtualServices that choose by headers have a rule for all other requests',
  severity: 'info',
  needs: ['mesh'],
  remedies: [],
  decides: [],

  run({ mesh }) {
    const { virtualServices } = mesh
    if (virtualServices.length === 0) return noneHere(mesh, ['VirtualService'], 'no VirtualService is here')
    return virtualServices.map((it): Verdict<Only> => {
      // Those of one host at one Gateway are put together, and a delegate without hosts is a part of another.
      const isAlone = !virtualServices.some((one) => one !== it && sharesHost(one, it))
      return it.onlyBy === undefined || it.hosts.length === 0 || !isAlone ? ok(1) : verdict(it, it.onlyBy)
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `VirtualService ${full(on)} serves for ${some(args.hosts, 2)} what comes with certain ` +
      `${some(args.by.map((it) => names[it] ?? it))} alone: all else is answered 404.`,
    detail: ({ args }) => `each rule of spec.http goes by ${some(args.by)}`,
    note: () => 'the proxy answers, with the flag NR in its access log, and no pod is asked; it may be meant so',
    help: ({ subject: on }) => [
      'add a last rule without a match, which leads all other requests to the Service',
      `kubectl -n ${on.namespace} edit virtualservices.networking.istio.io ${on.name}`,
    ],
  },
})

type Only = {
  readonly hosts: readonly string[]
  readonly by: readonly string[]
}

const names: Readonly<Record<string, string>> = {
  headers: 'headers',
  withoutHeaders: 'headers left out',
  queryParams: 'parameters of the query',
  method: 'methods',
}

function sharesHost(a: VirtualService, b: VirtualService): boolean {
  return a.hosts.some((one) => b.hosts.some((it) => hostTakes(one, it) || hostTakes(it, one)))
}

function verdict({ namespace, name, hosts }: VirtualService, by: readonly string[]): Verdict<Only> {
  return finding({
    subject: subject('VirtualService', namespace, name),
    confidence: 'inferred',
    args: { hosts, by },
    evidence: [{ kind: 'fact', label: 'every rule of spec.http has a match by', value: some(by) }],
  })
}
